"""Signals by the API: for monitoring that notices something, and for triage elsewhere."""

from datetime import datetime
from typing import Any, Literal

from django.http import FileResponse, Http404, HttpResponse
from ninja import Field, File, Form, Query, Router, Schema, Status, UploadedFile

from breachdesk.detect.app import actions, senders
from breachdesk.detect.app.models import OPEN, WHO, Attachment, Post, Sender, Signal
from breachdesk.detect.app.views_senders import address
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.doors import DeskRequest, api_house
from breachdesk.staff.app.listing import Listed, Part, Row, part_of
from breachdesk.staff.app.tokens import HOUSE, SIGNALS

router = Router(tags=["signals"])
routers = (router,)
#: An operation that answers with a file.
FILE: dict[str, Any] = {"responses": {200: {"content": {"application/octet-stream": {}}}}}
Who = Literal[WHO]  # type: ignore[valid-type]


class SignalIn(Schema):
    text: str = Field(min_length=1, max_length=actions.LONGEST)
    who: Who = "monitoring"
    noticed: str = Field("", max_length=200)
    contact: str = Field("", max_length=254)


class SignalOut(Schema):
    number: str
    text: str
    who: str
    noticed: str
    contact: str
    channel: str
    state: str
    at: datetime
    case: str
    reason: str
    decided_by: str
    decided_at: datetime | None


class MessageOut(Schema):
    """`ours`: a question of ours; else an answer of whoever reported."""

    id: int
    ours: bool
    text: str
    by: str
    at: datetime


class AttachmentOut(Schema):
    id: int
    name: str
    size: int
    sha256: str


class WholeOut(SignalOut):
    """`alike`: numbers of signals that may be the same, the nearest first."""

    same_as: str
    messages: list[MessageOut]
    attachments: list[AttachmentOut]
    alike: list[str]


class LetterOut(Schema):
    """A letter that no human seems to have written. `aside`: answer, bounce or list."""

    id: int
    sender: str
    subject: str
    size: int
    aside: str
    at: datetime


class SenderIn(Schema):
    """`who`: as whom it reports where an event does not say."""

    name: str = Field(min_length=1, max_length=80)
    who: Who = "monitoring"


class SenderOut(Schema):
    """`address`: where it sends to; `refused`: why something that came there was not taken the last time."""

    id: int
    name: str
    who: str
    address: str
    made_at: datetime
    made_by: str
    paused_at: datetime | None
    refused: str
    refused_at: datetime | None

    @staticmethod
    def resolve_address(sender: Sender) -> str:
        return address(sender)


class SenderSecretOut(Schema):
    """`secret`: told this once."""

    sender: SenderOut
    secret: str


class ReasonIn(Schema):
    reason: str = Field(max_length=4000)


class SameIn(Schema):
    same_as: str = Field(max_length=20)


class Question(Schema):
    text: str = Field(min_length=1, max_length=actions.LONGEST)


class Which(Part):
    state: Literal["open", "all"] = "all"


@router.post("/signals", response=SignalOut)
@api_house(scope=SIGNALS)
def take_signal(request: DeskRequest, said: SignalIn) -> Signal:
    """Take in a signal; a log monitor or a help desk calls this."""
    return actions.take_in(
        said.text, channel="api", who=said.who, noticed=said.noticed, contact=said.contact, by=request.by
    )


@router.post("/signals/with-files", response=SignalOut)
@api_house(scope=SIGNALS, once=False)
def take_signal_with_files(request: DeskRequest, said: Form[SignalIn], files: File[list[UploadedFile]]) -> Signal:
    """The same as a form (multipart/form-data) with files, which are sealed before anybody looks at them."""
    return actions.take_in(
        said.text,
        channel="api",
        who=said.who,
        noticed=said.noticed,
        contact=said.contact,
        files=[actions.File(one.name or "file", one.size or 0, one) for one in files],  # type: ignore[arg-type]
        by=request.by,
    )


@router.get("/signals", response=Listed[SignalOut])
@api_house(scope=SIGNALS, triage=True)
def list_signals(request: DeskRequest, which: Query[Which]) -> dict[str, Any]:
    """Newest first."""
    return part_of(Signal.objects.filter(state__in=OPEN) if which.state == "open" else Signal.objects.all(), which)


@router.get("/signals/letters", response=Listed[LetterOut])
@api_house(scope=SIGNALS, triage=True)
def list_letters(request: DeskRequest, part: Query[Part]) -> dict[str, Any]:
    """Letters of the mailbox that were set aside, and no signal was made of."""
    return part_of(Post.objects.filter(signal=None), part)


@router.post("/signals/letters/{letter}/take", response=SignalOut)
@api_house(scope=SIGNALS, triage=True)
def take_letter(request: DeskRequest, letter: Row) -> Signal:
    """It is a report after all."""
    return actions.take_up(_letter(letter), by=request.by)


@router.post("/signals/letters/{letter}/open", openapi_extra=FILE)
@api_house(scope=SIGNALS, triage=True, once=False)
def open_letter(request: DeskRequest, letter: Row) -> FileResponse:
    """The letter as it came; that it was opened is in the journal."""
    return _file(actions.open_letter(_letter(letter), by=request.by), f"letter-{letter}.eml")


@router.get("/signals/{signal}", response=WholeOut)
@api_house(scope=SIGNALS, triage=True)
def read_signal(request: DeskRequest, signal: str) -> dict[str, Any]:
    """One signal with what was written on both sides, its files, and signals that may be the same."""
    found = _signal(signal)
    return {
        **{name: getattr(found, name) for name in SignalOut.model_fields},
        "same_as": found.same_as.number if found.same_as else "",
        "messages": list(found.messages.all()),
        "attachments": list(found.attachments.all()),
        "alike": [one.number for one in actions.alike(found)] if found.open else [],
    }


