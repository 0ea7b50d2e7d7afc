"""Filings by the API: drafts as things stand now, each kept, looked over, handed in, receipted, or put away."""

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse
from ninja import Field, File, Form, Query, Router, Schema, UploadedFile

from breachdesk.authorities import drafts
from breachdesk.authorities.app import actions, drafting
from breachdesk.authorities.app.drafting import Wanted
from breachdesk.authorities.app.models import Filing
from breachdesk.ground.refused import Refused
from breachdesk.law.app import standing
from breachdesk.notify.app import asks
from breachdesk.notify.app.api.shapes import AnswersIn, QuestionOut
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.instants import in_utc
from breachdesk.staff.app.listing import Listed, Part, Row, part_of
from breachdesk.staff.rights import Act

router = Router(tags=["filings"])
routers = (router,)
Channel = Literal[actions.CHANNELS]  # type: ignore[valid-type]
Format = Literal[drafting.FORMATS]  # type: ignore[valid-type]
#: An operation that answers with a file.
_FILE: dict[str, Any] = {"responses": {200: {"content": {"application/octet-stream": {}}}}}


class WantedOut(Schema):
    """A duty of which something is handed in, and the authority's own form for it, or `law`: made of what it asks."""

    duty: str
    title: str
    authority: str
    verdict: str
    form: str
    due: datetime | None


class DraftOut(Schema):
    """`draft`: the document breachdesk.filing/1 (docs/formats/filing.md)."""

    draft: dict[str, Any]
    questions: list[QuestionOut]


class FilingOut(Schema):
    """`state`: drafted, reviewed, sent, receipted, withdrawn. `open`: fields that wait for a human. `proof_file`: the
    name of the receipt, if one is kept."""

    id: int
    duty: str
    form: str
    stage: str
    state: str
    authority: str
    language: str
    title: str
    due: datetime | None
    sha256: str
    open: int
    fields: int
    made_at: datetime
    made_by: str
    reviewed_at: datetime | None
    reviewed_by: str
    review: str
    sent_at: datetime | None
    sent_by: str
    channel: str
    late: bool
    number: str
    proof_file: str
    proof_size: int | None
    proof_sha256: str
    receipted_at: datetime | None
    receipted_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_why: str


class Reviewing(Schema):
    note: str = Field("", max_length=actions.LONGEST_NOTE)


class SentIn(Schema):
    at: datetime
    channel: Channel


class WithdrawIn(Schema):
    why: str = Field(max_length=actions.LONGEST_NOTE)


