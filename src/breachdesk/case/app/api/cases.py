"""Cases: the list, the overview, opening one, confirming a signal, since when one is aware."""

from datetime import date, datetime
from typing import Any

from django.http import Http404
from ninja import Field, Query, Router, Schema

from breachdesk.case.app import actions, glance
from breachdesk.case.app.actions import confirming
from breachdesk.case.app.models import Case, State
from breachdesk.detect.app.models import Signal
from breachdesk.staff.app.doors import DeskRequest, api_case, api_house
from breachdesk.staff.app.instants import in_utc
from breachdesk.staff.app.listing import Listed, Part, part_of
from breachdesk.staff.app.tokens import SIGNALS
from breachdesk.staff.rights import Act

router = Router(tags=["cases"])
WHY = 4000


class CaseOut(Schema):
    number: str
    title: str
    state: str
    zone: str
    opened_at: datetime
    aware_at: datetime | None
    aware_reason: str
    closed_at: datetime | None
    keep_until: date | None


class CaseIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    zone: str = Field("UTC", max_length=64)


class AwareIn(Schema):
    at: datetime
    reason: str = Field(max_length=WHY)


class Confirming(CaseIn):
    """The case that a signal becomes. `at`, `reason`: since when the organisation counts as aware, and why."""

    at: datetime
    reason: str = Field(max_length=WHY)


class Joining(Schema):
    case: str = Field(max_length=40)


class ReasonIn(Schema):
    reason: str = Field(max_length=WHY)


class PanelOut(Schema):
    """What is asked first of a case. `page`: where more stands, at the desk."""

    name: str
    text: str
    urgent: bool
    page: str


class OverviewOut(CaseOut):
    panels: list[PanelOut]


@router.get("/cases", response=Listed[CaseOut])
@api_house(scope=Act.READ)
def list_cases(request: DeskRequest, part: Query[Part]) -> dict[str, Any]:
    """The cases one is in that the token reaches, newest first."""
    found = Case.objects.filter(members__account=request.account, members__ended_at=None)
    if request.auth.cases:
        found = found.filter(number__in=request.auth.cases)
    return part_of(found, part)


@router.post("/cases", response=CaseOut)
@api_house(scope=SIGNALS, triage=True)
def open_case(request: DeskRequest, said: CaseIn) -> Case:
    """A case without a signal; whoever owns the token leads it."""
    return actions.open_case(said.title, zone=said.zone, lead=request.account, by=request.by)


@router.post("/signals/{signal}/confirm", response=CaseOut)
@api_house(scope=SIGNALS, triage=True)
def confirm_signal(request: DeskRequest, signal: str, said: Confirming) -> Case:
    """It is a breach: a case opens with a dated, reasoned decision."""
    return confirming.confirm(
        _signal(signal),
        title=said.title,
        lead=request.account,
        zone=said.zone,
        aware_at=in_utc(said.at, "at"),
        reason=said.reason,
        by=request.by,
    )


@router.post("/signals/{signal}/join", response=CaseOut)
@api_house(scope=SIGNALS, triage=True)
def join_signal(request: DeskRequest, signal: str, said: Joining) -> Case:
    """It speaks of a case that is open already: one of those of whoever owns the token."""
    mine = Case.objects.filter(members__account=request.account, members__ended_at=None, state=State.OPEN)
    case = mine.filter(number=said.case).first()
    if case is None or not request.auth.reaches(case.number):
        raise Http404
    confirming.join(_signal(signal), case, by=request.by)
    return case


def _signal(number: str) -> Signal:
    found = Signal.objects.filter(number=number).first() if "\0" not in number else None
    if found is None:
        raise Http404
    return found


@router.get("/cases/{number}", response=CaseOut)
@api_case(Act.READ)
def read_case(request: DeskRequest, number: str) -> Case:
    case: Case = request.case
    return case


@router.get("/cases/{number}/overview", response=OverviewOut)
@api_case(Act.READ)
def read_overview(request: DeskRequest, number: str) -> dict[str, Any]:
    """What the first page of a case says at a glance, in the language asked for."""
    case = request.case
    panels = [
        {
            "name": one.name,
            "text": request.words.say(one.key, one.n, **one.values),
            "urgent": one.urgent,
            "page": one.url,
        }
        for one in glance.panels(case)
    ]
    return {**{name: getattr(case, name) for name in CaseOut.model_fields}, "panels": panels}


@router.put("/cases/{number}/aware", response=CaseOut)
@api_case(Act.DECIDE)
def decide_aware(request: DeskRequest, number: str, said: AwareIn) -> Case:
    """From when the organisation counts as aware: a dated, reasoned decision."""
    return actions.decide_aware(request.case, in_utc(said.at, "at"), reason=said.reason, by=request.by)
