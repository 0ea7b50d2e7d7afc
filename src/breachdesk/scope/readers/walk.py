"""Files and folders handed in, in a steady order. Links leading out, devices and what may not be opened are named."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from breachdesk.scope.readers.feed import Feed, Growth, Item
from breachdesk.scope.readers.intake import Intake, Ledger, printable
from breachdesk.scope.readers.limits import Limits
from breachdesk.scope.shapes import Problem, Sink

# Files a SQLite database keeps beside itself: read with it, not alone.
_COMPANIONS = ("-wal", "-shm", "-journal")


def read(
    paths: Sequence[Path],
    sink: Sink,
    *,
    limits: Limits | None = None,
    scratch: Path | None = None,
    ledger: Ledger | None = None,
) -> None:
    """Read evidence into `sink`. `scratch` is a folder for copies that archives and databases need (deleted at once);
    the system's own when None. Files `ledger` has are left alone. Never raises for bad evidence."""
    intake = Intake(sink, limits or Limits(), scratch, ledger)
    for path in paths:
        _enter(Path(path), intake)


def _enter(path: Path, intake: Intake) -> None:
    if not path.exists():
        _refuse(intake, path.name or str(path), "not_found")
        return
    if not path.is_dir():
        _file(path, path.name, intake)
        return
    for count, found in enumerate(_inside(path, lambda name: _refuse(intake, name, "no_permission"))):
        if count >= intake.limits.members:
            _refuse(intake, path.name, "too_many_members", str(intake.limits.members))
            return
        _file(found, found.relative_to(path).as_posix(), intake, within=path)


def _inside(folder: Path, closed: Callable[[str], None]) -> Iterator[Path]:
    def failed(error: OSError) -> None:
        closed(Path(error.filename).relative_to(folder).as_posix())

    for root, folders, files in os.walk(folder, onerror=failed):
        for name in list(folders):
            if os.path.islink(os.path.join(root, name)):
                folders.remove(name)
                files.append(name)
        folders.sort()
        yield from (Path(root, name) for name in sorted(files))


def _file(path: Path, source: str, intake: Intake, within: Path | None = None) -> None:
    source = printable(source)
    if within and path.is_symlink():
        _link(path, source, intake, within)
        return
    try:
        status = path.stat()
    except OSError:
        _refuse(intake, source, "no_permission")
        return
    if not stat.S_ISREG(status.st_mode):
        _refuse(intake, source, "not_a_file")
        return
    if _companion(path):
        intake.sink.advance(status.st_size)
        return
    if intake.ledger is not None and intake.ledger.has(path, source):
        intake.unused(source)
        intake.sink.advance(status.st_size)
        return
    try:
        with path.open("rb") as file:
            _take(file, path, source, status.st_size, intake)
        if intake.ledger is not None:
            intake.ledger.done(path, source)
    except PermissionError:
        _refuse(intake, source, "no_permission", size=status.st_size)


def _take(file: BinaryIO, path: Path, source: str, size: int, intake: Intake) -> None:
    told = 0

    def count(read: int) -> None:
        nonlocal told
        told += read
        intake.sink.advance(read)

    growths = [Growth(lambda: size)]
    item = Item(
        source=intake.unused(source), feed=Feed(file, count), name=path.name, size=size, path=path, growths=growths
    )
    intake.take(item)
    if told < size:
        intake.sink.advance(size - told)


def _link(path: Path, source: str, intake: Intake, within: Path) -> None:
    """A link to a file that is walked anyway needs no second reading; one that leads out is not followed."""
    if path.resolve().is_relative_to(within.resolve()) and path.exists():
        return
    _refuse(intake, source, "link_outside")


def _companion(path: Path) -> bool:
    for suffix in _COMPANIONS:
        if path.name.endswith(suffix):
            beside = path.with_name(path.name.removesuffix(suffix))
            return beside.is_file() and beside.open("rb").read(16) == b"SQLite format 3\x00"
    return False


def _refuse(intake: Intake, source: str, code: str, detail: str = "", size: int = 0) -> None:
    name = intake.unused(printable(source))
    intake.sink.unreadable(name, kind="file", problem=Problem(code, "", detail), size=size)
