"""7z. Members are unpacked one after another into a copy without a name, read, and forgotten."""

import struct
import tempfile
import zlib
from lzma import LZMAError
from typing import BinaryIO, cast

import py7zr
from py7zr.exceptions import ArchiveError, CrcError, PasswordRequired, UnsupportedCompressionMethodError
from py7zr.io import Py7zIO, WriterFactory

from breachdesk.scope.readers.feed import Growth, HaltError, Item
from breachdesk.scope.readers.intake import Head, Intake, safe_path
from breachdesk.scope.shapes import Problem

# py7zr meets damage in many ways; all of them end this archive and nothing else.
_DAMAGE = (ArchiveError, CrcError, LZMAError, zlib.error, EOFError, OSError, TypeError, AttributeError, struct.error)


class SevenZip:
    """Reads through py7zr."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "7z", 95 if head.raw.startswith(b"7z\xbc\xaf\x27\x1c") else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        with item.seekable(intake.scratch) as file:
            try:
                _extract(file, item, intake)
            except (PasswordRequired, UnsupportedCompressionMethodError) as error:
                locked = isinstance(error, PasswordRequired)
                raise HaltError(Problem("encrypted" if locked else "unsupported_packing")) from None
            except (
                ArchiveError,
                CrcError,
                LZMAError,
                zlib.error,
                EOFError,
                OSError,
                TypeError,
                AttributeError,
            ) as error:
                # py7zr meets damage in many ways; all of them end this archive and nothing else
                code = "truncated" if isinstance(error, EOFError) else "corrupt"
                raise HaltError(Problem(code, f"byte {file.tell()}")) from None


def _extract(file: BinaryIO, item: Item, intake: Intake) -> None:
    with py7zr.SevenZipFile(file, "r") as archive:
        if archive.needs_password():
            raise HaltError(Problem("encrypted"))
        wanted: set[str] = set()
        for count, member in enumerate(archive.list(), start=1):
            if count > intake.limits.members:
                intake.unreadable(item, "7z", Problem("too_many_members", "", str(intake.limits.members)))
                break
            if member.is_symlink or not (member.is_file or member.is_directory):
                intake.unreadable(item, "link", Problem("link_in_archive"), part=member.filename)
            elif safe_path(member.filename)[1]:
                intake.unreadable(item, "7z", Problem("unsafe_path_skipped"), part=safe_path(member.filename)[0])
            elif member.is_file:
                wanted.add(member.filename)
        factory = _Factory(item, intake)
        if wanted:
            archive.extract(targets=wanted, factory=factory)
        if factory.halted:
            raise factory.halted


class _Factory(WriterFactory):
    def __init__(self, item: Item, intake: Intake) -> None:
        self.item = item
        self.intake = intake
        self.growth = Growth(lambda: item.size)
        self.halted: HaltError | None = None

    def create(self, filename: str) -> Py7zIO:
        return _Member(self, filename)


class _Member(Py7zIO):
    """Takes what py7zr unpacks; when it closes, the member is read."""

    def __init__(self, factory: _Factory, name: str) -> None:
        self._factory = factory
        self._name = name
        self._file = cast(BinaryIO, tempfile.TemporaryFile(dir=factory.intake.scratch))  # noqa: SIM115
        self._size = 0

    def write(self, data: bytes | bytearray) -> int:
        factory = self._factory
        try:
            for growth in (factory.growth, *factory.item.growths):
                growth.add(len(data), factory.intake.limits)
        except HaltError as halt:
            factory.halted = halt
            raise
        self._size += len(data)
        return self._file.write(data)

    def read(self, size: int | None = None) -> bytes:
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def flush(self) -> None:
        self._file.flush()

    def size(self) -> int:
        return self._size

    def close(self) -> None:
        with self._file as file:
            file.seek(0)
            if not self._factory.halted:
                self._factory.intake.member(self._factory.item, self._name, file, packed=max(self._size, 1))


READER = SevenZip()
