"""Is a leaked sample ours: which rows stand in our own data, in which table, and as they stood when.

Values are compared in a plain form (case, spaces, signs of telephone numbers aside) and never leave: what comes out are
counts, names of columns, numbers of rows and days.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from breachdesk.scope.readers import read
from breachdesk.scope.shapes import Keys, Problem

MOST_ROWS = 100_000  # of the sample; what is beyond is not looked at, and said
MOST_COLUMNS = 60
_LONGEST = 300
_DISTINCT = 0.9
_LEAST_LENGTH = 5
_ALIKE = 0.5  # of the rows that were found, in which a column must agree to be taken for the same
_NAMED = 20
_DAY = r"^\d{4}-\d{2}-\d{2}"
_GAP = r"\s+"
_ROW = "\0row"
_PHONE = r"^[+(]?[\d ()./-]{7,20}$"


@dataclass
class _Table:
    """What a reader gives: handed on batch by batch to `taken`, by `sink`."""

    source: str
    sink: "_Sink"

    def write(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self.sink.taken(self.source, batch)

    def keys(self, keys: Keys) -> None:
        """Declared keys are of no use here."""

    def problem(self, problem: Problem) -> None:
        self.sink.problems += 1


@dataclass
class _Sink:
    """Where the readers put what they find."""

    problems: int = 0

    def taken(self, source: str, batch: pa.RecordBatch) -> None:
        raise NotImplementedError

    def table(self, source: str, *, kind: str, columns: Sequence[str]) -> _Table:
        return _Table(source, self)

    def text(self, source: str, *, kind: str) -> _Table:
        return _Table(source, self)

    def unreadable(self, source: str, *, kind: str, problem: Problem, size: int = 0) -> None:
        self.problems += 1

    def advance(self, count: int) -> None:
        """How far it is is told by whoever started the reading."""


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Each cell as it is compared."""
    return frame.with_columns(
        pl.when(pl.col(name).str.contains(_PHONE) & ~pl.col(name).str.contains(_DAY))
        .then(pl.col(name).str.replace_all(r"\D", "").str.slice(-9))
        .otherwise(
            pl.col(name).str.slice(0, _LONGEST).str.strip_chars().str.to_lowercase().str.replace_all(r"\s+", " ")
        )
        .alias(name)
        for name in frame.columns
        if name != _ROW
    )


def _frame(batch: pa.RecordBatch) -> pl.DataFrame:
    names = batch.schema.names[:MOST_COLUMNS]
    found = pl.from_arrow(batch.select(names))
    return found if isinstance(found, pl.DataFrame) else found.to_frame()


@dataclass
class _Sample(_Sink):
    parts: list[pl.DataFrame] = field(default_factory=list)
    rows: int = 0

    def taken(self, source: str, batch: pa.RecordBatch) -> None:
        room = MOST_ROWS - sum(part.height for part in self.parts)
        if room > 0:
            self.parts.append(_frame(batch).head(room))
        self.rows += batch.num_rows

    def frame(self) -> pl.DataFrame:
        """All rows with their numbers, in plain form; nothing in it when the sample holds no table."""
        if not self.parts:
            return pl.DataFrame()
        return _plain(pl.concat(self.parts, how="diagonal")).with_row_index(_ROW, offset=1)


def _keys(sample: pl.DataFrame) -> list[str]:
    """Columns that tell rows apart: nearly all different, and not short."""
    found = []
    for name in sample.columns:
        values = sample[name].drop_nulls() if name != _ROW else pl.Series([], dtype=pl.String)
        if not len(values) or len(values) < 0.5 * sample.height:
            continue
        mean = values.str.len_chars().mean()
        if values.n_unique() >= _DISTINCT * len(values) and isinstance(mean, float) and mean >= _LEAST_LENGTH:
            found.append(name)
    return found


