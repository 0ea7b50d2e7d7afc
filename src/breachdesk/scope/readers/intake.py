"""What is this, and who reads it. Each file in formats/ brings one READER; the surest of them gets the item."""

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol

from breachdesk.scope.readers import encoding, formats
from breachdesk.scope.readers.feed import DAMAGE, Feed, Growth, HaltError, Item, Raw, damage
from breachdesk.scope.readers.limits import Limits
from breachdesk.scope.readers.tables import Table, unique
from breachdesk.scope.shapes import Problem, Sink

# What a file's name promises. A name that promises nothing (txt, log, dat, bak) cannot lie.
_PROMISES = {
    "csv": {"csv", "text"},
    "tsv": {"csv", "text"},
    "json": {"json", "ndjson"},
    "jsonl": {"json", "ndjson"},
    "ndjson": {"json", "ndjson"},
    "sql": {"sql", "text"},
    "xlsx": {"zip", "office-locked"},
    "xls": {"xls", "office-locked"},
    "ods": {"zip"},
    "docx": {"zip", "office-locked"},
    "parquet": {"parquet"},
    "sqlite": {"sqlite"},
    "sqlite3": {"sqlite"},
    "gz": {"gzip"},
    "tgz": {"gzip"},
    "bz2": {"bzip2"},
    "xz": {"xz"},
    "zst": {"zstd"},
    "zip": {"zip"},
    "tar": {"tar"},
    "7z": {"7z"},
    "pdf": {"pdf"},
    "png": {"image"},
    "jpg": {"image"},
}


@dataclass(frozen=True)
class Head:
    """The first 64 KiB of an item, as readers judge it. A name is a hint, never proof."""

    raw: bytes
    name: str = ""

    @cached_property
    def is_text(self) -> bool:
        return encoding.is_text(self.raw)

    @cached_property
    def text(self) -> str:
        """Decoded as well as can be; empty when it is no text."""
        return encoding.decode_head(self.raw) if self.is_text else ""

    @property
    def whole(self) -> bool:
        """Whether this is all there is."""
        return len(self.raw) < 1 << 16

    @property
    def suffix(self) -> str:
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""


class Reader(Protocol):
    """One format."""

    def sniff(self, head: Head) -> tuple[str, int]:
        """The kind as summary.json names it, and how sure: 0 not at all, 100 beyond doubt."""

    def read(self, item: Item, kind: str, intake: "Intake") -> None:
        """Push everything. May raise HaltError and the errors of broken files; what was pushed stays."""


class Ledger(Protocol):
    """Keeps what was read before, so that an interrupted run need not read it again."""

    def has(self, path: Path, source: str) -> bool:
        """Whether this file, unchanged, was read whole before: then it is left alone."""

    def done(self, path: Path, source: str) -> None:
        """The file was read to its end."""


@cache
def readers() -> tuple[Reader, ...]:
    """Every READER in formats/, by name of its file."""
    names = sorted(module.name for module in pkgutil.iter_modules(formats.__path__))
    found = [importlib.import_module(f"{formats.__name__}.{name}") for name in names]
    return tuple(module.READER for module in found if hasattr(module, "READER"))


