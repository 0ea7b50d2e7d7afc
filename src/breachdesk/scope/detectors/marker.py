"""The second pass over a table: which cells hold what the judge found in their column, and what stands in free text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from breachdesk.scope.detectors.column import Column, Kind
from breachdesk.scope.detectors.detector import LONGEST, Detector, Detectors
from breachdesk.scope.detectors.digits import Mask, series
from breachdesk.scope.detectors.tally import first_lines
from breachdesk.scope.detectors.text import Span, scanner
from breachdesk.scope.shapes import Field

SPANS = pa.schema(
    [
        ("row", pa.int64()),
        ("column", pa.string()),
        ("element", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("confidence", pa.float32()),
        ("detector", pa.string()),
        ("reason", pa.string()),
    ]
)
_CODED = (Kind.ID, Kind.PERSON_KEY, Kind.NUMBER, Kind.DATE)


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one batch: per (column, element) the rows whose whole cell is that element; findings inside free text."""

    masks: dict[tuple[str, str], Mask]
    spans: pa.Table


@dataclass(frozen=True, slots=True)
class Looked:
    """A batch half done: what whole cells are; of each column the cells, and which of them nothing took (None: all)."""

    masks: dict[tuple[str, str], Mask] = field(default_factory=dict)
    rest: list[tuple[Column, pl.Series, Mask | None]] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    """What free text of one column gave so far, per element."""

    rows: Counter[str] = field(default_factory=Counter)
    confidence: dict[str, float] = field(default_factory=dict)
    detector: dict[str, str] = field(default_factory=dict)