@dataclass
class _Counting(_Sink):
    """First reading of an own table: how many rows, and which values of each key stand in each column, how often."""

    keys: dict[str, pl.Series] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    hits: dict[tuple[str, str, str], int] = field(default_factory=dict)  # (table, own column, key): how many rows
    values: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)

    def taken(self, source: str, batch: pa.RecordBatch) -> None:
        frame = _plain(_frame(batch))
        self.rows[source] = self.rows.get(source, 0) + frame.height
        for own in frame.columns:
            for key, values in self.keys.items():
                here = frame[own].filter(frame[own].is_in(values.implode()))
                if len(here):
                    self.hits[source, own, key] = self.hits.get((source, own, key), 0) + len(here)
                    self.values.setdefault((source, own, key), set()).update(here)

    def best(self, source: str) -> tuple[str, str] | None:
        """The own column and the key that point at rows best: many values found, each in one row. First names are
        found too, but each in many rows."""
        worth = {
            (own, key): len(self.values[table, own, key]) ** 3 / rows**2
            for (table, own, key), rows in self.hits.items()
            if table == source
        }
        return max(worth, key=lambda pair: (worth[pair], pair)) if worth else None


@dataclass
class _Fetching(_Sink):
    """Second reading: the rows whose key stands in the sample."""

    source: str = ""
    own: str = ""
    values: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.String))
    parts: list[pl.DataFrame] = field(default_factory=list)

    def taken(self, source: str, batch: pa.RecordBatch) -> None:
        if source == self.source and self.own in batch.schema.names:
            frame = _plain(_frame(batch))
            found = frame.filter(pl.col(self.own).is_in(self.values.implode()))
            if found.height:
                self.parts.append(found)

    def frame(self) -> pl.DataFrame:
        return pl.concat(self.parts, how="diagonal").unique(self.own, keep="first") if self.parts else pl.DataFrame()


def compare(sample: Path, own: Mapping[str, Path], *, scratch: Path | None = None) -> dict[str, Any]:
    """`own`: files of our own data by label, e.g. exports of several days. The answer as it is kept:

    {rows, looked_at, columns, keys, unread, tables: [{item, table, rows, key, own_key, found, full, partly, missing,
    differing, columns: [{name, own, same, of}], newest: [{column, day}]}], between: [{older, newer, changed, as_older,
    as_newer}]}. Tables in which the sample is found, most rows first."""
    taken = _Sample()
    read([sample], taken, scratch=scratch)
    frame = taken.frame()
    keys = _keys(frame) if frame.height else []
    found: list[tuple[dict[str, Any], pl.DataFrame]] = []
    unread = taken.problems
    for label, path in own.items():
        tables, problems = _of_file(label, path, frame, keys, scratch)
        found += tables
        unread += problems
    found.sort(key=lambda one: (-one[0]["full"], -one[0]["found"], one[0]["item"]))
    return {
        "rows": taken.rows,
        "looked_at": frame.height,
        "columns": [name for name in frame.columns if name != _ROW],
        "keys": keys,
        "unread": unread,
        "tables": [table for table, _ in found[:_NAMED]],
        "between": list(_between(frame, found)),
    }


def _of_file(
    label: str, path: Path, sample: pl.DataFrame, keys: Sequence[str], scratch: Path | None
) -> tuple[list[tuple[dict[str, Any], pl.DataFrame]], int]:
    counting = _Counting(keys={key: sample[key].drop_nulls().unique() for key in keys})
    read([path], counting, scratch=scratch)
    found = []
    for source, rows in counting.rows.items():
        best = counting.best(source)
        if best is None:
            continue
        own_key, key = best
        fetching = _Fetching(source=source, own=own_key, values=sample[key].drop_nulls().unique())
        read([path], fetching, scratch=scratch)
        found.append(_judged(label, source, rows, sample, key, own_key, fetching.frame()))
    return found, counting.problems


