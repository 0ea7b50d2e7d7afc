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
from breachdesk.notify.app import caring, ledger, pens, sendings
from breachdesk.notify.app.ledger import Moved, Word
from breachdesk.notify.app.models import Delivery, Printed, Printing, Sending
from breachdesk.notify.codes import Came, Scan
from breachdesk.notify.cohorts import to_next_of_kin
from breachdesk.notify.recipients import Place
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
    """`known`: letters that came back now; of these `other_way`: another way is tried for so many; `dead`: so many have
    died, and their next of kin are to be written to; `again`: they had been told of before; `wrong`: lines that name no
    letter of this case that was handed over."""

    known: int
    other_way: int
    dead: int
    again: int
    wrong: Sequence[Scan]


@transaction.atomic
def take(case: Case, text: str, reason: Reason, *, by: Hand, why: str = "") -> Taken:
    """Codes, one on a line. The good ones are taken, whatever the others are. Who has died is minded, for the reason
    `why`, and not told any other way. Raises Refused when there is none."""
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
            alive = reason is not Reason.DECEASED
            moved = ledger.tell(sending, part, source="hand", by=by, other_way=alive)
            counts["known"] += len(moved)
            if not alive:
                counts["dead"] += _dead(sending, moved, why, by)
                continue
            counts["other_way"] += sum(ledger.next_way(sending, one) is not None for one in moved)
        sendings.go_on(sending, by=by)
    wrong = [one for one in scans if one.came is not Came.KNOWN]
    return Taken(counts["known"], counts["other_way"], counts["dead"], len(rows) - counts["known"], wrong)


def _dead(sending: Sending, moved: Sequence[Moved], why: str, by: Hand) -> int:
    """They are minded from now on, and this sending is done with them. Next of kin who had the letter are not dead."""
    rows = {one.id: one for one in moved}
    with pens.recipients_of(sending) as people:
        letters = pens.wording_of(sending).letters
        lines = Delivery.objects.filter(id__in=rows).order_by("id").values_list("id", "offset", "length", "letter")
        own = [(id, Place(at, size)) for id, at, size, letter in lines if not to_next_of_kin(letters[letter].slug)]
        found = people.at([place for _, place in own])
    caring.mind_dead(sending.case, [one.person for one in found], reason=why or Reason.DECEASED.value, by=by)
    over = [Word(id, State.CANCELLED, told=Reason.DECEASED.value) for id, _ in own]
    ledger.tell(sending, over, source="hand", by=by)
    return len(own)


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
