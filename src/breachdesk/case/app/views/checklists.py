"""The checklists of a case: a page of all phases with how far each has come, and a page for each phase."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app import points
from breachdesk.case.app.actions import tasks as actions
from breachdesk.case.app.models import Case, Task
from breachdesk.case.app.paper import LONGEST_TEXT
from breachdesk.case.app.points import Point, Progress
from breachdesk.case.app.seen import readable
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act


@doors.case(Act.READ)
def checklists(request: DeskRequest, case: Case) -> HttpResponse:
    phases = points.progress(case)
    late = sum(_late(case, state.point, request.at) and not state.settled for one in phases for state in one.states)
    return render(
        request,
        "case/checklists.html",
        {
            "phases": phases,
            "settled": sum(one.settled for one in phases),
            "total": sum(one.total for one in phases),
            "late": late,
            "next": next((one for one in phases if one.open), None),
        },
    )


def _late(case: Case, point: Point, now: datetime) -> bool:
    due = _due(case, point)
    return due is not None and due < now


def _due(case: Case, point: Point) -> datetime | None:
    if point.by_hours is None or case.aware_at is None:
        return None
    return case.aware_at + timedelta(hours=point.by_hours)


@doors.case(Act.READ, post=Act.WORK)
def checklist(request: DeskRequest, case: Case, phase: str) -> HttpResponse:
    if points.phase(phase) is None:
        raise Http404
    if request.method == "POST":
        return _sent(request, case, phase)
    every = points.progress(case, tasks=_tasks(request, case, phase))
    at = next(number for number, one in enumerate(every) if one.phase.id == phase)
    one: Progress = every[at]
    return render(
        request,
        "case/checklist.html",
        {
            "one": one,
            "rows": [(state, _due(case, state.point), _late(case, state.point, request.at)) for state in one.states],
            "before": every[at - 1].phase if at else None,
            "after": every[at + 1].phase if at + 1 < len(every) else None,
        },
    )


def _tasks(request: DeskRequest, case: Case, phase: str) -> dict[str, Task]:
    """By the point they were made of; an open one counts before one that is done."""
    found = readable(case.tasks.filter(point__startswith=f"{phase}."), request.rights).select_related("owner")
    return {task.point: task for task in found.order_by("done_at", "-id")[::-1]}


def _sent(request: DeskRequest, case: Case, phase: str) -> HttpResponse:
    point, deed = points.find(request.POST.get("point", "")), request.POST.get("do", "")
    if point is None or not point.id.startswith(f"{phase}."):
        return redirect("case_checklist", case.number, phase)
    note = request.POST.get("note", "").replace("\x00", "")
    if len(note) > LONGEST_TEXT:
        raise Refused("paper.max_length")
    if deed == "untick":
        actions.untick(case, point.id, by=request.by)
    elif deed in (actions.DONE, actions.NOT_NEEDED):
        actions.tick(case, point.id, answer=deed, note=note, by=request.by)
    else:
        return redirect("case_checklist", case.number, phase)
    messages.success(request, request.words.say(f"checklists.said.{deed}"))
    response = redirect("case_checklist", case.number, phase)
    response["Location"] += f"#{point.id}"
    return response
