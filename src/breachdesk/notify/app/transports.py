"""By what a channel is carried here, as the settings say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from django.conf import settings

from breachdesk.notify import smtp
from breachdesk.notify.app.ledger import Held
from breachdesk.notify.app.pens import Pen
from breachdesk.notify.outcomes import Item, Told
from breachdesk.notify.recipients import Recipient
from breachdesk.notify.smtp import Mail, Relay
from breachdesk.notify.states import Channel

T = TypeVar("T", bound=Item)


class Transport(Protocol[T]):
    """Writes what goes to one person and hands it over, once; says of each what became of it. It tries nothing again by
    itself: what is not known to have been taken, and not known to have been left, is in doubt."""

    channel: ClassVar[Channel]

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

    def write(self, pen: Pen, held: Held, recipient: Recipient, at: datetime, token: str) -> Mail:
        return pen.write(held.id, held.attempt, recipient, at, token)

    def send(self, items: Iterator[Mail], told: Told) -> int:
        return smtp.send(self.relay, items, told)


def ours() -> tuple[Transport[Any], ...]:
    """What this desk has, at most one for a channel: a provider that is set is meant, also where there is a relay."""
    if settings.PROVIDER:
        from breachdesk.notify.app.by_provider import ByProvider  # half a second, for whoever has one

        return (ByProvider(settings.PROVIDER),)
    return (ByRelay(settings.RELAY),) if settings.RELAY else ()


def of(channel: Channel) -> Transport[Any] | None:
    return next((one for one in ours() if one.channel is channel), None)


def carried(channels: Iterable[str]) -> list[Channel]:
    """Those of them that go by a machine."""
    return [Channel(one) for one in channels if of(Channel(one)) is not None]
