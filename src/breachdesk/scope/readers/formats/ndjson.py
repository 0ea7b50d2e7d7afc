"""NDJSON: one value a line. Blocks whose lines are alike go through polars; others line by line."""

import json
from collections.abc import Iterable
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from breachdesk.scope.readers.blocks import CUT, has_long_line
from breachdesk.scope.readers.encoding import Utf8
from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.records import Records
from breachdesk.scope.readers.tables import without_empty
from breachdesk.scope.shapes import Problem

_BLOCK = 8 << 20
_SMALL = 1 << 19


class Ndjson:
    """The first lines must each be an object, or a first one that breaks off because it is long."""

    def sniff(self, head: Head) -> tuple[str, int]:
        text = head.text.lstrip()
        if not text.startswith("{"):
            return "ndjson", 0
        lines = [line for line in text.split("\n") if line.strip()]
        if not head.whole and len(lines) > 1 and lines.pop().startswith("{") and len(lines) == 1:
            return "ndjson", 90 if _is_object(lines[0]) else 0
        good = sum(_is_object(line) for line in lines[:50])
        if len(lines) == 1:
            return "ndjson", 55 if good else 0
        return "ndjson", 90 if (good >= 0.6 * len(lines[:50]) and _is_object(lines[0])) or good > 2 else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        problems: list[Problem] = []
        source = Utf8(item.feed, problems.append)
        records = Records(item, kind, intake)
        rest = b""
        while piece := source.read(_BLOCK):
            block = rest + piece
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            _block(block[:end], records, intake.limits.line)
            if len(rest) > CUT * intake.limits.line:
                rest = _overlong(rest, source, records, CUT * intake.limits.line)
        _block(rest, records, intake.limits.line)
        records.close()
        item.notes.extend(problems)


def _is_object(line: str) -> bool:
    line = line.strip()
    if not line.startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _block(block: bytes, records: Records, limit: int) -> None:
    if not block.strip():
        return
    if not has_long_line(block, limit) and _fast(block, records):
        return
    if len(block) > _SMALL:
        middle = block.find(b"\n", len(block) // 2) + 1
        if 0 < middle < len(block):
            _block(block[:middle], records, limit)
            _block(block[middle:], records, limit)
            return
    for line in block.split(b"\n"):
        if line.strip():
            if len(line) > limit and records.table:
                records.table.tally.add("huge_line", records.table.count, str(limit))
            _line(line.decode("utf-8", "replace"), records)


def _line(line: str, records: Records) -> None:
    try:
        value = json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        records.unparsed(line.strip(), "json_line")
        return
    records.add(value)


def _fast(block: bytes, records: Records) -> bool:
    """All lines at once, when they are objects whose keys hold one kind of thing each."""
    if len(block) < 2048:
        return False
    try:
        shape = pl.read_ndjson(block, infer_schema_length=None).schema
        if any(b in name for name in shape for b in ".[]") or not all(_is_simple(kind) for kind in shape.values()):
            return False
        found = pl.read_ndjson(block, schema={name: _as_text(kind) for name, kind in shape.items()})
    except (PolarsError, pl.exceptions.PanicException):
        return False
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    if found.height != lines:
        return False
    flat = _flat(found)
    if flat is None or not flat.columns or (_has_floats(shape.values()) and _lost_digits(flat)):
        return False
    table = records.open(list(flat.columns))
    records.columns(list(flat.columns))
    table.frame(without_empty(flat))
    return True


def _is_simple(kind: Any) -> bool:
    if isinstance(kind, pl.Struct):
        return bool(kind.fields) and all(_is_simple(inner.dtype) and "." not in inner.name for inner in kind.fields)
    if isinstance(kind, pl.List):
        return not isinstance(kind.inner, (pl.List, pl.Struct))
    return bool(kind != pl.Int128)


def _has_floats(kinds: Iterable[Any]) -> bool:
    inner = [field.dtype for kind in kinds if isinstance(kind, pl.Struct) for field in kind.fields]
    return any(kind in (pl.Float64, pl.List(pl.Float64)) for kind in kinds) or (bool(inner) and _has_floats(inner))


def _lost_digits(flat: pl.DataFrame) -> bool:
    """Numbers too long for a float came out as powers of ten."""
    return any(column.str.contains(r"^-?\d(?:\.\d+)?e\d+$").any() for column in flat)


def _as_text(kind: Any) -> Any:
    if isinstance(kind, pl.Struct):
        return pl.Struct([pl.Field(inner.name, _as_text(inner.dtype)) for inner in kind.fields])
    return pl.List(pl.String) if isinstance(kind, pl.List) else pl.String


def _flat(found: pl.DataFrame) -> pl.DataFrame | None:
    columns: list[pl.Series] = []
    for column in found:
        _leaves(column, columns)
    names = [column.name for column in columns]
    return pl.DataFrame(columns) if len(set(names)) == len(names) else None


def _leaves(column: pl.Series, into: list[pl.Series]) -> None:
    if isinstance(column.dtype, pl.Struct):
        for inner in column.struct.fields:
            _leaves(column.struct.field(inner).alias(f"{column.name}.{inner}"), into)
    elif isinstance(column.dtype, pl.List):
        into.append(column.list.drop_nulls().list.join("\n"))
    else:
        into.append(column)


def _overlong(rest: bytes, source: Utf8, records: Records, limit: int) -> bytes:
    """A line longer than allowed: its start is kept as text, the remainder passed over."""
    records.unparsed(rest[: limit // CUT].decode("utf-8", "ignore"), "long_line", str(limit))
    while b"\n" not in rest:
        rest = source.read(1 << 20)
        if not rest:
            return b""
    return rest[rest.find(b"\n") + 1 :]


READER = Ndjson()
