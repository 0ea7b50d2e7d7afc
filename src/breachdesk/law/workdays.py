"""Working days of a country and its parts: its own weekend, its public holidays, the days its offices are shut,
the Saturdays on which it works because a decree moved a day off (Belarus, Russia)."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache

import holidays
from holidays.registry import EntityLoader

from breachdesk.ground.shelf import BadPack
from breachdesk.law.schema import Calendar

Working = Callable[[date], bool]
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST_CLOSURE = 60
_COUNTRIES = frozenset(EntityLoader.get_country_codes(include_aliases=True))


class NoCalendar(BadPack):
    """Nobody has listed the holidays of this place, or it has no working day."""


def working(calendar: Calendar) -> Working:
    """A test for working days. National holidays count in a subdivision as well. Raises NoCalendar."""
    without = frozenset(calendar.without)

    def test(day: date) -> bool:
        if day.strftime("%m-%d") in calendar.closed:
            return False
        weekend, moved = _weekend(calendar, day.year)
        if day.weekday() in weekend:
            return day in moved
        names = _names(calendar.country, calendar.subdivision, calendar.categories, day.year)
        return all(
            name in without or (calendar.moved and _kept_elsewhere(name, day, names)) for name in names.get(day, ())
        )

    return test


_OBSERVED = " (observed)"  # how the library marks the day on which a holiday is kept instead
_NEAR = 4  # days between the two at most


def _kept_elsewhere(name: str, day: date, names: Mapping[date, tuple[str, ...]]) -> bool:
    """Whether a holiday is kept on another day of that week."""
    around = (day + timedelta(days=n) for n in range(-_NEAR, _NEAR + 1))
    return any(name + _OBSERVED in names.get(other, ()) for other in around)


@cache
def check(calendar: Calendar) -> None:
    """Raises NoCalendar for a place or category that is not known, and for a calendar without a working day. Cheap
    enough to be asked of every law that is loaded: holidays are only listed where the pack says more than a place."""
    if calendar.country not in _COUNTRIES:
        raise NoCalendar(f"no holidays are known for {calendar.country}")
    if calendar.subdivision or calendar.categories != ("public",):
        _names(calendar.country, calendar.subdivision, calendar.categories, 2026)
    if calendar.weekend is not None or calendar.closed:
        test = working(calendar)
        for month in range(1, 13):
            next_open(date(2026, month, 1), test)


@cache
def _weekend(calendar: Calendar, year: int) -> tuple[frozenset[int], frozenset[date]]:
    """The weekend, and those of its days in that year on which the country works all the same. A weekend of the pack's
    own knows nothing of the latter."""
    if calendar.weekend is not None:
        return frozenset(_DAYS.index(day) for day in calendar.weekend), frozenset()
    listed = _listed(calendar.country, "", year, ("public",))
    return frozenset(listed.weekend), frozenset(listed.weekend_workdays)


@cache
def _names(country: str, subdivision: str, categories: tuple[str, ...], year: int) -> dict[date, tuple[str, ...]]:
    found: dict[date, tuple[str, ...]] = {}
    for part in {"", subdivision}:
        for category in categories:
            for day, name in _listed(country, part, year, (category,)).items():
                found[day] = (*found.get(day, ()), name)
    return found


@cache
def _listed(country: str, subdivision: str, year: int, categories: tuple[str, ...]) -> holidays.HolidayBase:
    try:
        return holidays.country_holidays(
            country, subdiv=subdivision or None, years=[year], categories=categories, language="en_US"
        )
    except (NotImplementedError, ValueError, KeyError) as error:
        raise NoCalendar(
            f"no holidays are known for {country} {subdivision} {', '.join(categories)}: {error}"
        ) from error


def add(day: date, n: int, test: Working) -> date:
    """The n-th working day after `day`."""
    for _ in range(n):
        day = next_open(day + timedelta(days=1), test)
    return day


def next_open(day: date, test: Working) -> date:
    """`day` itself when it is a working day, else the next one."""
    for _ in range(_LONGEST_CLOSURE):
        if test(day):
            return day
        day += timedelta(days=1)
    raise NoCalendar("no working day in two months: the calendar of this pack cannot be right")
