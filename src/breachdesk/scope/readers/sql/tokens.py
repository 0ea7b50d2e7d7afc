"""Tuples token by token: slower, and exact for whatever the four dialects write."""

import re
from collections.abc import Iterator

_PLAIN = rb"'((?:[^']++|'')*+)'"
_ESCAPED = rb"'((?:[^'\\]++|''|\\.)*+)'"
_CAST = rb"(?:::\s*[\w\"]+(?:\s+(?:varying|precision|with(?:out)?\s+time\s+zone))?(?:\([\d, ]*\))?(?:\[\])?)*"


class BrokenTupleError(Exception):
    """A statement ends inside a tuple: a quote in it is missing or too many."""


def _value(string: bytes) -> re.Pattern[bytes]:
    return re.compile(
        rb"\s*(?:(?P<kind>[NnXxBb]|_\w+\s*|[Uu]&)?" + string.replace(b"'((", b"'(?P<string>(", 1) + rb"|(?P<e>[Ee])"
        rb"'(?P<escaped>(?:[^'\\]++|''|\\.)*+)'"
        rb"|(?:CAST|CONVERT)\s*\((?:\s*\w+(?:\(\d+\))?\s*,)?\s*N?'(?P<cast>(?:[^']++|'')*+)'"
        rb"\s*(?:AS\s+[\w() ,]+?|,\s*\d+)?\s*\)(?=\s*[,)])"
        rb'|"(?P<double>(?:[^"\\]++|""|\\.)*+)"'
        rb"|(?P<bare>[^\s,()'\"][^,()'\"]*+)?)" + _CAST + rb"\s*(?P<end>[,)])",
        re.DOTALL | re.IGNORECASE,
    )


_VALUE = {True: _value(_ESCAPED), False: _value(_PLAIN)}
_INNER = {
    True: re.compile(_ESCAPED + rb"|[(),;']", re.DOTALL),
    False: re.compile(_PLAIN + rb"|[(),;']", re.DOTALL),
}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "b": "", "0": "", "Z": "", "f": "\f", "v": "\v"}


def row(buffer: bytes, at: int, *, escapes: bool) -> tuple[list[str | None], int] | None:
    """The tuple that opens at `at`, and where it ends; None when not in `buffer`. Raises BrokenTupleError."""
    place = at + 1
    cells: list[str | None] = []
    pattern = _VALUE[escapes]
    while True:
        found = pattern.match(buffer, place)
        if found:
            cells.append(_cell(found, escapes=escapes))
            place = found.end()
            if found["end"] == b")":
                return cells, place
            continue
        end = _expression(buffer, place, escapes=escapes)
        if not end:
            return None
        cells.append(_literal(buffer[place:end], escapes=escapes))
        place = end + 1
        if buffer[end : end + 1] == b")":
            return cells, place


def _cell(found: re.Match[bytes], *, escapes: bool) -> str | None:
    if (string := found["string"]) is not None:
        kind = (found["kind"] or b"").upper()
        if kind == b"X":
            return _hex(string)
        return _string(string, escapes=escapes)
    if (string := found["escaped"]) is not None:
        return _string(string, escapes=True)
    if (string := found["cast"]) is not None:
        return _string(string, escapes=escapes)
    if (string := found["double"]) is not None:
        return _string(string.replace(b'""', b'"'), escapes=escapes)
    bare = (found["bare"] or b"").strip()
    if bare.upper() in (b"NULL", b"DEFAULT", b""):
        return None
    if bare[:2] in (b"0x", b"0X") and len(bare) % 2 == 0 and len(bare) > 2:
        return _hex(bare[2:])
    return bare.decode("utf-8", "replace")


def _string(raw: bytes, *, escapes: bool) -> str:
    text = raw.decode("utf-8", "replace")
    if not escapes or "\\" not in text:
        return text.replace("''", "'")
    pieces: Iterator[str] = (piece for piece in re.split(r"(\\.)", text, flags=re.DOTALL))
    return "".join(
        _LETTERS.get(piece[1], piece[1]) if len(piece) == 2 and piece[0] == "\\" else piece.replace("''", "'")
        for piece in pieces
    )


def _hex(digits: bytes) -> str:
    """Bytes written in hexadecimal: as text when they are text, else as they stand."""
    try:
        text = bytes.fromhex(digits.decode("ascii")).decode("utf-8")
    except ValueError:
        return f"0x{digits.decode('ascii', 'replace')}"
    return (
        text if text and all(char.isprintable() or char in "\t\n\r" for char in text) else f"0x{digits.decode('ascii')}"
    )


def _expression(buffer: bytes, place: int, *, escapes: bool) -> int:
    """Where an expression such as CAST(N'x' AS date) ends: at the comma or parenthesis that is not its own."""
    depth = 0
    for found in _INNER[escapes].finditer(buffer, place):
        token = found.group()
        if token == b"(":
            depth += 1
        elif token == b")" and depth:
            depth -= 1
        elif token == b"'":
            return 0
        elif token == b";":
            raise BrokenTupleError
        elif token in (b")", b",") and not depth:
            return found.start()
    return 0


def _literal(expression: bytes, *, escapes: bool) -> str | None:
    """The string inside an expression, or the expression as it stands."""
    found = re.search(_ESCAPED if escapes else _PLAIN, expression, re.DOTALL)
    if found:
        return _string(found[1], escapes=escapes)
    return expression.strip().decode("utf-8", "replace") or None
