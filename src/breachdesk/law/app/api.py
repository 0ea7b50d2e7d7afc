"""What the law asks of a case: breachdesk.duties/1 (docs/formats/duties.md), deadlines with who looks after them, and
what each answer changed."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, Query, Router, Schema

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.law.app import actions, standing
from breachdesk.law.app.models import Change, Deadline
from breachdesk.staff.app.actions import find_account
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.listing import Listed, Part, part_of, told
from breachdesk.staff.rights import Act

router = Router(tags=["duties"])
routers = (router,)


class DeadlineOut(Schema):
    """A duty that asks something of the case. `state`: late, soon, owed, unknown, held, quiet, filed; `due` where its
    hours are counted; `owner`: the address of who looks after it."""

    duty: str
    title: str
    recipient: str
    standard: str
    place: str
    kind: str
    verdict: str
    state: str
    due: datetime | None
    people: int | None
    owner: str
    filed_at: datetime | None
    late: bool
    missing: list[str]


class OwnerIn(Schema):
    """The address of an account of the case; nothing: nobody in particular, so the leads."""

    owner: str = Field("", max_length=254)


class ChangeOut(Schema):
    """What one judgement said otherwise than the one before. `because`: the entry of the journal that led to it;
    `told`: breachdesk.changes/1; `fresh`: nobody has read it yet."""

    id: int
    at: datetime
    because: int | None
    cause: str
    facts: list[str]
    count: int
    told: dict[str, Any]
    fresh: bool
    seen_by: str
    seen_at: datetime | None


class ReadOut(Schema):
    """How many changes were new."""

    read: int


@router.get("/cases/{number}/duties", response=dict[str, Any])
@api_case(Act.READ)
def read_duties(request: DeskRequest, number: str, language: str = "en") -> dict[str, Any]:
    """Every duty as it was judged last, with the questions that are open."""
    last = standing.last(request.case)
    if last is None:
        raise Http404
    return standing.document(last, language if language in LANGUAGES else LANGUAGES[0])


@router.get("/cases/{number}/deadlines", response=Listed[DeadlineOut])
@api_case(Act.READ)
def read_deadlines(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """Every duty that asks something now, in the language asked for."""
    found = standing.deadlines(request.case).select_related("owner")
    return told(part_of(found, part), lambda one: _deadline(request, one))


@router.put("/cases/{number}/duties/{duty}/owner", response=DeadlineOut)
@api_case(Act.WORK)
def give_duty(request: DeskRequest, number: str, duty: str, said: OwnerIn) -> dict[str, Any]:
    """Whoever looks after it, and is reminded of it first."""
    owner = find_account(said.owner) if said.owner else None
    if said.owner and owner is None:
        raise Refused("team.refused.no_account", field="owner")
    return _deadline(request, actions.give(request.case, duty, owner, by=request.by))


@router.get("/cases/{number}/changes", response=Listed[ChangeOut])
@api_case(Act.READ)
def read_changes(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    return told(part_of(Change.objects.filter(case=request.case), part), lambda one: _change(request, one))


@router.post("/cases/{number}/changes/read", response=ReadOut)
@api_case(Act.WORK)
def look_at_changes(request: DeskRequest, number: str) -> dict[str, int]:
    """Somebody has read what changed so far."""
    return {"read": actions.look_at_changes(request.case, by=request.by)}


def _deadline(request: DeskRequest, one: Deadline) -> dict[str, Any]:
    names = ("duty", "place", "kind", "verdict", "people", "filed_at", "late", "missing")
    language = request.words.language
    return {
        **{name: getattr(one, name) for name in names},
        **{name: one.text(name, language) for name in ("title", "recipient", "standard")},
        "state": standing.state_of(one, request.at),
        "due": standing.local(one, request.case),
        "owner": one.owner.email if one.owner else "",
    }


def _change(request: DeskRequest, one: Change) -> dict[str, Any]:
    names = ("id", "at", "because", "cause", "facts", "count", "fresh", "seen_by", "seen_at")
    said = one.told.get(request.words.language) or one.told.get(LANGUAGES[0], {})
    return {**{name: getattr(one, name) for name in names}, "told": said}
