"""A mail as a report: who wrote, what, with which files. Anybody can write one, so nothing in it is believed."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import parseaddr
from html.parser import HTMLParser

MOST_PARTS = 200
MOST_FILES = 8
LONGEST = 15_000  # letters of text; the rest is in the mail itself, which is kept whole
_LONGEST_HEADER = 400
_NUMBER = re.compile(r"\[(S-\d{4}-\d{4,9})\]")
_AUTOMATIC = ("bulk", "list", "junk", "auto_reply")
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript"})
_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "blockquote"})


@dataclass(frozen=True, slots=True)
class Letter:
    """`key`: Message-ID, or nothing. `automatic`: why no human wrote it, as a word of the packs, or nothing. `number`:
    the signal its subject names. `files`: (name, content). `broken`: it could not be taken apart; the text says so."""

    key: str
    sender: str
    subject: str
    text: str
    date: str
    number: str = ""
    automatic: str = ""
    files: tuple[tuple[str, bytes], ...] = ()
    broken: bool = False


def read(raw: bytes) -> Letter:
    """Never raises for what a mail says: one that cannot be taken apart is `broken`, its headers where readable."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        parts = list(_parts(message))
        text, files = _text(parts), tuple(_files(parts))
        broken = False
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        message = BytesParser(policy=policy.compat32).parsebytes(
            raw[: 64 << 10].partition(b"\r\n\r\n")[0], headersonly=True
        )
        text, files, broken = "", (), True
    subject = header(message, "Subject")
    named = _NUMBER.search(subject)
    return Letter(
        key=header(message, "Message-ID"),
        sender=parseaddr(header(message, "From"))[1].lower()[:254],
        subject=subject,
        text=text[:LONGEST],
        date=header(message, "Date")[:120],
        number=named.group(1) if named else "",
        automatic=_automatic(message),
        files=files,
        broken=broken,
    )


def header(message: Message, name: str) -> str:
    """Decoded, on one line, of bounded length; as it stands when its encoding is a lie. Bare UTF-8 is read."""
    value = str(next((value for key, value in message.raw_items() if key.lower() == name.lower()), ""))
    value = " ".join(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())
    with suppress(ValueError, LookupError, MessageError):
        value = str(make_header(decode_header(value[: 8 * _LONGEST_HEADER])))
    return " ".join(value.encode("utf-8", "replace").decode("utf-8").replace("\0", "").split())[:_LONGEST_HEADER]


def _automatic(message: Message) -> str:
    """RFC 3834 5 and the older signs: an automatic answer, a bounce (RFC 3464), a list."""
    said = header(message, "Auto-Submitted").lower()
    if said and said.partition(";")[0].strip() != "no":
        return "answer"
    if message.get_content_type() == "multipart/report" or header(message, "Return-Path") == "<>":
        return "bounce"
    if message.get("X-Autoreply") or message.get("X-Autorespond"):
        return "answer"
    if message.get("List-Id") or message.get("List-Unsubscribe"):
        return "list"
    return "list" if header(message, "Precedence").lower() in _AUTOMATIC else ""


def _parts(message: Message) -> Iterator[Message]:
    """The leaves, in order, a few hundred at most; nested however deep."""
    waiting, seen = [message], 0
    while waiting and seen < MOST_PARTS:
        one = waiting.pop()
        seen += 1
        inner = one.get_payload()
        if isinstance(inner, list):
            waiting += [part for part in reversed(inner) if isinstance(part, Message)]
        else:
            yield one


def _text(parts: list[Message]) -> str:
    """The plain text, else the words of the HTML."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                found = _decoded(part)
                if kind == "text/html":
                    found = _words(found)
                if found.strip():
                    return found.strip()
    return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    content = content[: 8 * LONGEST]
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset).replace("\0", "")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1").replace("\0", "")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag in _BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def _words(html: str) -> str:
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).splitlines())
    return "\n".join(line for line in lines if line)


def _files(parts: list[Message]) -> Iterator[tuple[str, bytes]]:
    count = 0
    for part in parts:
        name = part.get_filename()
        if not name and part.get_content_disposition() != "attachment":
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and count < MOST_FILES:
            count += 1
            yield str(name or "file").replace("\0", "")[-200:], content
