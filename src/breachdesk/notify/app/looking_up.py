"""What is in doubt is looked up, in the log of the relay or in the list of the provider: what it has is told as it
says, what it certainly has not is sent again. What nobody says anything sure of waits for a person."""

import socket
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.notify import marks, webgate
from breachdesk.notify.app import ledger, pens
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Carrier, Delivery, Piece, Sending
from breachdesk.notify.logfiles import reading
from breachdesk.notify.outcomes import Unusable
from breachdesk.notify.recipients import Place
from breachdesk.notify.relaylog import Known, Log, read_log
from breachdesk.notify.states import Channel, State
from breachdesk.notify.texts import Fate
from breachdesk.notify.webgate import Listed, WebGate

#: For how long the log of a relay must have gone on to say that it was not taken: longer than a carrier waits for the
#: answer to the last dot (RFC 5321 4.5.3.2.6: ten minutes), so that nothing is under way any more.
SETTLED = timedelta(minutes=12)
MOST = 5000  # rows looked up in one reading of the log
MOST_TEXTS = 200  # of one look: each number is a question of its own
_DAY, _SLACK = timedelta(days=1), timedelta(minutes=5)  # clocks differ
_FATES = {Fate.ON_ITS_WAY: State.ACCEPTED, Fate.DELIVERED: State.DELIVERED, Fate.UNDELIVERED: State.BOUNCED}
_STATES = {"sent": State.DELIVERED, "bounced": State.BOUNCED, "expired": State.BOUNCED}


class Looked(NamedTuple):
    """How many were taken, how many were not and go again, how many stay in doubt."""

    taken: int
    again: int
    unsure: int


def look_up(
    sending: Sending, *, by: Hand, log: Path | None = None, settled: timedelta = SETTLED,
    zone: tzinfo | None = None,
) -> Looked:  # fmt: skip
    """`log`: the file (none: the one that is set); `settled`: for how long the log must have gone on after a message
    was handed over, to say that it was not taken; `zone`: of its old times (none: that of this machine)."""
    path = log or (None if settings.PROVIDER else settings.RELAY_LOG)
    rows = Delivery.objects.filter(sending=sending, channel=Channel.EMAIL, state=State.DOUBT).order_by("id")[:MOST]
    doubtful = list(rows.only("id", "sent_at", "carrier"))
    if not doubtful or path is None:
        return Looked(0, 0, len(doubtful))
    key, domain = pens.mark_key(), pens.wording_of(sending).sender.return_domain
    ids = {marks.message_id(marks.mark(one.id, key), domain): one for one in doubtful}
    begun, end = _from(doubtful)
    try:
        with reading(path, end) as (lines, whole):
            found = read_log(lines, ids, now=clock.now(), zone=zone or _here(), since=begun if whole else None)
    except OSError:
        return Looked(0, 0, len(doubtful))
    astray = found.last is not None and found.last > clock.now() + _SLACK  # times of another zone: none is believed
    words = list[Word]()
    for name, one in ids.items():
        known = found.messages.get(name)
        there = known is not None and not known.left
        if known is not None and known.taken:
            words.append(_word(one.id, known))
        elif not (there or astray) and one.sent_at is not None and found.covers(one.sent_at, settled):
            told = "the relay has no word of it" if known is None else "the relay did not get the whole of it"
            words.append(Word(one.id, State.DEFERRED, told=told, again=by.at))
    if words:
        ledger.tell(sending, words, source="log", by=by)
    if any(_ended_early(found, one, settled) for one in doubtful):
        _knock()
    again = sum(one.state is State.DEFERRED for one in words)
    return Looked(len(words) - again, again, len(doubtful) - len(words))


def _from(rows: Sequence[Delivery]) -> tuple[datetime | None, str]:
    """When the first carrier of these began, and where the log ended then: what it says of them stands behind that."""
    numbers = {one.carrier_id for one in rows if one.carrier_id is not None}
    if any(one.carrier_id is None for one in rows):
        return None, ""
    first = Carrier.objects.filter(id__in=numbers).order_by("id").first()
    return (first.begun_at, first.log) if first is not None else (None, "")


