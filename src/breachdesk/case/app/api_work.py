"""The work of a case by the API: decisions, notes, costs, tasks, checklists, systems, its source, its end."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from ninja import Field, Schema

from breachdesk.case import veris
from breachdesk.case.app import points
from breachdesk.case.app.actions import asks, closing, confirming, costs, decisions, open_case, picture, tasks, team
from breachdesk.case.app.api import LARGEST, MOST, CaseOut, MemberOut, TaskOut, instant, router
from breachdesk.case.app.models import (
    Ask,
    Case,
    Decision,
    Happening,
    Link,
    Membership,
    Note,
    Origin,
    Spent,
    System,
    Task,
)
from breachdesk.detect.app.models import Signal
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.paging import PageOut, page
from breachdesk.staff.app.doors import DeskRequest, api_case, api_house
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Act, Role

M = TypeVar("M", bound=Model)


class CaseIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    zone: str = Field("UTC", max_length=64)


class ConfirmedIn(CaseIn):
    """`at`: since when one is aware, and `reason`: why that moment."""

    at: datetime
    reason: str = Field(min_length=1, max_length=4000)


class ReasonIn(Schema):
    reason: str = Field(max_length=4000)


class DecisionIn(Schema):
    title: str = Field(min_length=1, max_length=200)
    decided: str = Field(min_length=1, max_length=20_000)
    reasons: str = Field(min_length=1, max_length=20_000)
    considered: str = Field("", max_length=20_000)
    at: datetime
    privileged: bool = False
    replaces: int | None = None


class DecisionOut(Schema):
    id: int
    title: str
    decided: str
    reasons: str
    considered: str
    at: datetime
    by: str
    privileged: bool
    replaces: int | None = Field(None, alias="replaces_id")


class NoteIn(Schema):
    text: str = Field(min_length=1, max_length=20_000)
    privileged: bool = False


class NoteOut(NoteIn):
    id: int
    by: str
    at: datetime


class CostIn(Schema):
    """`minutes` of somebody's time, or `amount` in `currency` (ISO 4217), or both."""

    day: date
    who: str = Field(min_length=1, max_length=120)
    what: str = Field(min_length=1, max_length=200)
    vendor: bool = False
    minutes: int | None = Field(None, ge=1, le=10_000_000)
    amount: Decimal | None = Field(None, max_digits=14, decimal_places=2)
    currency: str = Field("", max_length=3)


class CostOut(Schema):
    id: int
    day: date
    who: str
    what: str
    vendor: bool
    minutes: int | None
    amount: Decimal | None
    currency: str
    by: str
    gone: bool


class TaskChangeIn(Schema):
    """`owner`: the address of somebody of the team, or nothing."""

    title: str = Field(min_length=1, max_length=200)
    note: str = Field("", max_length=4000)
    due: datetime | None = None
    owner: str = Field("", max_length=254)


class LinkIn(Schema):
    source: int
    target: int
    label: str = Field("", max_length=120)
    attack: bool = False


class LinkOut(LinkIn):
    id: int
    source: int = Field(alias="source_id")
    target: int = Field(alias="target_id")


class OriginIn(Schema):
    """`terms`: names of VERIS to values of it (docs/formats/api.md)."""

    terms: dict[str, list[str]]
    text: str = Field("", max_length=4000)


class PointOut(Schema):
    point: str
    state: str
    note: str


class TickIn(Schema):
    answer: Literal["done", "not_needed"] = "done"
    note: str = Field("", max_length=2000)


class AskedIn(Schema):
    """`what`: of what exactly, for deeds that need it; none for closing, opening again and erasing."""

    deed: Literal["close", "reopen", "erase"]
    reason: str = Field(min_length=1, max_length=4000)


class AskOut(Schema):
    id: int
    deed: str
    what: dict[str, Any]
    reason: str
    asked_by: str
    asked_at: datetime
    answer: str
    answered_by: str
    used_at: datetime | None


