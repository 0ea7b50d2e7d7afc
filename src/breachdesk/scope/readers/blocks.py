"""Delimited rows out of blocks of UTF-8: at full speed where every row is sound, row by row where one is not.

A block is sound when every quote opens at the start of a field and closes at its end, and every row has as many fields
as there are columns; both are proved on the bytes, so that no row is lost or moved."""

import csv
from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from polars.exceptions import PolarsError

from breachdesk.scope.readers.tables import Table, without_empty

SMALL = 1 << 18
CUT = 8  # a record this many times longer than what is named as long is cut
_SPAN = 500  # lines one quoted field may stretch over before its quote is taken for broken
_NEWLINE, _RETURN = 10, 13

csv.field_size_limit(1 << 27)


def cut(block: bytes, quote: bytes) -> int:
    """Where the last line ends that ends outside quotes; 0 when none does."""
    end = block.rfind(b"\n") + 1
    odd = block.count(quote, 0, end) & 1 if quote else 0
    while odd and end:
        before = block.rfind(b"\n", 0, end - 1) + 1
        odd ^= block.count(quote, before, end) & 1
        end = before
    return end


def frame(block: bytes, columns: Sequence[str], delimiter: str, quote: str) -> pl.DataFrame | None:
    """The rows of a block of whole records, or None when it is not sound throughout. Empty is null."""
    if quote and quote.encode() in block and not _quotes_stand(block, ord(delimiter), ord(quote)):
        return None
    try:
        found = pl.read_csv(
            block,
            has_header=False,
            infer_schema=False,
            separator=delimiter,
            quote_char=quote or None,
            raise_if_empty=False,
        )
    except PolarsError:
        return None
    if found.width != len(columns):
        return None
    found.columns = list(columns)
    nulls = [column.null_count() for column in found]
    if min(nulls) and found.select(pl.all_horizontal(pl.all().is_null()).any()).item() and _has_blank_line(block):
        return None
    if nulls[-1] and not full_width(found, block, delimiter):
        return None
    return without_empty(found) if quote and quote.encode() * 2 in block else found


def _quotes_stand(block: bytes, delimiter: int, quote: int) -> bool:
    """Every second quote opens behind a delimiter or line end, every other closes before one; doubled ones between."""
    data = np.frombuffer(block, dtype=np.uint8)
    places = np.flatnonzero(data == quote)
    if len(places) % 2:
        return False
    opening, closing = places[0::2], places[1::2]
    before = data[opening - 1]
    free = (before == delimiter) | (before == _NEWLINE)
    free[1:] |= opening[1:] - closing[:-1] == 1
    free[0] |= opening[0] == 0
    if not free.all():
        return False
    after = data[np.minimum(closing + 1, len(data) - 1)]
    free = (after == delimiter) | (after == _NEWLINE) | (after == _RETURN) | (closing == len(data) - 1)
    free[:-1] |= opening[1:] - closing[:-1] == 1
    return bool(free.all())


def has_long_line(block: bytes, line: int) -> bool:
    """Whether somewhere `line` bytes may stand without a line end: false when surely not."""
    half = max(1, line // 2)
    return any(block.find(b"\n", start, start + half) < 0 for start in range(0, len(block) - half, half))


def _has_blank_line(block: bytes) -> bool:
    return b"\n\n" in block or b"\n\r\n" in block or block[:1] in (b"\n", b"\r")


def full_width(found: pl.DataFrame, block: bytes, delimiter: str) -> bool:
    """Whether no row was short: delimiters in the block are those between fields and those inside values."""
    inside = sum(_count(column, ord(delimiter)) for column in found)
    return block.count(delimiter.encode()) == inside + found.height * (found.width - 1)


def _count(column: pl.Series, byte: int) -> int:
    array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    if array.buffers()[2] is None or not len(array):
        return 0
    values = np.frombuffer(array.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    return int(np.count_nonzero(values == byte))


class Tolerant:
    """Rows one after another, whatever their state. Fields too many go to a column `extra`; a quote that nobody closes
    counts as a letter. Rows so treated are tallied."""

    def __init__(self, table: Table, width: int, delimiter: str, quote: str, line: int) -> None:
        self._table = table
        self._width = width
        self._delimiter = delimiter
        self._quote = quote
        self._line = line

    def rows(self, block: bytes, *, final: bool) -> int:
        """Read whole records of `block`; how many bytes of it were used up. `final`: nothing comes after it."""
        lines = block.decode("utf-8", "replace").split("\n")
        last = lines.pop()
        if final and last:
            lines.append(last)
        place = used = 0
        while place < len(lines):
            if not lines[place].strip("\r"):
                span = 1
            elif not self._quote or self._quote not in lines[place]:
                self._put(lines[place].rstrip("\r").split(self._delimiter))
                span = 1
            else:
                span = self._quoted(lines, place, final=final)
                if not span:
                    break
            used += sum(len(line.encode()) + 1 for line in lines[place : place + span])
            place += span
        return min(used, len(block))

    def _quoted(self, lines: list[str], place: int, *, final: bool) -> int:
        """A record whose quotes may stretch over lines: how many it takes, 0 when more must be read first."""
        quotes = size = 0
        for span in range(1, _SPAN + 1):
            if place + span > len(lines):
                if not final:
                    return 0
                break
            line = lines[place + span - 1]
            quotes += line.count(self._quote)
            size += len(line)
            if size > CUT * self._line:
                break
            if quotes % 2:
                continue
            row = self._parse("\n".join(lines[place : place + span]).rstrip("\r"))
            if row is not None and (span == 1 or len(row) == self._width):
                self._put(row)
                return span
        self._table.tally.add("broken_quote", self._table.count)
        cells = lines[place].rstrip("\r").split(self._delimiter)
        self._put([cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == self._quote else cell for cell in cells])
        return 1

    def _parse(self, record: str) -> list[str] | None:
        reader = csv.reader(record.splitlines(keepends=True), delimiter=self._delimiter, quotechar=self._quote)
        try:
            rows = list(reader)
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _put(self, row: list[str]) -> None:
        if sum(map(len, row)) > self._line:
            self._table.tally.add("huge_line", self._table.count, str(self._line))
        if len(row) > self._width:
            self._table.tally.add("long_row", self._table.count)
            self._table.widen("extra")
            row = [*row[: self._width], self._delimiter.join(row[self._width :])]
        elif len(row) < self._width:
            self._table.tally.add("short_row", self._table.count)
        self._table.add(row)


def null_array(length: int) -> pa.Array:
    """A column nobody filled."""
    return pa.nulls(length, pa.large_string())
