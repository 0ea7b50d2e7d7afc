"""What is in doubt is looked up in the log of the relay: what it has is told as it says, what it certainly has not is
sent again. What the log says nothing sure of waits for a person."""

from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.notify import marks
from breachdesk.notify.app import ledger, pens
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.relaylog import Known, read_log
from breachdesk.notify.states import Channel, State

#: For how long the log of a relay must have gone on to say that it was not taken: longer than a carrier waits for the
#: answer to the last dot (RFC 5321 4.5.3.2.6: ten minutes), so that nothing is under way any more.
SETTLED = timedelta(minutes=12)
MOST = 5000  # rows looked up in one reading of the log
_STATES = {"sent": State.DELIVERED, "bounced": State.BOUNCED, "expired": State.BOUNCED}


class Looked(NamedTuple):
    """How many were taken, how many were not and go again, how many stay in doubt."""

    taken: int
    again: int
    unsure: int


def look_up(
    sending: Sending, *, by: Hand, log: Path | None = None, settled: timedelta = SETTLED,
    zone: tzinfo = UTC,
) -> Looked:  # fmt: skip
    """`log`: the file (none: the one that is set); `settled`: for how long the log must have gone on after a message
    was handed over, to say that it was not taken; `zone`: of its old times."""
    path = log or (None if settings.PROVIDER else settings.RELAY_LOG)
    rows = Delivery.objects.filter(sending=sending, channel=Channel.EMAIL, state=State.DOUBT).order_by("id")[:MOST]
    doubtful = list(rows.only("id", "sent_at"))
    if not doubtful or path is None:
        return Looked(0, 0, len(doubtful))
    key, domain = pens.mark_key(), pens.wording_of(sending).sender.return_domain
    ids = {marks.message_id(marks.mark(one.id, key), domain): one for one in doubtful}
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            found = read_log(lines, ids, now=clock.now(), zone=zone)
    except OSError:
        return Looked(0, 0, len(doubtful))
    words = []
    for name, one in ids.items():
        known = found.messages.get(name)
        if known is not None and known.taken:
            words.append(_word(one.id, known))
        elif one.sent_at is not None and found.covers(one.sent_at, settled):
            words.append(Word(one.id, State.DEFERRED, told="the relay has no word of it", again=by.at))
    if words:
        ledger.tell(sending, words, source="log", by=by)
    again = sum(one.state is State.DEFERRED for one in words)
    return Looked(len(words) - again, again, len(doubtful) - len(words))


def _word(row: int, known: Known) -> Word:
    return Word(row, _STATES.get(known.status, State.ACCEPTED), told=f"{known.dsn} {known.said}".strip()[:300])
