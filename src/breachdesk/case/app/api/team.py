"""Who is in a case as what, who was."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, Query, Router, Schema, Status

from breachdesk.case.app.actions import team
from breachdesk.case.app.api.cases import ReasonIn
from breachdesk.case.app.models import Membership
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.listing import Listed, Part, Row, part_of, told
from breachdesk.staff.rights import Act, Role

router = Router(tags=["team"])


class MemberOut(Schema):
    id: int
    email: str
    name: str
    role: Role
    note: str
    since: datetime
    ended_at: datetime | None


class RoleIn(Schema):
    role: Role
    note: str = Field("", max_length=200)


class MemberIn(RoleIn):
    email: str = Field(max_length=254)


@router.get("/cases/{number}/members", response=Listed[MemberOut])
@api_case(Act.READ)
def list_members(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """Who is in the case, and who was, whoever came last first."""
    return told(part_of(request.case.members.select_related("account"), part), _shown)


@router.post("/cases/{number}/members", response=MemberOut)
@api_case(Act.TEAM)
def let_in(request: DeskRequest, number: str, said: MemberIn) -> dict[str, Any]:
    """Whoever has an account with that address may enter the case."""
    return _shown(team.admit(request.case, said.email, said.role, note=said.note, by=request.by))


@router.put("/cases/{number}/members/{member}", response=MemberOut)
@api_case(Act.TEAM)
def change_member(request: DeskRequest, number: str, member: Row, said: RoleIn) -> dict[str, Any]:
    """Another role: the old membership ends and a new one begins."""
    return _shown(team.change(_member(request, member), said.role, note=said.note, by=request.by))


@router.post("/cases/{number}/members/{member}/end", response={204: None})
@api_case(Act.TEAM)
def let_out(request: DeskRequest, number: str, member: Row, said: ReasonIn) -> Status[None]:
    team.end(_member(request, member), reason=said.reason, by=request.by)
    return Status(204, None)


def _member(request: DeskRequest, member: int) -> Membership:
    found: Membership | None = request.case.members.select_related("account", "case").filter(id=member).first()
    if found is None:
        raise Http404
    return found


def _shown(one: Membership) -> dict[str, Any]:
    return {
        "id": one.id,
        "email": one.account.email,
        "name": one.account.name,
        "role": one.role,
        "note": one.note,
        "since": one.since,
        "ended_at": one.ended_at,
    }
