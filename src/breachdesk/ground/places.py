"""Names of countries and their parts (ISO 3166-1 and 3166-2) in the languages we speak."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import pycountry
from babel import Locale
from babel.core import get_global

from breachdesk.ground.shelf import BadPack, our_shelf

UNKNOWN = "unknown"

# Lands that ISO 3166-1 lists beside the state whose law holds there, by their codes in ISO 3166-2: the five territories
# of the United States; the outermost regions of the Union (TFEU Art 349, 355(1)) and Åland (Art 355(4)).
PARTS = {
    "AS": "US-AS", "GU": "US-GU", "MP": "US-MP", "PR": "US-PR", "VI": "US-VI",
    "GF": "FR-973", "GP": "FR-971", "MF": "FR-MF", "MQ": "FR-972", "RE": "FR-974", "YT": "FR-976", "AX": "FI-01",
}  # fmt: skip
_SHORT = 4  # letters of a country that need no shortening: США
_UNKNOWN_TITLE = {"en": "Residence unknown", "ru": "Место жительства неизвестно"}


@cache
def title(code: str, language: str) -> str:
    """`US-CA` -> `California`, `DE` -> `Германия` in Russian; a code nobody knows stays itself."""
    if code == UNKNOWN:
        return _UNKNOWN_TITLE.get(language, _UNKNOWN_TITLE["en"])
    named = _named(language).get(code)
    if named:
        return named
    country, _, part = code.partition("-")
    if part:
        return _part(code) or code
    return str(Locale.parse(language).territories.get(country, code))


@cache
def in_full(code: str, language: str) -> str:
    """`California (US)`: a part of a country is told with its country, shortly. There is a Georgia of its own, too."""
    if "-" not in code:
        return title(code, language)
    country = title(country_of(code), language)
    return f"{title(code, language)} ({country if len(country) <= _SHORT else country_of(code)})"


@cache
def _named(language: str) -> dict[str, str]:
    """Names of our own (packs/messages/places): parts of countries, unions of states."""
    try:
        return dict(our_shelf().data(f"messages/places/{language}.yaml"))
    except BadPack:
        return {}


@cache
def _parts() -> dict[str, str]:
    """Every ISO 3166-2 code with its name."""
    return {str(part.code): str(part.name) for part in pycountry.subdivisions}


@cache
def countries() -> frozenset[str]:
    """The two letters of every country (ISO 3166-1)."""
    return frozenset(str(country.alpha_2) for country in pycountry.countries)


def _part(code: str) -> str | None:
    return _parts().get(code)


@cache
def zone_of(country: str) -> ZoneInfo | None:
    """The time of a country (CLDR); None where its parts keep different times, or nobody knows the country."""
    zones = [ZoneInfo(name) for name in get_global("territory_zones").get(country, ())]
    moments = (datetime(2026, 1, 1), datetime(2026, 7, 1))
    kept = {tuple(moment.replace(tzinfo=zone).utcoffset() for moment in moments) for zone in zones}
    return zones[0] if len(kept) == 1 else None


def parts_of(countries: Collection[str]) -> tuple[str, ...]:
    """The ISO 3166-2 codes of these countries."""
    return tuple(code for code in sorted(_parts()) if country_of(code) in countries)


def country_of(code: str) -> str:
    """`US-CA` -> `US`."""
    return code.partition("-")[0]


def as_part(code: str) -> str:
    """`PR` is `US-PR`: a place under one name, whichever of its two codes somebody wrote."""
    return PARTS.get(code, code)


def is_code(code: str) -> bool:
    """Whether ISO 3166-1 (alpha-2) or 3166-2 knows the code."""
    return code in _parts() if "-" in code else code in countries()


def with_wholes(place: str) -> tuple[str, ...]:
    """`DE-BY` and what it is a part of: `DE`, `DE-BY`."""
    parts = place.split("-")
    return tuple("-".join(parts[: at + 1]) for at in range(len(parts)))
