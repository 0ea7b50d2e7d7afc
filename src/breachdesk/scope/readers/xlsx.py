"""Cells of an xlsx file: shared strings, dates by their number format, sheets by name."""

import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

from breachdesk.scope.readers import safexml
from breachdesk.scope.readers.feed import HaltError
from breachdesk.scope.shapes import Problem

Row = list[str | None]
_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 37), 45, 46, 47, *range(50, 59)})
_TIMES = frozenset({18, 19, 20, 21})
_MARKS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.')
_WIDEST = 16384


class Book:
    """An open workbook. `limit`: bytes of shared strings that may be held in memory."""

    def __init__(self, archive: zipfile.ZipFile, limit: int) -> None:
        self._archive = archive
        self._limit = limit
        self._members = {name.lower(): name for name in archive.namelist()}
        self._epoch = datetime(1899, 12, 30)
        self.sheets: list[tuple[str, str]] = []
        self._index()
        self._dates = self._formats()
        self._strings = self._shared()

    def _parse(self, member: str, start: Callable[[str, dict[str, str]], None], **more: Callable[[str], None]) -> None:
        name = self._members.get(member.lower())
        if name is None:
            return
        with self._archive.open(name) as file:
            safexml.parse(file, start, more.get("end", _nothing), more.get("text", _nothing))

    def _index(self) -> None:
        targets: dict[str, str] = {}

        def relation(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship":
                target = attributes.get("Target", "")
                targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

        def book(tag: str, attributes: dict[str, str]) -> None:
            if tag == "sheet":
                link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                self.sheets.append((attributes.get("name", ""), targets.get(link, "")))
            elif tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._epoch = datetime(1904, 1, 1)

        self._parse("xl/_rels/workbook.xml.rels", relation)
        self._parse("xl/workbook.xml", book)

    def _formats(self) -> list[str]:
        """For every cell style: "date", "time" or ""."""
        own: dict[int, str] = {}
        styles: list[str] = []
        inside = False

        def start(tag: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            if tag == "numFmt":
                own[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")
            elif tag == "cellXfs":
                inside = True
            elif tag == "xf" and inside:
                styles.append(_style(int(attributes.get("numFmtId", "0")), own))

        def end(tag: str) -> None:
            nonlocal inside
            inside = inside and tag != "cellXfs"

        self._parse("xl/styles.xml", start, end=end)
        return styles

    def _shared(self) -> list[str]:
        strings: list[str] = []
        parts: list[str] = []
        state = {"in": False, "phonetic": False, "size": 0}

        def start(tag: str, _: dict[str, str]) -> None:
            if tag == "si":
                parts.clear()
            elif tag == "rPh":
                state["phonetic"] = True
            state["in"] = tag == "t" and not state["phonetic"]

        def end(tag: str) -> None:
            state["in"] = False
            if tag == "rPh":
                state["phonetic"] = False
            elif tag == "si":
                strings.append("".join(parts))
                state["size"] += 64 + sum(map(len, parts))
                if state["size"] > self._limit:
                    raise HaltError(Problem("workbook_too_large", "", str(self._limit)))

        def text(piece: str) -> None:
            if state["in"]:
                parts.append(piece)

        self._parse("xl/sharedStrings.xml", start, end=end, text=text)
        return strings

    def rows(self, member: str, put: Callable[[Row], None]) -> None:
        """Every row of a sheet that has cells, in order."""
        if member.lower() not in self._members:
            raise HaltError(Problem("corrupt"))
        cells = _Cells(self._strings, self._dates, self._epoch, put)
        self._parse(member, cells.start, end=cells.end, text=cells.text)


class _Cells:
    """Events of one sheet to rows."""

    def __init__(self, strings: list[str], dates: list[str], epoch: datetime, put: Callable[[Row], None]) -> None:
        self._strings, self._dates, self._epoch, self._put = strings, dates, epoch, put
        self._row: Row = []
        self._column = 0
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._inside = self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            place = attributes.get("r")
            self._column = _column(place) if place else len(self._row)
            self._parts.clear()
        elif tag == "v" or (tag == "t" and not self._phonetic):
            self._inside = True
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "row":
            self._row = []

    def text(self, piece: str) -> None:
        if self._inside:
            self._parts.append(piece)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._inside = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "c":
            if self._parts and self._column < _WIDEST:
                self._row.extend([None] * (self._column + 1 - len(self._row)))
                self._row[self._column] = self._value("".join(self._parts))
        elif tag == "row":
            self._put(self._row)

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            place = int(raw) if raw.isdecimal() else -1
            return self._strings[place] if 0 <= place < len(self._strings) else ""
        if self._kind == "b":
            return "true" if raw == "1" else "false"
        if self._kind != "n":
            return raw
        try:
            number = float(raw)
        except ValueError:
            return raw
        style = self._dates[int(self._style)] if self._style.isdecimal() and int(self._style) < len(self._dates) else ""
        if style:
            return _moment(number, self._epoch, style) or raw
        return plain_number(raw, number)


def plain_number(raw: str, number: float) -> str:
    """`4111111111111111`, not `4.111111111111111E+15`; other numbers as they stand."""
    if "e" in raw.lower() or "." in raw:
        if number.is_integer() and abs(number) < 1e18:
            return str(int(number))
        return repr(number)
    return raw


def _moment(number: float, epoch: datetime, style: str) -> str | None:
    try:
        moment = epoch + timedelta(milliseconds=round(number * 86_400_000))
    except OverflowError:
        return None
    if style == "time" or number < 1:
        return moment.strftime("%H:%M:%S")
    return moment.date().isoformat() if number.is_integer() else moment.isoformat(sep=" ", timespec="seconds")


def _style(number: int, own: dict[int, str]) -> str:
    if number in _DATES:
        return "date"
    if number in _TIMES:
        return "time"
    code = _MARKS.sub("", own.get(number, "")).lower().split(";")[0]
    if not code or "general" in code:
        return ""
    if re.search(r"[dy]|m{3}", code):
        return "date"
    return "time" if re.search(r"[hs]", code) else ""


def _column(place: str) -> int:
    """`BC12` to 54."""
    column = 0
    for char in place:
        if not char.isalpha():
            break
        column = column * 26 + ord(char.upper()) - 64
    return column - 1


def _nothing(_: str) -> None:
    return
