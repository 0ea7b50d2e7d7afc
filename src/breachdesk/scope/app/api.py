"""Who is affected, as counts: values never leave by the API."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, Router, Schema

from breachdesk.ground.refused import Refused
from breachdesk.scope.app import actions, comparing
from breachdesk.scope.app.models import Comparison, Correction, Run
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["people"])
_LARGEST = 2**63


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


class CorrectionIn(Schema):
    """Everybody found at `found` lives at `residence` in truth."""

    found: str = Field(min_length=1, max_length=12)
    residence: str = Field(min_length=1, max_length=12)
    reason: str = Field(min_length=1, max_length=1000)


class CorrectionOut(Schema):
    id: int
    found: str
    residence: str
    reason: str
    by: str
    at: datetime
    last: bool


class CompareIn(Schema):
    """Labels of evidence items: the leaked sample, and exports of our own data."""

    sample: str = Field(max_length=12)
    own: list[str] = Field(min_length=1, max_length=comparing.MOST_OWN)


class ComparisonOut(Schema):
    id: int
    sample: str
    own: list[str]
    state: str
    made_at: datetime
    finished_at: datetime | None
    result: dict[str, Any] | None


@router.delete("/cases/{number}/runs/{run}", response=RunOut)
@api_case(Act.EVIDENCE)
def stop_run(request: DeskRequest, number: str, run: int) -> Run:
    """Stop reading; what was found by then is not kept."""
    found = Run.objects.filter(case=request.case, id=run).first() if 0 < run < _LARGEST else None
    if found is None:
        raise Http404
    actions.stop(found, by=request.by)
    found.refresh_from_db()
    return found


@router.get("/cases/{number}/corrections", response=list[CorrectionOut])
@api_case(Act.PEOPLE)
def read_corrections(request: DeskRequest, number: str) -> Any:
    return Correction.objects.filter(case=request.case)[:500]


@router.post("/cases/{number}/corrections", response=CorrectionOut)
@api_case(Act.PEOPLE)
def correct_residence(request: DeskRequest, number: str, said: CorrectionIn) -> Correction:
    """Counts with the next reading. One person is corrected on their page."""
    if Act.EVIDENCE not in request.rights:
        raise Refused("scope.refused.not_yours")
    return actions.correct(
        request.case, said.residence.upper(), found=said.found.upper(), reason=said.reason, by=request.by
    )


@router.get("/cases/{number}/comparisons", response=list[ComparisonOut])
@api_case(Act.EVIDENCE)
def read_comparisons(request: DeskRequest, number: str) -> Any:
    return Comparison.objects.filter(case=request.case)[:50]


@router.post("/cases/{number}/comparisons", response=ComparisonOut)
@api_case(Act.EVIDENCE)
def compare_sample(request: DeskRequest, number: str, said: CompareIn) -> Comparison:
    """Have a leaked sample held against exports of our own data."""
    return comparing.ask(request.case, said.sample, said.own, by=request.by)
