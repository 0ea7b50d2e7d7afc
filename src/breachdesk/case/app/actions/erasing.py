"""Taking the contents of one entry of the journal away, by four eyes: for what should never have been written down."""

from django.db import transaction

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Ask, Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, erase_contents
from breachdesk.journal.app.models import Line

#: Why something is gone is never itself taken away.
KEPT = ("journal.content.erased", "case.ask.made", "case.ask.answered")


def ask(case: Case, case_seq: int, *, reason: str, by: Hand) -> Ask:
    """Ask for it. `case_seq`: the number of the entry in its case. Raises Refused."""
    _held(case, case_seq)
    return asks.ask(case, asks.ERASE_ENTRY, {"entry": case_seq}, reason=reason, by=by)


@transaction.atomic
def erase(case: Case, case_seq: int, *, by: Hand) -> None:
    """The entry stays, and stays provable: its contents and their salt are gone for good, and the journal says who
    took them, with whose approval, and why. Raises Refused without an approval, or for nothing to take."""
    line = _held(case, case_seq)
    used = asks.use(case, asks.ERASE_ENTRY, {"entry": case_seq}, by=by)
    erase_contents(line.seq, reason=used.reason, by=by, refs={"ask": used.id})


def _held(case: Case, case_seq: int) -> Line:
    line = Line.objects.filter(case=case.number, case_seq=case_seq).first()
    if line is None:
        raise Refused("journal.refused.no_entry", number=case_seq)
    if line.payload is None:
        raise Refused("journal.refused.empty")
    if line.type in KEPT:
        raise Refused("journal.refused.kept")
    return line
