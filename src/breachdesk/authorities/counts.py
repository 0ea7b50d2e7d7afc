"""Answers that count: people, records, kinds of data."""

from collections import Counter
from collections.abc import Iterable

from breachdesk.authorities.case import Answer, Case
from breachdesk.authorities.shapes import State
from breachdesk.ground.elements import covers
from breachdesk.ground.places import country_of
from breachdesk.ground.places import title as place_title
from breachdesk.scope.shapes import Cohort

# GDPR Art. 9 and 10; numbers given for health care reveal it (recital 35).
_SPECIAL = ("health", "genetic", "biometric", "sex_life", "politics", "religion", "union", "ethnicity", "criminal")
_SPECIAL_NUMBERS = ("insurance.health", "gov_id.gb.nhs", "gov_id.au.medicare")
# 152-FZ Art. 10 and 11: no trade unions, no numbers of policies.
_SPECIAL_RU = ("health", "genetic", "biometric", "sex_life", "politics", "religion", "ethnicity", "criminal")


def count_of(cohorts: Iterable[Cohort]) -> int:
    return sum(cohort.count for cohort in cohorts)


def people_here(case: Case) -> Answer:
    """Everybody where the organisation is established; else those the duty counted, else the residents."""
    if case.everyone:
        return people_total(case)
    count = case.duty.people if case.duty.people is not None else count_of(case.residents)
    if not count and not case.cohorts:
        stated = case.facts.get("subjects.count")
        if not isinstance(stated, int) or case.residences:
            return case.unknown("subjects.count")
        count = stated
    return Answer(case.number(count), State.ESTIMATED, ("subjects.count",))


def people_residents(case: Case) -> Answer:
    if not case.cohorts:
        return case.unknown("subjects.count")
    return Answer(case.number(count_of(case.residents)), State.ESTIMATED, ("subjects.count",))


def people_total(case: Case) -> Answer:
    count = count_of(case.cohorts) or case.facts.get("subjects.count")
    if not isinstance(count, int) or not count:
        return case.unknown("subjects.count")
    return Answer(case.number(count), State.ESTIMATED, ("subjects.count",))


def people_by_place(case: Case) -> Answer:
    counts: Counter[str] = Counter()
    for cohort in case.cohorts:
        counts[country_of(cohort.residence)] += cohort.count
    if not counts:
        return case.unknown("subjects.count")
    rows = tuple((place_title(place, case.language), case.number(count)) for place, count in counts.most_common())
    return Answer("; ".join(name for name, _ in rows), State.ESTIMATED, (), rows)


def minors(case: Case) -> Answer:
    """Counted where a date of birth was lost; the rest is said to be not known."""
    if not case.here:
        return case.unknown("subjects.count")
    young = count_of(cohort for cohort in case.here if cohort.minor == "yes")
    unsure = count_of(cohort for cohort in case.here if cohort.minor == "unknown")
    value = case.number(young)
    if unsure:
        value += " " + case.say("age_unknown").replace("{n}", case.number(unsure))
    return Answer(value, State.ESTIMATED)


def records(case: Case) -> Answer:
    stated = case.organisation.numbers.get("records")
    counted = sum(int(source.get("records", 0)) for source in case.summary.get("sources", ()))
    if stated is None and not counted:
        return case.unknown("organisation.records")
    return Answer(case.number(stated if stated is not None else counted), State.ESTIMATED, ("organisation.records",))


def sources(case: Case) -> Answer:
    """Names of exposed tables are the organisation's own words; counts beside them."""
    rows = tuple(
        (str(source.get("source", "")), case.number(int(source.get("records", 0))))
        for source in case.summary.get("sources", ())
        if int(source.get("records", 0))
    )
    return Answer(case.number(len(rows)), State.ESTIMATED, (), rows) if rows else case.unknown("organisation.records")


def kinds(case: Case) -> Answer:
    names = case.elements()
    if not names:
        classes = case.facts.get("data.classes")
        if isinstance(classes, list | tuple | set | frozenset) and classes:
            return case.known("; ".join(sorted(map(str, classes))), "data.classes")
        return case.unknown("data.classes")
    rows = tuple(
        (case.element(name), case.number(count_of(c for c in case.here if name in c.elements))) for name in names
    )
    return Answer("; ".join(case.element(name) for name in names), State.ESTIMATED, (), rows)


def special(case: Case) -> Answer:
    return _special(case, (*_SPECIAL, *_SPECIAL_NUMBERS))


def special_ru(case: Case) -> Answer:
    return _special(case, _SPECIAL_RU)


def _special(case: Case, parents: tuple[str, ...]) -> Answer:
    if not case.here:
        return case.unknown("data.classes")
    found = [name for name in case.elements() if any(covers(parent, name) for parent in parents)]
    return case.known("; ".join(map(case.element, found)) if found else case.say("none_found"))
