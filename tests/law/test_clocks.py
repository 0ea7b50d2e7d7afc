"""Clocks against an independent reckoning, and the days on which clocks go wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import conditions, facts, instants, shelf, terms, words
from breachdesk.law.clocks import Clock, Deadline
from breachdesk.law.schema import Calendar, Rule
from breachdesk.law.vocabulary import our_facts
from tests.law import reference
from tests.law.build import RULE

SAY = words.read(our_shelf(), "en")
#: Every zone in which some authority sits, and the odd ones: half an hour of summer time, 45 minutes, the date line.
ZONES = sorted(
    {
        *(order.pack.zone for order in shelf.load().orders),
        *("Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati"),
        *("Pacific/Pago_Pago", "Africa/Casablanca", "America/Santiago", "Asia/Vladivostok"),
    }
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)


def reckon(
    due: dict[str, Any], sheet: dict[str, Any], zone: str = "UTC", calendar: Any = None, **dues: str
) -> Deadline:
    rule = Rule.model_validate({"id": "x", **RULE, "due": due})
    clock = Clock(
        facts.parse(sheet),
        ZoneInfo(zone),
        Calendar.model_validate(calendar) if calendar else None,
        SAY,
        lambda raw: conditions.parse(raw, our_facts()),
        lambda name: datetime.fromisoformat(dues[name]) if name in dues else None,
    )
    return clock.deadline(rule.due)


def due(number: int, unit: str, start: str | datetime, zone: str = "UTC", **more: Any) -> datetime:
    calendar = more.pop("calendar", None)
    value = start.isoformat() if isinstance(start, datetime) else start
    found = reckon({"n": number, "unit": unit, "from": "time.aware", **more}, {"time.aware": value}, zone, calendar).due
    assert found is not None
    return found


@given(moments, st.integers(0, 200), st.sampled_from(ZONES))
def test_hours_elapse_whatever_the_clocks_on_the_wall_do(start: datetime, n: int, zone: str) -> None:
    found = due(n, "hours", start, zone)
    assert found.astimezone(UTC) == reference.elapsed(start, n)
    assert found.tzinfo is not None
    assert str(found.tzinfo) == zone


@given(moments, st.integers(0, 120), st.sampled_from(ZONES))
def test_calendar_days_end_with_the_local_day(start: datetime, n: int, zone: str) -> None:
    day = reference.days_later(reference.local_day(start, zone), n)
    assert due(n, "calendar_days", start, zone).astimezone(UTC) == reference.last_second(day, zone)


@given(st.dates(date(2025, 12, 20), date(2026, 11, 20)), st.integers(1, 15))
def test_business_days_skip_the_holidays_of_the_united_states(day: date, n: int) -> None:
    wanted = reference.working_days_later(day, n, {5, 6}, reference.US_2026 | {date(2025, 12, 25)})
    assert due(n, "business_days", day.isoformat(), "America/New_York", calendar={"country": "US"}).date() == wanted


@given(st.dates(date(2026, 1, 1), date(2026, 11, 20)), st.integers(1, 10))
def test_business_days_of_brazil_count_carnival(day: date, n: int) -> None:
    wanted = reference.working_days_later(day, n, {5, 6}, reference.BR_2026)
    assert due(n, "business_days", day.isoformat(), "America/Sao_Paulo", calendar={"country": "BR"}).date() == wanted


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 40))
def test_months_end_on_the_same_number_or_the_last_day(day: date, n: int) -> None:
    assert terms.add_months(day, n) == reference.months_later(day, n)
    assert due(n, "months", day.isoformat()).date() == reference.months_later(day, n)


@given(moments, st.integers(0, 8), st.sampled_from(ZONES))  # the reference reads zones until 2037
def test_years_end_on_the_same_date_or_the_last_of_february(start: datetime, n: int, zone: str) -> None:
    day = reference.months_later(reference.local_day(start, zone), 12 * n)
    assert due(n, "years", start, zone).astimezone(UTC) == reference.last_second(day, zone)


@given(moments, st.integers(1, 60), st.sampled_from(ZONES))
def test_a_day_that_counts_itself_ends_a_day_earlier(start: datetime, n: int, zone: str) -> None:
    day = reference.days_later(reference.local_day(start, zone), n - 1)
    found = due(n, "calendar_days", start, zone, first_day="included")
    assert found.astimezone(UTC) == reference.last_second(day, zone)


@given(st.dates(date(2025, 12, 20), date(2026, 11, 20)), st.integers(0, 40))
def test_a_term_that_rolls_ends_on_the_first_day_of_work_from_its_end_on(day: date, n: int) -> None:
    wanted = reference.days_later(day, n)
    holidays = reference.US_2026 | {date(2025, 12, 25)}
    while wanted.weekday() in (5, 6) or wanted in holidays:
        wanted = reference.days_later(wanted, 1)
    rolled = due(n, "calendar_days", day.isoformat(), calendar={"country": "US"}, roll="next_business_day")
    assert rolled.date() == wanted


@given(st.dates(date(2024, 1, 1), date(2031, 12, 31)), st.integers(1, 12), st.integers(1, 31))
def test_a_fixed_date_is_found_by_walking_day_by_day(day: date, month: int, number: int) -> None:
    walked = reference.days_later(day, 1)
    while not (walked.month == month and walked.day == min(number, reference.length(walked.year, month))):
        walked = reference.days_later(walked, 1)
    assert due_by(day.isoformat(), month, number) == walked


@given(moments, st.integers(1, 60), st.sampled_from(ZONES))
def test_a_day_alone_is_the_earliest_reading_of_any_moment_of_it(start: datetime, n: int, zone: str) -> None:
    day = reference.local_day(start, zone)
    assert due(n, "hours", day.isoformat(), zone) <= due(n, "hours", start, zone)
    assert due(n, "calendar_days", day.isoformat(), zone) == due(n, "calendar_days", start, zone)


@pytest.mark.parametrize(
    ("n", "unit", "start", "zone", "expected"),
    [
        (30, "calendar_days", "2026-01-31", "America/Chicago", "2026-03-02T23:59:59-06:00"),  # across February
        (30, "calendar_days", "2028-01-31", "America/Chicago", "2028-03-01T23:59:59-06:00"),  # leap year
        (60, "calendar_days", "2027-12-31", "America/New_York", "2028-02-29T23:59:59-05:00"),
        (1, "months", "2026-01-31T20:00:00+01:00", "Europe/Rome", "2026-02-28T23:59:59+01:00"),
        (1, "months", "2028-01-31", "Europe/Rome", "2028-02-29T23:59:59+01:00"),
        (1, "years", "2028-02-29", "Europe/Rome", "2029-02-28T23:59:59+01:00"),
        (72, "hours", "2026-03-07T10:00:00-05:00", "America/New_York", "2026-03-10T11:00:00-04:00"),  # spring forward
        (72, "hours", "2026-10-24T15:10:00+02:00", "Europe/Berlin", "2026-10-27T14:10:00+01:00"),  # fall back
        (3, "calendar_days", "2026-02-12T23:50:00+08:00", "Asia/Singapore", "2026-02-15T23:59:59+08:00"),
        (3, "calendar_days", "2026-02-12T23:50:00+08:00", "America/Los_Angeles", "2026-02-15T23:59:59-08:00"),
        (
            1,
            "calendar_days",
            "2026-06-01T12:00:00+14:00",
            "Pacific/Pago_Pago",
            "2026-06-01T23:59:59-11:00",
        ),  # date line
        (24, "hours", "2026-12-31T22:30:00+10:00", "Asia/Vladivostok", "2027-01-01T22:30:00+10:00"),
    ],
)
def test_days_on_which_clocks_go_wrong(n: int, unit: str, start: str, zone: str, expected: str) -> None:
    found = due(n, unit, start, zone)
    assert found.isoformat() == expected


def test_the_day_of_the_event_counts_when_the_law_says_so() -> None:
    assert due(60, "calendar_days", "2026-05-01", first_day="included").date() == date(2026, 6, 29)
    assert due(30, "calendar_days", "2026-05-01").date() == date(2026, 5, 31)
    assert due(1, "business_days", "2026-05-02", calendar={"country": "US"}, first_day="included").date() == date(
        2026, 5, 4
    )


def test_nothing_rolls_unless_the_law_says_so() -> None:
    assert due(15, "calendar_days", "2026-02-20").date() == date(2026, 3, 7)  # a Saturday
    rolled = due(15, "calendar_days", "2026-02-20", calendar={"country": "US"}, roll="next_business_day")
    assert rolled.date() == date(2026, 3, 9)


def test_a_fixed_date_is_the_next_one_after_the_event() -> None:
    assert due_by("2026-01-31", 2, 1) == date(2026, 2, 1)
    assert due_by("2026-02-01", 2, 1) == date(2027, 2, 1)
    assert due_by("2027-02-28", 2, 29) == date(2028, 2, 29)


def due_by(start: str, month: int, day: int) -> date:
    found = reckon({"from": "time.aware", "by": {"month": month, "day": day}}, {"time.aware": start}).due
    assert found is not None
    return found.date()


def test_the_year_of_an_event_ends_before_the_term_begins() -> None:
    for start, end in (("2026-06-01", date(2027, 3, 1)), ("2027-06-01", date(2028, 2, 29))):
        found = reckon(
            {"n": 60, "unit": "calendar_days", "from": [{"year_end_of": "time.discovered"}]}, {"time.discovered": start}
        )
        assert found.due is not None
        assert found.due.date() == end


FALLBACK = [
    "time.individual_notice_sent",
    {"fact": "time.individual_notice_planned", "assumed": True},
    {"due_of": "letters", "assumed": True},
]


@pytest.mark.parametrize(
    ("sheet", "expected", "missing"),
    [
        (
            {"time.individual_notice_sent": "2026-02-20", "time.individual_notice_planned": "2026-03-01"},
            "2026-03-07",
            (),
        ),
        ({"time.individual_notice_planned": "2026-03-01"}, "2026-03-16", ("time.individual_notice_sent",)),
        ({}, "2026-03-19", ("time.individual_notice_sent",)),
    ],
)
def test_letters_sent_else_planned_else_due(sheet: dict[str, str], expected: str, missing: tuple[str, ...]) -> None:
    found = reckon({"n": 15, "unit": "calendar_days", "from": FALLBACK}, sheet, letters="2026-03-04T23:59:59+00:00")
    assert found.due is not None
    assert found.due.date().isoformat() == expected
    assert found.missing == missing
    assert found.clock is not None
    assert len(found.clock.steps) >= 2


FOLLOW_UP: dict[str, Any] = {
    "n": 1, "unit": "months",
    "from": [
        "time.notification_sent", {"fact": "time.initial_sent", "assumed": True}, {"due_of": "first", "assumed": True},
    ],
}  # fmt: skip


def reckon_filed(sheet: dict[str, Any], **filed: str) -> Deadline:
    case = replace(facts.parse(sheet), filed={name: instants.parse(at) for name, at in filed.items()})
    rule = Rule.model_validate({"id": "x", **RULE, "due": FOLLOW_UP})
    ask = lambda raw: conditions.parse(raw, our_facts())  # noqa: E731
    due = datetime(2026, 3, 4, 12, tzinfo=UTC)
    return Clock(case, ZoneInfo("UTC"), None, SAY, ask, lambda _: due).deadline(rule.due)


@pytest.mark.parametrize(
    ("sheet", "filed", "expected", "missing"),
    [
        ({}, {}, "2026-04-04", ("time.notification_sent",)),
        ({}, {"first": "2026-03-02T09:00:00Z"}, "2026-04-02", ()),
        ({}, {"another": "2026-03-02T09:00:00Z"}, "2026-04-04", ("time.notification_sent",)),
        ({"time.initial_sent": "2026-03-01"}, {"first": "2026-03-02T09:00:00Z"}, "2026-04-02", ()),
        ({"time.initial_sent": "2026-03-01"}, {}, "2026-04-01", ("time.notification_sent",)),
    ],
)
def test_a_term_that_follows_a_filing_runs_from_its_receipt(
    sheet: dict[str, str], filed: dict[str, str], expected: str, missing: tuple[str, ...]
) -> None:
    found = reckon_filed(sheet, **filed)
    assert found.due is not None
    assert found.clock is not None
    assert (found.due.date().isoformat(), found.missing) == (expected, missing)
    assert ("receipt says" in found.clock.steps[0]) is ("first" in filed)
    assert found.clock.start == ("time.notification_sent" if "first" in filed else found.clock.start)


def test_without_any_start_there_is_no_end_and_the_event_is_asked_for() -> None:
    found = reckon({"n": 15, "unit": "calendar_days", "from": FALLBACK}, {})
    assert found.due is None
    assert found.missing == ("time.individual_notice_sent",)
    assert found.clock is not None
    assert "15 calendar days" in found.clock.rule


@pytest.mark.parametrize(
    ("pick", "expected"), [("earliest", "2026-03-02"), ("latest", "2026-03-06"), ("first", "2026-03-06")]
)
def test_the_earliest_or_latest_of_several_events(pick: str, expected: str) -> None:
    sheet = {"time.aware": "2026-03-05", "time.detected": "2026-03-01"}
    found = reckon({"n": 1, "unit": "calendar_days", "from": ["time.aware", "time.detected"], "pick": pick}, sheet)
    assert found.due is not None
    assert found.due.date().isoformat() == expected


def test_the_earliest_of_two_terms_stands() -> None:
    both = {
        "earliest_of": [
            {"n": 45, "unit": "calendar_days", "from": "time.determined"},
            {"n": 0, "unit": "calendar_days", "from": "time.individual_notice_sent"},
        ]
    }
    early = reckon(both, {"time.determined": "2026-03-01", "time.individual_notice_sent": "2026-03-10"})
    late = reckon(both, {"time.determined": "2026-03-01", "time.individual_notice_sent": "2026-05-10"})
    assert (early.due and early.due.date(), late.due and late.due.date()) == (date(2026, 3, 10), date(2026, 4, 15))


BRANCHES = {
    "terms": [
        {"if": {"f": "entity.cii_ru", "eq": "significant"}, "n": 3, "unit": "hours", "from": "time.detected"},
        {"n": 24, "unit": "hours", "from": "time.detected"},
    ]
}


@pytest.mark.parametrize(
    ("kind", "hours", "missing"), [("significant", 3, ()), ("cii", 24, ()), (None, 3, ("entity.cii_ru",))]
)
def test_the_branch_that_holds_and_the_earliest_while_it_is_open(
    kind: str | None, hours: int, missing: tuple[str, ...]
) -> None:
    found = reckon(BRANCHES, {"time.detected": "2026-03-02T12:00:00Z", "entity.cii_ru": kind})
    assert found.due == datetime(2026, 3, 2, 12, tzinfo=UTC) + timedelta(hours=hours)
    assert found.missing == missing


def test_a_term_is_doubled_for_those_the_law_favours() -> None:
    rule = {
        "n": 3,
        "unit": "business_days",
        "from": "time.aware",
        "double_if": {"f": "entity.small_agent_br", "eq": True},
    }
    ends = [
        reckon(rule, {"time.aware": "2026-02-11", "entity.small_agent_br": small}, calendar={"country": "BR"})
        for small in (False, True, None)
    ]
    assert [end.due and end.due.date().isoformat() for end in ends] == ["2026-02-16", "2026-02-19", "2026-02-16"]
    assert ends[2].missing == ("entity.small_agent_br",)


@pytest.mark.parametrize(
    ("start", "zone", "calendar", "latest"),
    [
        ("2026-05-22T17:40:00+02:00", "Europe/Paris", "FR", "2026-05-27T23:59:59+02:00"),  # Whit Monday
        ("2026-10-24T15:10:00+02:00", "Europe/Berlin", "DE", "2026-10-27T15:00:00+01:00"),  # clocks back
        ("2026-07-08T13:20:00+01:00", "Europe/Dublin", "IE", "2026-07-11T14:00:00+01:00"),
        ("2026-04-15T16:00:00+02:00", "Europe/Berlin", "DE", "2026-04-18T17:00:00+02:00"),  # a full hour is not counted
    ],
)
def test_regulation_1182_71_is_an_annotation_never_the_plan(start: str, zone: str, calendar: str, latest: str) -> None:
    found = reckon(
        {"n": 72, "unit": "hours", "from": "time.aware", "eu_1182": True},
        {"time.aware": start},
        zone,
        {"country": calendar},
    )
    assert found.due == datetime.fromisoformat(start) + timedelta(hours=72)
    assert found.latest is not None
    assert found.latest.isoformat() == latest


def test_the_latest_reading_is_shown_only_when_it_is_later() -> None:
    rule = {
        "n": 30,
        "unit": "calendar_days",
        "from": "time.suspected",
        "latest": {"n": 30, "unit": "calendar_days", "from": "time.suspected", "roll": "next_business_day"},
    }
    sunday = reckon(
        rule,
        {"time.suspected": "2026-01-30T14:00:00+11:00"},
        "Australia/Sydney",
        {"country": "AU", "subdivision": "NSW"},
    )
    tuesday = reckon(
        rule,
        {"time.suspected": "2026-02-01T14:00:00+11:00"},
        "Australia/Sydney",
        {"country": "AU", "subdivision": "NSW"},
    )
    assert sunday.due is not None
    assert sunday.due.isoformat() == "2026-03-01T23:59:59+11:00"
    assert sunday.latest is not None
    assert sunday.latest.isoformat() == "2026-03-02T23:59:59+11:00"
    assert tuesday.latest is None


@given(moments, st.sampled_from(ZONES))
def test_a_day_begins_before_it_ends_in_every_zone(moment: datetime, zone: str) -> None:
    place = ZoneInfo(zone)
    day = moment.astimezone(place).date()
    begin, end = instants.day_start(day, place).astimezone(UTC), instants.day_end(day, place).astimezone(UTC)
    assert begin <= moment <= end + timedelta(hours=1, seconds=1)
    assert timedelta(hours=22) <= end - begin <= timedelta(hours=25)


WINDOW: dict[str, Any] = {"n_from": "contract.insurance_notice_hours", "unit": "hours", "from": "time.aware"}


@given(moments, st.integers(0, 100_000), st.sampled_from(ZONES))
def test_a_number_told_in_a_fact_counts_like_one_of_the_law(start: datetime, n: int, zone: str) -> None:
    sheet = {"time.aware": start.isoformat(), "contract.insurance_notice_hours": n}
    assert reckon(WINDOW, sheet, zone).due == due(n, "hours", start, zone)


def test_a_number_not_yet_told_is_asked_for_and_dates_nothing() -> None:
    found = reckon(WINDOW, {"time.aware": "2026-03-07T10:00:00Z"})
    assert (found.due, found.missing) == (None, ("contract.insurance_notice_hours",))
    assert found.clock is not None
    assert "contract.insurance_notice_hours" in found.clock.steps[-1]
    assert reckon(WINDOW, {}).missing == ("contract.insurance_notice_hours", "time.aware")


def test_a_number_beyond_all_sense_is_as_good_as_none() -> None:
    sheet = {"time.aware": "2026-03-07T10:00:00Z", "contract.insurance_notice_hours": 10**15}
    assert reckon(WINDOW, sheet).missing == ("contract.insurance_notice_hours",)


def test_a_number_told_can_be_doubled_and_its_place_is_named() -> None:
    rule = {**WINDOW, "double_if": {"f": "breach.malicious", "eq": True}}
    sheet = {"time.aware": "2026-03-07T10:00:00Z", "contract.insurance_notice_hours": 24, "breach.malicious": True}
    found = reckon(rule, sheet)
    assert found.due == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert found.clock is not None
    assert any("contract.insurance_notice_hours" in step and "24 hours" in step for step in found.clock.steps)


@pytest.mark.parametrize(
    "term",
    [
        {"n": 3, "n_from": "contract.insurance_notice_hours", "unit": "hours", "from": "time.aware"},
        {"n_from": "contract.insurance_notice_hours", "from": "time.aware"},
        {"n_from": "contract.insurance_notice_hours", "unit": "hours"},
    ],
)
def test_a_number_stands_in_one_place_and_has_its_unit_and_start(term: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="term"):
        reckon(term, {})
