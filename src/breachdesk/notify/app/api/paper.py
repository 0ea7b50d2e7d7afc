"""Letters on paper by the API: batches for the print house, and what the post brought back."""

from datetime import date, datetime
from typing import Any

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema
from ninja.responses import Status

from breachdesk.notify.app import printing, returned
from breachdesk.notify.app.models import Printing, Sending
from breachdesk.notify.app.returned import Reason
from breachdesk.notify.codes import Came
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["sendings"])
_ARCHIVE: dict[str, Any] = {"responses": {200: {"content": {"application/zip": {}}}}}


class BatchIn(Schema):
    """`most`: letters."""

    most: int = Field(printing.MOST, ge=1, le=printing.MOST)


class HandedIn(Schema):
    on: date


class FileOut(Schema):
    """`boxes`: it holds signs that no font has."""

    name: str
    sha256: str
    letters: int
    sheets: int
    boxes: bool


class BatchOut(Schema):
    """`standing`: making, ready (its letters are in hand), handed, back, failed. `refused`: why letters could not be
    printed -> how many; `sha256`: of the archive; `dated_at`: the day in the letters."""

    number: int
    name: str
    standing: str
    letters: int
    sheets: int
    refused: dict[str, int]
    files: list[FileOut]
    sha256: str
    size: int
    dated_at: datetime
    made_by: str
    handed_on: date | None


class ReturnedIn(Schema):
    """`codes`: as they were scanned or typed."""

    reason: Reason
    codes: list[str] = Field(min_length=1, max_length=returned.MOST_LINES)


class WrongOut(Schema):
    """`line`: place in the list, from 1; `came`: mistyped, or unknown: no letter of this case that was handed over."""

    line: int
    came: Came
    said: str


class ReturnedOut(Schema):
    """`known`: letters that came back now; `other_way`: people who are told another way; `dead`: people
    who have died, whose next of kin a further sending by letter tells; `again`: entered before."""

    known: int
    other_way: int
    dead: int
    again: int
    wrong: list[WrongOut]


def _sending(request: DeskRequest, sending: int) -> Sending:
    found: Sending = get_object_or_404(request.case.sendings.select_related("case"), number=sending)
    return found


def _batch(request: DeskRequest, sending: int, batch: int) -> Printing:
    found = Printing.objects.select_related("sending__case").filter(sending=_sending(request, sending))
    one: Printing = get_object_or_404(found, number=batch)
    return one


@router.get("/cases/{number}/sendings/{sending}/batches", response=list[BatchOut])
@api_case(Act.READ)
def list_batches(request: DeskRequest, number: str, sending: int) -> list[Printing]:
    """Batches for the print house, the newest first."""
    return printing.of(_sending(request, sending))


@router.post("/cases/{number}/sendings/{sending}/batches", response={202: BatchOut})
@api_case(Act.TELL)
def make_batch(request: DeskRequest, number: str, sending: int, said: BatchIn) -> Status[Printing]:
    """Have the worker make one of the letters that wait."""
    return Status(202, printing.make(_sending(request, sending), most=said.most, by=request.by))


@router.post("/cases/{number}/sendings/{sending}/batches/{batch}/file", openapi_extra=_ARCHIVE)
@api_case(Act.UNMASK, once=False)
def fetch_batch(request: DeskRequest, number: str, sending: int, batch: int) -> FileResponse:
    """The archive for the print house, with whole names and addresses."""
    found = _batch(request, sending, batch)
    content: Any = printing.fetch(found, by=request.by)
    return FileResponse(content, as_attachment=True, filename=f"{found.name}.zip", content_type="application/zip")


@router.post("/cases/{number}/sendings/{sending}/batches/{batch}/handed", response=BatchOut)
@api_case(Act.TELL)
def hand_over_batch(request: DeskRequest, number: str, sending: int, batch: int, said: HandedIn) -> Printing:
    """The print house has it since that day: its letters count as gone."""
    return printing.hand_over(_batch(request, sending, batch), on=said.on, by=request.by)


@router.post("/cases/{number}/sendings/{sending}/batches/{batch}/back", response=BatchOut)
@api_case(Act.TELL)
def give_back_batch(request: DeskRequest, number: str, sending: int, batch: int) -> Printing:
    """It was not handed over: its letters wait again."""
    return printing.give_back(_batch(request, sending, batch), by=request.by)


@router.post("/cases/{number}/returned", response=ReturnedOut)
@api_case(Act.TELL)
def take_returned(request: DeskRequest, number: str, said: ReturnedIn) -> dict[str, Any]:
    """Letters that the post brought back, by the codes on them. The good ones are taken, the others named."""
    lines = (" ".join(one[:200].splitlines()) for one in said.codes)
    found = returned.take(request.case, "\n".join(lines), said.reason, by=request.by)
    wrong = [{"line": one.line, "came": one.came, "said": one.text or one.code} for one in found.wrong]
    return {
        "known": found.known,
        "other_way": found.other_way,
        "dead": found.dead,
        "again": found.again,
        "wrong": wrong,
    }
