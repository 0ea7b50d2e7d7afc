"""A mailbox somewhere else, read over IMAP (RFC 3501): what came after, its bytes, and a mark that it was seen.

Nothing is taken away.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

_WAIT = 20.0  # for each answer of the server
_KIND = re.compile(rb"RFC822\.SIZE (\d+)")


class NoMailbox(Exception):
    """It cannot be read: says why."""


#: What may go wrong with a mailbox.
TROUBLE = (NoMailbox, OSError, imaplib.IMAP4.error, ssl.SSLError)


def told(error: BaseException) -> str:
    """What went wrong, in a line."""
    return (str(error) if isinstance(error, NoMailbox) else f"{type(error).__name__}: {error}")[:300]


class Box:
    """An open folder of a mailbox, for as long as `opened` lasts."""

    def __init__(self, server: imaplib.IMAP4, most: int) -> None:
        self._server, self._most = server, most
        self.validity = int(self._told(server.response("UIDVALIDITY")[1]) or 0)

    @staticmethod
    def _told(found: object) -> str:
        first = found[0] if isinstance(found, list) and found else None
        return first.decode("ascii", "replace") if isinstance(first, bytes) else ""

    def after(self, last: int) -> Iterator[tuple[int, int]]:
        """(UID, bytes) of each letter that came after, in order."""
        _, found = self._server.uid("SEARCH", f"UID {last + 1}:*")
        uids = sorted(int(one) for one in self._told(found).split() if one.isdigit())
        for uid in (one for one in uids if one > last):  # "n:*" always names the last one
            _, said = self._server.uid("FETCH", str(uid), "(RFC822.SIZE)")
            size = _KIND.search(said[0]) if said and isinstance(said[0], bytes) else None
            if size is not None:
                yield uid, int(size.group(1))

    def fetch(self, uid: int, size: int) -> bytes:
        """Its bytes, up to what one letter may have; nothing is marked by that."""
        what = "(BODY.PEEK[])" if size <= self._most else f"(BODY.PEEK[]<0.{64 << 10}>)"
        _, said = self._server.uid("FETCH", str(uid), what)
        for one in said:
            if isinstance(one, tuple) and isinstance(one[1], bytes):
                return one[1]
        raise NoMailbox(f"letter {uid} cannot be fetched")

    def mark(self, uid: int) -> None:
        self._server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")


@contextmanager
def opened(address: str, password: str, *, most: int) -> Iterator[Box]:
    """`imaps://`, `imap+tls://` or, on this machine, `imap://user@host/folder`. Of a letter of more than `most` bytes
    only the beginning is fetched. Raises what TROUBLE names."""
    parts = urlsplit(address)
    host, context = str(parts.hostname), ssl.create_default_context()
    server: imaplib.IMAP4
    if parts.scheme == "imaps":
        server = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=_WAIT)
    else:
        server = imaplib.IMAP4(host, parts.port or 143, timeout=_WAIT)
    try:
        if parts.scheme == "imap+tls":
            server.starttls(context)
        server.login(unquote(parts.username or ""), password or unquote(parts.password or ""))
        status, said = server.select(_quoted(unquote(parts.path.lstrip("/")) or "INBOX"))
        if status != "OK":
            raise NoMailbox(f"no such folder: {Box._told(said)[:200]}")
        yield Box(server, most)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _quoted(folder: str) -> str:
    return '"{}"'.format(folder.replace("\\", "\\\\").replace('"', '\\"'))