@router.put("/signals/{signal}/looking", response=SignalOut)
@api_house(scope=SIGNALS, triage=True)
def look_at_signal(request: DeskRequest, signal: str) -> Signal:
    """Somebody looks into it."""
    found = _signal(signal)
    actions.look(found, by=request.by)
    return found


@router.put("/signals/{signal}/false-alarm", response=SignalOut)
@api_house(scope=SIGNALS, triage=True)
def false_alarm(request: DeskRequest, signal: str, said: ReasonIn) -> Signal:
    found = _signal(signal)
    actions.false_alarm(found, reason=said.reason, by=request.by)
    return found


@router.put("/signals/{signal}/duplicate", response=SignalOut)
@api_house(scope=SIGNALS, triage=True)
def duplicate_signal(request: DeskRequest, signal: str, said: SameIn) -> Signal:
    """It tells of the same as another."""
    found, other = _signal(signal), Signal.objects.filter(number=said.same_as).first()
    if other is None:
        raise Refused("detect.refused.no_signal", field="same_as")
    actions.duplicate(found, other, by=request.by)
    return found


@router.post("/signals/{signal}/reopen", response=SignalOut)
@api_house(scope=SIGNALS, triage=True)
def reopen_signal(request: DeskRequest, signal: str, said: ReasonIn) -> Signal:
    """A false alarm or a duplicate is looked at again."""
    found = _signal(signal)
    actions.reopen(found, reason=said.reason, by=request.by)
    found.refresh_from_db()
    return found


@router.post("/signals/{signal}/messages", response=MessageOut)
@api_house(scope=SIGNALS, triage=True)
def ask_reporter(request: DeskRequest, signal: str, said: Question) -> Any:
    """A question to whoever reported."""
    return actions.ask(_signal(signal), said.text, by=request.by)


@router.post("/signals/{signal}/attachments/{attachment}/open", openapi_extra=FILE)
@api_house(scope=SIGNALS, triage=True, once=False)
def open_attachment(request: DeskRequest, signal: str, attachment: Row) -> FileResponse:
    """A file that came with it, as it came; that it was opened is in the journal."""
    found = Attachment.objects.select_related("signal").filter(signal=_signal(signal), id=attachment).first()
    if found is None:
        raise Http404
    return _file(actions.open_attachment(found, by=request.by), f"{signal}-{found.name}")


@router.get("/senders", response=Listed[SenderOut])
@api_house(scope=HOUSE, administrators=True)
def list_senders(request: DeskRequest, part: Query[Part]) -> dict[str, Any]:
    """Programs that report by a webhook of theirs (docs/formats/webhooks.md)."""
    return part_of(Sender.objects.filter(gone_at=None), part)


@router.post("/senders", response=SenderSecretOut)
@api_house(scope=HOUSE, administrators=True, once=False)
def make_sender(request: DeskRequest, said: SenderIn, response: HttpResponse) -> dict[str, Any]:
    made, secret = senders.make(said.name, who=said.who, by=request.by)
    return _told(made, secret, response)


@router.get("/senders/{sender}", response=SenderOut)
@api_house(scope=HOUSE, administrators=True)
def read_sender(request: DeskRequest, sender: Row) -> Sender:
    return _sender(sender)


@router.post("/senders/{sender}/turn", response=SenderSecretOut)
@api_house(scope=HOUSE, administrators=True, once=False)
def turn_sender(request: DeskRequest, sender: Row, response: HttpResponse) -> dict[str, Any]:
    """A new secret; the one before is taken for another day."""
    found = _sender(sender)
    return _told(found, senders.turn(found, by=request.by), response)


@router.put("/senders/{sender}/paused", response=SenderOut)
@api_house(scope=HOUSE, administrators=True)
def pause_sender(request: DeskRequest, sender: Row) -> Sender:
    """Nothing is taken from it for now; it is asked to try again later."""
    senders.pause(_sender(sender), by=request.by)
    return _sender(sender)


@router.delete("/senders/{sender}/paused", response=SenderOut)
@api_house(scope=HOUSE, administrators=True)
def resume_sender(request: DeskRequest, sender: Row) -> Sender:
    senders.resume(_sender(sender), by=request.by)
    return _sender(sender)


@router.delete("/senders/{sender}", response={204: None})
@api_house(scope=HOUSE, administrators=True)
def remove_sender(request: DeskRequest, sender: Row) -> Status[None]:
    """Nothing is taken from it any more; what it reported stays."""
    senders.remove(_sender(sender), by=request.by)
    return Status(204, None)


def _sender(sender: int) -> Sender:
    found = Sender.objects.filter(id=sender, gone_at=None).first()
    if found is None:
        raise Http404
    return found


def _told(sender: Sender, secret: str, response: HttpResponse) -> dict[str, Any]:
    response["Cache-Control"] = "no-store"
    return {"sender": sender, "secret": secret}


def _signal(number: str) -> Signal:
    found = Signal.objects.select_related("same_as").filter(number=number).first() if "\0" not in number else None
    if found is None:
        raise Http404
    return found


def _letter(letter: int) -> Post:
    found = Post.objects.select_related("signal").filter(id=letter).first()
    if found is None:
        raise Http404
    return found


def _file(content: Any, name: str) -> FileResponse:
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
