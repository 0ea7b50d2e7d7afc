"""Silence is never taken for "nothing is owed": places without a law on the shelf are named."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from breachdesk.law import coverage, engine, facts, shelf

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
LAW = shelf.load()


def said(language: str = "en", **sheet: Any) -> tuple[str, ...]:
    named = {name.replace("__", "."): value for name, value in sheet.items()}
    return engine.evaluate(facts.parse(named), LAW, AT, language=language).warnings


def group(residence: str, count: int = 1) -> dict[str, Any]:
    return {"residence": residence, "count": count, "elements": ["name", "gov_id.us.ssn"]}


def test_people_of_places_without_a_law_here_are_named_the_most_first() -> None:
    (line,) = said(people=[group("AQ", 5), group("BV", 1200), group("US-CA", 9), group("unknown", 3)])
    assert "BV (1,200), AQ (5)" in line
    assert "US-CA" not in line


def test_a_seat_without_a_law_here_is_named_apart() -> None:
    (line,) = said(entity__establishments=["AQ", "DE"])
    assert "AQ" in line
    assert "DE" not in line


@pytest.mark.parametrize(
    "place", ["DE", "DE-BY", "IS", "GB", "RU-MOW", "US-CA", "US", "BR", "SG", "AU-NSW", "RE", "AX", "PR"]
)
def test_places_with_a_law_here_are_not(place: str) -> None:
    assert said(people=[group(place)]) == ()


def test_the_law_of_patients_is_no_law_of_a_state() -> None:
    assert "US-AS (700)" in said(people=[group("US-AS", 700)], entity__kinds=["hipaa_covered_entity"])[0]


def test_counts_by_place_are_looked_at_as_well_and_nobody_is_nobody() -> None:
    assert "AQ (7)" in said(subjects__count_in={"AQ": 7, "BV": 0})[0]


def test_it_is_said_in_russian_too_and_stands_in_the_document() -> None:
    assert "юриста" in said("ru", people=[group("AQ")])[0]
    found = engine.evaluate(facts.parse({"people": [group("AQ")]}), LAW, AT)
    assert engine.to_json(found)["warnings"] == list(found.warnings) != []


def test_contradictions_come_with_them() -> None:
    lines = said(people=[group("AQ")], subjects__count=9)
    assert len(lines) == 2
    assert "subjects.count" in lines[0]


def said_without(kind: str) -> tuple[str, ...]:
    """What a shelf says of an organisation of this kind on which no law asks for it."""
    other = {key: test for key, test in LAW.parsed.items() if kind not in test.values("entity.kinds")}
    sheet = facts.parse({"entity.kinds": ["business", kind]})
    return coverage.warnings(sheet, replace(LAW, parsed=other), LAW.phrases["en"])


def said_unread(fact: str, value: bool) -> tuple[str, ...]:
    """What a shelf says of a fact about the organisation on which no law asks for it."""
    other = {key: test for key, test in LAW.parsed.items() if fact not in test.facts()}
    return coverage.warnings(facts.parse({fact: value}), replace(LAW, parsed=other), LAW.phrases["en"])


def test_what_the_organisation_is_without_a_law_here_that_asks_is_named() -> None:
    assert said_unread("entity.hk_ci_operator", True)[0].count("entity.hk_ci_operator") == 1
    assert said_unread("entity.hk_ci_operator", False) == ()
    assert said(entity__hk_ci_operator=True) == ()
    assert said(entity__kinds=["business", "hipaa_covered_entity", "nydfs_covered"]) == ()
    assert "entity.kinds: ga_information_broker" in said_without("ga_information_broker")[0]
    assert said(entity__cii_ru="significant", entity__sector="finance", entity__role="processor") == ()
