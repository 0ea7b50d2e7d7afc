"""Filings by the API: what is in hand, what was handed in, when, and what came back for it."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404
from ninja import Field, Router, Schema

from breachdesk.authorities.app import actions
from breachdesk.authorities.app.models import Filing
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["filings"])
_LARGEST = 2**63


class FilingOut(Schema):
    """`duty`: its id on the shelf of laws; `sha256`: of the draft as it was kept."""

    id: int
    duty: str
    authority: str
    stage: str
    state: str
    language: str
    due: datetime | None
    made_at: datetime
    made_by: str
    sent_at: datetime | None
    channel: str
    late: bool
    number: str
    receipted_at: datetime | None
    sha256: str


class SentIn(Schema):
    at: datetime
    channel: str = Field(max_length=20)


class ReceiptIn(Schema):
    number: str = Field(min_length=1, max_length=actions.LONGEST_NUMBER)


class NoteIn(Schema):
    note: str = Field("", max_length=actions.LONGEST_NOTE)


@router.get("/cases/{number}/filings", response=list[FilingOut])
@api_case(Act.READ)
def read_filings(request: DeskRequest, number: str) -> Any:
    """The newest first. Drafts are made and read on their pages, where what only a human can say is asked for."""
    return Filing.objects.filter(case=request.case)[:500]


@router.put("/cases/{number}/filings/{filing}/review", response=FilingOut)
@api_case(Act.DECIDE)
def review_filing(request: DeskRequest, number: str, filing: int, said: NoteIn) -> Filing:
    """Somebody else than who kept it has looked it over."""
    return actions.review(_one(request, filing), note=said.note, by=request.by)


@router.put("/cases/{number}/filings/{filing}/sent", response=FilingOut)
@api_case(Act.DECIDE)
def mark_sent(request: DeskRequest, number: str, filing: int, said: SentIn) -> Filing:
    """It was handed in, at that moment, that way."""
    if said.at.tzinfo is None:
        raise Refused("api.refused.no_offset", field="at")
    if not 1970 <= said.at.year <= 2200:
        raise Refused("api.refused.no_year", field="at")
    return actions.mark_sent(_one(request, filing), at=said.at.astimezone(UTC), channel=said.channel, by=request.by)


@router.put("/cases/{number}/filings/{filing}/receipt", response=FilingOut)
@api_case(Act.DECIDE)
def keep_receipt(request: DeskRequest, number: str, filing: int, said: ReceiptIn) -> Filing:
    """The number the authority gave for it."""
    return actions.keep_receipt(_one(request, filing), number=said.number, by=request.by)


@router.delete("/cases/{number}/filings/{filing}", response=FilingOut)
@api_case(Act.DECIDE)
def withdraw_filing(request: DeskRequest, number: str, filing: int, why: str = "") -> Filing:
    """A draft in hand is put away; it stays readable."""
    return actions.withdraw(_one(request, filing), why=why, by=request.by)


def _one(request: DeskRequest, id: int) -> Filing:
    found = Filing.objects.filter(case=request.case, id=id).first() if 0 < id < _LARGEST else None
    if found is None:
        raise Http404
    return found
