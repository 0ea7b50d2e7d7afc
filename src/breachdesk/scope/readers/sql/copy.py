"""COPY ... FROM stdin: tab-separated lines with backslash escapes, up to a line `\\.`."""

import re
from collections.abc import Sequence

import polars as pl
from polars.exceptions import PolarsError

from breachdesk.scope.readers.sql.lex import Window
from breachdesk.scope.readers.tables import Table, without_empty

_ESCAPES = {"\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t", "\\b": "", "\\f": "\f", "\\v": "\v"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_STOP = re.compile(rb"\\\.\r?(?:\n|\Z)")
_LATER_STOP = re.compile(rb"\n(\\\.\r?(?:\n|\Z))")  # a plain beginning is found at the speed of memory


def read(window: Window, table: Table, columns: Sequence[str]) -> bool:
    """Read the lines that stand ahead into `table`. False when the dump ends before the closing line."""
    table.shape(columns)
    while True:
        if len(window.buffer) == window.at and not window.more():
            return False
        stop = _stop(window)
        end = stop[0] if stop else window.buffer.rfind(b"\n") + 1
        if window.ended and not stop:
            end = len(window.buffer)
        if end > window.at:
            _lines(window.buffer[window.at : end], table, list(columns))
            window.at = end
        if stop:
            window.at = stop[1]
            return True
        if window.full():
            table.tally.add("long_line", table.count, str(window.limit))
            window.line()
        if not window.more():
            if window.at < len(window.buffer):
                continue
            return False


def _stop(window: Window) -> tuple[int, int] | None:
    """Where the closing line begins and ends."""
    if found := _STOP.match(window.buffer, window.at):
        return found.span()
    later = _LATER_STOP.search(window.buffer, window.at)
    return later.span(1) if later else None


def _lines(block: bytes, table: Table, columns: list[str]) -> None:
    if not block.endswith(b"\n"):
        block += b"\n"
    count = block.count(b"\n")
    if block.count(b"\t") == count * (len(columns) - 1):
        try:
            frame = pl.read_csv(
                block, has_header=False, infer_schema=False, separator="\t", quote_char=None, null_values=["\\N"]
            )
        except PolarsError:
            frame = pl.DataFrame()
        if frame.shape == (count, len(columns)):
            frame.columns = columns
            table.frame(_unescaped(frame) if b"\\" in block else frame)
            return
    for line in block.decode("utf-8", "replace").split("\n")[:-1]:
        _careful(line.rstrip("\r"), table, len(columns))


def _unescaped(frame: pl.DataFrame) -> pl.DataFrame:
    return without_empty(
        pl.DataFrame(
            [
                column.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
                if column.str.contains("\\", literal=True).any()
                else column
                for column in frame
            ]
        )
    )


def _careful(line: str, table: Table, width: int) -> None:
    cells = [None if cell == "\\N" else _ESCAPE.sub(_letter, cell) for cell in line.split("\t")]
    if len(cells) > width:
        table.tally.add("long_row", table.count)
        table.widen("extra")
        cells = [*cells[:width], "\t".join(cell or "" for cell in cells[width:])]
    elif len(cells) < width:
        table.tally.add("short_row", table.count)
    table.add(cells)


def _letter(found: re.Match[str]) -> str:
    return _ESCAPES.get(found.group(), found[1])
