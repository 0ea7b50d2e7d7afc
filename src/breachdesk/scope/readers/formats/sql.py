"""SQL dumps. Nothing in them is ever run: statements are told apart, rows and declarations taken, the rest passed."""

import re

from breachdesk.scope.readers.encoding import Utf8
from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.sql import copy, lex, tokens, values
from breachdesk.scope.readers.sql.lex import QUALIFIED, Window, names, parts
from breachdesk.scope.readers.sql.schema import Catalog, Name, shown
from breachdesk.scope.readers.tables import Table, unique
from breachdesk.scope.shapes import Problem

_SIGNS = re.compile(
    r"^\s*(?:INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\s+\S+|INSERT\s+\[|CREATE\s+(?:TEMP\w*\s+|UNLOGGED\s+)?TABLE\s+|COPY\s+\S+.*FROM\s+stdin|"
    r"DROP\s+TABLE\s+|REPLACE\s+INTO\s+|SET\s+IDENTITY_INSERT|PRAGMA\s+foreign_keys|CREATE\s+DATABASE|SET\s+statement_timeout)"
    r"|^-- (?:MySQL dump|MariaDB dump|PostgreSQL database)|^/\*!\d+ SET",
    re.IGNORECASE | re.MULTILINE,
)
_INSERT = re.compile(
    rb"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|OR\s+\w+)\s+)*(?:INTO\s+)?("
    + QUALIFIED
    + rb")"
    rb"\s*(\((?:[^()'\"`\[]|" + lex.NAME + rb")*?\))?\s*(?:OVERRIDING\s+\w+\s+VALUE\s+)?VALUES?\s*(?=\()",
    re.IGNORECASE,
)
_COPY = re.compile(rb"COPY\s+(" + QUALIFIED + rb")\s*(\([^()]*\))?\s+FROM\s+stdin([^;\n]*);[^\n]*\n", re.IGNORECASE)
_WORD = re.compile(rb"[A-Za-z\\]+")
_BODY = re.compile(
    rb"CREATE\s+(?:OR\s+\w+\s+)?(?:DEFINER\s*=\s*\S+\s+)?(?:\w+\s+)?(?:TRIGGER|FUNCTION|PROCEDURE|EVENT|PROC)\b", re.I
)
_PASSED = re.compile(rb"\s*(?:ON\s+(?:CONFLICT|DUPLICATE)|AS\s+\w+\s+ON|RETURNING)\b", re.IGNORECASE)
_CHUNK = 16 << 20
_TIRED = 3  # attempts at the fast way that a table may fail before only the exact way is taken


class Sql:
    """Knows a dump by the statements at line starts."""

    def sniff(self, head: Head) -> tuple[str, int]:
        found = _SIGNS.findall(head.text)
        return "sql", min(98, 86 + len(found)) if found else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        problems: list[Problem] = []
        dump = _Dump(item, kind, intake, Window(Utf8(item.feed, problems.append), intake.limits.line))
        try:
            dump.all()
        finally:
            dump.close(problems)


