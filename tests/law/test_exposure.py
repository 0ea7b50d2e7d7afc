"""What is at stake: the tier that people and identifiers reach, shares of turnover, claims of each person."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breachdesk.law import engine, exposure, facts, shelf
from breachdesk.law.exposure import Amount, Exposure
from breachdesk.law.facts import BadFacts
from breachdesk.law.shapes import Confidence
from breachdesk.law.values import Money

LAW = shelf.load()
AT = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
RUSSIA = {
    "entity.role": "controller",
    "entity.establishments": ["RU"],
    "entity.main_establishment": "RU",
    "breach.personal_data": True,
    "breach.confidentiality": True,
    "ru.subjects_rights_violated": True,
    "time.detected": "2026-11-19T21:40:00+03:00",
    "data.classes": ["contact"],
}


def at_stake(given: dict[str, Any], language: str = "en") -> dict[str, Exposure]:
    sheet = facts.parse(given, vocabulary=LAW.facts)
    duties = engine.evaluate(sheet, LAW, AT, language=language)
    return {one.order: one for one in exposure.exposures(LAW, sheet, duties, AT, language=language)}


def of(found: Exposure, words: str, who: str = "organisation") -> Amount:
    (one,) = [one for one in found.amounts if words in one.what and one.who == who]
    return one


@pytest.mark.parametrize(
    ("people", "identifiers", "part", "low", "high"),
    [
        (1_000, None, "part 12", 3_000_000, 5_000_000),
        (10_000, None, "part 12", 3_000_000, 5_000_000),
        (10_001, None, "part 13", 5_000_000, 10_000_000),
        (500, 120_000, "part 13", 5_000_000, 10_000_000),
        (100_000, None, "part 13", 5_000_000, 10_000_000),
        (100_001, None, "part 14", 10_000_000, 15_000_000),
        (2_000, 1_000_001, "part 14", 10_000_000, 15_000_000),
    ],
)
def test_the_tier_follows_the_people_and_the_identifiers(
    people: int, identifiers: int | None, part: str, low: int, high: int
) -> None:
    given = {**RUSSIA, "subjects.count": people, "data.identifiers_count": identifiers}
    found = at_stake({key: value for key, value in given.items() if value is not None})["ru.pdn"]
    tiers = {one.what.rpartition("(")[2] for one in found.amounts} & {"part 12)", "part 13)", "part 14)"}
    assert tiers == {f"{part})"}
    one = of(found, part)
    assert (one.low, one.high, one.currency, one.sure) == (low, high, "RUB", True)


def test_below_every_tier_only_the_missing_notice_is_fined() -> None:
    found = at_stake({**RUSSIA, "subjects.count": 999, "data.identifiers_count": 9_999})["ru.pdn"]
    assert {one.what for one in found.amounts} == {"late or no notice (part 11)"}
    assert {one.who for one in found.amounts} == {"organisation", "official", "citizen"}


@pytest.mark.parametrize(
    ("turnover", "low", "high", "reckoned"),
    [
        ({"amount": 2_000_000_000, "currency": "RUB"}, 20_000_000, 60_000_000, True),
        ({"amount": 100_000_000_000, "currency": "RUB"}, 500_000_000, 500_000_000, True),  # the cap of the law
        ({"amount": 1_000_000, "currency": "RUB"}, 20_000_000, 20_000_000, True),  # its floor
        ({"amount": 2_000_000_000, "currency": "EUR"}, 20_000_000, 500_000_000, False),
        (None, 20_000_000, 500_000_000, False),
    ],
)
def test_a_repeat_is_fined_by_revenue_within_floor_and_cap(
    turnover: Any, low: float, high: float, reckoned: bool
) -> None:
    given = {**RUSSIA, "subjects.count": 5_000, "ru.repeat_leak": True}
    given |= {"entity.turnover": turnover} if turnover else {}
    one = of(at_stake(given)["ru.pdn"], "part 15")
    assert (one.low, one.high, one.reckoned) == (low, high, reckoned)


GDPR = {
    "entity.role": "controller",
    "entity.establishments": ["DE"],
    "entity.main_establishment": "DE",
    "breach.personal_data": True,
    "breach.confidentiality": True,
    "risk.gdpr": "high",
    "time.aware": "2026-11-20T16:25:00+01:00",
}


@pytest.mark.parametrize(
    ("turnover", "high"),
    [(100_000_000, 10_000_000), (500_000_000, 10_000_000), (800_000_000, 16_000_000), (None, None)],
)
def test_the_gdpr_takes_the_higher_of_sum_and_share(turnover: int | None, high: float | None) -> None:
    given = GDPR | ({"entity.turnover": {"amount": turnover, "currency": "EUR"}} if turnover else {})
    one = of(at_stake(given)["eu.gdpr"], "not telling, or")
    assert (one.low, one.high) == (0, high)
    assert (one.fixed, one.share, one.which) == (10_000_000, (0, 2), "higher")


def test_a_claim_of_each_person_is_reckoned_with_the_people_counted() -> None:
    given = GDPR | {
        "us.ccpa_business": True,
        "breach.exfiltration": "yes",
        "data.encrypted": False,
        "people": [{"residence": "US-CA", "elements": ["name", "gov_id.us.ssn"], "count": 500}],
    }
    one = of(at_stake(given)["us.ca"], "statutory damages")
    assert (one.kind, one.people, one.low, one.high) == ("claim", 500, 50_000, 375_000)
    assert one.confidence == Confidence.UNCERTAIN.value


def test_what_hangs_on_a_missing_fact_is_not_sure() -> None:
    unsure = {key: value for key, value in GDPR.items() if key != "risk.gdpr"}
    assert not of(at_stake(unsure)["eu.gdpr"], "not telling, or").sure
    assert of(at_stake(GDPR)["eu.gdpr"], "not telling, or").sure


def test_a_law_that_asks_nothing_is_not_named() -> None:
    assert "eu.gdpr" not in at_stake(GDPR | {"risk.gdpr": "unlikely", "breach.personal_data": False})
    assert "ru.pdn" not in at_stake(GDPR)


def test_what_lowers_a_fine_and_its_sources_are_said_in_both_languages() -> None:
    for language, words in (("en", "Security spending"), ("ru", "Расходы на защиту")):
        found = at_stake({**RUSSIA, "subjects.count": 5_000}, language)["ru.pdn"]
        assert any(words in text for text in found.mitigates)
        assert found.sources
        assert found.checked_on == "2026-11-22"


def test_before_the_table_was_in_force_it_says_nothing() -> None:
    found = at_stake({**RUSSIA, "subjects.count": 5_000, "time.detected": "2024-11-19T21:40:00+03:00"})
    assert not any(one.currency == "RUB" for order in found.values() for one in order.amounts)


@pytest.mark.parametrize("item", [item for item in LAW.items if item.rule.sums], ids=lambda item: item.id)
def test_sums_on_the_shelf_have_words_a_ceiling_and_no_more_certainty_than_their_duty(item: Any) -> None:
    assert item.rule.penalty is not None
    for one in item.rule.sums:
        assert one.currency
        assert one.high is not None or one.share is not None


def test_laws_with_structured_sums() -> None:
    orders = {item.order.pack.id for item in LAW.items if item.rule.sums}
    orders |= {order.pack.id for order in LAW.orders for table in order.penalties.values() if table.always}
    assert len(orders) >= 35


def test_a_turnover_keeps_its_currency_and_compares_as_a_number() -> None:
    sheet = facts.parse({"entity.turnover": {"amount": 5, "currency": "eur"}}, vocabulary=LAW.facts)
    turnover = sheet.facts["entity.turnover"]
    assert isinstance(turnover, Money)
    assert (turnover, turnover.currency) == (5, "EUR")
    with pytest.raises(BadFacts, match="three letters"):
        facts.parse({"entity.turnover": {"amount": 5, "currency": "euros"}}, vocabulary=LAW.facts)


def test_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats" / "exposure.md").read_text(encoding="utf-8")
    document = exposure.to_json(at_stake(GDPR).values())
    law = next(one for one in document["laws"] if one["amounts"])
    names = [*law, *law["amounts"][0]]
    assert not [name for name in names if f"`{name}`" not in text]
