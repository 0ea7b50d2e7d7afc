"""Between the passes: what each column is, and of the columns that may be keys every value (as a hash)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from breachdesk.scope.detectors import Column, Kind
from breachdesk.scope.detectors.header import split
from breachdesk.scope.people import dates, places
from breachdesk.scope.people.keys import Candidate, Nouns, Table, looks_like_key, stem
from breachdesk.scope.people.rows import Lookup, Mailboxes, Shape, key_hash, shape
from breachdesk.scope.shapes import Keys

Batches = Callable[[Sequence[str] | None], Iterable[pa.RecordBatch]]
_MOST_PLACES = 1_000_000  # rows of a table of cities that others borrow from
_SHORT = 9  # plain numbers of so many digits lie inside each other by accident


@dataclass(slots=True)
class Surveyed:
    """One table, ready for the second pass."""

    table: Table
    shape: Shape
    batches: Batches
    text: bool


def survey(
    number: int,
    source: str,
    rows: int,
    columns: tuple[Column, ...],
    declared: Keys,
    batches: Batches,
    *,
    alone: bool,
    text: bool,
    words: Nouns,
    known: Mailboxes,
    where: places.Places,
) -> Surveyed:
    """`alone`: there is no other table, so that only a key that repeats can tie anything."""
    table = Table(number, source, rows, columns, declared, words)
    form = shape(columns, known)
    if text:
        return Surveyed(table, form, batches, text)
    wanted = [column.name for column in columns if looks_like_key(column, words, declared)]
    if alone:
        wanted = [column.name for column in columns if column.name in wanted and _repeats_a_person(column, words)]
    born, regions = form.roles.get("birth", [])[:1], form.roles.get("region", [])[:1]
    if wanted or born or regions:
        _look(table, form, wanted, born, regions, batches, where)
    return Surveyed(table, form, batches, text)


def _repeats_a_person(column: Column, words: Nouns) -> bool:
    named = stem(column.name, words)
    person = bool(named) and named[-1] in words.persons
    return person and column.distinct_estimate < 0.95 * max(1, column.filled)


def _look(
    table: Table,
    form: Shape,
    wanted: Sequence[str],
    born: Sequence[str],
    regions: Sequence[str],
    batches: Batches,
    where: places.Places,
) -> None:
    hashes: dict[str, list[np.ndarray]] = {name: [] for name in wanted}
    small = dict.fromkeys(wanted, True)
    order = dates.Order()
    seen: set[str] = set()
    for batch in batches([*wanted, *born, *regions]):
        frame = pl.from_arrow(pa.Table.from_batches([batch])) if batch.num_columns else pl.DataFrame()
        assert isinstance(frame, pl.DataFrame)
        for name in wanted:
            if name not in frame.columns:
                hashes[name].append(np.zeros(batch.num_rows, dtype=np.uint64))
                continue
            hashes[name].append(key_hash(frame[name]))
            small[name] = small[name] and bool(_plain_number(frame[name]))
        for name in born:
            if name in frame.columns:
                order.see(frame[name])
        for name in regions:
            if name in frame.columns and len(seen) < 5_000:
                seen.update(frame[name].drop_nulls().unique().to_list())
    for name in wanted:
        joined = np.concatenate(hashes.pop(name)) if table.rows else np.zeros(0, dtype=np.uint64)
        table.candidates[name] = Candidate(name, stem(name, table.words), joined, small[name])
    form.region_country = where.country_of_regions(sorted(seen)) if seen else None
    form.month_first = order.month_comes_first()


def _plain_number(cells: pl.Series) -> bool:
    return bool((cells.str.contains(r"^\s*\d{1,9}(?:\.0+)?\s*$") | cells.is_null()).all())


def lend_places(tables: Mapping[int, Surveyed], ties: Sequence[tuple[int, str, int, str]]) -> None:
    """Rows that name their city by number borrow its name, and its country's: (child, column, parent, key) ties.

    Done from the far end: the city first borrows from the country, then the address from the city.
    """
    lenders = {n: s for n, s in tables.items() if _is_of_places(s)}
    for _ in range(3):
        for child, column, parent, key in ties:
            if parent not in lenders or child not in tables or child == parent:
                continue
            surveyed = tables[child]
            if child not in lenders and not {"street", "postal", "address"} & set(surveyed.shape.roles):
                continue
            lookups = [one for one in surveyed.shape.lookups if one.column != column]
            surveyed.shape.lookups = [*lookups, _lookup(column, key, lenders[parent])]


def _is_of_places(surveyed: Surveyed) -> bool:
    return surveyed.table.of_places and surveyed.table.rows <= _MOST_PLACES


def _lookup(column: str, key: str, lender: Surveyed) -> Lookup:
    hashes, texts = [], {role: [] for role in ("city", "region", "country")}  # type: ignore[var-annotated]
    for batch in lender.batches(None):
        frame = pl.from_arrow(pa.Table.from_batches([batch]))
        assert isinstance(frame, pl.DataFrame)
        hashes.append(key_hash(frame[key]))
        for role, found in texts.items():
            found.append(_text(frame, role, lender))
    keys = np.concatenate(hashes) if hashes else np.zeros(0, dtype=np.uint64)
    order = np.argsort(keys, kind="stable")
    merged = {role: pl.concat(found).gather(order) for role, found in texts.items() if found}
    return Lookup(column, keys[order], {role: text for role, text in merged.items() if text.null_count() < len(text)})


def _text(frame: pl.DataFrame, role: str, lender: Surveyed) -> pl.Series:
    own = [name for name in lender.shape.roles.get(role, []) if name in frame.columns]
    if own:
        return frame[own[0]]
    for name in frame.columns:
        if split(name) in ((role,), (role, "name")):
            return frame[name]
    for lookup in lender.shape.lookups:
        if role in lookup.texts and lookup.column in frame.columns and len(lookup.keys):
            hashes = key_hash(frame[lookup.column])
            place = np.minimum(np.searchsorted(lookup.keys, hashes), len(lookup.keys) - 1)
            hit = (lookup.keys[place] == hashes) & (hashes != 0)
            return pl.select(pl.when(pl.lit(pl.Series(hit))).then(pl.lit(lookup.texts[role].gather(place)))).to_series()
    return pl.Series([None] * len(frame), dtype=pl.String)


__all__ = ["Kind", "Surveyed", "lend_places", "survey"]
