"""Cells of an ods file. Repeated cells and rows are only repeated where they hold something, and never without end."""

import zipfile
from collections.abc import Callable

from breachdesk.scope.readers import safexml
from breachdesk.scope.readers.feed import HaltError
from breachdesk.scope.readers.sheet import Sheet
from breachdesk.scope.shapes import Problem

Row = list[str | None]
_REPEATS = 1000  # of a filled row or cell; honest sheets repeat empty ones
_WIDEST = 16384


def read(archive: zipfile.ZipFile, open_sheet: Callable[[str], Sheet]) -> None:
    """Every table of content.xml, one after another. Raises HaltError when the XML is refused or broken."""
    if "META-INF/manifest.xml" in archive.namelist():
        with archive.open("META-INF/manifest.xml") as file:
            if b"encryption-data" in file.read(1 << 20):
                raise HaltError(Problem("encrypted"))
    content = _Content(open_sheet)
    try:
        with archive.open("content.xml") as file:
            safexml.parse(file, content.start, content.end, content.text)
    finally:
        content.finish()


class _Content:
    def __init__(self, open_sheet: Callable[[str], Sheet]) -> None:
        self._open = open_sheet
        self._sheet: Sheet | None = None
        self._row: Row = []
        self._row_repeats = self._repeats = 1
        self._empty = 0
        self._value: str | None = None
        self._kind = ""
        self._parts: list[str] = []
        self._inside = self._note = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table":
            self.finish()
            self._sheet = self._open(attributes.get("table:name", ""))
        elif tag == "table-row":
            self._row, self._empty = [], 0
            self._row_repeats = _count(attributes.get("table:number-rows-repeated"))
        elif tag in ("table-cell", "covered-table-cell"):
            self._repeats = _count(attributes.get("table:number-columns-repeated"))
            self._kind = attributes.get("office:value-type", "")
            self._value = _stated(self._kind, attributes)
            self._parts = []
        elif tag == "annotation":
            self._note = True
        elif tag == "p":
            if self._parts and not self._note:
                self._parts.append("\n")
            self._inside = not self._note
        elif tag == "s" and self._inside:
            self._parts.append(" " * min(_count(attributes.get("text:c")), 1000))

    def text(self, piece: str) -> None:
        if self._inside:
            self._parts.append(piece)

    def end(self, tag: str) -> None:
        if tag == "p":
            self._inside = False
        elif tag == "annotation":
            self._note = False
        elif tag in ("table-cell", "covered-table-cell"):
            self._cell(self._value or "".join(self._parts) or None)
        elif tag == "table-row":
            self._rows()
        elif tag == "table":
            self.finish()

    def _cell(self, value: str | None) -> None:
        if value is None:
            self._empty = min(self._empty + self._repeats, _WIDEST)
            return
        if len(self._row) + self._empty >= _WIDEST:
            return
        self._row.extend([None] * self._empty)
        self._empty = 0
        self._row.extend([value] * self._bounded(self._repeats))

    def _rows(self) -> None:
        if not self._row or not self._sheet:
            return
        for _ in range(self._bounded(self._row_repeats)):
            self._sheet.add(list(self._row))

    def _bounded(self, repeats: int) -> int:
        if repeats > _REPEATS and self._sheet:
            self._sheet.problem(Problem("repeated_cells", "", str(_REPEATS)))
        return min(repeats, _REPEATS)

    def finish(self) -> None:
        if self._sheet:
            self._sheet.close()
            self._sheet = None


def _count(raw: str | None) -> int:
    return int(raw) if raw and raw.isdecimal() and len(raw) < 10 else 1


def _stated(kind: str, attributes: dict[str, str]) -> str | None:
    """The value of a date or number as stored, which has all its digits; text stands in the paragraphs."""
    if kind == "date":
        return attributes.get("office:date-value", "").replace("T", " ").removesuffix(" 00:00:00") or None
    if kind in ("float", "currency", "percentage"):
        raw = attributes.get("office:value", "")
        return raw.removesuffix(".0") or None
    if kind == "boolean":
        return attributes.get("office:boolean-value")
    return None
