"""What becomes of a deadline: met, given to somebody, reminded of; and that a change was read."""

from datetime import datetime

from django.db import connection, transaction

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.law.app import reminders
from breachdesk.law.app.models import Change, Deadline, DeadlineState, Reminder
from breachdesk.staff.app.models import Account


def hand_in(case: Case, duty: str, at: datetime) -> None:
    """Within the action that hands a filing in, which writes the entry: its deadline waits no longer."""
    for row in Deadline.objects.filter(case=case, duty=duty):
        row.state, row.filed_at = DeadlineState.FILED, at
        row.late = row.due is not None and at > row.due
        row.save(update_fields=["state", "filed_at", "late"])


@transaction.atomic
def look_at_changes(case: Case, *, by: Hand) -> int:
    """Somebody has read what changed; how many changes that were new."""
    still_open(case)
    new = Change.objects.filter(case=case, fresh=True, at__lte=by.at)
    ids = list(new.values_list("id", flat=True))
    if not ids:
        return 0
    Change.objects.filter(id__in=ids).update(fresh=False, seen_by=by.actor.name, seen_at=by.at)
    write("law.changes.read", by=by, case=case.number, payload={"count": len(ids)})
    return len(ids)


@transaction.atomic
def give(case: Case, duty: str, owner: Account | None, *, by: Hand) -> Deadline:
    """Whoever looks after a duty: reminded of it first. None: nobody in particular, so the leads.

    Raises Refused for whoever is not in the case, and for a duty that asks nothing."""
    still_open(case)
    row = Deadline.objects.select_for_update().filter(case=case, duty=duty).first()
    if row is None:
        raise Refused("duties.refused.no_deadline")
    if owner is not None and not case.members.filter(account=owner, ended_at=None).exists():
        raise Refused("duties.refused.not_in_case", field="owner")
    if row.owner_id == (owner.id if owner is not None else None):
        return row
    row.owner = owner
    row.save(update_fields=["owner"])
    write(
        "law.duty.given",
        by=by,
        case=case.number,
        refs={"duty": duty},
        payload={"owner": owner.email if owner is not None else None},
    )
    return row


@transaction.atomic
def remind(case: Case, *, by: Hand) -> int:
    """Remind of every deadline of the case that has reached a step it was not reminded of; how many there were.

    The rows are claimed, then letters and alarms go, then the entry is written: all of it stands or none. Killed after
    a mail server has taken a letter and before the commit, the same letter goes once more; no reminder is lost. Raises
    NotSent when nobody at all could be told: it is tried again in five minutes."""
    if not case.open or not _alone(case):
        return 0
    reached = reminders.reached(case, by.at)
    if not reached:
        return 0
    claimed = [
        Reminder(case=case, duty=one.deadline.duty, step=one.step, due=one.due, sent_at=by.at, to=0) for one in reached
    ]
    Reminder.objects.bulk_create(claimed)
    sent = reminders.tell(case, reached, by.at)
    Reminder.objects.filter(id__in=[one.id for one in claimed]).update(to=sent.told)
    write(
        "law.reminder.sent",
        by=by,
        case=case.number,
        refs={"duties": [one.deadline.duty for one in reached], "steps": [one.step for one in reached]},
        payload={"to": list(sent.mailed), "failed": sent.failed, "alarms": sent.alarms},
    )
    return len(reached)


def _alone(case: Case) -> bool:
    """Whether nobody else is reminding of this case at the moment; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('law.remind'), %s)", [case.id])
        return bool(cursor.fetchone()[0])
