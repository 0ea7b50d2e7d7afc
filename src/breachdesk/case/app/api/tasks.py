"""Tasks: something one named person does by a time."""

from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404
from ninja import Field, Query, Router, Schema

from breachdesk.case.app import points
from breachdesk.case.app.actions import tasks as actions
from breachdesk.case.app.api.cases import ReasonIn
from breachdesk.case.app.models import Task
from breachdesk.case.app.seen import readable
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.actions import find_account
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.instants import in_utc
from breachdesk.staff.app.listing import Listed, Part, Row, part_of, told
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Act

router = Router(tags=["tasks"])


class ChangeIn(Schema):
    """`owner`: the address of an account of the case; nothing: nobody in particular."""

    title: str = Field(min_length=1, max_length=200)
    note: str = Field("", max_length=4000)
    owner: str = Field("", max_length=254)
    due: datetime | None = None


class TaskIn(ChangeIn):
    """`point`: the point of a checklist it comes from; `privileged`: only for who may read what is."""

    point: str = Field("", max_length=80)
    privileged: bool = False


class TaskOut(TaskIn):
    id: int
    made_at: datetime
    made_by: str
    done_at: datetime | None
    done_by: str
    outcome: str


class OutcomeIn(Schema):
    outcome: str = Field("", max_length=4000)


class Which(Part):
    state: Literal["open", "late", "done", "all"] = "all"


@router.get("/cases/{number}/tasks", response=Listed[TaskOut])
@api_case(Act.READ)
def read_tasks(request: DeskRequest, number: str, which: Query[Which]) -> dict[str, Any]:
    found = readable(Task.objects.filter(case=request.case).select_related("owner"), request.rights)
    if which.state == "done":
        found = found.exclude(done_at=None)
    elif which.state != "all":
        found = found.filter(done_at=None)
    if which.state == "late":
        found = found.filter(due__lt=request.at)
    return told(part_of(found, which), _shown)


@router.get("/cases/{number}/tasks/{task}", response=TaskOut)
@api_case(Act.READ)
def read_task(request: DeskRequest, number: str, task: Row) -> dict[str, Any]:
    return _shown(_task(request, task))


@router.post("/cases/{number}/tasks", response=TaskOut)
@api_case(Act.WORK)
def make_task(request: DeskRequest, number: str, said: TaskIn) -> dict[str, Any]:
    if said.privileged and Act.PRIVILEGED not in request.rights:
        raise PermissionDenied
    if said.point and points.find(said.point) is None:
        raise Refused("api.refused.no_row", field="point")
    return _shown(
        actions.make_task(
            request.case,
            said.title,
            note=said.note,
            owner=_owner(said),
            due=_due(said),
            point=said.point,
            privileged=said.privileged,
            by=request.by,
        )
    )


@router.put("/cases/{number}/tasks/{task}", response=TaskOut)
@api_case(Act.WORK)
def change_task(request: DeskRequest, number: str, task: Row, said: ChangeIn) -> dict[str, Any]:
    """Title, note, owner and time, all of them as they are to be."""
    found = _task(request, task)
    return _shown(
        actions.change_task(found, title=said.title, owner=_owner(said), due=_due(said), note=said.note, by=request.by)
    )


@router.put("/cases/{number}/tasks/{task}/done", response=TaskOut)
@api_case(Act.WORK)
def finish_task(request: DeskRequest, number: str, task: Row, said: OutcomeIn) -> dict[str, Any]:
    return _shown(actions.finish_task(_task(request, task), said.outcome, by=request.by))


@router.post("/cases/{number}/tasks/{task}/reopen", response=TaskOut)
@api_case(Act.WORK)
def reopen_task(request: DeskRequest, number: str, task: Row, said: ReasonIn) -> dict[str, Any]:
    return _shown(actions.reopen_task(_task(request, task), said.reason, by=request.by))


def _task(request: DeskRequest, task: int) -> Task:
    every = readable(Task.objects.select_related("owner", "case"), request.rights)
    found = every.filter(case=request.case, id=task).first()
    if found is None:
        raise Http404
    return found


def _owner(said: ChangeIn) -> Account | None:
    if not said.owner:
        return None
    found = find_account(said.owner)
    if found is None:
        raise Refused("team.refused.no_account", field="owner")
    return found


def _due(said: ChangeIn) -> datetime | None:
    return in_utc(said.due, "due") if said.due else None


def _shown(one: Task) -> dict[str, Any]:
    names = ("id", "title", "note", "due", "point", "privileged", "made_at", "made_by", "done_at", "done_by", "outcome")
    return {**{name: getattr(one, name) for name in names}, "owner": one.owner.email if one.owner else ""}