class Marker:
    def __init__(self, columns: Sequence[Column], detectors: Detectors) -> None:
        self._columns = columns
        self._detectors = detectors
        self._scanner = scanner(detectors)
        self._counts: dict[str, Counter[str]] = {column.name: Counter() for column in columns}
        self._texts: dict[str, _Found] = {column.name: _Found() for column in columns}

    def mark(self, batch: pa.RecordBatch) -> Marks:
        """Rows are counted from the start of the batch. Columns the judge never saw are left alone."""
        return self.read(self.look(batch))

    def look(self, batch: pa.RecordBatch) -> Looked:
        """The first half: whole cells. One thread may look at a batch while another reads the one before."""
        looked = Looked()
        for column in self._columns:
            place = batch.schema.get_field_index(column.name)
            if place < 0 or column.filled == 0 or column.left:
                continue
            cells = series(batch.column(place))
            unmarked = self._mark(column, cells, self._guided(column, batch), looked.masks)
            looked.rest.append((column, cells, unmarked))
        return looked

    def read(self, looked: Looked) -> Marks:
        """The second half: running text in the cells that are left."""
        names: list[str] = []
        spans: list[Span] = []
        for column, cells, unmarked in looked.rest:
            found = self._scan(column, cells, unmarked)
            names.extend([column.name] * len(found))
            spans.extend(found)
        return Marks(looked.masks, _table(names, spans))

    def fields(self) -> tuple[Field, ...]:
        """What each column held, by all batches marked: findings in its text first, its main element last."""
        fields: list[Field] = []
        for column in self._columns:
            found = [*self._text_fields(column), *self._column_fields(column)]
            fields.extend(found or [Field(column.name, None, 0, 1.0, "", column.reason)])
        return tuple(fields)

    def _guided(self, column: Column, batch: pa.RecordBatch) -> dict[str, Mask]:
        """Per detector the rows for which the guiding column names it."""
        if column.guide is None:
            return {}
        place = batch.schema.get_field_index(column.guide.column)
        if place < 0:
            return {}
        words = series(batch.column(place))
        named: dict[str, list[str]] = {}
        for value, name in column.guide.means:
            named.setdefault(name, []).append(value)
        return {
            name: words.is_in(pl.Series(values).implode()).fill_null(value=False).to_numpy()
            for name, values in named.items()
        }

    def _mark(
        self, column: Column, cells: pl.Series, guided: dict[str, Mask], masks: dict[tuple[str, str], Mask]
    ) -> Mask | None:
        """Masks of the column's own elements; the filled cells none of them took (None: all of them are)."""
        if not column.plan:
            return None
        if column.whole:
            return self._mark_all(column, cells, masks)
        lengths = cells.str.len_bytes()
        short = cells
        long = None
        if cells.len() and int(lengths.max() or 0) > LONGEST:  # type: ignore[arg-type]
            long = (lengths > LONGEST).fill_null(value=False)
            short = pl.select(pl.when(~long).then(cells)).to_series()
        short = first_lines(short)
        taken = np.zeros(cells.len(), dtype=bool)
        marked = taken.copy()
        for rows in guided.values():
            taken |= rows
        for name in column.plan:
            detector = self._detectors[name]
            if column.loose:
                mask = detector.shape(short)
            elif detector.id in self._detectors.mixers:
                mask = detector.shape(short) & ~marked
            else:
                mask = _matching(detector, short, ~taken, guided.get(name))
            marked |= mask
            if long is not None and column.free_text:
                mask = mask | long.to_numpy()
            taken = taken | mask
            self._counts[column.name][name] += int(mask.sum())
            key = (column.name, detector.element)
            masks[key] = masks[key] | mask if key in masks else mask
        rest: Mask = ~marked & cells.is_not_null().to_numpy()
        return rest

    def _mark_all(self, column: Column, cells: pl.Series, masks: dict[tuple[str, str], Mask]) -> Mask:
        """The judge looked at every cell; to look again would find the same."""
        name = column.plan[0]
        mask: Mask = cells.is_not_null().to_numpy()
        self._counts[column.name][name] += int(np.count_nonzero(mask))
        masks[column.name, self._detectors[name].element] = mask
        return np.zeros(cells.len(), dtype=bool)

    def _scan(self, column: Column, cells: pl.Series, unmarked: Mask | None) -> list[Span]:
        if column.free_text or (unmarked is None and column.kind not in _CODED):
            wanted = None
        elif unmarked is not None:
            wanted = unmarked
        else:
            odd = cells.str.contains("@", literal=True) | (cells.str.len_bytes() > 64)
            wanted = odd.fill_null(value=False).to_numpy()
        if wanted is not None:
            if not wanted.any():
                return []
            rows = np.flatnonzero(wanted)
            cells = cells.gather(rows)
        spans = self._scanner.scan(cells, prose=column.free_text, things=column.things)
        if wanted is not None:
            spans = [span._replace(row=int(rows[span.row])) for span in spans]
        self._note(column.name, spans)
        return spans

    def _note(self, name: str, spans: Sequence[Span]) -> None:
        found = self._texts[name]
        last: dict[str, int] = {}
        for span in spans:  # in order of rows
            element = span.detector.element
            if last.get(element) != span.row:
                last[element] = span.row
                found.rows[element] += 1
            if span.confidence > found.confidence.get(element, 0):
                found.confidence[element], found.detector[element] = span.confidence, span.detector.id

    def _text_fields(self, column: Column) -> list[Field]:
        found = self._texts[column.name]
        own = {self._detectors[name].element for name in column.plan}
        return [
            Field(
                column.name,
                element,
                rows,
                found.confidence[element],
                found.detector[element],
                f"found in the text of {rows} rows",
            )
            for element, rows in sorted(found.rows.items(), key=lambda item: (item[1], item[0]))
            if element not in own
        ]

    def _column_fields(self, column: Column) -> list[Field]:
        judged = {one.detector: one for one in column.elements}
        counts = self._counts[column.name]
        return [
            Field(column.name, judged[name].element, counts[name], judged[name].confidence, name, judged[name].reason)
            for name in reversed(column.plan)
            if counts[name] and name in judged
        ]


def _matching(detector: Detector, cells: pl.Series, free: Mask, named: Mask | None) -> Mask:
    """Of the free cells those that pass, of the named ones those that look right; no other cell is looked at."""
    rows = np.flatnonzero(free if named is None else free | named)
    match = detector.match(cells.gather(rows))
    mask = np.zeros(free.size, dtype=bool)
    mask[rows] = (
        match.passed & free[rows] if named is None else (match.passed & free[rows]) | (match.shape & named[rows])
    )
    return mask


def _table(names: Sequence[str], spans: Sequence[Span]) -> pa.Table:
    if not spans:
        return SPANS.empty_table()
    rows, starts, ends, detectors, confidences, reasons = zip(*spans, strict=True)
    packs = [one.pack for one in detectors]
    return pa.table(
        {
            "row": rows,
            "column": names,
            "element": [pack.element for pack in packs],
            "start": starts,
            "end": ends,
            "confidence": confidences,
            "detector": [pack.id for pack in packs],
            "reason": reasons,
        },
        schema=SPANS,
    )
