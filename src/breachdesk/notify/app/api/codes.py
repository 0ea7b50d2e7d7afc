"""Codes for a free service by the API: taken in, and counted."""

from datetime import datetime
from typing import Any

from ninja import Field, Router, Schema

from breachdesk.notify.app import signing_up
from breachdesk.notify.app.signing_up import LONGEST
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["sendings"])
_MOST = 100_000


class CodesIn(Schema):
    """One for each person: letters, digits, and single dashes, points or low lines between them."""

    codes: list[str] = Field(min_length=1, max_length=_MOST)


class ListOut(Schema):
    count: int
    sha256: str
    by: str
    at: datetime


class CodesOut(Schema):
    """How many there are and how many are given; never a code."""

    all: int
    given: int
    left: int
    lists: list[ListOut]


@router.get("/cases/{number}/codes", response=CodesOut)
@api_case(Act.READ)
def count_codes(request: DeskRequest, number: str) -> dict[str, Any]:
    """Codes to sign up with for a free service: how many there are, and how many are given."""
    return _out(request)


@router.post("/cases/{number}/codes", response=CodesOut)
@api_case(Act.TELL)
def take_codes(request: DeskRequest, number: str, said: CodesIn) -> dict[str, Any]:
    """Take in a list, sealed; more can follow. None of them may have been there before."""
    lines = (" ".join(one[: LONGEST + 1].splitlines()) for one in said.codes)
    signing_up.take_in(request.case, "\n".join(lines).encode("utf-8", "replace"), by=request.by)
    return _out(request)


def _out(request: DeskRequest) -> dict[str, Any]:
    count = signing_up.count(request.case)
    lists = list(request.case.codes.all()[:_MOST])
    return {"all": count.all, "given": count.given, "left": count.left, "lists": lists}
