"""Working days of every country whose law counts them, against holiday acts read by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.law import shelf, workdays
from breachdesk.law.schema import Calendar, Due
from breachdesk.law.shelf import Item
from tests.law import calendars
from tests.law.test_clocks import due

LAW = shelf.load()
#: Parts of a country that have holidays of their own nobody has read by hand: those of the whole country are checked.
BY_THE_WHOLE = {
    "US-IA", "US-IN", "US-KY", "US-LA", "US-MD", "US-MI", "US-MN", "US-MO", "US-MS", "US-NH", "US-NY", "US-OH",
    "US-OK", "US-PA", "US-VA", "US-WI",
}  # fmt: skip


def dues(item: Item) -> Iterator[Due]:
    yield item.due
    yield from (version.due for version in item.versions if version.due is not None)


@cache
def counted() -> dict[str, Calendar]:
    """The calendars by which some law of the shelf counts working days, by place."""
    found = {}
    for item in LAW.items:
        for one in dues(item):
            terms = (*one.terms, *one.earliest_of, *one.latest)
            if one.eu_1182 or any(t.unit == "business_days" or t.roll != "none" for t in terms):
                own = one.calendar or item.order.pack.calendar
                if own is not None:
                    place = f"{own.country}-{own.subdivision}".strip("-")
                    if not (place in found and found[place].without):  # where packs differ, the stricter reading
                        found[place] = own
                elif item.order.authorities is not None:
                    for authority in item.order.authorities.list:
                        found[authority.iso[:2]] = Calendar(country=authority.iso[:2])
    return found


def test_every_calendar_a_law_counts_by_is_read_by_hand() -> None:
    assert len(counted()) > 60
    assert set(counted()) - set(calendars.RULES) == BY_THE_WHOLE


def days(code: str) -> Iterator[date]:
    for year in calendars.FEWER.get(code, calendars.YEARS):
        yield from (date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days))


@pytest.mark.parametrize("code", sorted(calendars.RULES))
def test_each_day_is_worked_or_not_as_the_holiday_act_says(code: str) -> None:
    test = workdays.working(counted()[code])
    # days an office is shut beside the holidays are said in the pack alone
    closed = counted()[code].closed
    different = [
        day for day in days(code) if test(day) != calendars.working(code, day) and day.strftime("%m-%d") not in closed
    ]
    if code in calendars.LACKED:
        assert 0 < len(different) <= 3
        assert all(test(day) for day in different)  # never a day off too many
    else:
        assert different == []


@pytest.mark.parametrize("code", sorted(BY_THE_WHOLE))
def test_a_part_keeps_the_holidays_of_the_whole(code: str) -> None:
    test = workdays.working(counted()[code])
    assert [day for day in days(code) if test(day) and not calendars.working("US", day)] == []


@given(st.data())
def test_terms_of_working_days_end_where_the_acts_end_them(data: st.DataObject) -> None:
    code = data.draw(st.sampled_from(sorted(set(calendars.RULES) - set(calendars.LACKED) - {"JP"})))
    years = calendars.FEWER.get(code, calendars.YEARS)
    start = data.draw(st.dates(date(years[0], 1, 1), date(years[-1], 11, 1)))
    n = data.draw(st.integers(1, 30))
    wanted, left = start, n
    while left:
        wanted += timedelta(days=1)
        left -= calendars.working(code, wanted)
    assert workdays.add(start, n, workdays.working(counted()[code])) == wanted


@pytest.mark.parametrize(
    ("year", "west", "east"),
    [
        (2024, date(2024, 3, 31), date(2024, 5, 5)),
        (2025, date(2025, 4, 20), date(2025, 4, 20)),
        (2026, date(2026, 4, 5), date(2026, 4, 12)),
        (2027, date(2027, 3, 28), date(2027, 5, 2)),
    ],
)
def test_the_reference_knows_when_easter_is(year: int, west: date, east: date) -> None:
    assert (calendars.western(year), calendars.eastern(year)) == (west, east)


def test_what_ecuador_keeps_on_a_friday_is_worked_on_its_own_date() -> None:
    test = workdays.working(counted()["EC"])
    assert (test(date(2025, 5, 1)), test(date(2025, 5, 2))) == (True, False)
    assert workdays.add(date(2025, 4, 30), 2, test) == date(2025, 5, 5)


def test_a_weekend_is_that_of_the_country() -> None:
    thursday = "2026-03-05"
    assert due(2, "business_days", thursday, "Africa/Cairo", calendar={"country": "EG"}).date() == date(2026, 3, 9)
    assert due(2, "business_days", thursday, "Europe/Rome", calendar={"country": "IT"}).date() == date(2026, 3, 9)
    assert due(1, "business_days", thursday, "Africa/Cairo", calendar={"country": "EG"}).date() == date(2026, 3, 8)
    forced = {"country": "IT", "weekend": ["fri", "sat"]}
    assert due(1, "business_days", thursday, "Europe/Rome", calendar=forced).date() == date(2026, 3, 8)


@pytest.mark.parametrize(
    ("country", "start", "n", "expected"),
    [
        ("BY", "2026-04-17", 1, "2026-04-22"),  # Monday 20 April was moved to Saturday 25 April, Tuesday is Radunitsa
        ("BY", "2026-04-24", 1, "2026-04-25"),  # that Saturday is worked
        ("RU", "2025-10-31", 1, "2025-11-01"),  # a worked Saturday; Monday 3 November is off for it
        ("RU", "2025-11-01", 1, "2025-11-05"),
        ("RU", "2026-11-06", 1, "2026-11-09"),  # any other Saturday
    ],
)
def test_a_saturday_on_which_the_country_works_counts(country: str, start: str, n: int, expected: str) -> None:
    found = due(n, "business_days", start, "Europe/Moscow", calendar={"country": country})
    assert found.date().isoformat() == expected


def test_a_saturday_of_work_is_none_where_the_pack_names_its_own_weekend() -> None:
    calendar = {"country": "BY", "weekend": ["fri", "sat"]}
    assert due(1, "business_days", "2026-04-23", "Europe/Minsk", calendar=calendar).date() == date(2026, 4, 26)


@pytest.mark.parametrize("country", ["SA", "QA", "BH", "KW", "OM", "EG", "JO", "IL", "DZ"])
def test_friday_and_saturday_are_the_weekend_of(country: str) -> None:
    thursday = "2026-02-12"
    assert due(1, "business_days", thursday, calendar={"country": country}).date() == date(2026, 2, 15)


def test_national_holidays_count_in_a_state_and_state_holidays_nowhere_else() -> None:
    before_columbus_day = "2026-10-09"
    for subdivision in ("", "CA", "IA"):
        calendar = {"country": "US", "subdivision": subdivision}
        assert due(1, "business_days", before_columbus_day, calendar=calendar).date() == date(2026, 10, 13)
    before_cesar_chavez_day = "2026-03-30"
    assert due(1, "business_days", before_cesar_chavez_day, calendar={"country": "US"}).date() == date(2026, 3, 31)
    assert due(
        1, "business_days", before_cesar_chavez_day, calendar={"country": "US", "subdivision": "CA"}
    ).date() == date(2026, 4, 1)


def test_days_an_office_is_shut_and_holidays_that_do_not_count() -> None:
    christmas = "2026-12-28"
    shut = {"country": "JP", "closed": ["12-29", "12-30", "12-31", "01-02", "01-03"]}
    assert due(1, "business_days", christmas, calendar=shut).date() == date(2027, 1, 4)
    counts = {"country": "US", "without": ["Columbus Day"]}
    assert due(1, "business_days", "2026-10-09", calendar=counts).date() == date(2026, 10, 12)


def test_a_calendar_nobody_knows_is_refused() -> None:
    with pytest.raises(workdays.NoCalendar):
        workdays.check(Calendar(country="QQ"))
    with pytest.raises(workdays.NoCalendar):
        workdays.check(Calendar(country="US", subdivision="QQ"))
