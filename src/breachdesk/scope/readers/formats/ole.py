"""Compound files: old Excel is read; encrypted Office, old Word and Outlook are named for what they are."""

import struct

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from breachdesk.scope.readers.feed import HaltError, Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.sheet import Sheet
from breachdesk.scope.shapes import Problem

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LARGEST = 256 << 20  # xls holds at most 65,536 rows a sheet; more than this is no honest one
_KINDS = (
    ("EncryptedPackage", "office-locked"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("__substg1.0", "mail"),
    ("__properties_version1.0", "mail"),
    ("WordDocument", "document"),
    ("PowerPoint Document", "document"),
)


class Ole:
    """The names in the directory tell what a compound file holds."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return ("xls" if not head.whole else _kind(head.raw)), 95 if head.raw.startswith(_MAGIC) else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        with item.seekable(intake.scratch) as file:
            size = file.seek(0, 2)
            file.seek(0)
            content = file.read(min(size, _LARGEST))
            found = _kind(content)
            if found == "office-locked":
                raise HaltError(Problem("encrypted"))
            if found != "xls":
                intake.unreadable(item, found, Problem("not_read_yet", "", found))
                return
            if size > _LARGEST:
                raise HaltError(Problem("workbook_too_large", "", str(_LARGEST)))
            file.seek(0)
            try:
                book = CalamineWorkbook.from_filelike(file)
            except PasswordError:
                raise HaltError(Problem("encrypted")) from None
            except CalamineError:
                raise HaltError(Problem("corrupt")) from None
            for name in book.sheet_names:
                _sheet(book, name, item, intake)


def _sheet(book: CalamineWorkbook, name: str, item: Item, intake: Intake) -> None:
    sheet = Sheet("xls", name, item, intake)
    try:
        for row in book.get_sheet_by_name(name).iter_rows():
            sheet.add([_text(cell) for cell in row])
    except CalamineError:
        sheet.problem(Problem("corrupt"))
    sheet.close()


def _text(cell: object) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e18:
        return str(int(cell))
    return str(cell)


def _kind(content: bytes) -> str:
    """By the first 512 entries of the directory, found through the header."""
    if len(content) < 512:
        return "document"
    shift = struct.unpack("<H", content[30:32])[0]
    first = struct.unpack("<I", content[48:52])[0]
    if shift not in (9, 12):
        return "document"
    start = (first + 1) << shift
    directory = content[start : start + (512 << 7)]
    for name, kind in _KINDS:
        if name.encode("utf-16-le") in directory:
            return kind
    return "document"


READER = Ole()
