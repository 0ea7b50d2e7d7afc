"""Days and clocks as a page is given them: bit by bit and change by change what the engine reckons by."""

import base64
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from breachdesk.law import workdays
from breachdesk.law.schema import Calendar
from breachdesk.site import days


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Santiago", "Africa/Casablanca", "Asia/Kathmandu", "UTC"])
def test_clock_changes_are_those_of_the_zone(name: str) -> None:
    zone = ZoneInfo(name)
    changes = list(days.clock_changes(zone))
    for at, offset in changes[1:]:
        for moment, wanted in ((at, offset), (at - 1, None)):
            told_ = datetime.fromtimestamp(moment, zone).utcoffset()
            assert told_ is not None
            assert (told_.total_seconds() == offset) is (wanted is not None)
    assert len(changes) == 1 or len(changes) > 80


def test_working_days_are_packed_bit_by_bit() -> None:
    calendar = Calendar(country="IL")
    packed = base64.b64decode(days.working_days(calendar))
    test = workdays.working(calendar)
    told = [days.FIRST + timedelta(days=n) for n in range((days.LAST - days.FIRST).days + 1)]
    unpacked = [bool(packed[n >> 3] & (128 >> (n & 7))) for n in range(len(told))]
    assert unpacked == [test(day) for day in told]
    assert unpacked[(date(2026, 11, 27) - days.FIRST).days] is False  # a Friday