class AnswerAskIn(Schema):
    approved: bool
    reason: str = Field("", max_length=4000)


class RoleIn(Schema):
    role: Role
    note: str = Field("", max_length=200)


def one(found: "QuerySet[M]", id: int) -> M:
    """The one of that id. Raises Http404."""
    made = found.filter(pk=id).first() if 0 < id < LARGEST else None
    if made is None:
        raise Http404
    return made


def _seen(request: DeskRequest, found: "QuerySet[M]") -> "QuerySet[M]":
    """Without what is privileged, for whoever may not see it."""
    return found if Act.PRIVILEGED in request.rights else found.filter(privileged=False)


def _may_privilege(request: DeskRequest, privileged: bool) -> bool:
    if privileged and Act.PRIVILEGED not in request.rights:
        raise Refused("api.refused.privileged", field="privileged")
    return privileged


# --- a case begins


@router.post("/cases", response=CaseOut)
@api_house(scope="signals", triage=True)
def open_a_case(request: DeskRequest, said: CaseIn) -> Case:
    """A new case without a signal; whoever opens it leads it."""
    return open_case(said.title, lead=request.account, zone=said.zone, by=request.by)


@router.post("/signals/{signal}/confirm", response=CaseOut)
@api_house(scope="signals", triage=True)
def confirm_signal(request: DeskRequest, signal: str, said: ConfirmedIn) -> Case:
    """It is true: a case opens, and since when one is aware is decided with it."""
    return confirming.confirm(
        _signal(signal),
        title=said.title,
        lead=request.account,
        zone=said.zone,
        aware_at=instant(said.at, "at"),
        reason=said.reason,
        by=request.by,
    )


@router.put("/cases/{number}/signals/{signal}", response=CaseOut)
@api_case(Act.FACTS)
def join_signal(request: DeskRequest, number: str, signal: str) -> Case:
    """The signal speaks of this case, which is open already."""
    if not request.account.triage:
        raise Refused("scope.refused.not_yours")
    confirming.join(_signal(signal), request.case, by=request.by)
    case: Case = request.case
    return case


def _signal(number: str) -> Signal:
    found = Signal.objects.filter(number=number).first() if "\0" not in number else None
    if found is None:
        raise Http404
    return found


# --- decisions, notes, costs


@router.get("/cases/{number}/decisions", response=list[DecisionOut])
@api_case(Act.READ)
def read_decisions(request: DeskRequest, number: str) -> Any:
    return _seen(request, Decision.objects.filter(case=request.case))[:MOST]


@router.post("/cases/{number}/decisions", response=DecisionOut)
@api_case(Act.DECIDE)
def decide(request: DeskRequest, number: str, said: DecisionIn) -> Decision:
    """A decision is never changed: a newer one replaces it."""
    held = _seen(request, Decision.objects.filter(case=request.case))
    return decisions.decide(
        request.case,
        said.title,
        decided=said.decided,
        reasons=said.reasons,
        considered=said.considered,
        at=instant(said.at, "at"),
        privileged=_may_privilege(request, said.privileged),
        replaces=one(held, said.replaces) if said.replaces is not None else None,
        by=request.by,
    )


@router.get("/cases/{number}/notes", response=list[NoteOut])
@api_case(Act.READ)
def read_notes(request: DeskRequest, number: str) -> Any:
    return _seen(request, Note.objects.filter(case=request.case))[:MOST]


@router.post("/cases/{number}/notes", response=NoteOut)
@api_case(Act.WORK)
def write_note(request: DeskRequest, number: str, said: NoteIn) -> Note:
    return decisions.note(request.case, said.text, privileged=_may_privilege(request, said.privileged), by=request.by)


@router.get("/cases/{number}/costs", response=list[CostOut])
@api_case(Act.COSTS)
def read_costs(request: DeskRequest, number: str) -> Any:
    """Struck out ones (`gone`) too."""
    return Spent.objects.filter(case=request.case)[:MOST]


