"""Nested values as columns: `user.email`, lists of plain values joined by line ends, `orders[].sku` likewise."""

from typing import Any

_DEPTH = 32


def flatten(record: dict[str, Any]) -> dict[str, str | None]:
    """The leaves of a record by path. Null and empty leaves keep their path with None."""
    found: dict[str, list[str]] = {}
    for key, value in record.items():
        _walk(str(key), value, found, 0)
    return {path: "\n".join(values) or None for path, values in found.items()}


def _walk(path: str, value: Any, found: dict[str, list[str]], depth: int) -> None:
    if isinstance(value, dict) and depth < _DEPTH:
        for key, inner in value.items():
            _walk(f"{path}.{key}", inner, found, depth + 1)
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


def leaf(value: Any) -> str | None:
    """One plain value as text; numbers keep the digits they were written with when read as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
