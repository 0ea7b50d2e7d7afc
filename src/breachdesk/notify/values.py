"""What stands in the holes of a letter: words of the sheet, the vocabulary, the advice; blanks where nobody knows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date

from breachdesk.ground.places import country_of
from breachdesk.notify.advice import Resource, rows_serving
from breachdesk.notify.blocks import Item, Items, Kind, Span
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation, Says, as_day, held_since, one_line, says
from breachdesk.notify.shapes import Ask, AskKind, NoticeCohort, Step
from breachdesk.notify.template import Filled

MOST_RISKS = 3
GROUPS = {"en": ",", "ru": "\u00a0"}  # between thousands
COMPUTED = frozenset(
    (
        *("reach.phone", "reach.email", "privacy.lines", "exposed.from", "exposed.until", "discovered", "letter.date"),
        *("held.from", "recipient.name", "recipient.address", "code", "elements", "risks", "steps", "bureaus"),
        *("trade_commission", "credit_reports", "hold.said", "agencies", "regulators", "services.term", "affected"),
    )
)
#: Of these, what is whole blocks: it stands in a paragraph of its own, or nowhere.
WHOLE = frozenset(
    ("elements", "risks", "steps", "bureaus", "trade_commission", "credit_reports", "agencies", "regulators")
)
#: Of these, what is each person's own, and what is known only when it goes.
PERSONAL = frozenset(("recipient.name", "recipient.address", "code", "letter.date"))


def holes_known(library: Library) -> tuple[str, ...]:
    """Every hole a letter may have: what is computed first, then what the organisation says of itself."""
    head = "organisation."
    asked = [name for name in library.asks if name.startswith(head)]
    said = [name for name in asked if says(name.removeprefix(head)) not in (None, Says.YES_NO)]
    return (*sorted(COMPUTED), *sorted(said))


@dataclass(frozen=True, slots=True)
class Person:
    """One recipient, for delivery. `samples` are already masked (ground.masking): element -> `•••• 1234`. `day`: of
    sending, in words, where the facts name none."""

    name: str
    address: tuple[str, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    code: str = ""
    day: str = ""


@dataclass(slots=True)
class Values:
    """Fills holes for one letter, and remembers what had to be left blank."""

    library: Library
    organisation: Organisation
    facts: Mapping[str, Any]
    cohort: NoticeCohort
    language: str
    where: str
    steps: tuple[Step, ...]
    person: Person | None = None
    asks: dict[str, Ask] = field(default_factory=dict)

    def __call__(self, name: str) -> Filled:
        if name in COMPUTED:
            found: Filled = getattr(self, "_" + name.replace(".", "_"))()
            return found
        if name.startswith("organisation."):
            return self._said(name.removeprefix("organisation."))
        raise KeyError(f"a letter asks for {{{name}}}, which nothing fills")

    # --- the sender

    def _said(self, key: str) -> Filled:
        kind = says(key)
        if kind is Says.DAY and key in self.organisation.days:
            return self._day(self.organisation.days[key])
        if kind is Says.NUMBER and key in self.organisation.numbers:
            return _name(str(self.organisation.numbers[key]))
        text = self.organisation.text(key, self.language)
        if not text:
            return self.blank(f"organisation.{key}")
        if kind is Says.PROSE:
            return Filled((Span(text, Kind.PROSE),))
        return Filled((Span(text.replace("\n\n", ", "), Kind.NAME, url=link(key, text)),))

    def blank(self, key: str) -> Filled:
        """A visible blank, and one more question. A text that exists in another language is asked for in this one."""
        row = self.library.asks[key]
        if self.organisation.known(key.removeprefix("organisation.")) and says(key.removeprefix("organisation.")) in (
            Says.PROSE,
            Says.NAME,
        ):
            key = f"{key}.{self.language}"
        self.asks[key] = Ask(key, self.where, row.ask.en, row.ask.ru)
        return Filled((Span(f"[{row.blank.say(self.language)}]", Kind.BLANK),))

    def _services_term(self) -> Filled:
        months = self.organisation.numbers.get("services.months")
        if months is None:
            return self.blank("organisation.services.months")
        form = Locale(self.language).plural_form(months)
        return _name(self.library.phrases[self.language][f"months.{form}"].replace("{n}", str(months)))

    def _reach(self, key: str) -> Filled:
        """The person who answers, else the organisation; in the United States the toll-free number first."""
        keys = [f"contact.{key}", key]
        if key == "phone" and country_of(self.cohort.residence) == "US":
            keys.insert(0, "toll_free")
        known = [name for name in keys if self.organisation.text(name, self.language)]
        return self._said(known[0] if known else key)

    def _reach_phone(self) -> Filled:
        return self._reach("phone")

    def _reach_email(self) -> Filled:
        return self._reach("email")

    def _privacy_lines(self) -> Filled:
        keys = [f"privacy_contact.{part}" for part in ("name", "post", "phone", "email")]
        spans: list[Span] = []
        for key in keys:
            text = self.organisation.text(key, self.language)
            if text:
                spans += [Span(", ", Kind.NAME)] if spans else []
                spans.append(Span(text, Kind.NAME, url=link(key, text)))
        return Filled(tuple(spans))

    # --- days

    def _day(self, day: date) -> Filled:
        return _name(in_words(day, self.language, self.cohort.residence))

    def _exposed_from(self) -> Filled:
        day = self.organisation.days.get("exposed.from") or as_day(self.facts.get("time.occurred"))
        return self._day(day) if day else self.blank("organisation.exposed.from")

    def _exposed_until(self) -> Filled:
        return self._said("exposed.until")

    def _discovered(self) -> Filled:
        for fact in ("time.discovered", "time.detected", "time.aware"):
            if day := as_day(self.facts.get(fact)):
                return self._day(day)
        return self.blank("time.discovered")

    def _letter_date(self) -> Filled:
        for fact in ("time.individual_notice_sent", "time.individual_notice_planned"):
            if day := as_day(self.facts.get(fact)):
                return self._day(day)
        return _name(one_line(self.person.day)) if self.person and self.person.day else self._slot("date_of_sending")

    def _held_from(self) -> Filled:
        _, day = held_since(self.facts)
        return self._day(day) if day else self.blank("hold.law_enforcement")

    def _hold_said(self) -> Filled:
        return self.blank("hold.law_enforcement")

    # --- the person

    def _slot(self, phrase: str) -> Filled:
        return Filled((Span(f"‹{self.library.phrases[self.language][phrase]}›", Kind.SLOT),))

    def _recipient_name(self) -> Filled:
        return _name(one_line(self.person.name)) if self.person else self._slot("recipient_name")

    def _recipient_address(self) -> Filled:
        """A letter by mail has none: it went to an address of another kind."""
        if self.person is None:
            return self._slot("recipient_address")
        return _name("\n\n".join(self.person.address)) if self.person.address else Filled()

    def _code(self) -> Filled:
        return _name(one_line(self.person.code)) if self.person and self.person.code else self._slot("code")

    def _affected(self) -> Filled:
        """All people of the case, as counted or as the sheet says."""
        count = self.facts.get("subjects.count")
        if not isinstance(count, int) or count < 1:
            return self.blank("subjects.count")
        return _name(f"{count:,}".replace(",", GROUPS[self.language]))

    # --- what was lost, and what to do

    def title(self, element: str) -> str:
        """A lost element in the words of the vocabulary; a name it does not know stays as it is."""
        known = element in self.library.vocabulary
        return self.library.vocabulary[element].title(self.language) if known else element

    def _elements(self) -> Filled:
        samples = self.person.samples if self.person else {}
        items = []
        for element in self.cohort.elements:
            spans = [Span(self.title(element), Kind.NAME)]
            if element in samples and one_line("; ".join(samples[element])):
                spans.append(Span(": " + one_line("; ".join(samples[element])), Kind.NAME))
            items.append(Item(tuple(spans)))
        return Filled(blocks=(Items(tuple(items), role="elements"),))

    def _risks(self) -> Filled:
        """The gravest first, each under the names of the data it comes from."""
        served = rows_serving(self.library.advice, self.cohort.elements)
        names = sorted(served, key=lambda name: -self.library.advice.elements[name].severity)
        if self.cohort.minor:
            names.insert(0, self.library.advice.rules.minor)
        items = []
        for name in names[:MOST_RISKS]:
            row = self.library.advice.elements[name]
            titles = [self.title(element) for element in served.get(name, ())] or [row.label.say(self.language)]
            spans = (Span(", ".join(titles) + ". ", Kind.NAME, strong=True), Span(row.risk.say(self.language)))
            items.append(Item(spans))
        return Filled(blocks=(Items(tuple(items), role="risks"),))

    def _steps(self) -> Filled:
        items = []
        for step in self.steps:
            if not step.sure:
                self._look_at(step)
            spans = [Span(step.text)]
            if step.minutes:
                words = self.library.phrases[self.language]["minutes"].replace("{n}", str(step.minutes))
                spans = [Span(step.text.removesuffix(".")), Span(f" ({words})", Kind.NAME), Span(".")]
            below = tuple(self._resource(self.library.advice.named(name)) for name in step.resources)
            items.append(Item(tuple(spans), below))
        return Filled(blocks=(Items(tuple(items), ordered=True, role="steps"),))

    def _listed(self, *kinds: str) -> Filled:
        rows = self.library.advice.at(self.cohort.residence, *kinds)
        items = tuple(Item(self._resource(row)) for row in rows)
        return Filled(blocks=(Items(items, role="resources"),) if items else ())

    def _bureaus(self) -> Filled:
        return self._listed("credit_bureau")

    def _trade_commission(self) -> Filled:
        return self._listed("trade_commission")

    def _credit_reports(self) -> Filled:
        return self._listed("credit_report")

    def _agencies(self) -> Filled:
        return self._listed("state_agency", "trade_commission")

    def _regulators(self) -> Filled:
        rows = self.library.advice.at(self.cohort.residence, "regulator")[:1]
        return Filled(
            blocks=(Items(tuple(Item(self._resource(row)) for row in rows), role="resources"),) if rows else ()
        )

    def _look_at(self, step: Step) -> None:
        row, key = self.library.asks["step"].ask, f"step.{step.id}"
        said = [row.say(language).replace("{name}", step.text) for language in ("en", "ru")]
        self.asks[key] = Ask(key, self.where, said[0], said[1], AskKind.CONFIRM)

    def _resource(self, row: Resource) -> tuple[Span, ...]:
        if row.verified is not True:
            asked = self.library.asks["resource"]
            said = [asked.ask.say(language).replace("{name}", row.name.say(language)) for language in ("en", "ru")]
            self.asks[f"resource.{row.id}"] = Ask(f"resource.{row.id}", self.where, said[0], said[1], AskKind.CONFIRM)
        spans = [Span(row.name.say(self.language), Kind.NAME)]
        for key, text in (("address", row.address), ("phone", row.phone), ("web", row.url)):
            if text:
                spans += [Span("; " if len(spans) > 1 else ": ", Kind.NAME), Span(text, Kind.NAME, url=link(key, text))]
        return tuple(spans)


def _name(text: str) -> Filled:
    return Filled((Span(text, Kind.NAME),))


@lru_cache(maxsize=256)
def in_words(day: date, language: str, residence: str = "") -> str:
    """`November 11, 2026` in the United States, `11 November 2026` elsewhere, `11 ноября 2026 года` in Russian."""
    if language == "ru":
        return format_date(day, "d MMMM y 'года'", locale="ru")
    locale = "en_US" if country_of(residence) == "US" else "en_GB"
    return format_date(day, "long", locale=locale)


def link(key: str, text: str) -> str:
    """The address behind a text, when it is one we know how to open: web, mail or one telephone; otherwise empty."""
    last = key.rpartition(".")[2]
    if last == "email" and re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text):
        return f"mailto:{text}"
    if last in ("phone", "toll_free") and re.fullmatch(r"\+?[\d\s()./-]{3,24}", text):
        return "tel:" + re.sub(r"[^\d+]", "", text)
    if last in ("web", "incident_page", "url") and re.fullmatch(r"https?://[^\s<>\"'\\{}|^`]+", text):
        return text
    return ""
