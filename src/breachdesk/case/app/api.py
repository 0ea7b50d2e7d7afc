"""Cases by the API: what the pages of the case room do, by the same actions."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from ninja import Field, Router, Schema

from breachdesk.case.app import actions
from breachdesk.case.app.actions import picture, tasks
from breachdesk.case.app.models import Answer, Case, Happening, System, Task
from breachdesk.case.app.sheet import facts_of
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.doors import DeskRequest, api_case, api_house
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Act, Role

router = Router(tags=["case"])
MOST = 200
LARGEST = 2**63
_YEARS = (1970, 2200)


class CaseOut(Schema):
    number: str
    title: str
    state: str
    zone: str
    opened_at: datetime
    aware_at: datetime | None
    aware_reason: str


class AwareIn(Schema):
    at: datetime
    reason: str = Field(max_length=4000)


class MemberOut(Schema):
    email: str
    role: Role
    since: datetime


class MemberIn(Schema):
    email: str
    role: Role
    note: str = Field("", max_length=200)


@router.get("/cases", response=list[CaseOut])
@api_house(scope=Act.READ)
def list_cases(request: DeskRequest) -> QuerySet[Case]:
    """The cases one is in that the token reaches, newest first."""
    found = Case.objects.filter(members__account=request.account, members__ended_at=None)
    if request.auth.cases:
        found = found.filter(number__in=request.auth.cases)
    return found[:MOST]


@router.get("/cases/{number}", response=CaseOut)
@api_case(Act.READ)
def read_case(request: DeskRequest, number: str) -> Case:
    case: Case = request.case
    return case


@router.put("/cases/{number}/aware", response=CaseOut)
@api_case(Act.DECIDE)
def decide_aware(request: DeskRequest, number: str, said: AwareIn) -> Case:
    """From when the organisation counts as aware: a dated, reasoned decision."""
    return actions.decide_aware(request.case, instant(said.at, "at"), reason=said.reason, by=request.by)


@router.get("/cases/{number}/members", response=list[MemberOut])
@api_case(Act.READ)
def list_members(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    found = request.case.members.filter(ended_at=None).select_related("account")
    return [{"email": one.account.email, "role": one.role, "since": one.since} for one in found]


@router.post("/cases/{number}/members", response=MemberOut)
@api_case(Act.TEAM)
def let_in(request: DeskRequest, number: str, said: MemberIn) -> dict[str, Any]:
    member = actions.let_in(request.case, _account(said.email), said.role, by=request.by, note=said.note)
    return {"email": said.email, "role": member.role, "since": member.since}


@router.delete("/cases/{number}/members/{email}", response={204: None})
@api_case(Act.TEAM)
def let_out(request: DeskRequest, number: str, email: str) -> tuple[int, None]:
    actions.let_out(request.case, _account(email), by=request.by)
    return 204, None


class AnswerIn(Schema):
    """`value` is what a facts.yaml would hold (docs/formats/facts.md); not `known`: nobody knows yet."""

    value: Any = None
    known: bool = True
    why: str = Field("", max_length=4000)
    source: str = Field("", max_length=300)


class AnswerOut(Schema):
    fact: str
    known: bool
    value: Any = None
    why: str
    source: str
    at: datetime
    by: str


class HappeningIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    at: datetime
    until: datetime | None = None
    kind: str = "other"
    zone: str = Field("UTC", max_length=64)
    sure: bool = True
    source: str = Field("", max_length=300)


class HappeningOut(HappeningIn):
    id: int


class SystemIn(Schema):
    name: str = Field(min_length=1, max_length=120)
    kind: str
    state: str
    owner: str = Field("", max_length=120)
    note: str = Field("", max_length=2000)


class SystemOut(SystemIn):
    id: int
    isolated_at: datetime | None


class TaskIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    note: str = Field("", max_length=4000)
    due: datetime | None = None


class TaskOut(TaskIn):
    id: int
    done_at: datetime | None
    outcome: str


class OutcomeIn(Schema):
    outcome: str = Field("", max_length=4000)


@router.get("/cases/{number}/facts", response=dict[str, Any])
@api_case(Act.READ)
def read_facts(request: DeskRequest, number: str) -> dict[str, Any]:
    """The fact sheet as it stands: what a facts.yaml would hold."""
    return facts_of(request.case)


@router.get("/cases/{number}/facts/{fact}", response=list[AnswerOut])
@api_case(Act.READ)
def read_versions(request: DeskRequest, number: str, fact: str) -> Any:
    """Every answer to one fact, the newest first."""
    return Answer.objects.filter(case=request.case, fact=fact).order_by("-id")[:MOST]


@router.put("/cases/{number}/facts/{fact}", response=AnswerOut)
@api_case(Act.FACTS)
def answer_fact(request: DeskRequest, number: str, fact: str, said: AnswerIn) -> Answer:
    return actions.answer_fact(
        request.case, fact, said.value, known=said.known, why=said.why, source=said.source, by=request.by
    )


@router.get("/cases/{number}/timeline", response=list[HappeningOut])
@api_case(Act.READ)
def read_timeline(request: DeskRequest, number: str) -> Any:
    return Happening.objects.filter(case=request.case, gone=False)


@router.post("/cases/{number}/timeline", response=HappeningOut)
@api_case(Act.FACTS)
def add_happening(request: DeskRequest, number: str, said: HappeningIn) -> Happening:
    return picture.add_happening(
        request.case,
        said.title,
        instant(said.at, "at"),
        until=instant(said.until, "until") if said.until else None,
        kind=said.kind,
        zone=said.zone,
        sure=said.sure,
        source=said.source,
        by=request.by,
    )


@router.get("/cases/{number}/systems", response=list[SystemOut])
@api_case(Act.READ)
def read_systems(request: DeskRequest, number: str) -> Any:
    return System.objects.filter(case=request.case, gone=False)


@router.post("/cases/{number}/systems", response=SystemOut)
@api_case(Act.FACTS)
def put_system(request: DeskRequest, number: str, said: SystemIn) -> System:
    """A system on the map; one of the same name is changed."""
    there = System.objects.filter(case=request.case, name=said.name, gone=False).first()
    return picture.put_system(
        request.case,
        said.name,
        kind=said.kind,
        state=said.state,
        owner=said.owner,
        note=said.note,
        system=there,
        by=request.by,
    )


@router.get("/cases/{number}/tasks", response=list[TaskOut])
@api_case(Act.READ)
def read_tasks(request: DeskRequest, number: str) -> Any:
    found = Task.objects.filter(case=request.case)
    return (found if Act.PRIVILEGED in request.rights else found.filter(privileged=False))[:MOST]


@router.post("/cases/{number}/tasks", response=TaskOut)
@api_case(Act.WORK)
def make_task(request: DeskRequest, number: str, said: TaskIn) -> Task:
    due = instant(said.due, "due") if said.due else None
    return tasks.make_task(request.case, said.title, note=said.note, due=due, by=request.by)


@router.put("/cases/{number}/tasks/{task}/done", response=TaskOut)
@api_case(Act.WORK)
def finish_task(request: DeskRequest, number: str, task: int, said: OutcomeIn) -> Task:
    found = Task.objects.filter(case=request.case, id=task).first() if task < LARGEST else None
    if found is None or (found.privileged and Act.PRIVILEGED not in request.rights):
        raise Http404
    return tasks.finish_task(found, said.outcome, by=request.by)


def instant(instant: datetime, field: str) -> datetime:
    """In UTC. Raises Refused without an offset, and for years in which no breach was."""
    if instant.tzinfo is None:
        raise Refused("api.refused.no_offset", field=field)
    if not _YEARS[0] <= instant.year <= _YEARS[1]:
        raise Refused("api.refused.no_year", field=field)
    return instant.astimezone(UTC)


def _account(email: str) -> Account:
    found = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise Http404
    return found
