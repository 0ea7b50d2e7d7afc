"""By what a channel is carried here, as the settings say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from django.conf import settings
from django.db import connection

from breachdesk.notify import centre, smtp, webgate
from breachdesk.notify.app import receipts
from breachdesk.notify.app.in_hand import Held
from breachdesk.notify.app.pens import Pen
from breachdesk.notify.gateways import Gateway
from breachdesk.notify.outcomes import Item, Told
from breachdesk.notify.recipients import Recipient
from breachdesk.notify.smtp import Mail, Relay
from breachdesk.notify.states import Channel
from breachdesk.notify.texts import Text
from breachdesk.notify.webgate import WebGate

T = TypeVar("T", bound=Item)


class Transport(Protocol[T]):
    """Writes what goes to one person and hands it over, once; says of each what became of it. It tries nothing again by
    itself: what is not known to have been taken, and not known to have been left, is in doubt. `source`: who tells of
    it, in the ledger; `batch`: how many are in hand at most, and so in doubt after a kill."""

    channel: ClassVar[Channel]
    source: ClassVar[str]
    batch: ClassVar[int]

    @property
    def rate(self) -> tuple[str, float | None]:
        """How many a second it takes of all sendings together, and the name that is reckoned under; None: any."""

    def write(self, pen: Pen, held: Held, recipient: Recipient, at: datetime, token: str) -> T:
        """Raises Unfilled, BadMessage, ValueError."""

    def send(self, items: Iterator[T], told: Told) -> int:
        """Send what `items` gives until it ends; `told` once for each that was taken from it. How many were taken.
        Raises Unusable when it stopped because nothing is taken from us; what was taken from `items` has been told
        of then, too."""


@dataclass(frozen=True, slots=True)
class ByRelay:
    """Mail by a relay."""

    relay: Relay
    channel: ClassVar[Channel] = Channel.EMAIL
    source: ClassVar[str] = "relay"
    batch: ClassVar[int] = 400  # the ledger is written in halves of it: smaller ones cost more than the letters

    @property
    def rate(self) -> tuple[str, float | None]:
        return "relay", None

    def write(self, pen: Pen, held: Held, recipient: Recipient, at: datetime, token: str) -> Mail:
        return pen.write(held.id, held.attempt, recipient, at, token)

    def send(self, items: Iterator[Mail], told: Told) -> int:
        return smtp.send(self.relay, items, told)


@dataclass(frozen=True, slots=True)
class ByGateway:
    """Text messages by a gateway. `per_second`: how many it takes."""

    gateway: Gateway
    per_second: float | None = None
    channel: ClassVar[Channel] = Channel.SMS
    source: ClassVar[str] = "gateway"
    batch: ClassVar[int] = 100  # each in doubt is a question of its own

    @property
    def rate(self) -> tuple[str, float | None]:
        return "gateway of texts", self.per_second

    def write(self, pen: Pen, held: Held, recipient: Recipient, at: datetime, token: str) -> Text:
        back = receipts.address(token) if receipts.come_by_http(self.gateway) else ""
        return pen.text(held.id, held.attempt, recipient, back)

    def send(self, items: Iterator[Text], told: Told) -> int:
        if isinstance(self.gateway, WebGate):
            return webgate.send(self.gateway, items, told)
        try:
            return centre.send(self.gateway, items, told, receipts.heard)
        finally:
            connection.close()  # of the thread that speaks to the centre: receipts were kept by it


def ours() -> tuple[Transport[Any], ...]:
    """What this desk has, at most one for a channel."""
    mail = _mail()
    texts = ByGateway(settings.GATEWAY, settings.SMS_PER_SECOND) if settings.GATEWAY else None
    return tuple(one for one in (mail, texts) if one is not None)


def _mail() -> Transport[Any] | None:
    """A provider that is set is meant, also where there is a relay."""
    if settings.PROVIDER:
        from breachdesk.notify.app.by_provider import ByProvider  # half a second, for whoever has one

        return ByProvider(settings.PROVIDER)
    return ByRelay(settings.RELAY) if settings.RELAY else None


def of(channel: Channel) -> Transport[Any] | None:
    return next((one for one in ours() if one.channel is channel), None)


def carried(channels: Iterable[str]) -> list[Channel]:
    """Those of them that go by a machine."""
    return [Channel(one) for one in channels if of(Channel(one)) is not None]
