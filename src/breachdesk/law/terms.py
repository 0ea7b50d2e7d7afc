"""Arithmetic of civil days: months, fixed dates, the hour that is not counted."""

import calendar
from datetime import UTC, date, datetime, timedelta

from breachdesk.law import workdays
from breachdesk.law.workdays import Working


def add_months(day: date, n: int) -> date:
    """The same day `n` months later; where that month is shorter, its last day (Reg. 1182/71 Art 3(2)(c))."""
    months = day.year * 12 + day.month - 1 + n
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_date(after: date, month: int, day: int) -> date:
    """The next such date strictly after `after`; 29 February in a common year is the 28th."""
    for year in (after.year, after.year + 1):
        found = date(year, month, min(day, calendar.monthrange(year, month)[1]))
        if found > after:
            return found
    raise AssertionError("a date of next year lies after any date of this one")


def next_hour(moment: datetime) -> datetime:
    """Start of the next full hour on the local clock; a full hour itself is not counted (Reg. 1182/71 Art 3(1))."""
    begun = moment.astimezone(UTC) - timedelta(
        minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond
    )
    return (begun + timedelta(hours=1)).astimezone(moment.tzinfo)


def second_working_day(start: date, test: Working) -> date:
    """End of a period of two working days after `start` (Reg. 1182/71 Art 3(5))."""
    return workdays.add(start, 2, test)
