"""The checklists: what to look after in each phase, ticked off or not needed here."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Router, Schema, Status

from breachdesk.case.app import points
from breachdesk.case.app.actions import tasks as actions
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["checklists"])


class TickIn(Schema):
    """`note`: what came of it; why it is not needed."""

    answer: Literal["done", "not_needed"] = "done"
    note: str = Field("", max_length=4000)


class PointOut(Schema):
    """`state`: open, done, not_needed, or fact: an answered fact shows that it was looked after."""

    id: str
    phase: str
    text: str
    state: Literal["open", "done", "not_needed", "fact"]
    note: str = ""
    by: str = ""
    at: datetime | None = None


@router.get("/cases/{number}/checklists", response=list[PointOut])
@api_case(Act.READ)
def read_checklists(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """Every point of every phase in order, in the language asked for."""
    return [_shown(request, one.phase.id, state) for one in points.progress(request.case) for state in one.states]


@router.put("/cases/{number}/checklists/{point}", response=PointOut)
@api_case(Act.WORK)
def tick_point(request: DeskRequest, number: str, point: str, said: TickIn) -> dict[str, Any]:
    found = _point(point)
    ticked = actions.tick(request.case, found.id, answer=said.answer, note=said.note, by=request.by)
    return _shown(request, found.id.partition(".")[0], points.State(found, ticked))


@router.delete("/cases/{number}/checklists/{point}", response={204: None})
@api_case(Act.WORK)
def untick_point(request: DeskRequest, number: str, point: str) -> Status[None]:
    actions.untick(request.case, _point(point).id, by=request.by)
    return Status(204, None)


def _point(id: str) -> points.Point:
    found = points.find(id)
    if found is None:
        raise Http404
    return found


def _shown(request: DeskRequest, phase: str, one: points.State) -> dict[str, Any]:
    said = {"id": one.point.id, "phase": phase, "text": request.words.pick(one.point.text)}
    if one.ticked is None:
        return {**said, "state": "fact" if one.by_fact else "open"}
    ticked = one.ticked
    return {**said, "state": ticked.answer, "note": ticked.note, "by": ticked.by, "at": ticked.at}
