"""One case as one authority sees it: what its form may be answered from, in the language of the form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from breachdesk.authorities.extra import Extra
from breachdesk.authorities.shapes import Receipt, Stage, State
from breachdesk.ground.places import country_of
from breachdesk.ground.places import title as place_title
from breachdesk.law.shapes import Duty
from breachdesk.notify.advice import Words
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation, as_day, as_instant, says
from breachdesk.notify.values import in_words
from breachdesk.scope.shapes import Cohort


@dataclass(frozen=True, slots=True)
class Answer:
    """`facts`: keys that would answer it (when unknown) or that did. `rows`: a small table under the value."""

    value: str
    state: State
    facts: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Case:
    """All an answer may look at, for one form in one language."""

    duty: Duty
    library: Library
    organisation: Organisation
    facts: Mapping[str, Any]
    cohorts: tuple[Cohort, ...]
    summary: Mapping[str, Any]
    language: str
    residences: frozenset[str]  # the places this authority answers for; empty: every place
    everyone: bool  # the organisation is established there: all people count, wherever they live
    phrases: Mapping[str, str]
    zone: str
    at: datetime
    extra: Extra = field(default_factory=dict)  # what only filings ask
    labels: Mapping[str, Words] = field(default_factory=dict)
    stage: Stage = Stage.FULL
    filed: tuple[Receipt, ...] = ()  # of this duty, the first one first
    kin: tuple[Receipt, ...] = ()  # of every duty of the same legal order
    complete: bool = False
    residents: tuple[Cohort, ...] = field(init=False)
    here: tuple[Cohort, ...] = field(init=False)  # who counts for this authority

    def __post_init__(self) -> None:
        self.residents = tuple(cohort for cohort in self.cohorts if self._here(cohort.residence))
        self.here = self.cohorts if self.everyone else self.residents

    def _here(self, residence: str) -> bool:
        return not self.residences or bool({residence, country_of(residence)} & self.residences)

    def answer(self, name: str) -> Answer:
        """What stands under a key of facts.yaml."""
        if name.startswith("organisation."):
            return self.said(name)
        if name.startswith("filing."):
            return self.written(name)
        return self.instant(name) if name.startswith("time.") else self._fact(name)

    # --- kinds of answers

    def say(self, phrase: str) -> str:
        return self.phrases[phrase]

    def unknown(self, *facts: str) -> Answer:
        return Answer("", State.NOT_YET_KNOWN, facts)

    def known(self, value: str, *facts: str, rows: tuple[tuple[str, str], ...] = ()) -> Answer:
        return Answer(value, State.ANSWERED, facts, rows)

    def said(self, name: str) -> Answer:
        key = name.removeprefix("organisation.")
        if key in self.organisation.answers:
            return self.known(self.say("yes" if self.organisation.answers[key] else "no"), name)
        if key in self.organisation.numbers:
            return self.known(self.number(self.organisation.numbers[key]), name)
        if key in self.organisation.days:
            return self.known(self.day(self.organisation.days[key]), name)
        text = self.organisation.text(key, self.language)
        if text == "":
            return Answer(self.say("none"), State.ANSWERED, (name,))
        if text is None:
            wanted = name if says(key) is None or not self.organisation.known(key) else f"{name}.{self.language}"
            return self.unknown(wanted)
        return self.known(text, name)

    def written(self, name: str) -> Answer:
        """A key below `filing:`; `yes` and `no` in the language of the form."""
        texts = self.extra.get(name.removeprefix("filing."), {})
        text = texts.get(self.language, texts.get("*"))
        if text is None:
            return self.unknown(f"{name}.{self.language}" if texts else name)
        return self.known(self.phrases.get(text, text) if text in ("yes", "no") else text or self.say("none"), name)

    def _fact(self, name: str) -> Answer:
        value = self.facts.get(name)
        if value is None:
            return self.unknown(name)
        if isinstance(value, bool):
            return self.known(self.say("yes" if value else "no"), name)
        if isinstance(value, int):
            return self.known(self.number(value), name)
        if name == "entity.main_establishment":
            return self.known(place_title(str(value), self.language), name)
        return self.known(self.phrases.get(f"value.{value}", str(value)), name)

    def instant(self, *names: str) -> Answer:
        for name in names:
            value = self.facts.get(name)
            if (moment := as_instant(value)) is not None:
                return self.known(self.moment(moment), name)
            if (day := as_day(value)) is not None:
                return self.known(self.day(day), name)
        return self.unknown(names[0])

    def moment(self, moment: datetime) -> str:
        """Day, time, and which time it is: that of the authority where it has one, else as the sheet gives it."""
        local = moment.astimezone(ZoneInfo(self.zone)) if self.zone else moment
        offset = local.strftime("%z")
        zone = self.phrases.get(f"zone.{self.zone}", f"UTC{offset[:3]}:{offset[3:]}")
        return f"{self.day(local.date())}, {local:%H:%M} ({zone})"

    def day(self, day: date) -> str:
        residence = next(iter(self.residences), "") if len(self.residences) == 1 else ""
        return in_words(day, self.language, residence)

    def number(self, count: int) -> str:
        return f"{count:,}".replace(",", " " if self.language == "ru" else ",")

    def element(self, name: str) -> str:
        known = name in self.library.vocabulary
        return self.library.vocabulary[name].title(self.language) if known else name

    def elements(self) -> list[str]:
        return self.library.vocabulary.sort({name for cohort in self.here for name in cohort.elements})
