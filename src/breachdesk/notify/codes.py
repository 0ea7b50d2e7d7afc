"""The code on a letter by which it is known when it comes back: made from its id with a key, read from any hand."""

import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: without I, L, O, U
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)} | {"O": 0, "I": 1, "L": 1}
_BITS = 60
_CHECKED_BY = 37  # a prime: it sees any one wrong character and any two that changed places
LENGTH = _BITS // 5 + 1
_LONGEST_LINE = 100
_LEAST_KEY = 16
_SCANNER = re.compile(r"^\][A-Z][0-9A-Z]", re.IGNORECASE)  # some scanners tell first what kind of symbol it was
_BETWEEN = re.compile(r"[\s\u00a0\u2010-\u2015\u2212-]+")


def code_of(letter: str, key: bytes) -> str:
    """Thirteen letters and digits for the id of a letter; the last is the check character.

    Without the key it says nothing about the letter, and nobody can make one. The check is Crockford's (modulo 37); of
    the keyed numbers the first is taken whose check is a letter or digit: no code holds `*`, `~`, `$`, `=` or `U`.
    Raises ValueError for a key shorter than 16 bytes.
    """
    if len(key) < _LEAST_KEY:
        raise ValueError(f"codes of letters want a key of {_LEAST_KEY} bytes or more")
    for turn in range(1 << 16):  # the hundredth turn comes once in 10^86
        digest = hmac.digest(key, f"breachdesk letter {turn} {letter}".encode(), "sha256")
        number = int.from_bytes(digest[:8], "big") >> (64 - _BITS)
        if (check := number % _CHECKED_BY) < len(_SIGNS):
            signs = [_SIGNS[number >> shift & 31] for shift in range(_BITS - 5, -1, -5)]
            return "".join(signs) + _SIGNS[check]
    raise ValueError("no code can be made with this key")


def shown(code: str) -> str:
    """As it is printed: `7K3Q-9D2M-X4TB-E`."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def read_code(text: str) -> str | None:
    """The code in what somebody scanned or typed, as `code_of` made it; None when it is none.

    Spaces, dashes, case, I and L for 1, O for 0 do not matter.
    """
    if len(text) > _LONGEST_LINE:
        return None
    signs = [_VALUES.get(sign) for sign in _BETWEEN.sub("", _SCANNER.sub("", text.strip())).upper()]
    values = [value for value in signs if value is not None]
    if len(values) != LENGTH or len(signs) != LENGTH:
        return None
    number = 0
    for value in values[:-1]:
        number = number << 5 | value
    return "".join(_SIGNS[value] for value in values) if number % _CHECKED_BY == values[-1] else None


class Came(StrEnum):
    KNOWN = "known"
    UNKNOWN = "unknown"  # a sound code of no letter that we sent
    MISTYPED = "mistyped"  # not thirteen signs, or the check character says no


@dataclass(frozen=True, slots=True)
class Scan:
    """A line of scanned codes. `line` counts from 1; `letter`: id of a known one; `text`: the line when mistyped."""

    line: int
    came: Came
    code: str = ""
    letter: str = ""
    text: str = ""


def returned(lines: Iterable[str], letter_of: Callable[[str], str | None]) -> Iterator[Scan]:
    """What came back, line by line; empty lines are passed over. `letter_of`: code -> id of its letter, or None.

    One line is held at a time. A mistyped line is handed back at most 100 characters long.
    """
    for number, line in enumerate(lines, start=1):
        if len(line) <= _LONGEST_LINE and not line.strip("\ufeff \t\r\n\x00"):
            continue
        code = read_code(line.lstrip("\ufeff"))
        if code is None:
            yield Scan(number, Came.MISTYPED, text=line.strip()[:_LONGEST_LINE])
        elif (letter := letter_of(code)) is None:
            yield Scan(number, Came.UNKNOWN, code)
        else:
            yield Scan(number, Came.KNOWN, code, letter)
