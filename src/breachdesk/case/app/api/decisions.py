"""Decisions with their reasons, and notes. Neither is ever changed: a newer decision replaces an older one."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from ninja import Field, Query, Router, Schema

from breachdesk.case.app.actions import decisions as actions
from breachdesk.case.app.models import Decision, Note
from breachdesk.case.app.seen import readable
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.instants import in_utc
from breachdesk.staff.app.listing import Listed, Part, Row, part_of, told
from breachdesk.staff.rights import Act

router = Router(tags=["decisions"])


class DecisionIn(Schema):
    """`considered`: what else could have been done, and why not; `replaces`: the decision whose place it takes."""

    title: str = Field(min_length=1, max_length=200)
    decided: str = Field(min_length=1, max_length=4000)
    reasons: str = Field(min_length=1, max_length=4000)
    considered: str = Field("", max_length=4000)
    at: datetime
    privileged: bool = False
    replaces: Row | None = None


class DecisionOut(DecisionIn):
    id: int
    by: str
    written_at: datetime
    replaced_by: int | None


class NoteIn(Schema):
    text: str = Field(min_length=1, max_length=4000)
    privileged: bool = False


class NoteOut(NoteIn):
    id: int
    by: str
    at: datetime


@router.get("/cases/{number}/decisions", response=Listed[DecisionOut])
@api_case(Act.READ)
def read_decisions(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    found = readable(Decision.objects.filter(case=request.case), request.rights).prefetch_related("replaced_by")
    return told(part_of(found, part), _shown)


@router.get("/cases/{number}/decisions/{decision}", response=DecisionOut)
@api_case(Act.READ)
def read_decision(request: DeskRequest, number: str, decision: Row) -> dict[str, Any]:
    return _shown(_decision(request, decision))


@router.post("/cases/{number}/decisions", response=DecisionOut)
@api_case(Act.DECIDE)
def decide(request: DeskRequest, number: str, said: DecisionIn) -> dict[str, Any]:
    older = _decision(request, said.replaces) if said.replaces is not None else None
    _may_mark(request, privileged=said.privileged)
    made = actions.decide(
        request.case,
        said.title,
        decided=said.decided,
        reasons=said.reasons,
        considered=said.considered,
        at=in_utc(said.at, "at"),
        privileged=said.privileged,
        replaces=older,
        by=request.by,
    )
    return _shown(made)


@router.get("/cases/{number}/notes", response=Listed[NoteOut])
@api_case(Act.READ)
def read_notes(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    return part_of(readable(Note.objects.filter(case=request.case), request.rights), part)


@router.post("/cases/{number}/notes", response=NoteOut)
@api_case(Act.WORK)
def write_note(request: DeskRequest, number: str, said: NoteIn) -> Note:
    _may_mark(request, privileged=said.privileged)
    return actions.note(request.case, said.text, privileged=said.privileged, by=request.by)


def _may_mark(request: DeskRequest, *, privileged: bool) -> None:
    if privileged and Act.PRIVILEGED not in request.rights:
        raise PermissionDenied


def _decision(request: DeskRequest, decision: int) -> Decision:
    every = readable(Decision.objects.filter(case=request.case), request.rights)
    found = every.filter(id=decision).first()
    if found is None:
        raise Http404
    return found


def _shown(one: Decision) -> dict[str, Any]:
    names = ("id", "title", "decided", "reasons", "considered", "at", "privileged", "by", "written_at")
    newer = next(iter(one.replaced_by.all()), None)
    return {
        **{name: getattr(one, name) for name in names},
        "replaces": one.replaces_id,
        "replaced_by": newer.id if newer is not None else None,
    }
