"""Groups of states a pack may name instead of listing them (`applies: {residents: [EEA]}`)."""

from collections.abc import Iterable
from functools import lru_cache

EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "HR",
        "CY",
        "CZ",
        "DK",
        "EE",
        "FI",
        "FR",
        "DE",
        "GR",
        "HU",
        "IE",
        "IT",
        "LV",
        "LT",
        "LU",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SK",
        "SI",
        "ES",
        "SE",
    ]
)
EEA = EU | {"NO", "IS", "LI"}

_GROUPS: dict[str, frozenset[str]] = {"EU": EU, "EEA": EEA}


def expand(codes: Iterable[str]) -> tuple[str, ...]:
    """Groups by their members, codes as they are; in order."""
    return _expanded(tuple(codes))


@lru_cache(maxsize=1024)
def _expanded(codes: tuple[str, ...]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for code in codes:
        found.update(dict.fromkeys(sorted(_GROUPS.get(code, (code,)))))
    return tuple(found)


def is_group(code: str) -> bool:
    return code in _GROUPS
