"""People with whom something is to be minded when notices go: bait, the dead, the vulnerable, those the police asked to
wait for. Kept by a mark of what they are known by, never by a value."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify.app.choosing import Care
from breachdesk.notify.app.models import Minded
from breachdesk.scope import kept
from breachdesk.scope.app import actions as scope

_ID = re.compile(r"P\d{8,}")


@transaction.atomic
def mind(case: Case, known_by: str, kind: str, *, reason: str, by: Hand) -> Minded:
    """From the next sending on. `known_by`: an address or a number of theirs, as the evidence has it, or their id on
    the list of now.

    Raises Refused without a reason, and for nothing that anybody is known by."""
    still_open(case)
    if not known_by.strip():
        raise Refused("sendings.refused.whose", field="known_by")
    if kind not in Minded.Kind.values:
        raise Refused("sendings.refused.no_kind", field="kind")
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    return _mind(case, _mark(case, known_by), kind, reason, by)


def mind_dead(case: Case, handles: Iterable[str], *, reason: str, by: Hand) -> int:
    """The post says that they have died. Who is minded already stays so. Returns how many."""
    known = set(Minded.objects.filter(case=case, last=True).values_list("mark", flat=True))
    marks = {kept.mark(one).hex() for one in handles} - known
    for mark in sorted(marks):
        _mind(case, mark, Minded.Kind.DECEASED, reason, by)
    return len(marks)


def _mark(case: Case, known_by: str) -> str:
    """An id is of one reading alone: what it stands for is kept."""
    if _ID.fullmatch(known_by.strip()):
        found = scope.person_of(case, known_by.strip())
        mark = next(kept.marks_of(found[1]), None) if found else None
        if mark is None:
            raise Refused("sendings.refused.whose", field="known_by")
        return mark.hex()
    return kept.mark(known_by).hex()


def _mind(case: Case, mark: str, kind: str, reason: str, by: Hand) -> Minded:
    Minded.objects.filter(case=case, mark=mark, last=True).update(last=False)
    made = Minded.objects.create(case=case, mark=mark, kind=kind, reason=reason, by=by.actor.name, at=by.at)
    write(
        "notify.person.minded",
        by=by,
        case=case.number,
        refs={"minded": made.id},
        payload={"kind": kind, "reason": reason},
    )
    return made


@transaction.atomic
def forget(minded: Minded, *, reason: str, by: Hand) -> None:
    """It need not be minded any more. Raises Refused without a reason."""
    still_open(minded.case)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    held = Minded.objects.select_for_update().get(id=minded.id)
    if not held.last:
        raise Refused("sendings.refused.not_now")
    held.last = False
    held.save(update_fields=["last"])
    write(
        "notify.person.unminded",
        by=by,
        case=minded.case.number,
        refs={"minded": minded.id},
        payload={"kind": held.kind, "reason": reason},
    )


def care(case: Case) -> Care:
    """What is to be minded now."""
    marks: dict[str, set[bytes]] = defaultdict(set)
    for kind, mark in Minded.objects.filter(case=case, last=True).values_list("kind", "mark"):
        marks[kind].add(bytes.fromhex(mark))
    return Care(**{kind: frozenset(marks[kind]) for kind in Minded.Kind.values})
