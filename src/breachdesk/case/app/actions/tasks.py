"""Tasks: something one named person does by a time; and the points of the checklists, ticked off or not needed."""

from datetime import datetime

from django.db import transaction

from breachdesk.case.app.actions.opening import still_open
from breachdesk.case.app.models import Case, Task, Ticked
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import RIGHTS, Act, Role

DONE, NOT_NEEDED = "done", "not_needed"


@transaction.atomic
def make_task(
    case: Case,
    title: str,
    *,
    by: Hand,
    owner: Account | None = None,
    due: datetime | None = None,
    note: str = "",
    point: str = "",
    privileged: bool = False,
) -> Task:
    """Something to do. `point`: the point of a checklist it comes from.

    Raises Refused for an owner who is not in the case, or may not see what is privileged."""
    still_open(case)
    _named(title)
    _can_own(case, owner, privileged=privileged)
    task = Task.objects.create(
        case=case,
        title=title.strip(),
        note=note,
        owner=owner,
        due=due,
        point=point,
        privileged=privileged,
        made_at=by.at,
        made_by=by.actor.name,
    )
    write(
        "case.task.made",
        by=by,
        case=case.number,
        refs={"task": task.id, "point": point},
        payload=_told(task),
        privileged=privileged,
    )
    return task


@transaction.atomic
def change_task(
    task: Task, *, title: str, owner: Account | None, due: datetime | None, by: Hand, note: str = ""
) -> Task:
    """Another title, owner or time. What was there before is in the journal. Raises Refused, as `make_task` does."""
    still_open(task.case)
    _named(title)
    now = _locked(task)
    if owner is None or owner.id != now.owner_id:
        _can_own(task.case, owner, privileged=now.privileged)
    if (now.title, now.owner_id, now.due, now.note) == (title.strip(), owner.id if owner else None, due, note):
        return now
    before = _told(now)
    now.title, now.owner, now.due, now.note = title.strip(), owner, due, note
    now.save(update_fields=["title", "owner", "due", "note"])
    write(
        "case.task.changed",
        by=by,
        case=task.case.number,
        refs={"task": task.id},
        payload=_told(now) | {f"{name}_before": value for name, value in before.items()},
        privileged=now.privileged,
    )
    return now


@transaction.atomic
def finish_task(task: Task, outcome: str, *, by: Hand) -> Task:
    """The task is done, with what came of it. Raises Refused when it was done already."""
    still_open(task.case)
    now = _locked(task)
    if now.done_at is not None:
        raise Refused("tasks.refused.done", who=now.done_by)
    now.done_at, now.done_by, now.outcome = by.at, by.actor.name, outcome
    now.save(update_fields=["done_at", "done_by", "outcome"])
    write(
        "case.task.finished",
        by=by,
        case=task.case.number,
        refs={"task": task.id},
        payload={"title": now.title, "outcome": outcome},
        privileged=now.privileged,
    )
    return now


@transaction.atomic
def reopen_task(task: Task, reason: str, *, by: Hand) -> Task:
    """The task was not done after all. Raises Refused without a reason, or when it is open."""
    still_open(task.case)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    now = _locked(task)
    if now.done_at is None:
        raise Refused("tasks.refused.open")
    now.done_at, now.done_by, now.outcome = None, "", ""
    now.save(update_fields=["done_at", "done_by", "outcome"])
    write(
        "case.task.reopened",
        by=by,
        case=task.case.number,
        refs={"task": task.id},
        payload={"title": now.title, "reason": reason},
        privileged=now.privileged,
    )
    return now


@transaction.atomic
def tick(case: Case, point: str, *, by: Hand, answer: str = DONE, note: str = "") -> Ticked:
    """A point of a checklist was looked after, or is not needed here and why. Raises Refused without that reason."""
    still_open(case, alone=True)  # two who tick at once leave one tick that counts
    if answer == NOT_NEEDED and not note.strip():
        raise Refused("case.refused.no_reason", field="note")
    case.ticks.filter(point=point, last=True).update(last=False)
    ticked = Ticked.objects.create(case=case, point=point, answer=answer, note=note, by=by.actor.name, at=by.at)
    write("case.point.ticked", by=by, case=case.number, refs={"point": point}, payload={"answer": answer, "note": note})
    return ticked


@transaction.atomic
def untick(case: Case, point: str, *, by: Hand) -> None:
    """A point of a checklist is open again; that it was ticked stays in the history. Raises Refused when it is open."""
    still_open(case)
    if not case.ticks.filter(point=point, last=True).update(last=False):
        raise Refused("checklists.refused.not_ticked")
    write("case.point.unticked", by=by, case=case.number, refs={"point": point})


def _named(title: str) -> None:
    if not title.strip():
        raise Refused("tasks.refused.no_title", field="title")


def _can_own(case: Case, owner: Account | None, *, privileged: bool) -> None:
    if owner is None:
        return
    member = case.members.filter(account=owner, ended_at=None).first()
    if member is None:
        raise Refused("case.refused.not_in_case", field="owner", who=str(owner))
    if Act.WORK not in RIGHTS[Role(member.role)]:
        raise Refused("tasks.refused.only_reads", field="owner", who=str(owner))
    if privileged and Act.PRIVILEGED not in RIGHTS[Role(member.role)]:
        raise Refused("tasks.refused.not_privileged", field="owner", who=str(owner))


def _locked(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("owner").get(id=task.id)


def _told(task: Task) -> dict[str, str | datetime | None]:
    return {"title": task.title, "owner": task.owner.email if task.owner else "", "due": task.due, "note": task.note}
