"""Signals by the API: for monitoring that notices something, and for triage elsewhere."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Field, Router, Schema

from breachdesk.detect.app import actions
from breachdesk.detect.app.models import Signal
from breachdesk.staff.app.doors import DeskRequest, api_house

router = Router(tags=["signals"])
SCOPE = "signals"


class SignalIn(Schema):
    text: str = Field(min_length=1, max_length=actions.LONGEST)
    who: str = "monitoring"
    noticed: str = Field("", max_length=200)
    contact: str = Field("", max_length=254)


class SignalOut(SignalIn):
    number: str
    channel: str
    state: str
    at: datetime
    case: str


class ReasonIn(Schema):
    reason: str = Field(max_length=4000)


@router.post("/signals", response=SignalOut)
@api_house(scope=SCOPE)
def take_signal(request: DeskRequest, said: SignalIn) -> Signal:
    """Take in a signal; a log monitor or a help desk calls this."""
    return actions.take_in(
        said.text, channel="api", who=said.who, noticed=said.noticed, contact=said.contact, by=request.by
    )


@router.get("/signals", response=list[SignalOut])
@api_house(scope=SCOPE, triage=True)
def list_signals(request: DeskRequest) -> Any:
    """The last two hundred, newest first."""
    return Signal.objects.all()[:200]


@router.put("/signals/{signal}/false-alarm", response=SignalOut)
@api_house(scope=SCOPE, triage=True)
def false_alarm(request: DeskRequest, signal: str, said: ReasonIn) -> Signal:
    found = _signal(signal)
    actions.false_alarm(found, reason=said.reason, by=request.by)
    return found


class MessageOut(Schema):
    """`ours`: a question of the team; else an answer of whoever reported."""

    ours: bool
    text: str
    by: str
    at: datetime


class AskedIn(Schema):
    text: str = Field(min_length=1, max_length=actions.LONGEST)


class SameIn(Schema):
    same_as: str = Field(max_length=20)


@router.get("/signals/{signal}", response=SignalOut)
@api_house(scope=SCOPE, triage=True)
def read_signal(request: DeskRequest, signal: str) -> Signal:
    return _signal(signal)


@router.put("/signals/{signal}/looking", response=SignalOut)
@api_house(scope=SCOPE, triage=True)
def look_into(request: DeskRequest, signal: str) -> Signal:
    """Somebody is at it."""
    found = _signal(signal)
    actions.look(found, by=request.by)
    return found


@router.put("/signals/{signal}/duplicate", response=SignalOut)
@api_house(scope=SCOPE, triage=True)
def mark_duplicate(request: DeskRequest, signal: str, said: SameIn) -> Signal:
    found = _signal(signal)
    actions.duplicate(found, _signal(said.same_as), by=request.by)
    return found


@router.put("/signals/{signal}/open", response=SignalOut)
@api_house(scope=SCOPE, triage=True)
def reopen_signal(request: DeskRequest, signal: str, said: ReasonIn) -> Signal:
    found = _signal(signal)
    actions.reopen(found, reason=said.reason, by=request.by)
    found.refresh_from_db()
    return found


@router.get("/signals/{signal}/messages", response=list[MessageOut])
@api_house(scope=SCOPE, triage=True)
def read_messages(request: DeskRequest, signal: str) -> Any:
    return _signal(signal).messages.all()


@router.post("/signals/{signal}/messages", response=MessageOut)
@api_house(scope=SCOPE, triage=True)
def ask_reporter(request: DeskRequest, signal: str, said: AskedIn) -> Any:
    """A question to whoever reported."""
    return actions.ask(_signal(signal), said.text, by=request.by)


def _signal(number: str) -> Signal:
    found = Signal.objects.filter(number=number).first() if "\0" not in number else None
    if found is None:
        raise Http404
    return found
