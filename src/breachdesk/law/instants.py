"""Instants as people write them: with an offset, as a local time with its zone, or as a day alone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_OFFSET = re.compile(r"(?:[Zz]|[+-]\d{2}:?\d{2})$")


class BadInstant(ValueError):
    """Not a usable instant; the text says how one is written."""


@dataclass(frozen=True, slots=True)
class Instant:
    """Either an exact moment `at` (aware), or a `day` alone: that local day, wherever the reader stands."""

    at: datetime | None = None
    day: date | None = None

    def on(self, zone: ZoneInfo) -> date:
        """The civil day on which it falls in `zone`."""
        if self.day is not None:
            return self.day
        assert self.at is not None
        return self.at.astimezone(zone).date()

    def earliest(self, zone: ZoneInfo) -> datetime:
        """The moment itself; of a day alone its first one in `zone`, which is the earliest defensible reading."""
        if self.at is not None:
            return self.at.astimezone(zone)
        assert self.day is not None
        return day_start(self.day, zone)

    def text(self) -> str:
        return self.day.isoformat() if self.day is not None else (self.at or datetime.now(UTC)).isoformat()


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """First instant of a civil day; where midnight is skipped by a clock change, the first that exists."""
    return real(datetime.combine(day, time.min, zone))


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """23:59:59 of a civil day; where it happens twice, the first."""
    return real(datetime.combine(day, time(23, 59, 59), zone))


def real(moment: datetime) -> datetime:
    """A wall time that a clock change skips moves on by the length of the gap."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo)


def parse(value: Any) -> Instant:
    """Raises BadInstant. A datetime without offset is refused: it would be an hour or a day wrong somewhere."""
    if isinstance(value, datetime):
        return _exact(value)
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, dict):
        return _local(value)
    if not isinstance(value, str):
        raise BadInstant("write an instant such as 2026-03-07T10:00:00+01:00, or a day such as 2026-03-07")
    text = value.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return _day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInstant(f"not a time ({error}); write 2026-03-07T10:00:00+01:00") from error
    if not _OFFSET.search(text):
        raise BadInstant("has no offset; add one (+01:00 or Z), or write {local: 2026-03-07T10:00, tz: Europe/Berlin}")
    return _exact(moment)


def _exact(moment: datetime) -> Instant:
    if moment.tzinfo is None:
        raise BadInstant("has no offset; add one (+01:00 or Z), or write {local: 2026-03-07T10:00, tz: Europe/Berlin}")
    _in_range(moment.year)
    return Instant(at=moment)


def _day(day: date) -> Instant:
    _in_range(day.year)
    return Instant(day=day)


def _local(value: dict[Any, Any]) -> Instant:
    if set(value) != {"local", "tz"}:
        raise BadInstant("a local time is written {local: 2026-03-07T10:00, tz: America/New_York}")
    try:
        zone = ZoneInfo(str(value["tz"]))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadInstant(f"time zone {value['tz']!r} is unknown; write one such as Europe/Berlin") from error
    local = value["local"]
    try:
        moment = local if isinstance(local, datetime) else datetime.fromisoformat(str(local))
    except ValueError as error:
        raise BadInstant(f"local time is not a time ({error}); write 2026-03-07T10:00") from error
    _in_range(moment.year)
    if moment.tzinfo is not None:
        raise BadInstant("a local time has no offset of its own; leave out the offset or leave out tz")
    return Instant(at=real(moment.replace(tzinfo=zone)))


def _in_range(year: int) -> None:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise BadInstant(f"year {year} cannot be right; expected {_FIRST_YEAR} to {_LAST_YEAR}")


def add_hours(start: datetime, hours: int) -> datetime:
    """Elapsed hours on the absolute timeline, shown in the zone of `start`."""
    return (start.astimezone(UTC) + timedelta(hours=hours)).astimezone(start.tzinfo)
