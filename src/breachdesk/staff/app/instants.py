"""Instants as the API takes them: with their offset, in years in which a breach can have been."""

from datetime import UTC, datetime

from breachdesk.ground.refused import Refused

_YEARS = (1970, 2200)


def in_utc(instant: datetime, field: str) -> datetime:
    """Raises Refused without an offset, and for years in which no breach was."""
    if instant.tzinfo is None:
        raise Refused("api.refused.no_offset", field=field)
    if not _YEARS[0] <= instant.year <= _YEARS[1]:
        raise Refused("api.refused.no_year", field=field)
    return instant.astimezone(UTC)
