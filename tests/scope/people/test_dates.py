"""Dates of birth as they are written, and who is a child."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.scope.people import dates

TODAY = date(2026, 11, 22)
BIRTHS = st.dates(date(1900, 1, 1), date(2026, 11, 21))


def parse(*written: str, month_first: bool | None = None) -> list[date | None]:
    return dates.parse(pl.Series(list(written)), month_first=month_first, today=TODAY).to_list()


@pytest.mark.parametrize(
    "written",
    [
        *("1980-04-03", "1980/4/3", "19800403", "03.04.1980", "3.4.80", "1980-04-03T00:00:00Z"),
        *("3 April 1980", "April 3, 1980", "3rd Apr 1980", "3 апреля 1980", "3 de abril de 1980"),
    ],
)
def test_a_date_is_read_in_the_ways_people_write_it(written: str) -> None:
    assert parse(written) == [date(1980, 4, 3)]


def test_which_of_two_numbers_is_the_month_is_told_by_the_rest_of_the_column() -> None:
    order = dates.Order()
    order.see(pl.Series(["03/04/1980", "04/25/1980"]))
    assert order.month_comes_first() is True
    assert parse("03/04/1980", month_first=True) == [date(1980, 3, 4)]
    assert parse("03/04/1980", month_first=False) == [date(1980, 4, 3)]
    assert parse("03/04/1980", "25/04/1980", "04/25/1980", "04/04/1980") == [
        None,
        date(1980, 4, 25),
        date(1980, 4, 25),
        date(1980, 4, 4),
    ]


@pytest.mark.parametrize("written", ["1889-12-31", "2026-11-23", "1980-02-30", "1900-02-29", "00.00.1980", "soon"])
def test_what_cannot_be_a_date_of_birth_is_left_unread(written: str) -> None:
    assert parse(written) == [None]


def test_a_short_year_lies_in_the_last_hundred_years() -> None:
    assert parse("01.02.26", "01.02.27") == [date(2026, 2, 1), date(1927, 2, 1)]


@given(BIRTHS)
def test_iso_and_dotted_dates_come_back_as_they_were(born: date) -> None:
    assert parse(born.isoformat(), f"{born:%d.%m.%Y}", f"{born:%Y%m%d}") == [born] * 3


@pytest.mark.parametrize(
    ("born", "today", "minor"),
    [
        (date(2008, 11, 22), date(2026, 11, 22), "no"),  # eighteen today
        (date(2008, 11, 23), date(2026, 11, 22), "yes"),  # tomorrow
        (date(2008, 2, 29), date(2026, 2, 28), "yes"),
        (date(2008, 2, 29), date(2026, 3, 1), "no"),
        (date(2010, 3, 1), date(2028, 2, 29), "yes"),
        (date(2010, 2, 28), date(2028, 2, 29), "no"),
        (None, date(2026, 11, 22), "unknown"),
    ],
)
def test_a_child_is_grown_on_the_eighteenth_birthday(born: date | None, today: date, minor: str) -> None:
    assert dates.minor(pl.Series([born], dtype=pl.Date), today).item() == minor