@router.get("/cases/{number}/drafts", response=list[WantedOut])
@api_case(Act.READ)
def list_drafts(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """Everything that is drafted for an authority as the case stands now."""
    last = standing.last(request.case)
    return [
        {
            "duty": one.duty.id,
            "title": one.duty.title,
            "authority": one.duty.recipient.name,
            "verdict": one.duty.verdict.value,
            "form": one.form.id,
            "due": one.duty.due,
        }
        for one in (drafting.wanted(request.case, last) if last is not None else ())
    ]


@router.get("/cases/{number}/drafts/{duty}", response=DraftOut)
@api_case(Act.READ)
def read_draft(request: DeskRequest, number: str, duty: str) -> dict[str, Any]:
    """The draft of one duty as things stand now, and what it still needs."""
    return _draft(request, _wanted(request, duty))


@router.get("/cases/{number}/drafts/{duty}/file", openapi_extra=_FILE)
@api_case(Act.READ)
def read_draft_file(request: DeskRequest, number: str, duty: str, kind: Format = "docx") -> HttpResponse:
    """The draft as html, docx or json."""
    made = drafting.draft(request.case, _wanted(request, duty), request.at)
    content = drafts.drawn_as(made, drafting.the_forms(), kind)
    return _file(content, f"{request.case.number}-{drafts.file_name(duty)}.{kind}")


@router.put("/cases/{number}/drafts/{duty}/answers", response=DraftOut)
@api_case(Act.FACTS)
def answer_draft(request: DeskRequest, number: str, duty: str, said: AnswersIn) -> dict[str, Any]:
    """What only a human can say: it goes into the fact sheet, and every draft has it from then on."""
    wanted = _wanted(request, duty)
    asked = drafting.questions(drafting.draft(request.case, wanted, request.at), request.words.language)
    answers = asks.read(said.answers, asked, request.words)
    with transaction.atomic():
        asks.save(request.case, answers, by=request.by, source=wanted.duty.id)
    return _draft(request, wanted)


@router.post("/cases/{number}/drafts/{duty}/keep", response=FilingOut)
@api_case(Act.DECIDE)
def keep_draft(request: DeskRequest, number: str, duty: str) -> Filing:
    """Keep it as it stands now, sealed, so that another can look it over."""
    return actions.keep_draft(request.case, _wanted(request, duty), by=request.by)


@router.get("/cases/{number}/filings", response=Listed[FilingOut])
@api_case(Act.READ)
def list_filings(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """Everything that was kept, whatever became of it."""
    return part_of(Filing.objects.filter(case=request.case), part)


@router.get("/cases/{number}/filings/{filing}", response=FilingOut)
@api_case(Act.READ)
def read_filing(request: DeskRequest, number: str, filing: Row) -> Filing:
    return _filing(request, filing)


@router.get("/cases/{number}/filings/{filing}/file", openapi_extra=_FILE)
@api_case(Act.READ)
def read_filing_file(request: DeskRequest, number: str, filing: Row, kind: Format = "docx") -> HttpResponse:
    """A filing as it was kept, byte for byte, as html, docx or json."""
    one = _filing(request, filing)
    return _file(drafting.content(one, kind), f"{request.case.number}-{drafts.file_name(one.duty)}-{one.id}.{kind}")


@router.get("/cases/{number}/filings/{filing}/receipt", openapi_extra=_FILE)
@api_case(Act.READ)
def read_receipt(request: DeskRequest, number: str, filing: Row) -> HttpResponse:
    """The receipt itself, as it was given to us."""
    one = _filing(request, filing)
    if not one.proof:
        raise Http404
    return _file(drafting.proof(one), f"{request.case.number}-receipt-{one.id}.bin")


@router.post("/cases/{number}/filings/{filing}/review", response=FilingOut)
@api_case(Act.DECIDE)
def review_filing(request: DeskRequest, number: str, filing: Row, said: Reviewing) -> Filing:
    """By somebody else than who kept it."""
    return actions.review(_filing(request, filing), note=said.note, by=request.by)


@router.post("/cases/{number}/filings/{filing}/sent", response=FilingOut)
@api_case(Act.DECIDE)
def mark_filing_sent(request: DeskRequest, number: str, filing: Row, said: SentIn) -> Filing:
    """It was handed in, at that moment, that way."""
    return actions.mark_sent(_filing(request, filing), at=in_utc(said.at, "at"), channel=said.channel, by=request.by)


@router.post("/cases/{number}/filings/{filing}/receipt", response=FilingOut)
@api_case(Act.DECIDE, once=False)
def keep_receipt(
    request: DeskRequest,
    number: str,
    filing: Row,
    receipt_number: Form[str] = "",
    file: File[UploadedFile | None] = None,
) -> Filing:
    """What the authority gave for it (multipart/form-data): its number, the receipt itself, or both."""
    if file is not None and (file.size or 0) > settings.MOST_ATTACHMENT:
        raise Refused("filings.refused.large_file", field="file", most=settings.MOST_ATTACHMENT >> 20)
    return actions.keep_receipt(
        _filing(request, filing),
        number=receipt_number,
        file=file,  # type: ignore[arg-type]
        file_name=(file.name or "") if file is not None else "",
        by=request.by,
    )


@router.post("/cases/{number}/filings/{filing}/withdraw", response=FilingOut)
@api_case(Act.DECIDE)
def withdraw_filing(request: DeskRequest, number: str, filing: Row, said: WithdrawIn) -> Filing:
    """A draft in hand is put away: it stays, and says why."""
    return actions.withdraw(_filing(request, filing), why=said.why, by=request.by)


def _draft(request: DeskRequest, wanted: Wanted) -> dict[str, Any]:
    made = drafting.draft(request.case, wanted, request.at)
    names = ("id", "text", "confirm", "spoken")
    return {
        "draft": drafts.to_json(made),
        "questions": [
            {**{name: getattr(one, name) for name in names}, "kind": one.kind.value}
            for one in drafting.questions(made, request.words.language)
        ],
    }


def _wanted(request: DeskRequest, duty: str) -> Wanted:
    last = standing.last(request.case)
    every = drafting.wanted(request.case, last) if last is not None else []
    found = next((one for one in every if one.duty.id == duty), None)
    if found is None:
        raise Http404
    return found


def _filing(request: DeskRequest, filing: int) -> Filing:
    found = Filing.objects.select_related("case").filter(case=request.case, id=filing).first()
    if found is None:
        raise Http404
    return found


def _file(content: bytes, name: str) -> HttpResponse:
    """To be saved: what a page or a picture holds is not ours."""
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
