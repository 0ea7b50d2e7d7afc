"""Sendings by the API: planned, approved by two, sent, watched, and what was told to whom."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Field, Query, Router, Schema

from breachdesk.notify import gsm
from breachdesk.notify.app import calling, caring, lawful, pens, proof, sendings, spreading
from breachdesk.notify.app.models import Minded, Sending, Stage
from breachdesk.notify.app.progress import domains, progress
from breachdesk.notify.app.writing import Letters, preview
from breachdesk.notify.mould import Mould
from breachdesk.notify.states import Channel
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["sendings"])
_LONGEST = 4000


class PlanIn(Schema):
    """`slugs`: only these cohorts, none: everybody; `quiet_from`, `quiet_until`: hours of the people's day; `domains`:
    receiving domain -> messages a second."""

    stage: Stage = Stage.FULL
    channels: list[Channel] = Field(min_length=1, max_length=4)
    slugs: list[str] = Field(default_factory=list, max_length=2000)
    quiet_from: int | None = Field(None, ge=0, le=23)
    quiet_until: int | None = Field(None, ge=0, le=23)
    per_second: float | None = Field(None, gt=0, le=10_000)
    domains: dict[str, float] = Field(default_factory=dict, max_length=200)


class WhyIn(Schema):
    reason: str = Field("", max_length=_LONGEST)


class LaneOut(Schema):
    channel: str
    states: dict[str, int]


class DomainOut(Schema):
    domain: str
    state: str
    n: int
    told: str


class SendingOut(Schema):
    """`standing`: making, ready, going, paused, stopped, ended, dropped. `told`, `warned`, `waiting`, `failed`,
    `cancelled`: people, by how the last way to them stands; an early warning warns, and tells nobody. Of those who
    wait, `doubt`: nobody knows whether it went; `held`: held back. `late`: the deadline is or will be missed.
    `left_out`: why -> how many nobody writes to."""

    number: int
    stage: str
    standing: str
    channels: list[str]
    people: int
    left_out: dict[str, int]
    wording_sha256: str
    recipients_sha256: str
    approved_by: str
    due: datetime | None
    duties: list[str]
    told: int
    warned: int
    waiting: int
    doubt: int
    held: int
    failed: int
    cancelled: int
    per_second: float
    done_at: datetime | None
    late: bool
    trouble: str
    fault: str
    lanes: list[LaneOut]
    domains: list[DomainOut]


class UnderOut(Schema):
    """`accepts`: `if` or `no`; `only`: the condition; `ways`: what the rule names, as it names it."""

    rule: str
    channel: str
    people: int
    accepts: str
    only: str
    ways: list[str]


class LawfulOut(Schema):
    """`sent`: they were told so; else it is the first way that would be tried. `under`: people whose way their law does
    not name, or names on a condition; `silent`: people of whose law no ways are known."""

    sent: bool
    silent: int
    under: list[UnderOut]


class AheadIn(Schema):
    """As in the plan of a sending: its stage, its ways in their order, and whom it is to."""

    stage: Stage = Stage.FULL
    channels: list[Channel] = Field([Channel.EMAIL], min_length=1, max_length=4)
    slugs: list[str] = Field(default_factory=list, max_length=2000)


class AheadOut(Schema):
    """`channel` goes to people of `residence` before a way that their law names, or names outright: `better`, which is
    to be put before it; null: this desk has none. `chosen`: it is among the ways, later. `accepts`: `if` or `no`;
    `only`: the condition, for people to know; `ways`: what the rule names, as it names it. `people`: all who live
    there, whatever addresses they have, told or not."""

    residence: str
    rule: str
    channel: str
    people: int
    accepts: str
    only: str
    better: str | None
    chosen: bool
    ways: list[str]


class ForeseenOut(Schema):
    """`ahead`: the ways that are refused first, most people first; `silent`: people of whose law no ways are known."""

    silent: int
    ahead: list[AheadOut]


class ShortOut(Schema):
    """`alphabet`: gsm, 160 letters or 153 for each part; ucs2, 70 or 67."""

    sender: str
    text: str
    alphabet: str
    units: int
    parts: int


class LetterOut(Schema):
    """`letters`: how many there are. `short`: what goes by text message, where the sending goes by it, with its length
    as the network counts and in how many parts it goes."""

    residence: str
    language: str
    title: str
    text: str
    letters: int
    short: ShortOut | None


class CallOut(Schema):
    """`text`: the letter they would have got; `tries`: how often they were called, this time with it."""

    row: int
    name: str
    number: str
    language: str
    text: str
    tries: int


class SpokenIn(Schema):
    """`note`: nothing of the person."""

    outcome: calling.Outcome
    note: str = Field("", max_length=200)


class MindIn(Schema):
    """`known_by`: an address, a number or an id, as the evidence has it; only a mark of it is kept."""

    known_by: str = Field(min_length=1, max_length=200)
    kind: Minded.Kind
    reason: str = Field(min_length=1, max_length=_LONGEST)


class MindedOut(Schema):
    id: int
    kind: str
    reason: str
    by: str
    at: datetime


class EventOut(Schema):
    at: datetime
    state: str
    code: int
    told: str
    source: str
    moved: bool


class DeliveryOut(Schema):
    sending: int
    channel: str
    attempt: int
    state: str
    events: list[EventOut]


class ShareOut(Schema):
    """`name`: of a place (ISO 3166, `unknown`) or a language. `people`: `told` (of an early warning: warned),
    `waiting`, `failed` (not reached, no way left), `cancelled`."""

    name: str
    people: dict[str, int]


class SpreadOut(Schema):
    """`at`: when it was counted; nothing before that, and once the wording is gone."""

    at: datetime | None
    places: list[ShareOut]
    languages: list[ShareOut]


class ToldOut(Schema):
    """`person`: their id on the list; empty when only a message of theirs was named."""

    person: str
    deliveries: list[DeliveryOut]


def _out(one: Sending, at: datetime) -> dict[str, Any]:
    stands = progress(one, at)
    names = ("number", "stage", "standing", "channels", "people", "left_out", "wording_sha256", "recipients_sha256",
             "approved_by", "due", "duties", "trouble", "fault")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in names},
        **stands.counts._asdict(),
        "told": stands.told,
        "warned": stands.warned,
        "per_second": stands.per_second,
        "done_at": stands.done_at,
        "late": stands.late,
        "lanes": [
            {"channel": lane.channel, "states": {state.value: n for _, state, n in lane.states}}
            for lane in stands.lanes
        ],
        "domains": [row._asdict() for row in domains(one)],
    }


def _of(request: DeskRequest, sending: int) -> Sending:
    found: Sending = get_object_or_404(request.case.sendings.select_related("case"), number=sending)
    return found


@router.get("/cases/{number}/sendings", response=list[SendingOut])
@api_case(Act.READ)
def list_sendings(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """Every sending that was not given up, the newest first."""
    return [_out(one, request.at) for one in sendings.of(request.case)]


@router.post("/cases/{number}/sendings", response={201: SendingOut})
@api_case(Act.TELL)
def plan_sending(request: DeskRequest, number: str, said: PlanIn) -> tuple[int, dict[str, Any]]:
    """Have wording and list fixed; nothing goes by it."""
    quiet = (said.quiet_from, said.quiet_until)
    made = sendings.plan(
        request.case,
        stage=said.stage,
        channels=said.channels,
        slugs=said.slugs,
        quiet=quiet if None not in quiet else None,  # type: ignore[arg-type]
        per_second=said.per_second,
        domains=said.domains,
        by=request.by,
    )
    return 201, _out(made, request.at)


@router.get("/cases/{number}/lawful", response=ForeseenOut)
@api_case(Act.READ)
def foresee_lawful(request: DeskRequest, number: str, said: Query[AheadIn]) -> dict[str, Any]:
    """Before a sending is planned: which of these ways, in this order, would be tried before one that the law of people
    names. Nothing of an early warning, which no law orders."""
    letters = Letters(request.case)
    sendings.has_ways(said.channels)
    sendings.has_cohorts(letters, said.slugs)
    if said.stage == Stage.EARLY:
        return {"silent": 0, "ahead": []}
    found = lawful.foresee(letters, said.channels, sendings.ways(), said.slugs)
    return {
        "silent": found.silent,
        "ahead": [
            {
                "residence": one.residence, "rule": one.rule.id, "people": one.people, "channel": one.way.channel,
                "accepts": one.way.accepts, "only": one.way.only, "better": one.way.better, "chosen": one.way.chosen,
                "ways": [way.way for way in one.rule.channels],
            }
            for one in (*found.refused, *found.on_condition)
        ],
    }  # fmt: skip


@router.get("/cases/{number}/sendings/{sending}", response=SendingOut)
@api_case(Act.READ)
def read_sending(request: DeskRequest, number: str, sending: int) -> dict[str, Any]:
    """How it stands."""
    return _out(_of(request, sending), request.at)


@router.get("/cases/{number}/sendings/{sending}/lawful", response=LawfulOut)
@api_case(Act.READ)
def read_lawful(request: DeskRequest, number: str, sending: int) -> dict[str, Any]:
    """Whether the way by which people are told is one that their law names; who is told by another is not told, as that
    law goes. Nothing of an early warning."""
    found = _of(request, sending)
    looked = lawful.look(found, sendings.letters_of(found))
    if looked is None:
        return {"sent": False, "silent": 0, "under": []}
    return {
        "sent": looked.sent,
        "silent": looked.silent,
        "under": [
            {
                "rule": one.rule.id, "channel": one.channel, "people": one.people, "accepts": one.accepts,
                "only": one.only, "ways": [way.way for way in one.rule.channels],
            }
            for one in (*looked.refused, *looked.on_condition)
        ],
    }  # fmt: skip


@router.get("/cases/{number}/sendings/{sending}/spread", response=SpreadOut)
@api_case(Act.READ)
def read_spread(request: DeskRequest, number: str, sending: int) -> dict[str, Any]:
    """Where and in which languages people have been told, counted once a minute; most people first."""
    found = _of(request, sending)
    spread = spreading.spread(found, sendings.letters_of(found))
    if spread is None:
        return {"at": None, "places": [], "languages": []}
    return {
        "at": spread.at,
        "places": [{"name": one.name, "people": dict(one.groups)} for one in spread.places],
        "languages": [{"name": one.name, "people": dict(one.groups)} for one in spread.languages],
    }


@router.get("/cases/{number}/sendings/{sending}/letters/{letter}", response=LetterOut)
@api_case(Act.READ)
def read_sending_letter(request: DeskRequest, number: str, sending: int, letter: int) -> dict[str, Any]:
    """One of its letters, word for word as it goes, by its number from 0."""
    found = _of(request, sending)
    letters = sendings.letters_of(found)
    if not 0 <= letter < len(letters):
        raise Http404
    one = letters[letter]
    return {"residence": one.residence, "language": one.language, "title": one.title, "text": preview(one),
            "letters": len(letters), "short": _short(found, one)}  # fmt: skip


def _short(sending: Sending, letter: Mould) -> dict[str, Any] | None:
    if not letter.short:
        return None
    length = gsm.length(letter.short)
    sender = pens.wording_of(sending).sender.texts
    return {"sender": sender, "text": letter.short, "alphabet": length.alphabet.value, "units": length.units,
            "parts": length.parts}  # fmt: skip


@router.post("/cases/{number}/sendings/{sending}/calls", response={200: CallOut, 204: None})
@api_case(Act.UNMASK, once=False)
def take_call(request: DeskRequest, number: str, sending: int) -> tuple[int, calling.Call | None]:
    """The next person to telephone, with whole values, for whose token it is; 204 when nobody is to be called now."""
    found = calling.take(_of(request, sending), by=request.by)
    return (200, found) if found is not None else (204, None)


@router.post("/cases/{number}/sendings/{sending}/calls/{row}", response=SendingOut)
@api_case(Act.UNMASK)
def tell_call(request: DeskRequest, number: str, sending: int, row: int, said: SpokenIn) -> dict[str, Any]:
    """What came of a call that is in hand."""
    found = _of(request, sending)
    get_object_or_404(found.deliveries, id=row)
    calling.tell(found, row, said.outcome, note=said.note, by=request.by)
    return _out(found, request.at)


@router.post("/cases/{number}/sendings/{sending}/{deed}", response=SendingOut)
@api_case(Act.TELL)
def act_on_sending(
    request: DeskRequest,
    number: str,
    sending: int,
    deed: sendings.DeedName,
    said: WhyIn,
) -> dict[str, Any]:
    """ask (a second person to approve it), go, pause, resume, stop, drop, taken and again (of what is in doubt),
    substitute (who was not reached was told by public notice)."""
    found = _of(request, sending)
    sendings.act(found, deed, reason=said.reason, by=request.by)
    return _out(_of(request, sending), request.at)


@router.get("/cases/{number}/told", response=list[ToldOut])
@api_case(Act.PEOPLE)
def read_told(request: DeskRequest, number: str, who: str = "") -> list[dict[str, Any]]:
    """What was sent to whoever is known by exactly this, or got the message of this number."""
    return [
        {
            "person": one.person,
            "deliveries": [
                {
                    "sending": row.sending.number,
                    "channel": row.channel,
                    "attempt": row.attempt,
                    "state": row.state,
                    "events": list(row.events.all()),
                }
                for row in one.deliveries
            ],
        }
        for one in (proof.find(request.case, who[:200], by=request.by) if who else ())
    ]


@router.post("/cases/{number}/told/{person}", response=dict[str, Any])
@api_case(Act.UNMASK)
def prove_told(request: DeskRequest, number: str, person: str, said: WhyIn) -> dict[str, Any]:
    """breachdesk.told/1: the messages themselves, what the other side said, and where the journal has it."""
    document = proof.document(request.case, person, reason=said.reason, by=request.by)
    if document is None:
        raise Http404
    return document


@router.get("/cases/{number}/minded", response=list[MindedOut])
@api_case(Act.PEOPLE)
def list_minded(request: DeskRequest, number: str) -> list[Minded]:
    """People with whom something is to be minded."""
    return list(request.case.minded.filter(last=True)[:1000])


@router.post("/cases/{number}/minded", response={201: MindedOut})
@api_case(Act.TELL)
def mind_person(request: DeskRequest, number: str, said: MindIn) -> tuple[int, Minded]:
    """From the next list on."""
    return 201, caring.mind(request.case, said.known_by, said.kind, reason=said.reason, by=request.by)


@router.post("/cases/{number}/minded/{minded}/end", response=MindedOut)
@api_case(Act.TELL)
def unmind_person(request: DeskRequest, number: str, minded: int, said: WhyIn) -> Minded:
    """No longer."""
    found: Minded = get_object_or_404(request.case.minded, id=minded)
    caring.forget(found, reason=said.reason, by=request.by)
    return found
