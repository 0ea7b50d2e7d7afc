"""What the organisation says about itself: read once, cleaned, never guessed."""

from datetime import UTC, date, datetime

import pytest

from breachdesk.law.instants import Instant
from breachdesk.notify.organisation import BadOrganisation, as_day, as_instant, held_since, read_organisation


def test_nested_and_flat_keys_mean_the_same() -> None:
    nested = read_organisation({"organisation": {"contact": {"phone": "1"}, "name": "A"}})
    flat = read_organisation({"organisation.contact.phone": "1", "organisation.name": "A"})
    assert nested == flat


def test_a_text_in_one_language_is_unknown_in_the_other_and_a_plain_one_serves_both() -> None:
    said = read_organisation({"organisation": {"cause": {"en": "A hole"}, "name": "Bakery"}})
    assert said.text("cause", "en") == "A hole"
    assert said.text("cause", "ru") is None
    assert said.text("name", "ru") == "Bakery"


@pytest.mark.parametrize(
    ("sheet", "problem"),
    [
        ({"organisation": {"fone": "1"}}, "organisation.fone: no such key"),
        ({"organisation": {"exposed": {"from": "soon"}}}, "organisation.exposed.from: write a date"),
        ({"organisation": {"records": True}}, "organisation.records: write a whole number"),
        ({"organisation": {"records": -1}}, "organisation.records: write a whole number"),
        ({"organisation": {"police": {"told": "yes"}}}, "organisation.police.told: write true or false"),
        ({"organisation": {"name": ["a"]}}, "organisation.name: write text"),
        ({"organisation": {"name": "x" * 4001}}, "organisation.name: 4001 characters"),
        ({"organisation": "Bakery"}, "organisation: write a map"),
        ({"organisation": {"contact": "Ada"}}, "organisation.contact: no such key"),
    ],
)
def test_what_cannot_be_used_is_named_with_what_to_write(sheet: dict[str, object], problem: str) -> None:
    with pytest.raises(BadOrganisation) as caught:
        read_organisation(sheet)
    assert any(line.startswith(problem) for line in caught.value.problems)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(BadOrganisation) as caught:
        read_organisation({"organisation": {"a": 1, "b": 2}})
    assert len(caught.value.problems) == 2


def test_unseen_characters_are_taken_out_and_breaks_between_paragraphs_kept() -> None:
    said = read_organisation({"organisation": {"cause": "a\u202eb\x00c\u200b d\r\n\r\ne\tf"}})
    assert said.text("cause", "en") == "a b c d\n\ne f"


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-19", date(2026, 11, 19)),
        ("2026-11-19T23:40:00+01:00", date(2026, 11, 19)),
        ({"local": "2026-11-19T23:40", "tz": "Europe/Berlin"}, date(2026, 11, 19)),
        (datetime(2026, 11, 19, 23, 0, tzinfo=UTC), date(2026, 11, 19)),
        (Instant(day=date(2026, 11, 19)), date(2026, 11, 19)),
        ("last week", None),
        (None, None),
        (7, None),
    ],
)
def test_a_day_is_read_however_the_fact_is_written(value: object, day: date | None) -> None:
    assert as_day(value) == day


def test_an_instant_needs_a_zone() -> None:
    assert as_instant("2026-11-19T23:40:00") is None
    assert as_instant("2026-11-19") is None
    found = as_instant({"local": "2026-11-19T23:40", "tz": "Europe/Berlin"})
    assert found is not None
    assert found.astimezone(UTC).hour == 22
    assert as_instant({"local": "2026-11-19T23:40", "tz": "Europe/Nowhere"}) is None


def test_a_hold_nobody_spoke_of_is_unknown_not_absent() -> None:
    assert held_since({}) == (None, None)
    assert held_since({"hold.law_enforcement": None}) == (False, None)
    assert held_since({"hold.law_enforcement": {"from": "2026-11-20", "until": None}}) == (True, date(2026, 11, 20))