@router.post("/cases/{number}/costs", response=CostOut)
@api_case(Act.COSTS)
def enter_cost(request: DeskRequest, number: str, said: CostIn) -> Spent:
    return costs.spend(request.case, by=request.by, **said.dict())


@router.delete("/cases/{number}/costs/{cost}", response=CostOut)
@api_case(Act.COSTS)
def strike_cost(request: DeskRequest, number: str, cost: int, reason: str = "") -> Spent:
    """It does not count any more, and stays readable."""
    return costs.strike(one(Spent.objects.filter(case=request.case), cost), reason, by=request.by)


# --- tasks and checklists


@router.put("/cases/{number}/tasks/{task}", response=TaskOut)
@api_case(Act.WORK)
def change_task(request: DeskRequest, number: str, task: int, said: TaskChangeIn) -> Task:
    found = one(_seen(request, Task.objects.filter(case=request.case)), task)
    owner = None
    if said.owner:
        owner = Account.objects.filter(email=said.owner.strip().lower(), is_active=True).first()
        if owner is None:
            raise Refused("team.refused.no_account", field="owner")
    due = instant(said.due, "due") if said.due else None
    return tasks.change_task(found, title=said.title, note=said.note, due=due, owner=owner, by=request.by)


@router.delete("/cases/{number}/tasks/{task}/done", response=TaskOut)
@api_case(Act.WORK)
def reopen_task(request: DeskRequest, number: str, task: int, reason: str = "") -> Task:
    """It was not done after all."""
    return tasks.reopen_task(one(_seen(request, Task.objects.filter(case=request.case)), task), reason, by=request.by)


@router.get("/cases/{number}/points", response=list[PointOut])
@api_case(Act.READ)
def read_points(request: DeskRequest, number: str) -> list[dict[str, str]]:
    """Every point of the checklists that was looked after, or is not needed."""
    found = request.case.ticks.filter(last=True).order_by("point")
    return [{"point": one.point, "state": one.answer, "note": one.note} for one in found]


@router.put("/cases/{number}/points/{point}", response=PointOut)
@api_case(Act.WORK)
def tick_point(request: DeskRequest, number: str, point: str, said: TickIn) -> dict[str, str]:
    made = tasks.tick(request.case, _point(point), answer=said.answer, note=said.note, by=request.by)
    return {"point": made.point, "state": made.answer, "note": made.note}


@router.delete("/cases/{number}/points/{point}", response={204: None})
@api_case(Act.WORK)
def untick_point(request: DeskRequest, number: str, point: str) -> tuple[int, None]:
    tasks.untick(request.case, _point(point), by=request.by)
    return 204, None


def _point(name: str) -> str:
    if points.find(name) is None:
        raise Http404
    return name


# --- timeline, systems, source


@router.delete("/cases/{number}/timeline/{happening}", response={204: None})
@api_case(Act.FACTS)
def remove_happening(request: DeskRequest, number: str, happening: int, reason: str = "") -> tuple[int, None]:
    """It did not happen, or not so; it stays in the history."""
    found = one(Happening.objects.filter(case=request.case, gone=False), happening)
    picture.take_happening(found, reason=reason, by=request.by)
    return 204, None


@router.delete("/cases/{number}/systems/{system}", response={204: None})
@api_case(Act.FACTS)
def remove_system(request: DeskRequest, number: str, system: int) -> tuple[int, None]:
    picture.take_system(one(System.objects.filter(case=request.case, gone=False), system), by=request.by)
    return 204, None


@router.get("/cases/{number}/links", response=list[LinkOut])
@api_case(Act.READ)
def read_links(request: DeskRequest, number: str) -> Any:
    return Link.objects.filter(case=request.case, gone=False)


