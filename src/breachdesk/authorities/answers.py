"""Answers to the fields of forms, from the fact sheet, the people, the organisation. What is not known is said so."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from breachdesk.authorities.shapes import State
from breachdesk.ground.elements import covers
from breachdesk.ground.places import country_of
from breachdesk.ground.places import title as place_title
from breachdesk.law.shapes import Duty
from breachdesk.notify.advice import rows_for
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation, as_day, as_instant, held_since, says
from breachdesk.notify.values import in_words
from breachdesk.scope.shapes import Cohort

_SPECIAL: tuple[str, ...] = (
    "health",
    "genetic",
    "biometric",
    "sex_life",
    "politics",
    "religion",
    "union",
    "ethnicity",
    "criminal",
)
_SPECIAL += ("insurance.health", "gov_id.gb.nhs", "gov_id.au.medicare")


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
    phrases: Mapping[str, str]
    zone: str
    at: datetime
    complete: bool = False
    here: tuple[Cohort, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.here = tuple(cohort for cohort in self.cohorts if self._here(cohort.residence))

    def _here(self, residence: str) -> bool:
        return not self.residences or bool({residence, country_of(residence)} & self.residences)

    def answer(self, name: str) -> Answer:
        """By the name of the answer, else by the kind of thing the key is."""
        if name in ANSWERS:
            return ANSWERS[name](self)
        if name.startswith("organisation."):
            return self._organisation(name)
        if name.startswith("time."):
            return self.instant(name)
        return self._fact(name)

    def holds(self, condition: str) -> bool:
        return not condition or CONDITIONS[condition](self)

    # --- kinds of answers

    def say(self, phrase: str) -> str:
        return self.phrases[phrase]

    def unknown(self, *facts: str) -> Answer:
        return Answer("", State.NOT_YET_KNOWN, facts)

    def known(self, value: str, *facts: str, rows: tuple[tuple[str, str], ...] = ()) -> Answer:
        return Answer(value, State.ANSWERED, facts, rows)

    def _organisation(self, name: str) -> Answer:
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

    def _fact(self, name: str) -> Answer:
        value = self.facts.get(name)
        if value is None:
            return self.unknown(name)
        if isinstance(value, bool):
            return self.known(self.say("yes" if value else "no"), name)
        if isinstance(value, int):
            return self.known(self.number(value), name)
        return self.known(str(value), name)

    def instant(self, *names: str) -> Answer:
        for name in names:
            value = self.facts.get(name)
            if (moment := as_instant(value)) is not None:
                local = moment.astimezone(ZoneInfo(self.zone)) if self.zone else moment
                zone = self.zone or (local.strftime("%z")[:3] + ":" + local.strftime("%z")[3:])
                return self.known(f"{self.day(local.date())}, {local:%H:%M} ({zone})", name)
            if (day := as_day(value)) is not None:
                return self.known(self.day(day), name)
        return self.unknown(names[0])

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


def _count(cohorts: Iterable[Cohort]) -> int:
    return sum(cohort.count for cohort in cohorts)


def _people_here(case: Case) -> Answer:
    """The duty counted the people its rule concerns; the sheet or the people list counts them otherwise."""
    count = case.duty.people if case.duty.people is not None else _count(case.here)
    if not count and not case.cohorts:
        stated = case.facts.get("subjects.count")
        if not isinstance(stated, int) or case.residences:
            return case.unknown("subjects.count")
        count = stated
    return Answer(case.number(count), State.ESTIMATED, ("subjects.count",))


def _people_total(case: Case) -> Answer:
    count = _count(case.cohorts) or case.facts.get("subjects.count")
    if not isinstance(count, int) or not count:
        return case.unknown("subjects.count")
    return Answer(case.number(count), State.ESTIMATED, ("subjects.count",))


def _people_by_place(case: Case) -> Answer:
    counts: Counter[str] = Counter()
    for cohort in case.cohorts:
        counts[country_of(cohort.residence)] += cohort.count
    if not counts:
        return case.unknown("subjects.count")
    rows = tuple((place_title(place, case.language), case.number(count)) for place, count in counts.most_common())
    return Answer(", ".join(name for name, _ in rows), State.ESTIMATED, (), rows)


def _minors(case: Case) -> Answer:
    """Counted where a date of birth was lost; the rest is said to be not known."""
    if not case.here:
        return case.unknown("subjects.count")
    young = _count(cohort for cohort in case.here if cohort.minor == "yes")
    unsure = _count(cohort for cohort in case.here if cohort.minor == "unknown")
    value = case.number(young)
    if unsure:
        value += " " + case.say("age_unknown").replace("{n}", case.number(unsure))
    return Answer(value, State.ESTIMATED)


def _records(case: Case) -> Answer:
    stated = case.organisation.numbers.get("records")
    counted = sum(int(source.get("records", 0)) for source in case.summary.get("sources", ()))
    if stated is None and not counted:
        return case.unknown("organisation.records")
    return Answer(case.number(stated if stated is not None else counted), State.ESTIMATED, ("organisation.records",))


def _kinds(case: Case) -> Answer:
    names = case.elements()
    if not names:
        classes = case.facts.get("data.classes")
        if isinstance(classes, list | tuple | set | frozenset) and classes:
            return case.known(", ".join(sorted(map(str, classes))), "data.classes")
        return case.unknown("data.classes")
    rows = tuple(
        (case.element(name), case.number(_count(c for c in case.here if name in c.elements))) for name in names
    )
    return Answer(", ".join(case.element(name) for name in names), State.ESTIMATED, (), rows)


def _special(case: Case) -> Answer:
    if not case.here:
        return case.unknown("data.classes")
    found = [name for name in case.elements() if any(covers(special, name) for special in _SPECIAL)]
    return case.known(", ".join(map(case.element, found)) if found else case.say("none_found"))


def _nature(case: Case) -> Answer:
    """Confidentiality, integrity, availability: each as the sheet says, in words."""
    names = ("breach.confidentiality", "breach.integrity", "breach.availability")
    missing = tuple(name for name in names if case.facts.get(name) is None)
    touched = [case.say(name) for name in names if case.facts.get(name) is True]
    if missing and not touched:
        return case.unknown(*missing)
    return case.known(", ".join(touched) if touched else case.say("none"), *names)


def _consequences(case: Case) -> Answer:
    """What the organisation says; else drafted from the risks of the data lost, for a human to agree to."""
    said = case.organisation.text("consequences", case.language)
    if said:
        return case.known(said, "organisation.consequences")
    rows = rows_for(case.library.advice, case.elements())[:5]
    if not rows:
        return case.unknown("organisation.consequences")
    lines = [f"{row.label.say(case.language)}. {row.risk.say(case.language)}" for row in rows]
    lines = [case.say("consequences_drafted"), *lines]
    return Answer("\n".join(lines), State.CONFIRM, ("organisation.consequences",))


def _measures(case: Case) -> Answer:
    parts = [case.organisation.text(key, case.language) for key in ("measures", "planned")]
    known = [part for part in parts if part]
    return (
        case.known("\n".join(known), "organisation.measures") if known else case._organisation("organisation.measures")
    )


def _period(case: Case) -> Answer:
    start = case.organisation.days.get("exposed.from")
    end = case.organisation.days.get("exposed.until")
    if start is None:
        return case.instant("time.occurred")
    if end is None:
        return case.known(f"{case.day(start)} – {case.say('not_known_when')}", "organisation.exposed.from")
    return case.known(case.day(start) if start == end else f"{case.day(start)} – {case.day(end)}")


def _contact(case: Case) -> Answer:
    return _person(case, "contact", "organisation.contact.name")


def _privacy_contact(case: Case) -> Answer:
    return _person(case, "privacy_contact", "organisation.privacy_contact.name")


def _person(case: Case, who: str, wanted: str) -> Answer:
    parts = [case.organisation.text(f"{who}.{key}", case.language) for key in ("name", "post", "phone", "email")]
    if not parts[0]:
        return case.unknown(wanted)
    missing = [f"organisation.{who}.{key}" for key, part in zip(("phone", "email"), parts[2:], strict=True) if not part]
    value = ", ".join(part for part in parts if part)
    return Answer(value, State.ANSWERED if len(missing) < 2 else State.CONFIRM, tuple(missing) or (wanted,))


def _letters_sent(case: Case) -> Answer:
    if case.facts.get("time.individual_notice_sent") is not None:
        return case.instant("time.individual_notice_sent")
    planned = case.instant("time.individual_notice_planned")
    if planned.state is State.NOT_YET_KNOWN:
        return case.unknown("time.individual_notice_sent")
    return Answer(f"{case.say('planned_for')} {planned.value}", State.ESTIMATED, planned.facts)


def _services(case: Case) -> Answer:
    name = case.organisation.text("services.name", case.language)
    if not name:
        return case._organisation("organisation.services.name")
    months = case.organisation.numbers.get("services.months")
    if months is None:
        return case.unknown("organisation.services.months")
    return case.known(f"{name}, {months} {case.say('months')}", "organisation.services.name")


def _police(case: Case) -> Answer:
    told = case.organisation.answers.get("police.told")
    if told is None:
        return case.unknown("organisation.police.told")
    if not told:
        return case.known(case.say("no"), "organisation.police.told")
    parts = [case.organisation.text(key, case.language) for key in ("police.agency", "police.reference")]
    day = case.organisation.days.get("police.on")
    said = [case.say("yes"), *(part for part in parts if part), *([case.day(day)] if day else [])]
    return case.known(", ".join(said), "organisation.police.told")


def _late(case: Case) -> Answer:
    """A reason is owed only when the time is over."""
    if not _is_late(case):
        return Answer(case.say("in_time"), State.NOT_APPLICABLE)
    return case._organisation("organisation.delay_reason")


def _stage(case: Case) -> Answer:
    """Initial while a field of the form is still open; drafts.py asks for it last."""
    return case.known(case.say("stage_full" if case.complete else "stage_initial"))


def _held(case: Case) -> Answer:
    held, day = held_since(case.facts)
    if held is None:
        return case.unknown("hold.law_enforcement")
    if not held:
        return case.known(case.say("no"), "hold.law_enforcement")
    return case.known(case.say("yes") + (f", {case.day(day)}" if day else ""), "hold.law_enforcement")


def _sources(case: Case) -> Answer:
    """Names of exposed tables are the organisation's own words; counts beside them."""
    rows = tuple(
        (str(source.get("source", "")), case.number(int(source.get("records", 0))))
        for source in case.summary.get("sources", ())
        if int(source.get("records", 0))
    )
    return Answer(case.number(len(rows)), State.ESTIMATED, (), rows) if rows else case.unknown("organisation.records")


def _is_late(case: Case) -> bool:
    return case.duty.due is not None and case.at > case.duty.due


ANSWERS: dict[str, Callable[[Case], Answer]] = {
    "people.here": _people_here,
    "people.total": _people_total,
    "people.by_place": _people_by_place,
    "people.minors": _minors,
    "records": _records,
    "data.kinds": _kinds,
    "data.special": _special,
    "breach.nature": _nature,
    "breach.period": _period,
    "breach.sources": _sources,
    "consequences": _consequences,
    "measures": _measures,
    "contact": _contact,
    "privacy_contact": _privacy_contact,
    "letters.sent": _letters_sent,
    "services": _services,
    "police": _police,
    "late": _late,
    "stage": _stage,
    "held": _held,
    "discovered": lambda case: case.instant("time.discovered", "time.detected", "time.aware"),
    "detected": lambda case: case.instant("time.detected", "time.discovered", "time.aware"),
}
CONDITIONS: dict[str, Callable[[Case], bool]] = {
    "late": _is_late,
    "identity": lambda case: any(covers("gov_id", name) for name in case.elements()),
}