class _Dump:
    """One dump being read: its tables by qualified name, and what it declared."""

    def __init__(self, item: Item, kind: str, intake: Intake, window: Window) -> None:
        self.item = item
        self.kind = kind
        self.intake = intake
        self.window = window
        self.dialect = lex.find_dialect(Head(item.head).text)
        self.catalog = Catalog()
        self.database: Name = ()
        self.terminator = b";"
        self.tables: dict[Name, Table] = {}
        self.shown: dict[Name, str] = {}
        self.failed: dict[Name, int] = {}
        self.problems: list[Problem] = []

    def all(self) -> None:
        window = self.window
        while True:
            window.blank()
            if window.at >= len(window.buffer):
                return
            word = _WORD.match(window.buffer, window.at)
            verb = word.group().upper() if word else b""
            if verb.startswith(b"\\"):
                self._command(window.line())
            elif verb in (b"INSERT", b"REPLACE") and self.terminator == b";":
                try:
                    self._insert()
                except tokens.BrokenTupleError:
                    self.problems.append(Problem("sql_broken", f"byte {window.place}"))
                    window.resume()
            elif verb == b"COPY":
                self._copy()
            elif verb == b"DELIMITER":
                self.terminator = window.line().split()[-1] if len(window.buffer) > window.at + 10 else b";"
            elif verb == b"GO" and re.match(
                rb"GO[ \t]*(?:\d+[ \t]*)?(?:\r?\n|\Z)", window.buffer[window.at : window.at + 64], re.I
            ):
                window.line()
            else:
                self._other(verb)

    def close(self, problems: list[Problem]) -> None:
        for name, table in self.tables.items():
            primary, foreign = self.catalog.keys(name)
            keys = shown(
                primary,
                [(columns, self._known(to), refs or self.catalog.primary(to)) for columns, to, refs in foreign],
            )
            table.close(keys)
        self.item.notes.extend([*problems, *self.problems])
        if not self.tables and not self.problems:
            self.intake.text(self.item, self.kind)  # a dump of the structure alone: read, and empty

    def _command(self, line: bytes) -> None:
        words = line.split()
        if words[0] in (b"\\connect", b"\\c") and len(words) > 1:
            self.database = self._other_database(words[1])

    def _other_database(self, name: bytes) -> Name:
        return (lex.unquote(name.strip(b"';")),)

    def _other(self, verb: bytes) -> None:
        window = self.window
        window.room(512)
        body = verb == b"CREATE" and bool(_BODY.match(window.buffer, window.at, window.at + 512))
        place = window.place
        statement = window.statement(self.dialect, terminator=self.terminator, body=body)
        if statement is None:
            self.problems.append(Problem("sql_broken", f"byte {place}"))
        elif verb == b"CREATE" and not body:
            self.catalog.create(statement, self.database)
        elif verb == b"ALTER":
            self.catalog.alter(statement, self.database)
        elif verb == b"USE":
            self.database = self._other_database(statement.split()[1].rstrip(b";"))

    def _copy(self) -> None:
        window = self.window
        window.room(1 << 16)
        found = _COPY.match(window.buffer, window.at)
        if not found:
            window.statement(self.dialect)
            return
        name = self.database + parts(found[1])
        columns = list(names(found[2])) if found[2] else self.catalog.columns(name)
        window.at = found.end()
        if not columns:
            columns = [f"column_{place + 1}" for place in range(self._width_ahead())]
        table = self._table(name, columns)
        if re.search(rb"csv|delimiter", found[3], re.IGNORECASE):
            self.problems.append(Problem("sql_copy_options", f"byte {window.place}"))
        if not copy.read(window, table, unique(columns)):
            self.problems.append(Problem("truncated", f"byte {window.place}"))

    def _width_ahead(self) -> int:
        end = self.window.buffer.find(b"\n", self.window.at)
        return self.window.buffer.count(b"\t", self.window.at, end) + 1

    def _insert(self) -> None:
        window = self.window
        window.room(1 << 16)
        found = _INSERT.match(window.buffer, window.at)
        if not found:
            self.problems.append(Problem("sql_insert_unread", f"byte {window.place}"))
            window.statement(self.dialect)
            return
        name = self.database + parts(found[1])
        columns = list(names(found[2])) if found[2] else self.catalog.columns(name)
        prefix = found.group().rstrip()
        window.at = found.end()
        if not columns:
            columns = self._unnamed()
        if not columns:
            self._lost()
            return
        _Tuples(self, name, self._table(name, columns), unique(columns), prefix).all()

    def _unnamed(self) -> list[str]:
        """Nobody declared the columns: as many as the first tuple has."""
        while not (first := tokens.row(self.window.buffer, self.window.at, escapes=self.dialect.escapes)):
            if self.window.full() or not self.window.more():
                return []
        return [f"column_{place + 1}" for place in range(len(first[0]))]

    def _lost(self) -> None:
        code = "truncated" if self.window.ended else "sql_broken"
        self.problems.append(Problem(code, f"byte {self.window.place}"))
        self.window.resume()

    def _table(self, name: Name, columns: list[str]) -> Table:
        if name not in self.tables:
            self.tables[name] = self.intake.table(self.item, self.kind, columns, part=self._known(name))
        return self.tables[name]

    def _known(self, name: Name) -> str:
        """A table's name without its schema, unless that names another table already."""
        if name not in self.shown:
            declared = self.catalog.find(name)
            if declared and declared.name in self.shown:
                return self.shown[declared.name]
            bare = name[-1]
            taken = set(self.shown.values())
            self.shown[name] = ".".join(name) if bare in taken else bare
        return self.shown[name]


class _Tuples:
    """The tuples of one INSERT, and of those behind it that begin alike."""

    def __init__(self, dump: _Dump, name: Name, table: Table, columns: list[str], prefix: bytes) -> None:
        self.dump = dump
        self.window = dump.window
        self.name = name
        self.table = table
        self.columns = columns
        self.prefix = prefix
        self.escapes = dump.dialect.escapes

    def all(self) -> None:
        self.table.shape(self.columns)
        while True:
            if not self._some():
                return
            self._gap()
            if self.window.buffer.startswith(b",", self.window.at):
                self.window.at += 1
                self._gap()
                if self.window.buffer.startswith(b"(", self.window.at):
                    continue
            break
        if _PASSED.match(self.window.buffer, self.window.at):
            self.window.statement(self.dump.dialect)

    def _gap(self) -> None:
        self.window.room(1 << 12)
        while self.window.buffer[self.window.at : self.window.at + 1].isspace():
            self.window.at += 1
            self.window.room(1)

    def _some(self) -> bool:
        """Read some tuples from "(" on; False when the next one cannot be read."""
        window = self.window
        tired = self.dump.failed.get(self.name, 0) >= _TIRED
        if not tired and window.buffer.find(b"\n", window.at, window.at + _CHUNK) != len(window.buffer) - 1:
            window.room(_CHUNK)
        if not tired and len(window.buffer) - window.at > 4096:
            chunk = window.buffer[window.at : window.at + _CHUNK]
            if found := values.run(chunk, self.prefix, self.columns, escapes=self.escapes):
                self.table.frame(found.frame)
                window.at += found.end
                return True
            self.dump.failed[self.name] = self.dump.failed.get(self.name, 0) + 1
        return self._exactly()

    def _exactly(self) -> bool:
        window = self.window
        stop = window.place + _CHUNK // 2
        while True:
            found = tokens.row(window.buffer, window.at, escapes=self.escapes)
            while not found:
                if window.full() or not window.more():
                    self.dump._lost()
                    return False
                found = tokens.row(window.buffer, window.at, escapes=self.escapes)
            if window.buffer.find(self.prefix, window.at, found[1]) >= 0:
                raise tokens.BrokenTupleError  # a string that nobody closed swallowed the next statement
            cells, window.at = found
            self._put(cells)
            comma = re.compile(rb"\s*,\s*(?=\()").match(window.buffer, window.at)
            if not comma or window.place > stop:
                return True
            window.at = comma.end()

    def _put(self, cells: list[str | None]) -> None:
        width = len(self.columns)
        if len(cells) > width:
            self.table.tally.add("long_row", self.table.count)
            self.table.widen("extra")
            cells = [*cells[:width], ",".join(cell or "" for cell in cells[width:])]
        elif len(cells) < width:
            self.table.tally.add("short_row", self.table.count)
        self.table.add(cells)


READER = Sql()
