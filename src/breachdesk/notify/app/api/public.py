"""Texts for everybody by the API: each as it reads now, and where the public may be told instead of each person."""

from datetime import date
from typing import Any, Literal

from django.db import transaction
from django.http import Http404, HttpResponse
from ninja import Router, Schema

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.app import asks
from breachdesk.notify.app.api.shapes import FILE, AnswersIn, CheckOut, QuestionOut, checks_of
from breachdesk.notify.app.publishing import Law, Spoken, Texts, to_media
from breachdesk.notify.app.views_public import FILES
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["notices"])
Language = Literal[LANGUAGES]  # type: ignore[valid-type]
File = Literal[FILES]  # type: ignore[valid-type]


class TextOut(Schema):
    """A text in one language. `ready`: nothing is blank and no check stops it; `letters`: as it is copied, of `limit`
    at most."""

    kind: str
    language: str
    title: str
    ready: bool
    blanks: list[str]
    stops: int
    letters: int
    limit: int | None


class WholeTextOut(TextOut):
    """`text`: as it is copied, a paragraph is a line."""

    text: str
    checks: list[CheckOut]
    questions: list[QuestionOut]


class WayOut(Schema):
    """One part of substitute notice. `days`: how long at least; `proof`: what to keep."""

    name: str
    text: str
    days: int | None
    proof: str


class LawOut(Schema):
    """Whether one law lets the public be told instead. `kind`: the text of the notice; `missing`: facts that decide;
    `until`: the last day it has to stand, once the day of publication is known."""

    kind: str
    rule: str
    title: str
    citation: str
    confidence: str
    people: int
    allowed: Literal["yes", "unknown", "no"]
    why: list[str]
    missing: list[str]
    ways: list[WayOut]
    notes: list[str]
    until: date | None


class TextsOut(Schema):
    """`media`: duties to tell the media, by their ids."""

    texts: list[TextOut]
    laws: list[LawOut]
    media: list[str]


@router.get("/cases/{number}/notices/public", response=TextsOut)
@api_case(Act.READ)
def list_public_texts(request: DeskRequest, number: str) -> dict[str, Any]:
    """Each text for everybody with how far it is, and what each law says of telling the public instead."""
    ours, reader = Texts(request.case, request.at), request.words.language
    found = [(kind, one, ours.spoken(kind, one)) for kind in ours.kinds for one in LANGUAGES]
    return {
        "texts": [_short(kind, one, spoken) for kind, one, spoken in found if spoken],
        "laws": [_law(one, reader) for one in ours.laws()],
        "media": [one.id for one in to_media(request.case, reader)],
    }


@router.get("/cases/{number}/notices/public/{kind}/{language}", response=WholeTextOut)
@api_case(Act.READ)
def read_public_text(request: DeskRequest, number: str, kind: str, language: Language) -> dict[str, Any]:
    """One text as it reads now, with what is checked in it and what it still needs."""
    return _told(request, kind, language, _spoken(Texts(request.case, request.at), kind, language))


@router.get("/cases/{number}/notices/public/{kind}/{language}/file", openapi_extra=FILE)
@api_case(Act.READ)
def read_public_text_file(
    request: DeskRequest, number: str, kind: str, language: Language, ending: File = "txt"
) -> HttpResponse:
    """The text as html or txt; it says that it is a draft until nothing in it is blank or wrong."""
    ours = Texts(request.case, request.at)
    response = HttpResponse(ours.file(_spoken(ours, kind, language), ending), content_type="application/octet-stream")
    name = f"{request.case.number}-{kind}-{language}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@router.put("/cases/{number}/notices/public/{kind}/{language}/answers", response=WholeTextOut)
@api_case(Act.FACTS)
def answer_public_text(
    request: DeskRequest, number: str, kind: str, language: Language, said: AnswersIn
) -> dict[str, Any]:
    """What only a human can say: it goes into the fact sheet, and every text, letter and form has it from then on."""
    spoken = _spoken(Texts(request.case, request.at), kind, language)
    asked = asks.questions(spoken.notice.asks, language, request.words.language)
    with transaction.atomic():
        answers = asks.read(said.answers, asked, request.words)
        asks.save(request.case, answers, by=request.by, source=f"notices/public/{kind}/{language}")
    return _told(request, kind, language, _spoken(Texts(request.case, request.at), kind, language))


def _spoken(ours: Texts, kind: str, language: str) -> Spoken:
    found = ours.spoken(kind, language)
    if found is None:
        raise Http404
    return found


def _short(kind: str, language: str, spoken: Spoken) -> dict[str, Any]:
    return {
        "kind": kind,
        "language": language,
        "title": spoken.notice.title,
        "ready": spoken.ready,
        "blanks": list(spoken.blanks),
        "stops": spoken.stops,
        "letters": spoken.letters,
        "limit": spoken.limit,
    }


def _told(request: DeskRequest, kind: str, language: str, spoken: Spoken) -> dict[str, Any]:
    reader = request.words.language
    return {
        **_short(kind, language, spoken),
        "text": spoken.post,
        "checks": checks_of(spoken.checks, reader),
        "questions": asks.questions(spoken.notice.asks, language, reader),
    }


def _law(one: Law, reader: str) -> dict[str, Any]:
    told = one.instead
    return {
        "kind": one.kind,
        "rule": one.rule.id,
        "title": one.rule.title.say(reader),
        "citation": told.citation,
        "confidence": told.confidence,
        "people": one.people,
        "allowed": told.allowed.value,
        "why": [line.say(reader) for line in told.why],
        "missing": list(told.missing),
        "ways": [
            {"name": way.name, "text": way.words.say(reader), "days": way.days, "proof": way.proof.say(reader)}
            for way in told.ways
        ],
        "notes": [note.say(reader) for note in told.notes],
        "until": one.until,
    }
