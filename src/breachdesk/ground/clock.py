"""Time comes in by the door: whoever needs it is handed a clock. Instants are aware and in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def now() -> datetime:
    """The one place that asks the machine."""
    return datetime.now(UTC)


def rfc3339(instant: datetime) -> str:
    """An aware instant as RFC 3339 in UTC, to the second: `2026-11-20T18:05:00Z`."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
