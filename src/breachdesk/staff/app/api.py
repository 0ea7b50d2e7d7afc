"""Who one is by a token; and for administrators: accounts, and programs that are told what happens here."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpResponse
from ninja import Field, Query, Router, Schema, Status

from breachdesk.ground.refused import Refused
from breachdesk.staff.app import hooks
from breachdesk.staff.app.doors import DeskRequest, api_house
from breachdesk.staff.app.listing import Listed, Part, Row, part_of
from breachdesk.staff.app.models import Account, Delivery, Hook
from breachdesk.staff.app.tokens import HOUSE

router = Router(tags=["house"])
routers = (router,)
Event = Literal[hooks.EVENTS]  # type: ignore[valid-type]


class MeOut(Schema):
    """Whose token it is, what it may, in which cases (none: all of its owner), until when."""

    email: str
    name: str
    triage: bool
    administrator: bool
    token: str
    scopes: list[str]
    cases: list[str]
    expires_at: datetime


class AccountOut(Schema):
    id: int
    email: str
    name: str
    administrator: bool
    triage: bool
    external: bool
    is_active: bool


class HookIn(Schema):
    """`cases`: numbers; none: all, and what belongs to none."""

    name: str = Field(min_length=1, max_length=80)
    address: str = Field(min_length=1, max_length=500)
    events: list[Event] = Field(min_length=1)
    cases: list[str] = Field(default_factory=list, max_length=100)


class HookOut(Schema):
    id: int
    name: str
    address: str
    events: list[str]
    cases: list[str]
    made_at: datetime
    made_by: str
    paused_at: datetime | None


class SecretOut(HookOut):
    """`secret`: told this once."""

    secret: str


class DeliveryOut(Schema):
    """`state`: waiting, done, failed; `told`: what came back the last time: a status, or why there was none."""

    message: str
    event: str
    state: str
    tries: int
    told: str
    made_at: datetime
    tried_at: datetime | None
    next_at: datetime | None


@router.get("/me", response=MeOut)
@api_house()
def read_me(request: DeskRequest) -> dict[str, Any]:
    account, token = request.account, request.auth
    return {
        **{name: getattr(account, name) for name in ("email", "name", "triage", "administrator")},
        "token": token.name,
        **{name: getattr(token, name) for name in ("scopes", "cases", "expires_at")},
    }


@router.get("/accounts", response=Listed[AccountOut])
@api_house(scope=HOUSE, administrators=True)
def list_accounts(request: DeskRequest, part: Query[Part]) -> dict[str, Any]:
    return part_of(Account.objects.all(), part)


@router.get("/hooks", response=Listed[HookOut])
@api_house(scope=HOUSE, administrators=True)
def list_hooks(request: DeskRequest, part: Query[Part]) -> dict[str, Any]:
    """Programs that are told what happens here (docs/formats/webhooks.md)."""
    return part_of(Hook.objects.filter(gone_at=None), part)


@router.post("/hooks", response=SecretOut)
@api_house(scope=HOUSE, administrators=True, once=False)
def make_hook(request: DeskRequest, said: HookIn, response: HttpResponse) -> dict[str, Any]:
    unknown = hooks.unknown(said.cases)
    if unknown:
        raise Refused("hooks.refused.case", field="cases", number=unknown[0][:40])
    made, secret = hooks.make(said.name, said.address.strip(), events=said.events, cases=said.cases, by=request.by)
    return _told(made, secret, response)


@router.get("/hooks/{hook}", response=HookOut)
@api_house(scope=HOUSE, administrators=True)
def read_hook(request: DeskRequest, hook: Row) -> Hook:
    return _hook(hook)


@router.post("/hooks/{hook}/turn", response=SecretOut)
@api_house(scope=HOUSE, administrators=True, once=False)
def turn_hook(request: DeskRequest, hook: Row, response: HttpResponse) -> dict[str, Any]:
    """A new secret; for a day what is sent is signed with both."""
    found = _hook(hook)
    return _told(found, hooks.turn(found, by=request.by), response)


@router.put("/hooks/{hook}/paused", response=HookOut)
@api_house(scope=HOUSE, administrators=True)
def pause_hook(request: DeskRequest, hook: Row) -> Hook:
    found = _hook(hook)
    hooks.pause(found, by=request.by)
    return _hook(hook)


@router.delete("/hooks/{hook}/paused", response=HookOut)
@api_house(scope=HOUSE, administrators=True)
def resume_hook(request: DeskRequest, hook: Row) -> Hook:
    """Told again from now on; what happened meanwhile was not kept for it."""
    hooks.resume(_hook(hook), by=request.by)
    return _hook(hook)


@router.delete("/hooks/{hook}", response={204: None})
@api_house(scope=HOUSE, administrators=True)
def remove_hook(request: DeskRequest, hook: Row) -> Status[None]:
    hooks.remove(_hook(hook), by=request.by)
    return Status(204, None)


@router.get("/hooks/{hook}/deliveries", response=Listed[DeliveryOut])
@api_house(scope=HOUSE, administrators=True)
def list_deliveries(request: DeskRequest, hook: Row, part: Query[Part]) -> dict[str, Any]:
    """What was sent to it, and what came back."""
    return part_of(Delivery.objects.filter(hook=_hook(hook)), part)


@router.post("/hooks/{hook}/deliveries/{message}/again", response=DeliveryOut)
@api_house(scope=HOUSE, administrators=True)
def deliver_again(request: DeskRequest, hook: Row, message: str) -> Delivery:
    """Send it once more, with the same id."""
    found = Delivery.objects.select_related("hook").filter(hook=_hook(hook), message=message).first()
    if found is None:
        raise Http404
    hooks.again(found, by=request.by)
    found.refresh_from_db()
    return found


def _hook(hook: int) -> Hook:
    found = Hook.objects.filter(id=hook, gone_at=None).first()
    if found is None:
        raise Http404
    return found


def _told(hook: Hook, secret: str, response: HttpResponse) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    return {**{name: getattr(hook, name) for name in HookOut.model_fields}, "secret": secret}
