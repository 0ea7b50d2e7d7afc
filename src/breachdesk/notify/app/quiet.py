"""Nobody is written to in the hours that are quiet where they live."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from breachdesk.notify.app.models import Sending


@cache
def _times(country: str) -> tuple[ZoneInfo, ...]:
    """Every time that is kept in a country (CLDR)."""
    return tuple(ZoneInfo(name) for name in get_global("territory_zones").get(country, ()))


def awake(sending: Sending, country: str, at: datetime) -> bool:
    """Whether it is no quiet hour anywhere in the country; of whom nobody knows where they live, where the case is."""
    times: Sequence[ZoneInfo] = _times(country) or (ZoneInfo(sending.case.zone),)
    return not any(sending.quiet_at(at.astimezone(zone).hour) for zone in times)


def zones(sending: Sending, at: datetime) -> list[str | None]:
    """Countries whose people may be written to now; [None], anybody anywhere, when no hour is quiet."""
    if sending.quiet_from is None or sending.quiet_until is None:
        return [None]
    return [country for country in sending.zones if awake(sending, country, at)]
