"""Where names, comments and statements of a dump begin and end. Works on UTF-8 bytes, in a window that slides."""

import re
from enum import Enum

from breachdesk.scope.readers.encoding import Utf8

STEP = 16 << 20


class Dialect(Enum):
    """`escapes`: a backslash inside a string hides the character behind it."""

    POSTGRES = "postgres"
    MYSQL = "mysql"
    SQLITE = "sqlite"
    MSSQL = "mssql"

    @property
    def escapes(self) -> bool:
        return self is Dialect.MYSQL


NAME = rb'(?:"(?:[^"]|"")*+"|`(?:[^`]|``)*+`|\[(?:[^\]]|\]\])*+\]|[\w$#@\x80-\xff]++)'
QUALIFIED = NAME + rb"(?:\s*\.\s*" + NAME + rb")*"
_NAME = re.compile(NAME)
_BLANK = re.compile(rb"(?:\s++|--[^\n]*+(?:\n|\Z)|#[^\n]*+(?:\n|\Z)|/\*.*?\*/|;)", re.DOTALL)
_OPEN_COMMENT = re.compile(rb"/\*(?!.*?\*/)|--[^\n]*\Z", re.DOTALL)
_PLAIN_STRING = rb"'(?:[^']++|'')*+'"
_ESCAPED_STRING = rb"'(?:[^'\\]++|''|\\.)*+'"
_REST = (
    rb"|[Ee](?<![\w])" + _ESCAPED_STRING + rb'|"(?:[^"]++|"")*+"|`[^`]*+`|--[^\n]*+|/\*.*?\*/'
    rb"|\$(?P<tag>[A-Za-z_]*+)\$.*?\$(?P=tag)\$|\b(?P<word>BEGIN|CASE|END)\b|(?P<go>^GO[ \t]*\r?$)"
    rb"|(?P<next>^(?:INSERT|CREATE|ALTER|DROP|SET|USE|PRINT|EXEC)\b)|(?P<end>;)"
)
_STEPS = {
    escapes: re.compile(
        (_ESCAPED_STRING if escapes else _PLAIN_STRING) + _REST, re.DOTALL | re.MULTILINE | re.IGNORECASE
    )
    for escapes in (True, False)
}
_AGAIN = re.compile(rb"\n(?=(?:INSERT|CREATE|COPY|ALTER|DROP|SET|GO|--)\b)", re.IGNORECASE)


def find_dialect(text: str) -> Dialect:
    """By what only one of them writes."""
    if re.search(r"-- (?:MySQL|MariaDB|phpMyAdmin|HeidiSQL)|/\*!\d|ENGINE\s*=|^USE `|`\w+`", text, re.I | re.M):
        return Dialect.MYSQL
    if re.search(r"^GO\s*$|\[dbo\]|SET IDENTITY_INSERT|SET ANSI_NULLS", text, re.I | re.M):
        return Dialect.MSSQL
    if re.search(r"PRAGMA |sqlite_sequence|AUTOINCREMENT\b|script: \w+_sqlite", text, re.I):
        return Dialect.SQLITE
    return Dialect.POSTGRES


def unquote(name: bytes) -> str:
    """An identifier as it is called: `"a""b"` is a"b."""
    first, inner = name[:1], name[1:-1]
    for opening, closing in ((b'"', b'"'), (b"`", b"`"), (b"[", b"]")):
        if first == opening and name.endswith(closing):
            return inner.replace(closing * 2, closing).decode("utf-8", "replace")
    return name.decode("utf-8", "replace")


def names(listed: bytes) -> tuple[str, ...]:
    """The identifiers in a list such as `(id, "full name")`."""
    return tuple(unquote(found.group()) for found in _NAME.finditer(listed))


def parts(qualified: bytes) -> tuple[str, ...]:
    """`public."Users"` to ("public", "Users")."""
    return tuple(unquote(found.group()) for found in _NAME.finditer(qualified))


class Window:
    """The part of a dump in memory. `at` is where reading stands in `buffer`."""

    def __init__(self, source: Utf8, limit: int) -> None:
        self._source = source
        self.limit = limit
        self.buffer = b""
        self.at = 0
        self.ended = False
        self.passed = 0

    @property
    def place(self) -> int:
        """Bytes (of UTF-8) from the start of the dump."""
        return self.passed + self.at

    def more(self) -> bool:
        """Slide on and read another step; False at the end."""
        if self.ended:
            return False
        piece = self._source.read(STEP)
        self.ended = not piece
        self.passed += self.at
        self.buffer = self.buffer[self.at :] + piece
        self.at = 0
        return not self.ended

    def room(self, size: int) -> bool:
        """At least `size` bytes ahead, unless the end comes first."""
        while len(self.buffer) - self.at < size:
            if not self.more():
                return False
        return True

    def full(self) -> bool:
        """Whether what is ahead exceeds what one statement may be."""
        return len(self.buffer) - self.at > 8 * self.limit

    def blank(self) -> None:
        """Pass white space, comments and empty statements."""
        while True:
            self.room(1 << 16)
            found = _BLANK.match(self.buffer, self.at)
            if found:
                self.at = found.end()
                continue
            if self.buffer.startswith((b"/*", b"--"), self.at) and not self.full() and self.more():
                continue
            if self.buffer.startswith(b"/*", self.at):
                self.at = len(self.buffer) if self.ended else self.at + 2
                continue
            return

    def line(self) -> bytes:
        """Take the rest of the line."""
        while (end := self.buffer.find(b"\n", self.at)) < 0 and not self.full() and self.more():
            pass
        end = len(self.buffer) if end < 0 else end + 1
        taken, self.at = self.buffer[self.at : end], end
        return taken

    def statement(self, dialect: Dialect, *, terminator: bytes = b";", body: bool = False) -> bytes | None:
        """Take one statement up to its end. `body`: it holds statements of its own between BEGIN and END.
        None when its end was not found; reading then stands before the next line that looks like a beginning."""
        while True:
            end = self._end(dialect, terminator, body)
            if end:
                taken, self.at = self.buffer[self.at : end], end
                return taken
            if self.full() or not self.more():
                break
        if self.ended and not self.full() and len(self.buffer) - self.at < STEP:
            taken, self.at = self.buffer[self.at :], len(self.buffer)
            return taken
        self.resume()
        return None

    def resume(self) -> None:
        """Stand before the next line that looks like the beginning of a statement."""
        while not (found := _AGAIN.search(self.buffer, self.at + 1)):
            self.at = max(self.at, len(self.buffer) - 16)
            if not self.more():
                self.at = len(self.buffer)
                return
        self.at = found.end()

    def _end(self, dialect: Dialect, terminator: bytes, body: bool) -> int:
        if terminator != b";":
            found = self.buffer.find(terminator, self.at)
            return found + len(terminator) if found >= 0 else 0
        depth = 0
        for step in _STEPS[dialect.escapes].finditer(self.buffer, self.at):
            if dialect is Dialect.MSSQL and step.start() > self.at and (step["go"] or (step["next"] and not body)):
                return step.start()
            if body and step["word"]:
                depth += -1 if step["word"].upper() == b"END" else 1
            if step["end"] and depth <= 0 and not (body and dialect is Dialect.MSSQL):
                return step.end()
        return 0
