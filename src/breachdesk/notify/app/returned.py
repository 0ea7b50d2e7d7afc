"""Letters that the post brought back: the codes on them, scanned or typed, lead to the next way for each person."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand
from breachdesk.notify import codes
from breachdesk.notify.app import ledger, sendings
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Printed, Printing, Sending
from breachdesk.notify.codes import Came, Scan
from breachdesk.notify.states import State

MOST_LINES = 5000


class Reason(StrEnum):
    """Why it came back."""

    UNKNOWN = "unknown"  # nobody of that name there
    MOVED = "moved"
    REFUSED = "refused"
    DECEASED = "deceased"


@dataclass(frozen=True, slots=True)
class Taken:
    """`known`: letters that came back now; of these `other_way`: another way is tried for so many; `again`: they had
    been told of before; `wrong`: lines that name no letter of this case that was handed over."""

    known: int
    other_way: int
    again: int
    wrong: Sequence[Scan]


@transaction.atomic
def take(case: Case, text: str, reason: Reason, *, by: Hand) -> Taken:
    """Codes, one on a line. The good ones are taken, whatever the others are. Raises Refused when there is none."""
    still_open(case)
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise Refused("returned.refused.too_many", field="codes", most=MOST_LINES)
    scans = list(_scans(case, lines))
    if not scans:
        raise Refused("returned.refused.empty", field="codes")
    rows = {int(one.letter) for one in scans if one.came is Came.KNOWN}
    by_sending: dict[int, list[int]] = defaultdict(list)
    for row, its in Delivery.objects.filter(id__in=rows).order_by("id").values_list("id", "sending"):
        by_sending[its].append(row)
    counts: Counter[str] = Counter()
    for sending in Sending.objects.select_related("case").filter(id__in=by_sending).order_by("id"):
        for part in ledger.chunks(
            [Word(row, State.RETURNED, told=reason.value) for row in by_sending[sending.id]], 1000
        ):
            moved = ledger.tell(sending, part, source="hand", by=by)
            counts["known"] += len(moved)
            counts["other_way"] += sum(ledger.next_way(sending, one) is not None for one in moved)
        sendings.go_on(sending, by=by)
    wrong = [one for one in scans if one.came is not Came.KNOWN]
    return Taken(counts["known"], counts["other_way"], len(rows) - counts["known"], wrong)


def _scans(case: Case, lines: Sequence[str]) -> list[Scan]:
    wanted = {code for line in lines if (code := codes.read_code(line.lstrip("\ufeff"))) is not None}
    gone = Printed.objects.filter(
        code__in=wanted, printing__sending__case=case, printing__standing=Printing.Standing.HANDED
    )
    known = {code: str(row) for code, row in gone.values_list("code", "delivery")}
    return list(codes.returned(lines, known.get))


def out(case: Case) -> int:
    """How many letters are out, or came back."""
    return Printed.objects.filter(printing__sending__case=case, printing__standing=Printing.Standing.HANDED).count()
