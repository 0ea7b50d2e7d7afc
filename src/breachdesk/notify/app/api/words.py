"""The words of letters by the API: what each block says in a case, what a text would do, kept and taken back."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Router, Schema

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.notify.app import rewording
from breachdesk.notify.app.api.shapes import CheckOut, checks_of
from breachdesk.notify.app.rewording import Place, Touched
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.draw import as_text
from breachdesk.notify.values import holes_known
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["notices"])
Language = Literal[LANGUAGES]  # type: ignore[valid-type]
_LONGEST = 4000
_MOST = 100


class ScopeIn(Schema):
    """`slug`: only in the letter to these people; `rule`: only under this rule; neither: everybody."""

    slug: str = Field("", max_length=100)
    rule: str = Field("", max_length=40)


class ProposedWords(ScopeIn):
    """`first`: from which of the letters on, from 0."""

    text: str = Field(max_length=_LONGEST)
    first: int = Field(0, ge=0, le=1_000_000)


class WordsIn(ScopeIn):
    """`before`: SHA-256 of the text one has read there, empty for none; then a text somebody wrote meanwhile is not
    written over."""

    text: str = Field(max_length=_LONGEST)
    reason: str = Field("", max_length=_LONGEST)
    before: str | None = Field(None, max_length=64)


class BackIn(ScopeIn):
    reason: str = Field("", max_length=_LONGEST)


class BlockOut(Schema):
    """`letters`: in how many letters of the case it stands; `own`: how many texts of the case there are for it."""

    block: str
    language: str
    letters: int
    own: int


class OwnOut(Schema):
    """`text`: empty when one was taken back; `last`: it holds now."""

    slug: str
    rule: str
    text: str
    sha256: str
    reason: str
    by: str
    at: datetime
    last: bool


class WordsOut(Schema):
    """`shipped`: what we say there; `holes`: what can be filled in; `texts`: all that was ever written, the newest
    first."""

    block: str
    language: str
    shipped: str
    holes: list[str]
    texts: list[OwnOut]


class VariantOut(Schema):
    """A letter as it would read; `early`: the warning before it. `score`: reading grade in English, at most 8; Oborneva
    in Russian, at least 45; `before`: of the letter as it reads now. `fresh`: codes of checks that fail by this text
    alone."""

    slug: str
    early: bool
    residence: str
    people: int
    ready: bool
    score: float
    before: float
    readable: bool
    musts: int
    musts_met: int
    fresh: list[str]
    checks: list[CheckOut]
    text: str


class TrialOut(Schema):
    """`letters`, `people`: that it touches; `following`: where the next of them begin, 0 for none."""

    letters: int
    people: int
    following: int
    variants: list[VariantOut]


@router.get("/cases/{number}/notices/words", response=list[BlockOut])
@api_case(Act.READ)
def list_words(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """Every block that can be worded, in each language."""
    letters = Letters(request.case)
    uses = rewording.uses(letters, LANGUAGES[0])
    own = [(one.block, one.language) for one in rewording.of(request.case)]
    return [
        {"block": name, "language": one, "letters": uses.get(name, 0), "own": own.count((name, one))}
        for name in rewording.blocks(letters.library)
        for one in LANGUAGES
    ]


@router.get("/cases/{number}/notices/words/{block}/{language}", response=WordsOut)
@api_case(Act.READ)
def read_words(request: DeskRequest, number: str, block: str, language: Language) -> dict[str, Any]:
    """What is said in a block: by us, and by the case, now and before."""
    return _told(request, block, language)


@router.put("/cases/{number}/notices/words/{block}/{language}", response=WordsOut)
@api_case(Act.TELL)
def write_words(request: DeskRequest, number: str, block: str, language: Language, said: WordsIn) -> dict[str, Any]:
    """Say it in these words from now on, in every letter, file and sending of the case."""
    place = _place(request, block, language, said)
    rewording.reword(request.case, place, said.text, reason=said.reason, before=said.before, by=request.by)
    return _told(request, block, language)


@router.post("/cases/{number}/notices/words/{block}/{language}/look", response=TrialOut)
@api_case(Act.TELL, once=False)
def look_at_words(
    request: DeskRequest, number: str, block: str, language: Language, said: ProposedWords
) -> dict[str, Any]:
    """What a text would do to every letter it touches; nothing is kept."""
    place, letters = _place(request, block, language, said), Letters(request.case)
    _, own = rewording.tried(letters, place, said.text)
    return _tried(rewording.touched(letters, own, first=said.first), request.words.language)


@router.post("/cases/{number}/notices/words/{block}/{language}/withdraw", response=WordsOut)
@api_case(Act.TELL)
def withdraw_words(request: DeskRequest, number: str, block: str, language: Language, said: BackIn) -> dict[str, Any]:
    """Take the case's own text back."""
    rewording.withdraw(request.case, _place(request, block, language, said), reason=said.reason, by=request.by)
    return _told(request, block, language)


def _place(request: DeskRequest, block: str, language: str, said: ScopeIn) -> Place:
    if block not in rewording.blocks(Letters(request.case).library):
        raise Http404
    if said.slug and said.rule:
        raise Refused("sendings.refused.no_cohort", field="slug")
    return Place(block, language, said.slug, said.rule)


def _told(request: DeskRequest, block: str, language: str) -> dict[str, Any]:
    library = Letters(request.case).library
    if block not in rewording.blocks(library):
        raise Http404
    rows = rewording.history(request.case, block, language)[:_MOST]
    return {
        "block": block,
        "language": language,
        "shipped": rewording.shipped(library, block, language),
        "holes": list(holes_known(library)),
        "texts": [
            {
                "slug": one.slug, "rule": one.rule, "text": one.text, "sha256": rewording.digest(one.text),
                "reason": one.reason, "by": one.by, "at": one.at, "last": one.last,
            }
            for one in rows
        ],
    }  # fmt: skip


def _tried(found: Touched, reader: str) -> dict[str, Any]:
    return {
        "letters": found.letters,
        "people": found.people,
        "following": found.following,
        "variants": [
            {
                "slug": one.cohort.slug,
                "early": one.early,
                "residence": one.cohort.residence,
                "people": one.cohort.count,
                "ready": one.then.ready,
                "score": one.reading.score,
                "before": one.before.score,
                "readable": one.readable,
                "musts": one.musts[1],
                "musts_met": one.musts[0],
                "fresh": [check.code for check, new in one.failed if new],
                "checks": checks_of(one.then.checks, reader),
                "text": as_text(one.then.notice),
            }
            for one in found.variants
        ],
    }