def _ended_early(log: Log, row: Delivery, settled: timedelta) -> bool:
    """Whether its time is over, and the log has gone quiet before."""
    if row.sent_at is None or log.last is None:
        return False
    return log.last < row.sent_at + settled <= clock.now()


def _knock() -> None:
    """A relay that has nothing to do writes nothing; a visitor it writes down, and the next look finds that."""
    relay = settings.RELAY
    if relay is None:
        return
    with suppress(OSError), socket.create_connection((relay.host, relay.port), 3) as wire:
        wire.recv(512)
        wire.sendall(b"QUIT\r\n")


def _here() -> tzinfo:
    """In which Postfix writes; this process thinks in UTC, wherever it is (Django)."""
    try:
        with open("/etc/localtime", "rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError):
        return UTC


def _word(row: int, known: Known) -> Word:
    return Word(row, _STATES.get(known.status, State.ACCEPTED), told=f"{known.dsn} {known.said}".strip()[:300])


def look_up_texts(sending: Sending, *, by: Hand, settled: timedelta = SETTLED) -> Looked:
    """The same for text messages, in the list of a provider; a message centre keeps none that could be asked for."""
    rows = Delivery.objects.filter(sending=sending, channel=Channel.SMS, state=State.DOUBT).order_by("id")
    doubtful, gateway = list(rows[:MOST_TEXTS]), settings.GATEWAY
    if not doubtful or not isinstance(gateway, WebGate):
        return Looked(0, 0, len(doubtful))
    with pens.recipients_of(sending) as people:
        recipients = people.at([Place(one.offset, one.length) for one in doubtful])
    pen = pens.Pen(pens.wording_of(sending), pens.mark_key())
    same: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for row, recipient in zip(doubtful, recipients, strict=True):
        text = pen.text(row.id, row.attempt, recipient)
        same[text.to, text.text].append(row)
    words = list[Word]()
    for (to, said), alike in same.items():
        try:
            words += _found(gateway, to, said, alike, by=by, settled=settled)
        except Unusable:
            break  # nobody answers now: they stay in doubt until the next look
    if words:
        ledger.tell(sending, words, source="log", by=by)
    again = sum(one.state is State.DEFERRED for one in words)
    return Looked(len(words) - again, again, len(doubtful) - len(words))


def _found(
    gateway: WebGate, to: str, said: str, alike: Sequence[Delivery], *, by: Hand, settled: timedelta
) -> list[Word]:
    """Of the same words to the same number: as many as the provider has were taken. Only its whole list, without a day
    that a message still in its queue may not have yet, says that one was not. Raises Unusable."""
    begun = min(row.sent_at or row.at for row in alike)
    there = _unclaimed(webgate.listed(gateway, to, (begun - _DAY).date()), said, begun)
    if len(there) < len(alike):
        there = _unclaimed(webgate.listed(gateway, to, None), said, begun)
    words = [
        Word(row.id, _FATES[one.fate], one.code, one.told, refs=(one.sid,))
        for row, one in zip(alike, there, strict=False)
    ]
    for row in alike[len(words) :]:
        if (row.sent_at or row.at) + settled <= by.at:
            words.append(Word(row.id, State.DEFERRED, told="the provider has no word of it", again=by.at))
    return words


def _unclaimed(listed: Sequence[Listed], said: str, begun: datetime) -> list[Listed]:
    """Those with these words of that time, without what other deliveries are known to have sent."""
    alike = [one for one in listed if one.text == said and (one.at is None or one.at >= begun - _SLACK)]
    known = set(Piece.objects.filter(ref__in=[one.sid for one in alike]).values_list("ref", flat=True))
    return [one for one in alike if one.sid not in known]
