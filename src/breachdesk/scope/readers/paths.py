"""Nested values as columns: `user.email`, lists of plain values joined by line ends, `orders[].sku` likewise."""

import re
from typing import Any

_DEPTH = 32
KEY = "(key)"
_VALUE = re.compile(r"@|\d{6}|^\d{3,}$")


def flatten(record: dict[str, Any]) -> dict[str, str | None]:
    """The leaves of a record by path. Null and empty leaves keep their path with None."""
    found: dict[str, list[str]] = {}
    for key, value in record.items():
        _walk(_named(key, "", found), value, found, 0)
    return {path: "\n".join(values) or None for path, values in found.items()}


def _walk(path: str, value: Any, found: dict[str, list[str]], depth: int) -> None:
    if isinstance(value, dict) and depth < _DEPTH:
        for key, inner in value.items():
            _walk(_named(key, f"{path}.", found), inner, found, depth + 1)
    elif isinstance(value, list) and depth < _DEPTH:
        for inner in value:
            nested = isinstance(inner, (dict, list))
            _walk(f"{path}[]" if nested else path, inner, found, depth + 1)
        if not value:
            found.setdefault(path, [])
    else:
        text = leaf(value)
        leaves = found.setdefault(path, [])
        if text:
            leaves.append(text)


def is_value(key: str) -> bool:
    """A key that is itself somebody's (a mailbox, a number) names no column: columns are shown, values are not."""
    return bool(_VALUE.search(key))


def _named(key: str, before: str, found: dict[str, list[str]]) -> str:
    """The path of what stands under `key`; a key that is a value becomes a leaf of its own."""
    if not is_value(key):
        return f"{before}{key}"
    found.setdefault(f"{before}{KEY}", []).append(key)
    return f"{before}{KEY}"


def leaf(value: Any) -> str | None:
    """One plain value as text; numbers keep the digits they were written with when read as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
