"""Bytes in order from a piece of evidence, with a look ahead. A feed never raises for bad evidence: damage ends it
early and is kept as a problem, so that whatever reads it finishes the rows it has."""

import gzip
import lzma
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

import zstandard

from breachdesk.scope.readers.limits import Limits
from breachdesk.scope.shapes import Problem

HEAD = 1 << 16
_PIECE = 1 << 18


class Raw(Protocol):
    """Anything that gives bytes in order."""

    def read(self, size: int, /) -> bytes: ...


class HaltError(Exception):
    """Reading of one item must end here; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


DAMAGE: dict[type[Exception], str] = {
    EOFError: "truncated",
    gzip.BadGzipFile: "corrupt",
    zlib.error: "corrupt",
    lzma.LZMAError: "corrupt",
    zipfile.BadZipFile: "corrupt",
    tarfile.TarError: "corrupt",
    zstandard.ZstdError: "corrupt",
    NotImplementedError: "unsupported_packing",
    OSError: "read_error",
}


def damage(error: Exception, place: int) -> Problem:
    """The problem an error of a library stands for; `place` counts bytes already given out."""
    where = f"byte {place}"
    if isinstance(error, HaltError):
        return error.problem
    if isinstance(error, OSError) and error.errno is None and not isinstance(error, gzip.BadGzipFile):
        return Problem("corrupt", where)  # bz2 speaks in bare OSErrors
    for kind, code in DAMAGE.items():
        if isinstance(error, kind):
            return Problem(code, where)
    raise error


class Feed:
    """`read(n)` gives at most n bytes and b"" at the end; `peek(n)` looks ahead without taking."""

    def __init__(self, raw: Raw, count: Callable[[int], None] | None = None) -> None:
        self._raw = raw
        self._count = count
        self._ahead = b""
        self._ended = False
        self.given = 0
        self.broken: Problem | None = None

    def peek(self, size: int = HEAD) -> bytes:
        parts = [self._ahead]
        have = len(self._ahead)
        while have < size and not self._ended:
            piece = self._pull(size - have)
            parts.append(piece)
            have += len(piece)
        self._ahead = b"".join(parts)
        return self._ahead[:size]

    def read(self, size: int = _PIECE, /) -> bytes:
        if self._ahead:
            piece, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            piece = b"" if self._ended else self._pull(size)
        self.given += len(piece)
        return piece

    def fill(self, size: int) -> bytes:
        """Exactly `size` bytes unless the end comes first."""
        parts: list[bytes] = []
        have = 0
        while have < size:
            piece = self.read(min(size - have, 1 << 22))
            if not piece:
                break
            parts.append(piece)
            have += len(piece)
        return b"".join(parts)

    def _pull(self, size: int) -> bytes:
        try:
            piece = self._raw.read(size)
        except tuple(DAMAGE) as error:
            self.broken, piece = damage(error, self.given), b""
        except HaltError as halt:
            self.broken, piece = halt.problem, b""
        if not piece:
            self._ended = True
        elif self._count:
            self._count(len(piece))
        return piece


@dataclass(slots=True)
class Item:
    """One piece of evidence on its way to a reader. `path` is set when it is a file of its own, `notes` are problems
    known before anything was read, `opened` tells whether a table or text was exposed from it."""

    source: str
    feed: Feed
    depth: int = 0
    size: int = 0
    path: Path | None = None
    notes: list[Problem] = field(default_factory=list)
    opened: bool = False

    @property
    def head(self) -> bytes:
        return self.feed.peek(HEAD)

    @property
    def name(self) -> str:
        return self.source.rsplit("/", 1)[-1]

    @contextmanager
    def seekable(self, scratch: Path | None) -> Iterator[BinaryIO]:
        """The whole item as a file one can jump about in: itself, or a copy without a name that is gone afterwards."""
        if self.path:
            with self.path.open("rb") as file:
                yield file
            return
        with tempfile.TemporaryFile(dir=scratch) as file:
            shutil.copyfileobj(self.feed, file, 1 << 20)
            if self.feed.broken:
                self.notes.append(self.feed.broken)
                self.feed.broken = None
            self.size = file.tell()
            file.seek(0)
            yield file

    @contextmanager
    def private_copy(self, scratch: Path | None, *beside: str) -> Iterator[Path]:
        """A copy under a name of its own in a closed folder, with the files `beside` it (suffixes), always deleted."""
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            copy = Path(folder) / "copy"
            with open(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                shutil.copyfileobj(self.feed, out, 1 << 20)
            if self.feed.broken:
                self.notes.append(self.feed.broken)
                self.feed.broken = None
            for suffix in beside:
                if self.path and (other := self.path.with_name(self.path.name + suffix)).is_file():
                    shutil.copyfile(other, copy.with_name("copy" + suffix))
            yield copy


def check_expansion(limits: Limits, packed: int, expanded: int, before: int) -> None:
    """Raises HaltError when an archive grows beyond what honest data does. `before` came out of other archives."""
    if expanded > limits.grace and expanded > limits.ratio * max(packed, 1):
        raise HaltError(Problem("bomb_ratio", f"byte {expanded}", f"{limits.ratio}:1"))
    if before + expanded > limits.expanded:
        raise HaltError(Problem("bomb_total", f"byte {expanded}", f"{limits.expanded}"))
