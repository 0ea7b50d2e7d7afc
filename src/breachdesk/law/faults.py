"""What is wrong with a law pack, said to the lawyer who edits it: file, line, what, what to do."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from breachdesk.ground.lines import line_of
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.law import conditions, schema
from breachdesk.law.vocabulary import Facts
from breachdesk.law.words import Phrases, read_telling

_CONDITIONS = ("when", "if", "double_if", "trigger")
_PYDANTIC = {
    "literal_error": "not_one_of", "enum": "not_one_of",
    "int_type": "number", "int_parsing": "number", "int_from_float": "number",
    "greater_than_equal": "number", "less_than_equal": "number",
    "date_type": "date", "date_parsing": "date", "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date",
    "string_type": "text", "bool_type": "yes_no", "bool_parsing": "yes_no",
    "model_type": "map", "dict_type": "map", "tuple_type": "list", "list_type": "list",
}  # fmt: skip
Keys = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Fault:
    """`key` names its words in packs/messages/shelf (`fault.<key>`, and what to do: `fault.<key>.do`)."""

    file: str
    line: int
    key: str
    filling: Mapping[str, object] = field(default_factory=dict)

    def what(self, say: Phrases) -> str:
        return say(f"fault.{self.key}", **self.filling)

    def do(self, say: Phrases) -> str:
        return say(f"fault.{self.key}.do", **self.filling) if f"fault.{self.key}.do" in say.texts else ""

    @property
    def where(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def told(self, say: Phrases) -> str:
        return f"{self.where}: {' '.join(filter(None, (self.what(say), self.do(say))))}"


class BadLaw(BadPack):
    """A law that cannot be put on the shelf: its first fault, told in English."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.told(_english()))
        self.fault = fault


@cache
def _english() -> Phrases:
    return read_telling(our_shelf(), "en")


def fault(shelf: Shelf, file: str, keys: Keys, key: str, **filling: object) -> Fault:
    """A fault at a place in a file of the shelf."""
    return Fault(file, line_of(shelf.find(file), keys), key, filling)


def validated(kind: type[BaseModel], data: Any, shelf: Shelf, file: str, under: Keys = ()) -> Iterator[Fault]:
    """Every fault the schema finds."""
    try:
        kind.model_validate(data)
    except ValidationError as error:
        seen: set[tuple[str | int, ...]] = set()
        for one in error.errors():
            loc = tuple(part for part in one["loc"] if not str(part).startswith(("function-", "tuple[", "str")))
            if loc not in seen:
                seen.add(loc)
                yield _of_schema(one, loc, shelf, file, under)


def _of_schema(one: ErrorDetails, loc: tuple[str | int, ...], shelf: Shelf, file: str, under: Keys) -> Fault:
    name = ".".join(map(str, loc)) or "-"
    last = str(loc[-1]) if loc else "-"
    keys = (*under, *loc)
    if one["type"] == "extra_forbidden":
        near = difflib.get_close_matches(last, _names(), n=1)
        return fault(shelf, file, keys, "unknown_key_near" if near else "unknown_key", name=name, near="".join(near))
    if one["type"] == "missing":
        key = "language" if last in ("en", "ru") and len(loc) > 1 else "missing_key"
        return fault(shelf, file, keys, key, name=name, language=last)
    if one["type"].startswith("law_"):  # our own checks (schema.py)
        return fault(shelf, file, keys, one["type"].replace("law_", "schema_"), name=name)
    key = _PYDANTIC.get(one["type"], "other")
    expected = str(one.get("ctx", {}).get("expected", "")).replace("'", "")
    return fault(shelf, file, keys, key, name=name, value=one.get("input"), expected=expected, text=one["msg"])


@cache
def _names() -> tuple[str, ...]:
    """Every key a law pack knows."""
    models = [kind for kind in vars(schema).values() if isinstance(kind, type) and issubclass(kind, schema.Strict)]
    return tuple(sorted({info.alias or name for kind in models for name, info in kind.model_fields.items()}))


def asked(data: Any, facts: Facts, shelf: Shelf, file: str, under: Keys = ()) -> Iterator[Fault]:
    """Every fault in the conditions of a document, each at its innermost place."""
    for keys, raw in _conditions(data, tuple(under)):
        for place, error in _innermost(raw, keys, facts):
            yield fault(shelf, file, place, f"condition.{error.key}", **error.filling)


def _conditions(data: Any, keys: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(data, Mapping):
        for name, value in data.items():
            if name in _CONDITIONS and not isinstance(value, bool) and value is not None:
                yield (*keys, name), value
            else:
                yield from _conditions(value, (*keys, name))
    elif isinstance(data, list):
        for at, value in enumerate(data):
            yield from _conditions(value, (*keys, at))


def _innermost(
    raw: Any, keys: tuple[str | int, ...], facts: Facts
) -> Iterator[tuple[tuple[str | int, ...], conditions.BadCondition]]:
    kind = next(iter(raw)) if isinstance(raw, Mapping) and len(raw) == 1 else ""
    inner = raw[kind] if kind else None
    if kind in ("all", "any") and isinstance(inner, list) and inner:
        for at, part in enumerate(inner):
            yield from _innermost(part, (*keys, kind, at), facts)
    elif kind == "not":
        yield from _innermost(inner, (*keys, kind), facts)
    else:
        try:
            conditions.parse(raw, facts)
        except conditions.BadCondition as error:
            yield (*keys, *(("f",) if isinstance(raw, Mapping) and "f" in raw else ())), error
