"""Plain text: one line a row."""

from breachdesk.scope.readers.encoding import Utf8
from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.tables import Table
from breachdesk.scope.shapes import Problem

_BLOCK = 4 << 20


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
            lines = (rest + block).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            rest = lines.pop()
            for line in lines:
                _put(line, limit, table)
            if len(rest) > limit:
                rest = _split(rest, limit, table)
        if rest:
            _put(rest, limit, table)
        table.close()
        for problem in problems:
            table.stream.problem(problem)


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