@router.post("/cases/{number}/links", response=LinkOut)
@api_case(Act.FACTS)
def put_link(request: DeskRequest, number: str, said: LinkIn) -> Link:
    """Access from one system to another; `attack`: the attacker took it."""
    held = System.objects.filter(case=request.case, gone=False)
    source, target = one(held, said.source), one(held, said.target)
    return picture.link(request.case, source, target, label=said.label, attack=said.attack, by=request.by)


@router.delete("/cases/{number}/links/{link}", response={204: None})
@api_case(Act.FACTS)
def remove_link(request: DeskRequest, number: str, link: int) -> tuple[int, None]:
    picture.unlink(one(Link.objects.filter(case=request.case, gone=False), link), by=request.by)
    return 204, None


@router.get("/cases/{number}/origin", response=dict[str, Any])
@api_case(Act.READ)
def read_origin(request: DeskRequest, number: str) -> dict[str, Any]:
    """The incident as a VERIS document."""
    last = Origin.objects.filter(case=request.case, last=True).first()
    return veris.incident(number, last.terms if last else {}, last.text if last else "")


@router.put("/cases/{number}/origin", response=dict[str, Any])
@api_case(Act.FACTS)
def say_origin(request: DeskRequest, number: str, said: OriginIn) -> dict[str, Any]:
    made = picture.say_origin(request.case, said.terms, text=said.text, by=request.by)
    return veris.incident(number, made.terms, made.text)


# --- the team, four eyes, the end


@router.put("/cases/{number}/members/{email}", response=MemberOut)
@api_case(Act.TEAM)
def change_member(request: DeskRequest, number: str, email: str, said: RoleIn) -> dict[str, Any]:
    found = Membership.objects.filter(case=request.case, ended_at=None, account__email=email.strip().lower())
    member = found.select_related("account", "case").first() if "\0" not in email else None
    if member is None:
        raise Http404
    made = team.change(member, said.role, note=said.note, by=request.by)
    return {"email": member.account.email, "role": made.role, "since": made.since}


@router.get("/cases/{number}/asks", response=list[AskOut])
@api_case(Act.READ)
def read_asks(request: DeskRequest, number: str) -> Any:
    """What was asked for that two people must agree to."""
    return Ask.objects.filter(case=request.case)[:MOST]


@router.post("/cases/{number}/asks", response=AskOut)
@api_case(Act.END)
def ask(request: DeskRequest, number: str, said: AskedIn) -> Ask:
    return asks.ask(request.case, said.deed, {}, reason=said.reason, by=request.by)


@router.put("/cases/{number}/asks/{ask_id}", response=AskOut)
@api_case(Act.END)
def answer_ask(request: DeskRequest, number: str, ask_id: int, said: AnswerAskIn) -> Ask:
    """Approve or refuse what somebody else asked for."""
    found = one(Ask.objects.filter(case=request.case), ask_id)
    return asks.answer(found, approved=said.approved, reason=said.reason, by=request.by)


@router.delete("/cases/{number}/asks/{ask_id}", response=AskOut)
@api_case(Act.READ)
def withdraw_ask(request: DeskRequest, number: str, ask_id: int) -> Ask:
    """Whoever asked asks no longer."""
    return asks.withdraw(one(Ask.objects.filter(case=request.case), ask_id), by=request.by)


@router.put("/cases/{number}/state", response=CaseOut)
@api_case(Act.END)
def end_case(request: DeskRequest, number: str, state: Literal["closed", "open", "erased"]) -> Case:
    """Close, open again or erase, with an approval of somebody else (POST .../asks) that still holds."""
    deed = {"closed": closing.close, "open": closing.reopen, "erased": closing.erase}[state]
    return deed(request.case, by=request.by)


# --- the journal of the case


@router.get("/cases/{number}/journal", response=PageOut)
@api_case(Act.READ)
def read_journal(request: DeskRequest, number: str, before: int | None = None) -> dict[str, Any]:
    """Every entry, the newest first, 200 at a time. As a bag that can be verified it leaves the house on its page."""
    return page(number, before, privileged=Act.PRIVILEGED in request.rights)
