"""A log that others write and put aside from time to time: read on from where it ended at some moment."""

import glob
import gzip
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import IO, NamedTuple, cast

_KNOWN_BY = 512  # bytes
_PACKED = (".xz", ".bz2", ".zst", ".lz4", ".zip")


class _Piece(NamedTuple):
    """A file of the log, as it was when it was looked for, and from where it is read."""

    path: Path
    found: os.stat_result
    offset: int = 0

    @property
    def file(self) -> tuple[int, int]:
        return self.found.st_dev, self.found.st_ino


def end_of(path: Path) -> str:
    """Where the log ends now, as `reading` takes it; empty where it cannot be seen."""
    try:
        with open(path, "rb") as file:
            found = os.fstat(file.fileno())
            return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{_before(file, found.st_size)}"
    except OSError:
        return ""


@contextmanager
def reading(path: Path, end: str = "") -> Iterator[tuple[Iterator[str], bool]]:
    """Its lines, and whether they are all that was written since `end`. The file of then is known again under another
    name; what was put aside after it is read too. Where it is gone, or was emptied, the whole log of now is read.
    Raises OSError; also, while lines are read, when the log is put aside at that moment."""
    pieces = _since(path, end) if end else []
    yield _lines(pieces or [_Piece(path, os.stat(path))]), bool(pieces)


def _since(path: Path, end: str) -> list[_Piece]:
    """Nothing, when not all of it can be read."""
    device, inode, offset, before = end.split(":")
    names = (path, *map(Path, glob.glob(f"{glob.escape(str(path))}[.-]*")))
    there = [_Piece(one, one.stat()) for one in names if one.is_file()]
    then = next((one for one in there if one.file == (int(device), int(inode))), None)
    if then is None or _known_by(then.path, int(offset)) != before:
        return []
    begin = then._replace(offset=int(offset))
    if then.path == path:
        return [begin]
    later = [one for one in there[1:] if one.found.st_mtime_ns > then.found.st_mtime_ns and one.file != then.file]
    if there[0].path != path or any(one.path.suffix in _PACKED for one in later):
        return []
    return [begin, *sorted(later, key=lambda one: one.found.st_mtime_ns), there[0]]


def _lines(pieces: list[_Piece]) -> Iterator[str]:
    for piece in pieces:
        with open(piece.path, "rb") as file:
            now = os.fstat(file.fileno())
            if (now.st_dev, now.st_ino) != piece.file:
                raise OSError(f"{piece.path}: was put aside while it was read")
            plain = cast(IO[bytes], gzip.GzipFile(fileobj=file) if piece.path.suffix == ".gz" else file)
            plain.seek(piece.offset)
            yield from TextIOWrapper(plain, encoding="utf-8", errors="replace")


def _known_by(path: Path, offset: int) -> str:
    with open(path, "rb") as file:
        return _before(file, offset)


def _before(file: IO[bytes], offset: int) -> str:
    """What tells that it is the same up to there still: a log may be emptied in place, and grow again."""
    file.seek(max(0, offset - _KNOWN_BY))
    return hashlib.blake2b(file.read(min(offset, _KNOWN_BY)), digest_size=8).hexdigest()
