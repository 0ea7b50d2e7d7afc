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
from breachdesk.scope.shapes import Problem, Stream

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

    def give_back(self, piece: bytes) -> None:
        """Bytes taken too far: they come again."""
        self._ahead = piece + self._ahead
        self.given -= len(piece)

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
class Growth:
    """What came out of one packed thing, against what it occupies (asked for anew: a stream only knows as it goes)."""

    packed: Callable[[], int]
    out: int = 0
    burst: bool = False

    def add(self, count: int, limits: Limits) -> None:
        """Raises HaltError once it grows beyond what honest data does."""
        self.out += count
        if self.out > limits.grace and self.out > limits.ratio * max(self.packed(), 1):
            self.burst = True
            raise HaltError(Problem("bomb_ratio", f"byte {self.out}", f"{limits.ratio}:1"))


@dataclass(slots=True)
class Item:
    """One piece of evidence on its way to a reader.

    `name` is what its name promises, without the suffix of what it was packed in. `path` is set when it is a file of
    its own. `notes` are problems to be told; `streams` what was opened from it and from what lies inside it, the last
    being the one that hears of damage. `growths` watch every archive around it.
    """

    source: str
    feed: Feed
    name: str = ""
    depth: int = 0
    size: int = 0
    path: Path | None = None
    notes: list[Problem] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)

    @property
    def burst(self) -> bool:
        """Whether an archive around this grew too much: nothing more is taken out of it."""
        return any(growth.burst for growth in self.growths)

    @property
    def head(self) -> bytes:
        return self.feed.peek(HEAD)

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
