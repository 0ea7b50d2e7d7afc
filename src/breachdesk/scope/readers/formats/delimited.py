"""CSV, TSV and friends."""

from breachdesk.scope.readers import blocks, dialect
from breachdesk.scope.readers.dialect import Dialect
from breachdesk.scope.readers.encoding import Utf8
from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.tables import Table
from breachdesk.scope.shapes import Problem

_BLOCK = 16 << 20


class Delimited:
    """Reads blocks of whole records; see blocks.py for what is fast and what is careful."""

    def sniff(self, head: Head) -> tuple[str, int]:
        if not head.text:
            return "csv", 0
        found = dialect.find(head.text, whole=head.whole)
        return "csv", found.sure if found else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        text = Head(item.head, item.name)
        found = dialect.find(text.text, whole=text.whole)
        assert found is not None
        names: list[str | None] = list(found.header) if found.header else [None] * found.width
        table = intake.table(item, kind, names)
        problems: list[Problem] = []
        _Run(table, found, Utf8(item.feed, problems.append), intake.limits.line).all()
        table.close()
        for problem in problems:
            table.stream.problem(problem)


class _Run:
    """One file being read."""

    def __init__(self, table: Table, found: Dialect, source: Utf8, line: int) -> None:
        self.table = table
        self.found = found
        self.source = source
        self.line = line
        self.width = len(table.columns)
        self.names = list(table.columns)
        self.quote = found.quote.encode()
        self.careful = blocks.Tolerant(table, self.width, found.delimiter, found.quote, line)
        self.lone_returns = False

    def all(self) -> None:
        rest, first, final = b"", True, False
        while not final:
            raw = self.source.read(_BLOCK if not first else _BLOCK // 4)
            final = not raw
            if first:
                self.lone_returns = b"\r" in raw and b"\n" not in raw
            block = rest + self._plain(raw)
            if first:
                block, first = self._below_header(block), False
            rest = self._records(block, final=final)
            if len(rest) > blocks.CUT * self.line:
                rest = self._overlong(rest)
        self.table.flush()

    def _plain(self, raw: bytes) -> bytes:
        if self.lone_returns:
            raw = raw.replace(b"\r", b"\n")
        return raw.replace(b"\\" + self.quote, self.quote * 2) if self.found.escaped else raw

    def _below_header(self, block: bytes) -> bytes:
        for _ in range(self.found.skip):
            block = block[block.find(b"\n") + 1 :]
        if self.found.header is None:
            return block
        end = block.find(b"\n") + 1
        while end and block.count(self.quote, 0, end) % 2:
            end = block.find(b"\n", end) + 1
        return block[end:] if end else b""

    def _records(self, block: bytes, *, final: bool) -> bytes:
        """Read the whole records of `block`; what is left over."""
        end = len(block) if final else blocks.cut(block, self.quote)
        if not end:
            return block if len(block) < blocks.SMALL or final else self._carefully(block, final=final)
        if self._fast(block[:end]):
            return block[end:]
        return self._carefully(block, final=final)

    def _fast(self, block: bytes) -> bool:
        if blocks.has_long_line(block, self.line):
            return False
        frame = blocks.frame(block, self.names, self.found.delimiter, self.found.quote)
        if frame is None:
            return False
        self.table.frame(frame)
        return True

    def _carefully(self, block: bytes, *, final: bool) -> bytes:
        """Somewhere in `block` a row is not sound: in small steps, most of which are."""
        while block:
            end = blocks.cut(block[: blocks.SMALL], self.quote)
            if end and self._fast(block[:end]):
                block = block[end:]
                continue
            whole = final and len(block) <= blocks.SMALL
            step = self.careful.rows(block[: blocks.SMALL], final=whole)
            if not step and len(block) > blocks.SMALL:
                step = self.careful.rows(block, final=final)
            if not step:
                return block
            block = block[step:]
        return b""

    def _overlong(self, rest: bytes) -> bytes:
        """A record longer than allowed: its start is kept, the rest up to the next line is passed over."""
        self.table.tally.add("long_line", self.table.count, str(blocks.CUT * self.line))
        start = rest[: self.line].decode("utf-8", "ignore").encode()
        while b"\n" not in rest:
            rest = self._plain(self.source.read(1 << 20))
            if not rest:
                break
        self.careful.rows(start.replace(b"\n", b" "), final=True)
        return rest[rest.find(b"\n") + 1 :] if rest else b""


READER = Delimited()
