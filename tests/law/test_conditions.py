from typing import Any

import pytest

from breachdesk.law import conditions, facts
from breachdesk.law.vocabulary import our_facts

SHEET = {
    "risk.gdpr": "high",
    "breach.malicious": True,
    "breach.confidentiality": False,
    "subjects.count": 501,
    "data.classes": ["name", "health"],
    "entity.establishments": ["DE"],
}


def ask(raw: Any, **more: Any) -> conditions.Finding:
    return conditions.parse(raw, our_facts()).ask(facts.parse({**SHEET, **more}))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({}, "yes"),
        ({"f": "risk.gdpr", "eq": "high"}, "yes"),
        ({"f": "risk.gdpr", "ne": "high"}, "no"),
        ({"f": "risk.gdpr", "in": ["risk", "unlikely"]}, "no"),
        ({"f": "subjects.count", "gt": 500}, "yes"),
        ({"f": "subjects.count", "gt": 501}, "no"),
        ({"f": "subjects.count", "gte": 501}, "yes"),
        ({"f": "subjects.count", "lt": 501}, "no"),
        ({"f": "subjects.count", "lte": 501}, "yes"),
        ({"f": "data.classes", "has_any": ["health", "genetic"]}, "yes"),
        ({"f": "data.classes", "has_all": ["health", "genetic"]}, "no"),
        ({"f": "data.classes", "has_any": ["genetic"]}, "no"),
        ({"f": "data.encrypted", "eq": True}, "unknown"),
        ({"not": {"f": "data.encrypted", "eq": True}}, "unknown"),
        ({"f": "data.encrypted", "known": True}, "no"),
        ({"f": "data.encrypted", "known": False}, "yes"),
        ({"all": [{"f": "data.encrypted", "eq": True}, {"f": "breach.confidentiality", "eq": True}]}, "no"),
        ({"all": [{"f": "data.encrypted", "eq": True}, {"f": "breach.malicious", "eq": True}]}, "unknown"),
        ({"any": [{"f": "data.encrypted", "eq": True}, {"f": "breach.malicious", "eq": True}]}, "yes"),
        ({"any": [{"f": "data.encrypted", "eq": True}, {"f": "breach.confidentiality", "eq": True}]}, "unknown"),
    ],
)
def test_conditions_answer_with_three_values(raw: Any, expected: str) -> None:
    assert ask(raw).answer.value == expected


def test_a_no_names_the_fact_that_decided_and_asks_for_nothing() -> None:
    found = ask({"all": [{"f": "data.encrypted", "eq": True}, {"f": "breach.confidentiality", "eq": True}]})
    assert [(b.fact, b.value, b.test) for b in found.because] == [("breach.confidentiality", False, "= true")]
    assert found.missing == ()


def test_an_unknown_names_what_is_missing() -> None:
    found = ask({"any": [{"f": "data.encrypted", "eq": True}, {"f": "data.key_taken", "eq": True}]})
    assert found.missing == ("data.encrypted", "data.key_taken")


def test_a_yes_of_any_gives_only_the_reasons_that_held() -> None:
    found = ask({"any": [{"f": "data.encrypted", "eq": True}, {"f": "risk.gdpr", "eq": "high"}]})
    assert [b.fact for b in found.because] == ["risk.gdpr"]
    assert found.missing == ()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"f": "risk.gpdr", "eq": "high"}, "risk.gdpr"),
        ({"f": "risk.gdpr", "eq": "hihg"}, "high"),
        ({"f": "risk.gdpr", "is": "high"}, "operator"),
        ({"f": "risk.gdpr"}, "operator"),
        ({"f": "risk.gdpr", "gt": 3}, "number"),
        ({"f": "breach.malicious", "eq": "yes"}, "true or false"),
        ({"f": "subjects.count", "gt": True}, "number"),
        ({"f": "risk.gdpr", "in": "high"}, "list"),
        ({"f": "risk.gdpr", "has_any": ["high"]}, "set"),
        ({"all": []}, "list"),
        ({"all": [{}], "any": [{}]}, "one of"),
        ({"predicate": "moon_phase"}, "moon_phase"),
        ({"xor": [{}]}, "xor"),
        ([], "map"),
    ],
)
def test_a_condition_that_means_nothing_is_refused_with_its_reason(raw: Any, says: str) -> None:
    with pytest.raises(conditions.BadCondition, match=says):
        conditions.parse(raw, our_facts())


def _cross_border(**more: Any) -> str:
    return conditions.parse({"predicate": "cross_border_eea"}, our_facts()).ask(facts.parse(more)).answer.value


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ({"entity.establishments": ["DE", "FR"]}, "yes"),
        ({"entity.establishments": ["DE", "DE-BY"], "subjects.count": 5, "subjects.count_in.DE": 5}, "no"),
        ({"entity.establishments": ["DE", "GB"], "subjects.count": 5, "subjects.count_in.DE": 5}, "no"),
        ({"entity.establishments": ["DE"], "subjects.count": 5, "subjects.count_in": {"DE": 3, "AT": 2}}, "yes"),
        ({"subjects.count": 5, "subjects.count_in.DE": 5}, "unknown"),
        ({"entity.establishments": ["DE"]}, "unknown"),
    ],
)
def test_cross_border_means_two_states_of_the_eea(sheet: dict[str, Any], expected: str) -> None:
    assert _cross_border(**sheet) == expected


def _four_hours(**more: Any) -> str:
    return conditions.parse({"predicate": "dora_four_hours"}, our_facts()).ask(facts.parse(more)).answer.value


@pytest.mark.parametrize(
    ("classified", "expected"),
    [
        ("2026-09-01T11:00:00+02:00", "yes"),
        ("2026-09-02T06:00:00+02:00", "yes"),  # four hours end with the day
        ("2026-09-02T06:00:01+02:00", "no"),
        ("2026-09-02T10:00:00+02:00", "no"),
        ("2026-09-02T10:00:01+02:00", "yes"),  # classified after the day: four hours again
    ],
)
def test_four_hours_from_classification_stop_at_24_from_awareness(classified: str, expected: str) -> None:
    assert _four_hours(**{"time.aware": "2026-09-01T10:00:00+02:00", "time.classified_major": classified}) == expected


def test_four_hours_are_open_until_the_incident_is_classified() -> None:
    assert _four_hours(**{"time.aware": "2026-09-01T10:00:00+02:00"}) == "unknown"
    assert _four_hours(**{"time.classified_major": "2026-09-01T10:00:00+02:00"}) == "yes"


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ({}, "no"),
        ({"time.determined": "2025-12-31"}, "no"),
        ({"time.determined": "2026-01-01"}, "yes"),
        ({"time.determined": "2026-01-01T05:59:00+00:00"}, "no"),  # still 2025 in Oklahoma
        ({"time.determined": "2025-12-31", "time.individual_notice_sent": "2026-01-01"}, "yes"),
    ],
)
def test_oklahoma_counts_the_determination_and_the_letters(sheet: dict[str, Any], expected: str) -> None:
    asked = conditions.parse({"predicate": "oklahoma_2026"}, our_facts()).ask(facts.parse(sheet))
    assert asked.answer.value == expected
