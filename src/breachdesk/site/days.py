"""Working days and clock changes as plain data, for a page that has neither a calendar nor a tz database of its own."""

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from breachdesk.law import workdays
from breachdesk.law.schema import Calendar

#: Days of which a page knows whether they are worked on; beyond them it says so and computes nothing.
FIRST, LAST = date(2023, 1, 1), date(2033, 12, 31)
_ZONES_FROM, _ZONES_TO = 2015, 2060  # years whose clock changes are told
_EPOCH = date(1970, 1, 1)


def number(day: date) -> int:
    """A day as a page counts it: days since 1970."""
    return (day - _EPOCH).days


def working_days(calendar: Calendar) -> str:
    """A bit for each day from FIRST through LAST, the first in the highest bit of the first byte; base64."""
    test = workdays.working(calendar)
    bits = [test(FIRST + timedelta(days=n)) for n in range((LAST - FIRST).days + 1)]
    packed = bytes(
        sum(bit << (7 - place) for place, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8)
    )
    return base64.b64encode(packed).decode()


def clock_changes(zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """(seconds since 1970, offset in seconds from then on), the first from the beginning on."""

    def offset(moment: int) -> int:
        told = datetime.fromtimestamp(moment, zone).utcoffset()
        assert told is not None
        return int(told.total_seconds())

    step = 7 * 86_400  # no zone changes its clock twice within a week
    at = int(datetime(_ZONES_FROM, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(_ZONES_TO, 1, 1, tzinfo=UTC).timestamp())
    now = offset(at)
    yield at, now
    while at < end:
        if offset(at + step) != now:
            low, high = at, at + step
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == now else (low, middle)
            now = offset(high)
            yield high, now
        at += step
