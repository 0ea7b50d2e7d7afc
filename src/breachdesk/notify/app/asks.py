"""What a draft still needs from a human, as fields of a form; what was answered goes into the fact sheet.

Words of the organisation and answers only forms ask for are facts like any other (`organisation`, `filing`): said once,
they stand in every draft and every letter.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from breachdesk.case.app.actions.facts import answer_fact
from breachdesk.case.app.models import Case
from breachdesk.case.app.sheet import facts_of, vocabulary
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand
from breachdesk.notify.organisation import LONGEST_TEXT, BadOrganisation, Says, clean, read_organisation, says
from breachdesk.notify.shapes import Ask, AskKind

if TYPE_CHECKING:
    from breachdesk.report.words import Words

#: Parts of the fact sheet that are answered here, and who reads them: what they refuse is not written down. A room that
#: asks for a part of its own puts it here (AppConfig.ready).
READERS: dict[str, Callable[[Mapping[str, Any]], object]] = {"organisation": read_organisation}


class Kind(StrEnum):
    """How an answer is given. FACT: on its page in the fact sheet."""

    NAME = "name"
    PROSE = "prose"
    DAY = "day"
    YES_NO = "yes_no"
    NUMBER = "number"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a draft needs. `spoken`: the language its answer is written in; empty where that does not matter."""

    id: str  # the key, as the draft names it
    text: str
    kind: Kind
    confirm: bool
    part: str = ""  # organisation or filing
    key: str = ""  # below that part
    spoken: str = ""


def questions(asks: Iterable[Ask], spoken: str, language: str) -> list[Question]:
    """What is missing first, then what somebody has to look at; each once. `spoken`: the language of the draft;
    `language`: that of the reader."""
    known = vocabulary()
    found = [_question(ask, spoken, language) for ask in asks]
    usable = [one for one in found if one.kind is not Kind.FACT or one.id in known]
    return sorted(usable, key=lambda one: one.confirm)


def _question(ask: Ask, spoken: str, language: str) -> Question:
    confirm, text = ask.kind is AskKind.CONFIRM, ask.text(language)
    part, _, key = ask.id.partition(".")
    if part not in READERS:
        return Question(ask.id, text, Kind.FACT, confirm)
    said = key.rpartition(".")[2]
    if said in LANGUAGES:
        key, spoken = key.rpartition(".")[0], said
    if part == "filing":
        return Question(ask.id, text, Kind.PROSE, confirm, part, key, spoken)
    kind = {
        Says.NAME: Kind.NAME,
        Says.PROSE: Kind.PROSE,
        Says.DAY: Kind.DAY,
        Says.YES_NO: Kind.YES_NO,
        Says.NUMBER: Kind.NUMBER,
    }.get(says(key) or Says.PROSE, Kind.PROSE)
    return Question(ask.id, text, kind, confirm, part, key, spoken if kind in (Kind.PROSE, Kind.NAME) else "")


class AskForm(forms.Form):
    """One field for each question that is answered here; none has to be."""

    def __init__(self, *args: Any, asked: Iterable[Question], words: "Words", **more: Any) -> None:
        super().__init__(*args, **more)
        self.words = words
        self.asked = [one for one in asked if one.kind is not Kind.FACT]
        for number, one in enumerate(self.asked):
            field = _field(one, words)
            field.label = one.text
            if one.spoken:
                field.help_text = words.say(f"filings.asks.spoken.{one.spoken}")
            field.error_messages |= {
                "max_length": words.say("filings.asks.too_long", most=words.number(LONGEST_TEXT)),
                "invalid": words.say("filings.asks.unclear"),
                "invalid_choice": words.say("filings.asks.unclear"),
                "max_value": words.say("filings.asks.unclear"),
                "min_value": words.say("filings.asks.unclear"),
                "null_characters_not_allowed": words.say("filings.asks.unclear"),
            }
            self.fields[f"ask-{number}"] = field

    def given(self) -> dict[Question, Any]:
        """What was answered: nothing where a field was left empty."""
        found = {}
        for number, one in enumerate(self.asked):
            value = self.cleaned_data.get(f"ask-{number}")
            if value not in (None, ""):
                found[one] = value
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(value not in (None, "") for value in cleaned.values()):
            raise ValidationError(self.words.say("filings.asks.nothing"))
        return cleaned


def read(answers: Mapping[str, str], asked: Iterable[Question], words: "Words") -> dict[Question, Any]:
    """What a program says, by the id of each question. Raises Refused for one that is not asked or not understood."""
    asked = list(asked)
    here = [one for one in asked if one.kind is not Kind.FACT]
    for name in answers:
        if name not in {one.id for one in here}:
            raise Refused("api.refused.no_row", field=name[:120])
    form = AskForm({f"ask-{at}": answers.get(one.id, "") for at, one in enumerate(here)}, asked=asked, words=words)
    if not form.is_valid():
        wrong = next(iter(form.errors))
        field = here[int(wrong.removeprefix("ask-"))].id if wrong.startswith("ask-") else ""
        raise Refused("filings.asks.unclear" if field else "filings.asks.nothing", field=field)
    return form.given()


def _field(one: Question, words: "Words") -> forms.Field:
    match one.kind:
        case Kind.DAY:
            return forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
        case Kind.NUMBER:
            return forms.IntegerField(required=False, min_value=0, max_value=10**12 - 1)
        case Kind.YES_NO:
            choices = [("", "—"), ("yes", words.say("filings.asks.yes")), ("no", words.say("filings.asks.no"))]
            return forms.ChoiceField(required=False, choices=choices)
        case Kind.NAME:
            return forms.CharField(required=False, max_length=400)
    return forms.CharField(required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}))


def save(case: Case, answers: Mapping[Question, Any], *, by: Hand, source: str) -> None:
    """Put the answers into the fact sheet: each part of it that changes is one answer with one entry of the journal.

    `source`: of which form they were asked. Must run inside a transaction. Raises Refused."""
    facts = facts_of(case)
    for part in READERS:
        whole = dict(facts.get(part) or {}) if isinstance(facts.get(part), Mapping) else {}
        before = dict(whole)
        for one, value in answers.items():
            if one.part == part:
                _put(whole, one, value)
        if whole != before and _usable(part, whole):
            answer_fact(case, part, whole, by=by, source=source[:300])


def _usable(part: str, whole: Mapping[str, Any]) -> bool:
    """What the forms could not read is not written down: nobody would ever see it again."""
    try:
        READERS[part]({part: whole})
    except BadOrganisation:
        return False
    return True


def _put(whole: dict[str, Any], one: Question, value: Any) -> None:
    """Where it belongs: `contact.name` below `contact`, words of a language below their language."""
    head, _, tail = one.key.partition(".")
    nested = one.part == "organisation" and tail
    place = dict(whole.get(head) or {}) if nested and isinstance(whole.get(head), Mapping | None) else whole
    key = tail if nested else one.key
    place[key] = _said(place.get(key), one, value)
    if nested:
        whole[head] = place


def _said(before: Any, one: Question, value: Any) -> Any:
    if one.kind is Kind.YES_NO:
        return value == "yes"
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return value
    text = clean(value).strip("'\"") if set(clean(value)) <= {"'", '"'} else clean(value)  # '' says: there is none
    if not one.spoken or (one.kind is Kind.NAME and not isinstance(before, Mapping)):
        return text
    told = dict(before) if isinstance(before, Mapping) else {"*": before} if isinstance(before, str) and before else {}
    return {**told, one.spoken: text}
