"""Time comes in by the door: whoever needs it is handed a clock. Instants are aware and in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def now() -> datetime:
    """The one place that asks the machine."""
    return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """An aware instant as RFC 3339 in UTC, to the second: `2026-11-20T18:05:00Z`."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=1024)
def time_zone(name: str) -> ZoneInfo:
    """A time zone of the tz database. The standard library forgets all but the last eight.

    Raises ZoneInfoNotFoundError or ValueError for what is no name of one."""
    return ZoneInfo(name)
