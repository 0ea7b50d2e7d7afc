"""One notice as an e-mail (RFC 5322, RFC 2045): text and page, each in letters that no relay has to change: what is
signed for its sender (DKIM) has to arrive as it was signed (RFC 6376 5.3).

Where almost all is ASCII as quoted-printable, else in base64, whichever is shorter. Lines end with CRLF inside it, too
(RFC 2046 4.1.1).

Not by the mail classes of Python or Django: they take a millisecond and a half for what takes a fortieth of that here.
What all letters of a mould have in common is encoded once; that what is read is the letter as it is cast is tested.
"""

import re
from binascii import b2a_base64, b2a_qp
from dataclasses import dataclass
from datetime import date, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from breachdesk.notify.mould import Gap, Mould, Part, Values, as_markup, filled
from breachdesk.notify.values import Person

_OF_A_LINE = 57  # bytes: 76 letters
_ADDRESS = re.compile(r"[!#-+\--:=?-~]+")  # the visible letters of ASCII without < > " , ;
_PLAIN = b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
_PAGE = _PLAIN.replace(b"plain", b"html")
_WORTH = 120  # bytes: a run shorter than that is encoded with what stands beside it


class BadMessage(ValueError):
    """A header that cannot be written: says which."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all letters of one cohort and language have in common. `sender`, `reply_to`: addresses."""

    sender: str
    sender_name: str
    subject: str
    language: str
    reply_to: str = ""

    def __post_init__(self) -> None:
        for name in ("sender", "sender_name", "subject", "language", "reply_to"):
            if any(not letter.isprintable() for letter in getattr(self, name)):
                raise BadMessage(f"{name}: a header is one line of letters that can be seen")

    def head(self) -> bytes:
        """Raises BadMessage for an address that is none."""
        said = EmailMessage(policy=SMTP)
        try:
            said["From"] = Address(self.sender_name, addr_spec=self.sender)
            if self.reply_to:
                said["Reply-To"] = Address(addr_spec=self.reply_to)
        except (ValueError, HeaderParseError) as error:
            raise BadMessage(f"sender or reply_to: {error}") from error
        said["Subject"] = self.subject
        said["Content-Language"] = self.language
        # RFC 3834: no machine answers it. It is no list: nobody can leave what the law has them told.
        said["Auto-Submitted"] = "auto-generated"
        said["X-Auto-Response-Suppress"] = "OOF, AutoReply"
        said["MIME-Version"] = "1.0"
        return said.as_bytes().rstrip(b"\r\n")


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes letter after letter of one mould with the same frame."""

    mould: Mould
    _head: bytes
    _text: "_Encoded"
    _html: "_Encoded"

    def write(self, person: Person, day: date, *, to: str, message_id: str, at: datetime) -> bytes:
        """The letter as the mould casts it. `to`: the address alone, ASCII; `message_id` with its brackets; `at`:
        aware. CRLF lines, none that begins with a dot. Raises Unfilled, BadMessage."""
        if not _ADDRESS.fullmatch(to):
            raise BadMessage("to: this is no address that may stand in a header")
        values = self.mould.values(person, day)
        edge = f"=_{message_id.strip('<>').partition('@')[0]}".encode()
        return b"".join(
            (
                self._head, b"\r\nTo: <", to.encode(), b">\r\nDate: ", _date(at),
                b"\r\nMessage-ID: ", message_id.encode(),
                b'\r\nContent-Type: multipart/alternative; boundary="', edge, b'"\r\n\r\n--', edge,
                _PLAIN, self._text.name, b"\r\n\r\n", *self._text.written(values), b"\r\n--", edge,
                _PAGE, self._html.name, b"\r\n\r\n", *self._html.written(as_markup(values)), b"\r\n--", edge, b"--\r\n",
            )
        )  # fmt: skip


def writer(frame: Frame, mould: Mould) -> Writer:
    """Raises BadMessage."""
    return Writer(mould, frame.head(), _encoded(mould.text), _encoded(mould.html))


@lru_cache(maxsize=16)
def _date(at: datetime) -> bytes:
    return format_datetime(at).encode()


class _Encoded(Protocol):
    """A part of a letter: what is encoded already, and places for what has to be encoded for each. `name`: as RFC 2045
    calls the encoding."""

    @property
    def name(self) -> bytes: ...

    @property
    def size(self) -> int:
        """Bytes without what is put in."""

    def written(self, values: Values) -> list[bytes]:
        """Lines of at most 76 letters, without the CRLF of the last."""


def _encoded(parts: tuple[Part, ...]) -> _Encoded:
    lines = tuple(part.replace("\n", "\r\n") if isinstance(part, str) else part for part in parts)
    ways: tuple[_Encoded, ...] = (_printable(lines), _in_base64(lines))
    return min(ways, key=lambda one: one.size)


# --- quoted-printable (RFC 2045 6.7)

_SOFT = b"=\r\n"  # a line that goes on
_SAFE = re.compile(r"(?!From )[A-Za-z0-9(][!-<>-~ ]{0,69}")  # stands for itself, wherever a line begins
# What some relay may change at the beginning of a line.
_CHANGED = re.compile(rb"^(?:\.+|F(?=rom ))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Printable:
    """`pieces`: empty where something is put in; `gaps`: what, by its place."""

    pieces: tuple[bytes, ...]
    gaps: tuple[tuple[int, Gap], ...]
    name: bytes = b"quoted-printable"

    @property
    def size(self) -> int:
        return sum(map(len, self.pieces))

    def written(self, values: Values) -> list[bytes]:
        lines = list(self.pieces)
        for place, gap in self.gaps:
            lines[place] = _line_of(filled(gap, values))
        return lines


def _printable(parts: tuple[Part, ...]) -> _Printable:
    """What is put in has lines of its own."""
    pieces, gaps = list[bytes](), list[tuple[int, Gap]]()
    for place, part in enumerate(parts):
        if isinstance(part, str):
            ended = part.endswith("\n") or place == len(parts) - 1
            pieces.append(b"\r\n".join(map(_quoted, part.encode().split(b"\r\n"))) + (b"" if ended else _SOFT))
        else:
            pieces.append(b"")
            gaps.append((place, part))
    return _Printable(tuple(pieces), tuple(gaps))


@lru_cache(maxsize=1024)
def _line_of(value: str) -> bytes:
    """The same in text and page, and what is masked is the same for many."""
    if _SAFE.fullmatch(value):
        return value.encode() + _SOFT
    return _quoted(value.encode()) + _SOFT if value else b""


def _quoted(line: bytes) -> bytes:
    quoted = b2a_qp(line, istext=False).replace(b"\n", b"\r\n")
    return _CHANGED.sub(lambda found: b"".join(b"=%02X=\r\n" % one for one in found[0]), quoted)


# --- base64 (RFC 2045 6.8)


class _Run(NamedTuple):
    """Bytes that are the same in every letter, in base64 from their first, second and third one on: whichever falls on
    a place where three bytes begin. `rest`: what is left over at the end of each."""

    begin: bytes
    lines: tuple[bytes, bytes, bytes]
    rest: tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class _Base64:
    """Runs, each with what stands before it and has to be encoded for each letter; and what stands behind the last. A
    line ends before and behind a run."""

    runs: tuple[tuple[tuple[bytes | Gap, ...], _Run], ...]
    behind: tuple[bytes | Gap, ...]
    name: bytes = b"base64"

    @property
    def size(self) -> int:
        small = [piece for before, _ in self.runs for piece in before] + list(self.behind)
        static = sum(len(piece) for piece in small if isinstance(piece, bytes))
        return sum(len(run.lines[0]) for _, run in self.runs) + static * 4 // 3

    def written(self, values: Values) -> list[bytes]:
        held, lines = b"", list[bytes]()
        for before, run in self.runs:
            for piece in before:
                held += piece if isinstance(piece, bytes) else filled(piece, values).encode()
            shift = -len(held) % 3
            held += run.begin[:shift]
            if held:
                lines.append(_base64(held))
            lines.append(run.lines[shift])
            held = run.rest[shift]
        for piece in self.behind:
            held += piece if isinstance(piece, bytes) else filled(piece, values).encode()
        if held:
            lines.append(_base64(held))
        if lines:
            lines[-1] = lines[-1].removesuffix(b"\r\n")
        return lines


def _in_base64(parts: tuple[Part, ...]) -> _Base64:
    runs: list[tuple[tuple[bytes | Gap, ...], _Run]] = []
    small: list[bytes | Gap] = []
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        if isinstance(raw, bytes) and len(raw) >= _WORTH:
            runs.append((tuple(small), _run(raw)))
            small = []
        else:
            small.append(raw)
    return _Base64(tuple(runs), tuple(small))


def _run(raw: bytes) -> _Run:
    lines, rest = [], []
    for shift in range(3):
        end = len(raw) - (len(raw) - shift) % 3
        lines.append(_base64(raw[shift:end]))
        rest.append(raw[end:])
    return _Run(raw[:2], (lines[0], lines[1], lines[2]), (rest[0], rest[1], rest[2]))


def _base64(raw: bytes) -> bytes:
    if len(raw) <= _OF_A_LINE:
        return b2a_base64(raw, newline=False) + b"\r\n"
    begins = range(0, len(raw), _OF_A_LINE)
    return b"".join([b2a_base64(raw[at : at + _OF_A_LINE], newline=False) + b"\r\n" for at in begins])
