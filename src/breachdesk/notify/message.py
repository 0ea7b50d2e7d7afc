"""One notice as an e-mail (RFC 5322, RFC 2045): text and page, each whole in base64, so that no relay changes a letter.

Not by the mail classes of Python or Django: they take a millisecond and a half for what takes forty microseconds here.
That both make the same message is tested.
"""

from binascii import b2a_base64
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

import numpy as np

from breachdesk.notify.mould import Cast

_LINE = 76
_END = np.frombuffer(b"\r\n", np.uint8)


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
    """Writes letter after letter with the same frame."""

    frame: Frame
    _head: bytes

    def write(self, cast: Cast, *, to: str, message_id: str, at: datetime) -> bytes:
        """`to`: the address alone, ASCII; `message_id` with its brackets; `at`: aware. CRLF lines, no line of a dot."""
        if not (to.isascii() and to.isprintable() and not set(to) & set('<>" ,;')):
            raise BadMessage("to: this is no address that may stand in a header")
        edge = f"=_{message_id.strip('<>').partition('@')[0]}".encode()
        return b"".join(
            (
                self._head,
                b"\r\nTo: <", to.encode(), b">\r\nDate: ", _date(at),
                b"\r\nMessage-ID: ", message_id.encode(),
                b'\r\nContent-Type: multipart/alternative; boundary="', edge, b'"\r\n\r\n--', edge,
                b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                _base64(cast.text), b"\r\n--", edge,
                b"\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
                _base64(cast.html), b"\r\n--", edge, b"--\r\n",
            )
        )  # fmt: skip


def writer(frame: Frame) -> Writer:
    return Writer(frame, frame.head())


@lru_cache(maxsize=16)
def _date(at: datetime) -> bytes:
    return format_datetime(at).encode()


def _base64(text: str) -> bytes:
    """Lines of 76 letters, as many at once as there are: one by one they take four times as long."""
    whole = np.frombuffer(b2a_base64(text.encode(), newline=False), np.uint8)
    count = (len(whole) - 1) // _LINE if len(whole) else 0  # of the lines that have one after them
    lines = np.empty((count, _LINE + 2), np.uint8)
    lines[:, :_LINE] = whole[: count * _LINE].reshape(count, _LINE)
    lines[:, _LINE:] = _END
    return lines.tobytes() + whole[count * _LINE :].tobytes()
