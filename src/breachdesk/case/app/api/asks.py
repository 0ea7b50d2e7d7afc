"""Four eyes: closing, opening again, erasing; asked for by one, approved by another, then done."""

from datetime import date, datetime
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404
from ninja import Field, Query, Router, Schema

from breachdesk.case.app import closing_checks
from breachdesk.case.app.actions import asks, closing
from breachdesk.case.app.api.cases import WHY, CaseOut
from breachdesk.case.app.models import Ask, Case
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.listing import Listed, Part, Row, part_of
from breachdesk.staff.rights import Act

router = Router(tags=["closing"])


class Asking(Schema):
    deed: Literal["close", "reopen", "erase"]
    reason: str = Field(max_length=WHY)


class AskOut(Schema):
    """`answer`: approved, refused, withdrawn, or nothing yet. What nobody answered or used lapses after seven days."""

    id: int
    deed: str
    what: dict[str, Any]
    reason: str
    asked_by: str
    asked_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None
    answer_reason: str
    used_at: datetime | None


class AnswerAskIn(Schema):
    """Refusing needs a reason."""

    approve: bool
    reason: str = Field("", max_length=WHY)


class StillOut(Schema):
    text: str
    page: str


class ClosingOut(Schema):
    """`still`: what is open yet, in the language asked for."""

    state: str
    closed_at: datetime | None
    keep_until: date | None
    still: list[StillOut]


class Keeping(Schema):
    until: date
    reason: str = Field(max_length=WHY)


class EraseIn(Schema):
    """`number`: that of the case once more, so that nobody erases one by a slip."""

    number: str = Field(max_length=40)


@router.get("/cases/{number}/asks", response=Listed[AskOut])
@api_case(Act.READ)
def read_asks(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """All of them for those who may end a case; one's own for everybody else."""
    found = Ask.objects.filter(case=request.case)
    return part_of(found if Act.END in request.rights else found.filter(asker=request.account), part)


@router.post("/cases/{number}/asks", response=AskOut)
@api_case(Act.END)
def ask_for(request: DeskRequest, number: str, said: Asking) -> Ask:
    return asks.ask(request.case, said.deed, {}, reason=said.reason, by=request.by)


@router.post("/cases/{number}/asks/{ask}/answer", response=AskOut)
@api_case(Act.END)
def answer_ask(request: DeskRequest, number: str, ask: Row, said: AnswerAskIn) -> Ask:
    """By somebody else than who asked."""
    return asks.answer(_ask(request, ask), approved=said.approve, reason=said.reason, by=request.by)


@router.post("/cases/{number}/asks/{ask}/withdraw", response=AskOut)
@api_case(Act.READ)
def withdraw_ask(request: DeskRequest, number: str, ask: Row) -> Ask:
    """By who asked; the token needs what asking needed."""
    found = _ask(request, ask)
    if asks.DEEDS[found.deed] not in request.rights:
        raise PermissionDenied
    return asks.withdraw(found, by=request.by)


def _ask(request: DeskRequest, ask: int) -> Ask:
    found = Ask.objects.filter(case=request.case, id=ask).first()
    if found is None or (Act.END not in request.rights and found.asker_id != request.account.id):
        raise Http404
    return found


@router.get("/cases/{number}/closing", response=ClosingOut)
@api_case(Act.END)
def read_closing(request: DeskRequest, number: str) -> dict[str, Any]:
    """Whether it is closed, how long it is kept, and what is still open."""
    case, still = request.case, []
    for key, values, page in closing_checks.still(case) if case.open else ():
        rest = {name: value for name, value in values.items() if name != "n"}
        still.append({"text": request.words.say(key, values.get("n"), **rest), "page": page})
    return {"state": case.state, "closed_at": case.closed_at, "keep_until": case.keep_until, "still": still}


@router.post("/cases/{number}/close", response=CaseOut)
@api_case(Act.END)
def close_case(request: DeskRequest, number: str) -> Case:
    """With the approval of another."""
    return closing.close(request.case, by=request.by)


@router.post("/cases/{number}/reopen", response=CaseOut)
@api_case(Act.END)
def reopen_case(request: DeskRequest, number: str) -> Case:
    """With the approval of another."""
    return closing.reopen(request.case, by=request.by)


@router.put("/cases/{number}/keep", response=CaseOut)
@api_case(Act.END)
def keep_case(request: DeskRequest, number: str, said: Keeping) -> Case:
    """Another day from which the data of a closed case are to be erased."""
    return closing.keep(request.case, said.until, reason=said.reason, by=request.by)


@router.post("/cases/{number}/erase", response=CaseOut)
@api_case(Act.END)
def erase_case(request: DeskRequest, number: str, said: EraseIn) -> Case:
    """With the approval of another: the key of the case is destroyed, and what it sealed is gone for everybody."""
    if said.number != request.case.number:
        raise Refused("closing.refused.number", field="number")
    return closing.erase(request.case, by=request.by)
