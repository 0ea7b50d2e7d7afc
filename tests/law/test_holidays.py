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
        for due in dues(item):
            terms = (*due.terms, *due.earliest_of, *due.latest)
            if due.eu_1182 or any(one.unit == "business_days" or one.roll != "none" for one in terms):
                own = due.calendar or item.order.pack.calendar
                if own is not None:
                    place = f"{own.country}-{own.subdivision}".strip("-")
                    if not (place in found and found[place].without):  # where packs differ, the stricter reading
                        found[place] = own
                elif item.order.authorities is not None:
                    for one in item.order.authorities.list:
                        found[one.iso[:2]] = Calendar(country=one.iso[:2])
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
    without = set(counted()[code].without)
    for year in calendars.YEARS:
        for day in (date(year, 1, 1) + timedelta(days=n) for n in range(364)):
            if day.weekday() < 5 and not calendars.working("US", day) and "Columbus Day" not in without:
                assert not test(day), day


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
