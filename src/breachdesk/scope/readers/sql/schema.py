"""What CREATE TABLE and ALTER TABLE declare: columns in order, primary and foreign keys, whose part a table is."""

import re
from dataclasses import dataclass, field

from breachdesk.scope.readers.sql.lex import NAME, QUALIFIED, names, parts, unquote
from breachdesk.scope.shapes import ForeignKey, Keys

_CREATE = re.compile(
    rb"CREATE\s+(?:GLOBAL\s+|LOCAL\s+|TEMPORARY\s+|TEMP\s+|UNLOGGED\s+|FOREIGN\s+|VIRTUAL\s+)*TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    rb"(" + QUALIFIED + rb")\s*(?:PARTITION\s+OF\s+(" + QUALIFIED + rb"))?",
    re.IGNORECASE,
)
_ALTER = re.compile(
    rb"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(" + QUALIFIED + rb")\s*(.*)", re.IGNORECASE | re.DOTALL
)
_ATTACH = re.compile(rb"ATTACH\s+PARTITION\s+(" + QUALIFIED + rb")", re.IGNORECASE)
_INHERITS = re.compile(rb"INHERITS\s*\(\s*(" + QUALIFIED + rb")", re.IGNORECASE)
_LIST = rb"\(([^()]*(?:\(\d+\)[^()]*)*)\)"
_PRIMARY = re.compile(rb"\bPRIMARY\s+KEY\s*(?:CLUSTERED|NONCLUSTERED)?\s*" + _LIST, re.IGNORECASE)
_FOREIGN = re.compile(
    rb"\bFOREIGN\s+KEY\s*(?:" + NAME + rb"\s*)?\(([^()]*)\)\s*REFERENCES\s+(" + QUALIFIED + rb")\s*(?:\(([^()]*)\))?",
    re.IGNORECASE,
)
_INLINE = re.compile(rb"\bREFERENCES\s+(" + QUALIFIED + rb")\s*(?:\(([^()]*)\))?", re.IGNORECASE)
_NOT_COLUMNS = re.compile(
    rb"(?:CONSTRAINT|PRIMARY\s+KEY|FOREIGN\s+KEY|UNIQUE|CHECK|KEY|INDEX|FULLTEXT|SPATIAL|EXCLUDE|LIKE|PERIOD)\b",
    re.IGNORECASE,
)
_PIECE = re.compile(rb"'(?:[^'\\]++|''|\\.)*+'|\"[^\"]*+\"|`[^`]*+`|\[[^\]]*+\]|--[^\n]*+|/\*.*?\*/|[(),]", re.DOTALL)
_REMARK = re.compile(rb"'(?:[^'\\]++|''|\\.)*+'|--[^\n]*+|/\*.*?\*/", re.DOTALL)

Name = tuple[str, ...]


@dataclass(slots=True)
class Declared:
    """A table as declared. `parent`: the table it is a partition of."""

    name: Name
    columns: list[str] = field(default_factory=list)
    primary: tuple[str, ...] = ()
    foreign: list[tuple[tuple[str, ...], Name, tuple[str, ...]]] = field(default_factory=list)
    parent: Name | None = None


class Catalog:
    """Every table declared so far, by qualified name."""

    def __init__(self) -> None:
        self._tables: dict[Name, Declared] = {}

    def find(self, name: Name) -> Declared | None:
        """By qualified name, or by bare name when only one table bears it."""
        if name in self._tables:
            return self._tables[name]
        same = [table for known, table in self._tables.items() if known[-1] == name[-1]]
        return same[0] if len(same) == 1 else None

    def create(self, statement: bytes, database: Name) -> None:
        found = _CREATE.match(statement)
        if not found:
            return
        table = Declared(database + parts(found[1]))
        if found[2]:
            table.parent = database + parts(found[2])
        elif inherited := _INHERITS.search(statement, found.end()):
            table.parent = database + parts(inherited[1])
        for piece in () if found[2] else _pieces(statement[found.end() :]):
            _declare(table, piece, database)
        self._tables[table.name] = table

    def alter(self, statement: bytes, database: Name) -> None:
        found = _ALTER.match(statement)
        if not found:
            return
        name = database + parts(found[1])
        if attached := _ATTACH.match(found[2]):
            if child := self.find(database + parts(attached[1])):
                child.parent = name
            return
        table = self.find(name) or self._tables.setdefault(name, Declared(name))
        _keys(table, _REMARK.sub(b"", found[2]), database)

    def keys(self, name: Name) -> tuple[tuple[str, ...], list[tuple[tuple[str, ...], Name, tuple[str, ...]]]]:
        """Primary and foreign keys of a table; a partition without its own has its parent's."""
        table = self.find(name)
        if not table:
            return (), []
        parent = self.find(table.parent) if table.parent else None
        return (
            table.primary or (parent.primary if parent else ()),
            table.foreign or (parent.foreign if parent else []),
        )

    def columns(self, name: Name) -> list[str]:
        table = self.find(name)
        if not table:
            return []
        parent = self.find(table.parent) if table.parent else None
        return table.columns or (parent.columns if parent else [])

    def primary(self, name: Name) -> tuple[str, ...]:
        return self.keys(name)[0]


def shown(primary: tuple[str, ...], foreign: list[tuple[tuple[str, ...], str, tuple[str, ...]]]) -> Keys:
    """Keys as handed on, every foreign key once."""
    unique = dict.fromkeys(ForeignKey(columns, table, references) for columns, table, references in foreign)
    return Keys(primary, tuple(unique))


def _pieces(statement: bytes) -> list[bytes]:
    """What stands between the outer parentheses, split at its own commas, remarks left out."""
    pieces: list[bytes] = []
    depth, begin, text = 0, 0, b""
    for found in _PIECE.finditer(statement):
        token = found.group()
        if token[:2] in (b"--", b"/*"):
            text += statement[begin : found.start()] if depth else b""
            begin = found.end()
        elif token == b"(":
            depth += 1
            if depth == 1:
                begin = found.end()
        elif token in (b")", b",") and (depth == 1):
            pieces.append((text + statement[begin : found.start()]).strip())
            text, begin = b"", found.end()
            if token == b")":
                return pieces
        elif token == b")":
            depth -= 1
    return pieces


def _declare(table: Declared, piece: bytes, database: Name) -> None:
    if not piece:
        return
    if _NOT_COLUMNS.match(piece):
        _keys(table, piece, database)
        return
    found = re.match(NAME, piece)
    if not found:
        return
    column = unquote(found.group())
    table.columns.append(column)
    rest = _REMARK.sub(b"", piece[found.end() :])
    if re.search(rb"\bPRIMARY\s+KEY\b", rest, re.IGNORECASE):
        table.primary = (column,)
    if inline := _INLINE.search(rest):
        table.foreign.append(((column,), database + parts(inline[1]), names(inline[2] or b"")))


def _keys(table: Declared, text: bytes, database: Name) -> None:
    if primary := _PRIMARY.search(text):
        table.primary = tuple(_column(piece) for piece in primary[1].split(b","))
    for found in _FOREIGN.finditer(text):
        table.foreign.append((names(found[1]), database + parts(found[2]), names(found[3] or b"")))


def _column(piece: bytes) -> str:
    """`[Id] ASC` or `name(20)` to the bare name."""
    found = re.match(rb"\s*(" + NAME + rb")", piece)
    return unquote(found[1]) if found else ""
