"""SQLite files: opened so that nothing in them changes or runs; broken pages are named and read around."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from breachdesk.scope.readers.feed import HaltError, Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.tables import Table
from breachdesk.scope.shapes import ForeignKey, Keys, Problem

_DEFENSIVE = 1010
_TRUSTED_SCHEMA = 1017
_CELL = 64 << 20


class Sqlite:
    """Tables that hold rows of their own; views and virtual tables only repeat or compute."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "sqlite", 99 if head.raw.startswith(b"SQLite format 3\x00") else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        beside = item.path.with_name(item.path.name + "-wal") if item.path else None
        if item.path and not (beside and beside.is_file() and beside.stat().st_size):
            _read(item.path, item, kind, intake, immutable=True)
            return
        with item.private_copy(intake.scratch, "-wal") as copy:
            _read(copy, item, kind, intake, immutable=False)


def _read(path: Path, item: Item, kind: str, intake: Intake, *, immutable: bool) -> None:
    mode = "mode=ro&immutable=1" if immutable else "mode=rw"
    base = sqlite3.connect(f"file:{quote(str(path.resolve()))}?{mode}", uri=True)
    try:
        _close_doors(base)
        try:
            tables = _tables(base)
        except sqlite3.DatabaseError as error:
            raise HaltError(_problem(error, "")) from None
        for name in tables:
            _Rows(base, name, item, kind, intake).all()
        if not tables:
            intake.text(item, kind)
    finally:
        base.close()


def _close_doors(base: sqlite3.Connection) -> None:
    """No functions from the schema, no writes; text that is not UTF-8 is read all the same."""
    if hasattr(base, "setconfig"):
        base.setconfig(_DEFENSIVE, True)
        base.setconfig(_TRUSTED_SCHEMA, False)
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _CELL)
    base.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    base.execute("PRAGMA trusted_schema = OFF")
    base.execute("PRAGMA query_only = ON")
    base.execute("PRAGMA cell_size_check = ON")
    base.execute("PRAGMA mmap_size = 0")
    base.text_factory = lambda raw: raw.decode("utf-8", "replace").replace("\x00", "")


def _tables(base: sqlite3.Connection) -> list[str]:
    found = base.execute(
        "SELECT name, sql FROM sqlite_master"
        " WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid"
    )
    return [name for name, sql in found if not str(sql).lstrip().upper().startswith("CREATE VIRTUAL")]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Rows:
    """One table: forward to its end, or to the first broken page and then backward to the last."""

    def __init__(self, base: sqlite3.Connection, name: str, item: Item, kind: str, intake: Intake) -> None:
        self.base = base
        self.name = name
        self.item = item
        self.kind = kind
        self.intake = intake
        self.what = ""

    def all(self) -> None:
        try:
            columns = [str(row[1]) for row in self.base.execute(f"PRAGMA table_info({_quoted(self.name)})")]
        except sqlite3.DatabaseError as error:
            self.intake.unreadable(self.item, self.kind, _problem(error, self.name), part=self.name)
            return
        self.what = ", ".join(map(_quoted, columns))  # not *, which would compute generated columns
        table = self.intake.table(self.item, self.kind, columns, part=self.name)
        last: object = None
        try:
            for row in self._select(self.what):
                table.add([_text(cell) for cell in row])
        except (sqlite3.DatabaseError, OverflowError) as error:
            table.stream.problem(_problem(error, f"row {table.count}"))
            last = self._last(table)
        if last is not None:
            self._backward(table, last)
        table.close(self._keys())

    def _select(self, what: str, rest: str = "", values: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
        query = f"SELECT {what} FROM {_quoted(self.name)} {rest}"  # noqa: S608  # nosec B608 - the name is quoted
        yield from self.base.execute(query, values)

    def _last(self, table: Table) -> object:
        """The rowid of the last row that could be read; None when rows have none, or none was read."""
        if not table.count:
            return -(1 << 63)
        try:
            return next(self._select("rowid", "LIMIT 1 OFFSET ?", (table.count - 1,)))[0]
        except (sqlite3.DatabaseError, StopIteration):
            return None

    def _backward(self, table: Table, last: object) -> None:
        try:
            for row in self._select(self.what, "WHERE rowid > ? ORDER BY rowid DESC", (last,)):
                table.add([_text(cell) for cell in row])
        except (sqlite3.DatabaseError, OverflowError):
            return

    def _keys(self) -> Keys:
        try:
            described = list(self.base.execute(f"PRAGMA table_info({_quoted(self.name)})"))
            listed = list(self.base.execute(f"PRAGMA foreign_key_list({_quoted(self.name)})"))
        except sqlite3.DatabaseError:
            return Keys()
        primary = tuple(str(row[1]) for row in sorted(described, key=lambda row: row[5]) if row[5])
        foreign: dict[int, tuple[str, list[str], list[str]]] = {}
        for number, _, table, column, to, *_ in sorted(listed, key=lambda row: (row[0], row[1])):
            entry = foreign.setdefault(number, (str(table), [], []))
            entry[1].append(str(column))
            if to is not None:
                entry[2].append(str(to))
        return Keys(primary, tuple(ForeignKey(tuple(own), table, tuple(to)) for table, own, to in foreign.values()))


def _text(cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        return blob(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def blob(raw: bytes) -> str:
    """Bytes as text when they are text, else in hexadecimal."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{raw.hex().upper()}"
    return text if all(char.isprintable() or char in "\t\r\n" for char in text) else f"0x{raw.hex().upper()}"


def _problem(error: Exception, where: str) -> Problem:
    said = str(error)
    if "not a database" in said or "encrypted" in said:
        return Problem("sqlite_locked", where)
    if "too big" in said:
        return Problem("long_line", where, str(_CELL))
    return Problem("sqlite_page", where)


READER = Sqlite()
