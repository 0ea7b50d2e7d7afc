"""People with whom something is to be minded when notices go: bait, the dead, the vulnerable, those the police asked to
wait for. Kept by a mark of what they are known by, never by a value."""

from collections import defaultdict

from django.db import transaction

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify.app.choosing import Care
from breachdesk.notify.app.models import Minded
from breachdesk.scope import kept


@transaction.atomic
def mind(case: Case, known_by: str, kind: str, *, reason: str, by: Hand) -> Minded:
    """From the next sending on. `known_by`: an address, a number, an id of theirs, as the evidence has it.

    Raises Refused without a reason, and for nothing that anybody is known by."""
    still_open(case)
    if not known_by.strip():
        raise Refused("sendings.refused.whose", field="known_by")
    if kind not in Minded.Kind.values:
        raise Refused("sendings.refused.no_kind", field="kind")
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    mark = kept.mark(known_by).hex()
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
