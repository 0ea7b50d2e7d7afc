"""Plain text: one line a row."""

import numpy as np
import pyarrow as pa

from breachdesk.scope.readers.encoding import Utf8
from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.tables import Table
from breachdesk.scope.shapes import Problem

_BLOCK = 4 << 20
_LINE_FEED = 10


class Plain:
    """Takes whatever is text and no other reader knew better."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "text", 10 if head.is_text else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        table = intake.text(item, kind)
        problems: list[Problem] = []
        source = Utf8(item.feed, problems.append)
        limit = intake.limits.line
        rest = b""
        while block := source.read(_BLOCK):
            block = rest + block
            end = len(block) - block.endswith(b"\r")  # half of a line end, perhaps
            whole = _line_feeds(block[:end])
            cut = whole.rfind(b"\n") + 1
            _lines(whole[:cut], limit, table)
            rest = whole[cut:] + block[end:]
            if len(rest) > limit:
                rest = _split(rest, limit, table)
        if rest:
            _lines(_line_feeds(rest).removesuffix(b"\n") + b"\n", limit, table)
        table.close()
        for problem in problems:
            table.stream.problem(problem)


def _line_feeds(block: bytes) -> bytes:
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in block else block


def _lines(block: bytes, limit: int, table: Table) -> None:
    """Put whole lines, each ended by a line feed: all at once, unless one of them is too long."""
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == _LINE_FEED)
    starts = np.concatenate(([0], ends - np.arange(len(ends))))  # without line feeds line i starts at ends[i-1] + 1 - i
    if not len(ends):
        return
    lengths = np.diff(starts)
    if int(lengths.max()) > limit:
        for line in block[:-1].split(b"\n"):
            _put(line, limit, table)
        return
    filled = np.packbits(lengths > 0, bitorder="little")
    buffers = [pa.py_buffer(filled), pa.py_buffer(starts), pa.py_buffer(data[data != _LINE_FEED])]
    table.batch(pa.Array.from_buffers(pa.large_string(), len(ends), buffers))


def _put(line: bytes, limit: int, table: Table) -> None:
    if len(line) > limit:
        line = _split(line, limit, table)
    table.add((line.decode("utf-8", "replace"),))


def _split(line: bytes, limit: int, table: Table) -> bytes:
    """Put a line in pieces, cut at blanks where there are any; the last piece is given back."""
    table.tally.add("split_line", table.count, str(limit))
    while len(line) > limit:
        cut = line.rfind(b" ", limit - 4096, limit) + 1 or _whole_character(line, limit)
        table.add((line[:cut].decode("utf-8", "replace"),))
        line = line[cut:]
    return line


def _whole_character(line: bytes, cut: int) -> int:
    while cut and line[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut


READER = Plain()
