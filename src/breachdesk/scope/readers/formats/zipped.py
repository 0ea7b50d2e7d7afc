"""zip, and the office files that are zips inside."""

import struct
import zipfile
import zlib
from typing import BinaryIO

from breachdesk.scope.readers.feed import Feed, Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.workbook import read as read_workbook
from breachdesk.scope.shapes import Problem

_LOCAL = b"PK\x03\x04"


class Zipped:
    """Members are read one by one as they unpack; nothing is written under a name from the archive."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "zip", 95 if head.raw.startswith((_LOCAL, b"PK\x05\x06")) else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        with item.seekable(intake.scratch) as file:
            try:
                archive = zipfile.ZipFile(file)
            except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
                _without_directory(file, item, intake)
                return
            with archive:
                names = set(archive.namelist())
                if inside := _office(names, archive):
                    _office_file(inside, archive, item, intake)
                else:
                    _members(archive, item, intake)


def _office(names: set[str], archive: zipfile.ZipFile) -> str | None:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        kind = archive.open("mimetype").read(100)
        return "ods" if b"spreadsheet" in kind else "document"
    if "xl/workbook.bin" in names or "word/document.xml" in names or "ppt/presentation.xml" in names:
        return "document"
    return None


def _office_file(kind: str, archive: zipfile.ZipFile, item: Item, intake: Intake) -> None:
    if kind == "document":
        intake.unreadable(item, kind, Problem("not_read_yet", "", kind))
        return
    read_workbook(kind, archive, item, intake)


def _members(archive: zipfile.ZipFile, item: Item, intake: Intake) -> None:
    for count, member in enumerate(archive.infolist(), start=1):
        if count > intake.limits.members:
            intake.unreadable(item, "zip", Problem("too_many_members", "", str(intake.limits.members)))
            return
        if member.is_dir():
            continue
        if member.flag_bits & 0x1:
            intake.unreadable(item, "encrypted", Problem("encrypted"), part=member.filename)
            continue
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            intake.unreadable(item, "link", Problem("link_in_archive"), part=member.filename)
            continue
        try:
            file = archive.open(member)
        except NotImplementedError:
            intake.unreadable(item, "zip", Problem("unsupported_packing"), part=member.filename)
            continue
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, struct.error):
            intake.unreadable(item, "zip", Problem("corrupt"), part=member.filename)
            continue
        with file:
            intake.member(item, member.filename, file, packed=min(member.compress_size, item.size or 1 << 62))
        if item.burst:
            return


def _without_directory(file: BinaryIO, item: Item, intake: Intake) -> None:
    """The directory at the end is gone: take the members that stand before the damage, header by header."""
    file.seek(0)
    feed = Feed(file)
    while (header := feed.fill(30)).startswith(_LOCAL) and len(header) == 30:
        flags, method = struct.unpack("<HH", header[6:10])
        packed, _, name_size, extra_size = struct.unpack("<IIHH", header[18:30])
        name = feed.fill(name_size).decode("utf-8", "replace")
        feed.fill(extra_size)
        if flags & 0x1 or method not in (0, 8) or (method == 0 and flags & 0x8):
            intake.unreadable(item, "zip", Problem("encrypted" if flags & 0x1 else "unsupported_packing"), part=name)
            break
        raw = _Deflated(feed) if method == 8 else _Stored(feed, packed)
        intake.member(item, name, raw)
        raw.finish()
        if item.burst:
            break
        if flags & 0x8:
            feed.fill(16 if feed.peek(4) == b"PK\x07\x08" else 12)
    item.notes.append(Problem("truncated", f"byte {feed.given}"))


class _Deflated:
    """One deflated member in a stream; gives back what lies behind it."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._engine = zlib.decompressobj(-15)

    def read(self, size: int, /) -> bytes:
        while not self._engine.eof:
            data = self._engine.unconsumed_tail or self._feed.read(1 << 16)
            if not data:
                raise EOFError
            piece = self._engine.decompress(data, size)
            if self._engine.eof:
                self._feed.give_back(self._engine.unused_data)
            if piece:
                return piece
        return b""

    def finish(self) -> None:
        try:
            while self.read(1 << 16):
                pass
        except (EOFError, zlib.error):
            while self._feed.read(1 << 20):
                pass


class _Stored:
    """One member that was not packed."""

    def __init__(self, feed: Feed, size: int) -> None:
        self._feed = feed
        self._left = size

    def read(self, size: int, /) -> bytes:
        if not self._left:
            return b""
        piece = self._feed.read(min(size, self._left))
        if not piece:
            raise EOFError
        self._left -= len(piece)
        return piece

    def finish(self) -> None:
        self._feed.fill(self._left)


READER = Zipped()
