"""Every address of the desk with the door it stands behind, read from the URL list itself: none can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

#: Sign-in and second factors go by allauth's own rules; ninja's operations are judged by tests/web/test_api.py.
LENT = ("allauth.", "django.")
API = "api/1/"


@dataclass(frozen=True)
class Route:
    """`pattern` as people read it, `names` of its parameters, `door` of its view (staff.app.doors.Door), the
    `module` that view stands in."""

    pattern: str
    name: str
    names: tuple[str, ...] = ()
    door: Any = field(default=None, compare=False)
    module: str = field(default="", compare=False)

    def address(self, values: dict[str, Any]) -> str:
        """With the values put in. Raises KeyError for a parameter nobody gave a value."""
        address = self.pattern
        for name in self.names:
            start = address.index("<")
            address = address[:start] + str(values[name]) + address[address.index(">", start) + 1 :]
        return f"/{address}"


def routes() -> list[Route]:
    return list(_below(get_resolver().url_patterns, "", ()))


def _below(patterns: list[Any], prefix: str, names: tuple[str, ...]) -> Iterator[Route]:
    for one in patterns:
        path, here = prefix + str(one.pattern), (*names, *_names(one.pattern))
        if isinstance(one, URLResolver):
            yield from _below(one.url_patterns, path, here)
        elif isinstance(one, URLPattern) and not path.startswith(API) and not one.callback.__module__.startswith(LENT):
            yield Route(path, one.name or path, here, getattr(one.callback, "door", None), one.callback.__module__)


def _names(pattern: Any) -> tuple[str, ...]:
    return tuple(getattr(pattern, "converters", {}))
