"""Writing to a table's stream: rows and frames become batches of large strings, and what went wrong in many rows is
told once, with the first places."""

from collections.abc import Sequence

import polars as pl
import pyarrow as pa

from breachdesk.scope.shapes import Keys, Problem, Stream

ROWS = 1 << 16
_BYTES = 24 << 20
_CELLS = 1 << 21
_NAMED = 10
_TEXT = pa.large_string()
_OLDEST = pl.CompatLevel.oldest()


def unique(names: Sequence[str | None]) -> list[str]:
    """Column names non-empty and distinct: `column_3` for an empty third, `name_2` for a second `name`."""
    seen: set[str] = set()
    result = []
    for place, given in enumerate(names, start=1):
        base = " ".join((given or "").split())[:200] or f"column_{place}"
        name, count = base, 1
        while name in seen:
            count += 1
            name = f"{base}_{count}"
        seen.add(name)
        result.append(name)
    return result


class Tally:
    """Problems by code: how often, and in which rows first."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], list[int]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, code: str, row: int, detail: str = "") -> None:
        key = (code, detail)
        self._counts[key] = self._counts.get(key, 0) + 1
        rows = self._rows.setdefault(key, [])
        if len(rows) < _NAMED:
            rows.append(row)

    def problems(self) -> list[Problem]:
        told = []
        for (code, detail), count in self._counts.items():
            rows = self._rows[code, detail]
            more = f" … ({count})" if count > len(rows) else ""
            told.append(Problem(code, f"row {', '.join(map(str, rows))}{more}", detail))
        return told


class Table:
    """One stream being filled. Rows handed in as lists gather into batches; frames go straight through, in order."""

    def __init__(self, stream: Stream, columns: Sequence[str]) -> None:
        self.stream = stream
        self.columns = list(columns)
        self.count = 0
        self.tally = Tally()
        self._rows: list[Sequence[str | None]] = []
        self._size = 0

    def add(self, row: Sequence[str | None]) -> None:
        """One row, as wide as the columns or shorter."""
        self._rows.append(row)
        self._size += sum(len(cell) for cell in row if cell) + 8 * len(self.columns)
        self.count += 1
        if len(self._rows) >= ROWS or self._size >= _BYTES or len(self._rows) * len(self.columns) >= _CELLS:
            self.flush()

    def add_all(self, rows: Sequence[Sequence[str | None]]) -> None:
        for row in rows:
            self.add(row)

    def widen(self, name: str) -> None:
        """A column nobody announced; rows so far have nothing in it."""
        if name not in self.columns:
            self.columns.append(name)

    def shape(self, columns: Sequence[str]) -> None:
        """Rows from here on have these columns."""
        if list(columns) != self.columns:
            self.flush()
            self.columns = list(columns)

    def frame(self, frame: pl.DataFrame) -> None:
        """A frame of string columns, empty strings already null."""
        self.flush()
        self.count += frame.height
        for batch in frame.rechunk().to_arrow(compat_level=_OLDEST).to_batches(max_chunksize=ROWS):
            for part in _in_parts(batch):
                self.stream.write(part)

    def batch(self, *columns: pa.Array) -> None:
        """Columns of large strings, valid UTF-8, empty ones null."""
        self.flush()
        batch = pa.RecordBatch.from_arrays(list(columns), names=self.columns)
        self.count += batch.num_rows
        for start in range(0, batch.num_rows, ROWS):
            for part in _in_parts(batch.slice(start, ROWS)):
                self.stream.write(part)

    def flush(self) -> None:
        if not self._rows:
            return
        width = len(self.columns)
        rows = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in self._rows]
        arrays = [pa.array([_cell(cell) for cell in column], _TEXT) for column in zip(*rows, strict=True)]
        self._rows, self._size = [], 0
        self.stream.write(pa.RecordBatch.from_arrays(arrays, names=self.columns))

    def close(self, keys: Keys | None = None) -> None:
        self.flush()
        for problem in self.tally.problems():
            self.stream.problem(problem)
        if keys and (keys.primary or keys.foreign):
            self.stream.keys(keys)


def _cell(cell: str | None) -> str | None:
    """Empty is null; half a surrogate pair cannot be written down and becomes U+FFFD."""
    if not cell:
        return None
    if cell.isascii():
        return cell
    return cell.encode("utf-8", "replace").decode() if any("\ud800" <= char <= "\udfff" for char in cell) else cell


def _in_parts(batch: pa.RecordBatch) -> list[pa.RecordBatch]:
    """Batches of wide rows are cut until each is about as large as promised."""
    if batch.nbytes <= _BYTES or batch.num_rows < 2:
        return [batch]
    half = batch.num_rows // 2
    return [*_in_parts(batch.slice(0, half)), *_in_parts(batch.slice(half))]


def without_empty(frame: pl.DataFrame) -> pl.DataFrame:
    """Empty strings to null."""
    return frame.with_columns(pl.when(pl.all().str.len_bytes() > 0).then(pl.all()))