class Intake:
    """Takes items in: finds the reader, opens tables for it, and says what was not read."""

    def __init__(self, sink: Sink, limits: Limits, scratch: Path | None, ledger: Ledger | None = None) -> None:
        self.sink = sink
        self.limits = limits
        self.scratch = scratch
        self.ledger = ledger
        self.expanded = 0
        self._names: set[str] = set()

    def take(self, item: Item) -> None:
        """Read one item to its end. Bad evidence becomes problems, never an exception."""
        head = Head(item.head, item.name)
        if not head.raw:
            self._empty(item)
            return
        kind, reader = self._choose(head)
        item.notes.extend(_lie(head, kind))
        try:
            reader.read(item, kind, self)
        except HaltError as halt:
            item.notes.append(halt.problem)
        except tuple(DAMAGE) as error:
            item.notes.append(damage(error, item.feed.given))
        except (MemoryError, RecursionError, ValueError, LookupError, ArithmeticError) as error:
            item.notes.append(Problem("corrupt", f"byte {item.feed.given}", type(error).__name__))
        if item.feed.broken:
            item.notes.append(item.feed.broken)
        self._tell(item, kind)

    def _choose(self, head: Head) -> tuple[str, Reader]:
        best: tuple[str, Reader] | None = None
        surest = 0
        for reader in readers():
            kind, sure = reader.sniff(head)
            if sure > surest:
                best, surest = (kind, reader), sure
        assert best is not None  # formats/opaque.py takes what nobody takes
        return best

    def table(self, item: Item, kind: str, columns: Sequence[str | None], *, part: str = "") -> Table:
        """Open a table of `item`; `part` names it when a file holds several."""
        names = unique(columns)
        stream = self.sink.table(f"{item.source}/{printable(part)}" if part else item.source, kind=kind, columns=names)
        item.streams.append(stream)
        return Table(stream, names)

    def text(self, item: Item, kind: str) -> Table:
        stream = self.sink.text(item.source, kind=kind)
        item.streams.append(stream)
        return Table(stream, ["text"])

    def unreadable(self, item: Item, kind: str, problem: Problem, *, part: str = "") -> None:
        """A part of `item`, or all of it, that could not be read."""
        source = f"{item.source}/{printable(part)}" if part else item.source
        self.sink.unreadable(source, kind=kind, problem=problem, size=0 if part else item.size)

    def unpacked(self, item: Item, raw: Raw, name: str) -> None:
        """Take in the one thing that was packed in `item`; it keeps the item's place in the evidence."""
        growth = Growth(lambda: item.feed.given)
        self._inside(item, item.source, printable(name), raw, growth)

    def member(self, item: Item, name: str, raw: Raw, *, packed: int = 0) -> None:
        """Take in what lies in an archive of several. `packed` is what it occupies there (0: unknown)."""
        safe, changed = safe_path(name)
        source = self.unused(f"{item.source}/{safe}")
        growth = Growth(lambda: packed or item.size or item.feed.given)
        notes = [Problem("unsafe_path")] if changed else []
        self._inside(item, source, safe.rsplit("/", 1)[-1], raw, growth, notes)

    def _inside(
        self, item: Item, source: str, name: str, raw: Raw, growth: Growth, notes: Sequence[Problem] = ()
    ) -> None:
        growths = [*item.growths, growth]
        inner = Item(source, Feed(_Gauge(raw, self, growths)), name=name, depth=item.depth + 1, growths=growths)
        inner.notes.extend(notes)
        if inner.depth > self.limits.depth:
            self.sink.unreadable(source, kind="archive", problem=Problem("too_deep", "", str(self.limits.depth)))
            return
        self.take(inner)
        item.streams.extend(inner.streams[-1:])

    def unused(self, source: str) -> str:
        """`source`, or `source (2)` when two pieces of evidence bear one name."""
        name, count = source, 1
        while name in self._names:
            count += 1
            name = f"{source} ({count})"
        self._names.add(name)
        return name

    def _tell(self, item: Item, kind: str) -> None:
        """Damage is told to the last thing that was read; with nothing read, the item is unreadable."""
        for problem in dict.fromkeys(item.notes):
            if item.streams:
                item.streams[-1].problem(problem)
            else:
                self.sink.unreadable(item.source, kind=kind, problem=problem, size=item.size)

    def _empty(self, item: Item) -> None:
        if item.feed.broken:
            item.notes.append(item.feed.broken)
        if not item.notes:
            self.text(item, "empty")
        self._tell(item, "empty")


class _Gauge:
    """Counts what comes out of archives and stops a bomb."""

    def __init__(self, raw: Raw, intake: Intake, growths: Sequence[Growth]) -> None:
        self._raw = raw
        self._intake = intake
        self._growths = growths

    def read(self, size: int, /) -> bytes:
        piece = self._raw.read(size)
        limits = self._intake.limits
        for growth in self._growths:
            growth.add(len(piece), limits)
        self._intake.expanded += len(piece)
        if self._intake.expanded > limits.expanded:
            self._growths[0].burst = True
            raise HaltError(Problem("bomb_total", "", str(limits.expanded)))
        return piece


def printable(name: str) -> str:
    """A name as it may be shown: undecodable bytes and control characters become U+FFFD."""
    return "".join(char if char.isprintable() and not "\ud800" <= char <= "\udfff" else "\ufffd" for char in name)


def safe_path(name: str) -> tuple[str, bool]:
    """A member's name that stays inside its archive, and whether the given one did not."""
    given = name.replace("\\", "/")
    parts = [part for part in printable(given).split("/") if part not in ("", ".", "..")]
    changed = given.startswith("/") or ".." in given.split("/") or (len(given) > 1 and given[1] == ":")
    return "/".join(parts)[:1024] or "unnamed", changed


def _lie(head: Head, kind: str) -> list[Problem]:
    promised = _PROMISES.get(head.suffix)
    if promised is None or kind in promised or kind in ("unknown", "empty"):
        return []
    return [Problem("lying_name", "", f"{head.suffix} / {kind}")]
