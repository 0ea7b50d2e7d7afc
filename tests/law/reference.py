"""An independent reckoning of time, slow and plain: walks minute by minute or day by day over a table of its own.

It shares no code with law/clocks: offsets come from dateutil's reading of the zone files, days from ordinals, holidays
from dates written by hand.
"""

from datetime import UTC, date, datetime, timedelta

from dateutil import tz

US_2026 = {
    date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19), date(2026, 7, 3),
    date(2026, 7, 4), date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26), date(2026, 12, 25),
}  # fmt: skip
BR_2026 = {
    date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 21), date(2026, 5, 1), date(2026, 9, 7), date(2026, 10, 12),
    date(2026, 11, 2), date(2026, 11, 15), date(2026, 11, 20), date(2026, 12, 25),
}  # fmt: skip


def elapsed(start: datetime, hours: int) -> datetime:
    """Minute by minute on the absolute timeline."""
    moment = start.astimezone(UTC)
    for _ in range(hours):
        moment += timedelta(minutes=60)
    return moment


def last_second(day: date, zone: str) -> datetime:
    """23:59:59 of a local day, by dateutil."""
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=tz.gettz(zone)).astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(tz.gettz(zone)).date()


def days_later(day: date, n: int) -> date:
    return date.fromordinal(day.toordinal() + n)


def working_days_later(day: date, n: int, weekend: set[int], holidays: set[date]) -> date:
    left = n
    while left:
        day = date.fromordinal(day.toordinal() + 1)
        left -= day.weekday() not in weekend and day not in holidays
    return day


def months_later(day: date, n: int) -> date:
    """Walk month by month on the number of the day; step back until such a day exists."""
    year, month = day.year, day.month
    for _ in range(n):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    number = day.day
    while True:
        try:
            return date(year, month, number)
        except ValueError:
            number -= 1


def length(year: int, month: int) -> int:
    """Days of a month: the day before the first of the next."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1).day
