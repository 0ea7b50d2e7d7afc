"""Who is affected, as counts: values never leave by the API."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Router, Schema

from breachdesk.scope.app import actions
from breachdesk.scope.app.models import Run
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["people"])


class RunOut(Schema):
    id: int
    state: str
    percent: int
    items: list[str]
    people: int | None
    new: int | None
    made_at: datetime
    finished_at: datetime | None


class CohortOut(Schema):
    residence: str
    elements: list[str]
    language: str
    minor: str
    count: int


@router.get("/cases/{number}/runs", response=list[RunOut])
@api_case(Act.EVIDENCE)
def list_runs(request: DeskRequest, number: str) -> Any:
    return Run.objects.filter(case=request.case)[:50]


@router.post("/cases/{number}/runs", response=RunOut)
@api_case(Act.EVIDENCE)
def read_evidence(request: DeskRequest, number: str) -> Run:
    """Have all evidence of the case read by the worker."""
    return actions.read_evidence(request.case, by=request.by)


@router.get("/cases/{number}/people", response=list[CohortOut])
@api_case(Act.PEOPLE)
def count_people(request: DeskRequest, number: str) -> Any:
    """People by residence, elements, language and age, as counts."""
    run = actions.last(request.case)
    if run is None:
        raise Http404
    return run.cohorts or []
