"""The words of a case by the API: what each block says, what a text would do, kept and taken back."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Router, Schema

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.notify.app import rewording, trying
from breachdesk.notify.app.api.shapes import CheckOut, checks_of
from breachdesk.notify.app.publishing import Spoken, Texts
from breachdesk.notify.app.rewording import Place
from breachdesk.notify.app.trying import Form, Touched, Variant
from breachdesk.notify.app.writing import the_wordable
from breachdesk.notify.draw import as_text
from breachdesk.notify.short import short_text
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["notices"])
Language = Literal[LANGUAGES]  # type: ignore[valid-type]
_LONGEST = 4000
_MOST = 100


class ScopeIn(Schema):
    """`slug`: only in what goes to these people, or only in this text for everybody (`press`); `rule`: only under this
    rule; neither: wherever the block stands."""

    slug: str = Field("", max_length=100)
    rule: str = Field("", max_length=40)


class ProposedWords(ScopeIn):
    """`first`: from which of the texts on, from 0."""

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
    """`block`: as it is in letters, `short-...` in text messages, `public-...` in texts for everybody; `texts`: in how
    many texts of the case it stands; `own`: how many there are of the case's own for it."""

    block: str
    language: str
    texts: int
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
    """A text as it would read. `form`: letter, short (a text message), public. `slug`: whose it is, or which text for
    everybody; `early`: the warning to these people; `kin`: to the next of kin of those who have died, of whom it is not
    counted how many they are. `score`: reading grade in English, at most 8; Oborneva in Russian, at least 45; `before`:
    of the text as it reads now. `fresh`: codes of checks that fail by these words alone."""

    form: Form
    slug: str
    early: bool
    kin: bool
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
    """`letters`, `short` (text messages), `public`: how many texts it touches; `people`: whom they go to; `following`:
    where the next of them begin, 0 for none."""

    letters: int
    short: int
    public: int
    people: int
    following: int
    variants: list[VariantOut]


@router.get("/cases/{number}/notices/words", response=list[BlockOut])
@api_case(Act.READ)
def list_words(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """Every block that can be worded, in each language."""
    uses = trying.uses(Texts(request.case, request.at), LANGUAGES[0])
    own = [(one.block, one.language) for one in rewording.of(request.case)]
    return [
        {"block": name, "language": one, "texts": uses.get(name, 0), "own": own.count((name, one))}
        for name in the_wordable().blocks
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
    """Say it in these words from now on, in every text, file and sending of the case."""
    place = _place(block, language, said)
    rewording.reword(request.case, place, said.text, reason=said.reason, before=said.before, by=request.by)
    return _told(request, block, language)


@router.post("/cases/{number}/notices/words/{block}/{language}/look", response=TrialOut)
@api_case(Act.TELL, once=False)
def look_at_words(
    request: DeskRequest, number: str, block: str, language: Language, said: ProposedWords
) -> dict[str, Any]:
    """What a text would do to every letter, text message and text for everybody it touches; nothing is kept."""
    place, texts = _place(block, language, said), Texts(request.case, request.at)
    _, own = rewording.tried(texts, place, said.text)
    return _tried(trying.touched(texts, own, first=said.first), request.words.language)


@router.post("/cases/{number}/notices/words/{block}/{language}/withdraw", response=WordsOut)
@api_case(Act.TELL)
def withdraw_words(request: DeskRequest, number: str, block: str, language: Language, said: BackIn) -> dict[str, Any]:
    """Take the case's own text back."""
    rewording.withdraw(request.case, _place(block, language, said), reason=said.reason, by=request.by)
    return _told(request, block, language)


def _place(block: str, language: str, said: ScopeIn) -> Place:
    if block not in the_wordable().blocks:
        raise Http404
    if said.slug and said.rule:
        raise Refused("sendings.refused.no_cohort", field="slug")
    return Place(block, language, said.slug, said.rule)


def _told(request: DeskRequest, block: str, language: str) -> dict[str, Any]:
    if block not in the_wordable().blocks:
        raise Http404
    rows = rewording.history(request.case, block, language)[:_MOST]
    return {
        "block": block,
        "language": language,
        "shipped": the_wordable().shipped(block, language),
        "holes": list(the_wordable().holes(block)),
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
        "short": found.short,
        "public": found.public,
        "people": found.people,
        "following": found.following,
        "variants": [
            {
                "form": one.text.form,
                "slug": one.text.slug,
                "early": one.text.early,
                "kin": one.text.cohort.kin,
                "residence": one.text.cohort.residence,
                "people": one.text.cohort.count,
                "ready": one.then.ready,
                "score": one.reading.score,
                "before": one.before.score,
                "readable": one.readable,
                "musts": one.musts[1],
                "musts_met": one.musts[0],
                "fresh": [check.code for check, new in one.failed if new],
                "checks": checks_of(one.then.checks, reader),
                "text": _text_of(one),
            }
            for one in found.variants
        ],
    }


def _text_of(one: Variant) -> str:
    if isinstance(one.then, Spoken):
        return one.then.post
    return short_text(one.then.notice) if one.text.form is Form.SHORT else as_text(one.then.notice)