def _judged(
    label: str, source: str, rows: int, sample: pl.DataFrame, key: str, own_key: str, own: pl.DataFrame
) -> tuple[dict[str, Any], pl.DataFrame]:
    """One own table against the sample, and the rows found, side by side."""
    beside = own.rename({name: f"\1{name}" for name in own.columns})
    joined = sample.join(beside, left_on=key, right_on=f"\1{own_key}", how="inner", coalesce=False)
    pairs = _pairs(joined, [name for name in sample.columns if name not in (_ROW, key)], own.columns, own_key)
    same = [pl.col(name).eq_missing(pl.col(f"\1{other}")) | (pl.col(name).is_null()) for name, other, _, _ in pairs]
    whole = joined.filter(pl.all_horizontal(same)) if same else joined
    differing = joined.filter(~pl.col(_ROW).is_in(whole[_ROW].implode()))[_ROW].to_list()
    columns = [{"name": key, "own": own_key, "same": joined.height, "of": joined.height}]
    columns += [{"name": name, "own": other, "same": agree, "of": of} for name, other, agree, of in pairs]
    return {
        "item": label,
        "table": source.partition("/")[2] or source,
        "rows": rows,
        "key": key,
        "own_key": own_key,
        "found": joined.height,
        "full": whole.height,
        "partly": joined.height - whole.height,
        "missing": sample.height - joined[_ROW].n_unique(),
        "differing": differing[:_NAMED],
        "columns": columns,
        "newest": _newest(joined, own.columns),
    }, joined


def _pairs(
    joined: pl.DataFrame, names: Sequence[str], others: Sequence[str], own_key: str
) -> list[tuple[str, str, int, int]]:
    """For each column of the sample the own column that agrees most: (name, own, rows that agree, rows compared)."""
    found = []
    for name in names:
        told = joined.filter(pl.col(name).is_not_null())
        if not told.height:
            continue
        best = ("", 0)
        for other in others:
            agree = int((told[name] == told[f"\1{other}"]).sum() or 0) if other != own_key else 0
            if agree > best[1] or (agree == best[1] and agree and other.casefold() == name.casefold()):
                best = (other, agree)
        if best[1] >= _ALIKE * told.height:
            found.append((name, best[0], best[1], told.height))
    return found


def _newest(joined: pl.DataFrame, others: Sequence[str]) -> list[dict[str, str]]:
    """Of each own column of days, the newest one among the rows that were found."""
    found = []
    for other in others:
        values = joined[f"\1{other}"].drop_nulls()
        days = values.filter(values.str.contains(_DAY))
        if len(values) and len(days) >= 0.8 * len(values):
            found.append({"column": other, "day": str(days.str.slice(0, 10).max())})
    return found


def _between(sample: pl.DataFrame, found: Sequence[tuple[dict[str, Any], pl.DataFrame]]) -> Iterator[dict[str, Any]]:
    """Two exports of the same table: of the values that changed from one to the other, which does the sample have?"""
    for place, (one, left) in enumerate(found):
        for other, right in found[place + 1 :]:
            if one["item"] == other["item"] or one["own_key"] != other["own_key"] or one["key"] != other["key"]:
                continue
            (older, old), (newer, new) = sorted(((one["item"], left), (other["item"], right)), key=lambda pair: pair[0])
            both = old.join(new, on=_ROW, how="inner", suffix="\2")
            changed = as_older = as_newer = 0
            mapped = {column["name"]: column["own"] for column in (*one["columns"], *other["columns"])}
            for name, own in mapped.items():
                was, now = f"\1{own}", f"\1{own}\2"
                if was not in both.columns or now not in both.columns or name not in both.columns:
                    continue
                moved = both.filter(pl.col(was).ne_missing(pl.col(now)))
                changed += moved.height
                as_older += int((moved[name] == moved[was]).sum() or 0)
                as_newer += int((moved[name] == moved[now]).sum() or 0)
            if changed:
                yield {
                    "older": older, "newer": newer, "changed": changed, "as_older": as_older, "as_newer": as_newer,
                }  # fmt: skip
