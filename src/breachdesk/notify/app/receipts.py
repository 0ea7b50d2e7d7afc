"""What gateways tell of text messages after they took them: kept the moment it comes, then written into the ledger,
many at once.

A receipt may come before the answer to the message it is about is written down, twice, or out of order: it waits for
its message, and the ledger only goes forward.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.notify import centre, gateways
from breachdesk.notify.app import ledger
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Event, Gateway, Piece, Report, Sending
from breachdesk.notify.states import Channel, State
from breachdesk.notify.texts import Fate, Receipt
from breachdesk.notify.webgate import WebGate

MOST = 5000  # told at once
#: A report of nothing we know waits so long for its message; then it is of none of ours.
WAITS = timedelta(hours=1)
#: For so long a centre is asked for receipts after a message went.
ASKED_FOR = timedelta(days=4)
_STATES = {Fate.ON_ITS_WAY: State.ACCEPTED, Fate.DELIVERED: State.DELIVERED, Fate.UNDELIVERED: State.BOUNCED}
_DECIMAL, _HEXADECIMAL = re.compile(r"[0-9]{1,20}"), re.compile(r"[0-9A-Fa-f]{1,16}")
_FURTHER = (State.ACCEPTED, State.BOUNCED, State.DELIVERED)
_FINAL = (Fate.DELIVERED, Fate.UNDELIVERED)


def come_by_http(gateway: gateways.Gateway) -> bool:
    """Whether it tells of messages at an address of ours, which it has to reach: by https, or on this machine."""
    return isinstance(gateway, WebGate) and (
        settings.SITE_URL.startswith("https://") or gateway.base.startswith("http://")
    )


def address(mark: str) -> str:
    """Where it tells of the delivery with this mark."""
    return f"{settings.SITE_URL}{reverse('notify_texted', args=[mark])}"


def heard(receipt: Receipt) -> None:
    """Keep what a message centre told."""
    keep(receipt, clock.now())


def keep(receipt: Receipt, at: datetime, row: int | None = None) -> bool:
    """Whether it was new; what was told before is counted."""
    known = Event.objects.filter(outside=_outside(receipt.ref, receipt.told)).exists()
    made = {"fate": receipt.fate.value, "code": receipt.code, "row": row, "at": at}
    fresh = not known and Report.objects.get_or_create(ref=receipt.ref, told=receipt.told, defaults=made)[1]
    if not fresh:
        count("repeated")
    return fresh


def count(what: str, n: int = 1, **also: Any) -> None:
    """One more that was `forged`, `repeated`, `stray`."""
    Gateway.objects.get_or_create(id=1)
    Gateway.objects.filter(id=1).update(**{what: F(what) + n}, **also)


def counted() -> Gateway:
    return Gateway.objects.filter(id=1).first() or Gateway()


def _outside(ref: str, told: str) -> str:
    return f"sms {ref} {told}"[:120]


@transaction.atomic
def tell(*, by: Hand) -> list[Sending]:
    """Write into the ledger what was kept; sendings in which somebody stands otherwise now."""
    reports = list(Report.objects.select_for_update(skip_locked=True).order_by("id")[:MOST])
    if not reports:
        return []
    pieces = _pieces({one.ref for one in reports})
    rows = {piece.delivery_id for piece in pieces.values()} | {one.row for one in reports if one.row is not None}
    named = Delivery.objects.filter(id__in=rows, channel=Channel.SMS.value)
    deliveries = {one.id: one for one in named.only("id", "sending", "state")}
    words: dict[int, list[Word]] = defaultdict(list)
    done, stray = list[int](), 0
    parts = _Parts(pieces.values())
    for one in reports:
        piece = pieces.get(one.ref)
        delivery = deliveries.get(piece.delivery_id if piece is not None else one.row or 0)
        if delivery is None:
            if one.at < by.at - WAITS:
                done.append(one.id)
                stray += 1
            continue
        done.append(one.id)
        fate = Fate(one.fate) if piece is None else parts.now(piece, Fate(one.fate))
        if fate is Fate.UNDELIVERED and delivery.state == State.DELIVERED:
            stray += 1  # a telephone that has a text keeps it
            continue
        words[delivery.sending_id].append(
            Word(
                delivery.id, _STATES[fate], one.code, one.told, outside=_outside(one.ref, one.told),
                refs=(one.ref,) if piece is None else (),
            )
        )  # fmt: skip
        if fate is Fate.DELIVERED:
            delivery.state = State.DELIVERED.value
    parts.save()
    Report.objects.filter(id__in=done).delete()
    if stray:
        count("stray", stray)
    for told in words.values():
        told.sort(key=lambda one: _FURTHER.index(one.state))  # of what is told at once the ledger goes by the last
    sendings = list(Sending.objects.select_related("case").filter(id__in=words))
    return [one for one in sendings if ledger.tell(one, words[one.id], source="gateway", by=by)]


def _pieces(refs: Iterable[str]) -> dict[str, Piece]:
    """What they name: the newest, for a centre may begin its numbers anew. Some centres give a number in the answer as
    hexadecimal and in the receipt as decimal, or the other way round."""
    spelt = {ref: (ref, *_spelt(ref)) for ref in refs}
    all_ = {name for names in spelt.values() for name in names}
    found: dict[str, Piece] = {}
    for piece in Piece.objects.filter(ref__in=all_).order_by("id"):
        found[piece.ref] = piece
    return {ref: found[name] for ref, names in spelt.items() for name in reversed(names) if name in found}


def _spelt(ref: str) -> list[str]:
    """The same number as it may be written otherwise."""
    found = []
    if _DECIMAL.fullmatch(ref):
        found = [f"{int(ref):{form}}" for form in ("x", "X", "08x", "08X", "d")]
    if _HEXADECIMAL.fullmatch(ref):
        found.append(str(int(ref, 16)))
    return [one for one in dict.fromkeys(found) if one != ref]


class _Parts:
    """What is known of each part: a text has come when all of its parts have."""

    def __init__(self, pieces: Iterable[Piece]) -> None:
        self._changed: dict[int, Piece] = {}
        several = {one.delivery_id for one in pieces if one.parts > 1}
        self._of: dict[int, dict[int, Piece]] = defaultdict(dict)
        for one in Piece.objects.filter(delivery__in=several):
            self._of[one.delivery_id][one.id] = one

    def now(self, piece: Piece, fate: Fate) -> Fate:
        """How the whole text stands after this was told of one part."""
        held = self._of[piece.delivery_id].get(piece.id, piece)
        if held.fate not in _FINAL:
            held.fate = fate.value
            self._changed[held.id] = held
        if held.parts == 1 or fate is Fate.UNDELIVERED:
            return fate
        come = Counter(one.fate for one in self._of[piece.delivery_id].values())[Fate.DELIVERED.value]
        return Fate.DELIVERED if come == held.parts else Fate.ON_ITS_WAY

    def save(self) -> None:
        Piece.objects.bulk_update(self._changed.values(), ["fate"])


def fetch(*, by: Hand) -> int:
    """Ask a message centre for receipts that wait there; how many came. Raises Unusable."""
    gateway = settings.GATEWAY
    if not isinstance(gateway, centre.Centre):
        return 0
    open_ = Delivery.objects.filter(channel=Channel.SMS.value, state=State.ACCEPTED.value)
    if not open_.filter(at__gt=by.at - ASKED_FOR).exists():
        return 0
    return centre.listen(gateway, heard)
