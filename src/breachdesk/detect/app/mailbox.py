"""The mailbox in which people report: read by the worker, each letter exactly once, none of them taken away.

What a letter becomes and how far the mailbox is read are one transaction; only then the letter is marked as seen.
"""

import hashlib
import imaplib
import io
import re
import secrets
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction

from breachdesk.detect import letter
from breachdesk.detect.app import actions
from breachdesk.detect.app.actions import File
from breachdesk.detect.app.models import Mailbox, Post, Signal
from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor, Attachment, Via
from breachdesk.vault.app import keys

MOST_LETTERS = 50  # of one visit
SECONDS = 60
_WAIT = 20.0  # for each answer of the server
_KIND = re.compile(rb"RFC822\.SIZE (\d+)")
ROLE = "public"


class NoMailbox(Exception):
    """It cannot be read: says why."""


def look() -> int:
    """Read what is new. How many letters were taken; what is wrong is kept to be told."""
    if not settings.MAILBOX_URL:
        return 0
    taken, ends = 0, time.monotonic() + SECONDS
    try:
        with _opened(settings.MAILBOX_URL, settings.MAILBOX_PASSWORD) as box:
            for uid, size in box.after(_begun(box.validity)):
                raw = box.fetch(uid, size)
                _take(uid, raw, size, clock.now())
                box.mark(uid)
                taken += 1
                if taken >= MOST_LETTERS or time.monotonic() > ends:
                    break
    except (NoMailbox, OSError, imaplib.IMAP4.error, ssl.SSLError) as error:
        told = f"{type(error).__name__}: {error}"[:300] if not isinstance(error, NoMailbox) else str(error)[:300]
        _tell(told)
    else:
        _tell("")
    return taken


def _tell(trouble: str) -> None:
    with transaction.atomic():
        held, _ = Mailbox.objects.select_for_update().get_or_create(id=1)
        now = clock.now()
        held.trouble_since = (held.trouble_since or now) if trouble else None
        held.trouble, held.looked_at = trouble, now
        held.save(update_fields=["trouble", "trouble_since", "looked_at"])


def _begun(validity: int) -> int:
    """The last UID that was taken. A mailbox made anew is read from its beginning; letters known by key are passed."""
    with transaction.atomic():
        held, _ = Mailbox.objects.select_for_update().get_or_create(id=1)
        if held.validity != validity:
            held.validity, held.uid = validity, 0
            held.save(update_fields=["validity", "uid"])
        return held.uid


def _take(uid: int, raw: bytes, size: int, at: datetime) -> None:
    """What a letter becomes, and that it was taken, together."""
    found = letter.read(raw)
    key = hashlib.sha256((found.key or "").encode() or raw).hexdigest()
    if not Post.objects.filter(key=key).exists():
        _kept(uid, raw, size, found, key, at)
    else:
        Mailbox.objects.filter(id=1, uid__lt=uid).update(uid=uid)


def _kept(uid: int, raw: bytes, size: int, found: letter.Letter, key: str, at: datetime) -> None:
    by = Hand(Actor("mailbox", ROLE), Via.FLOW, at)
    name = f"m-{secrets.token_hex(12)}"
    sealed = keys.vault().seal(keys.SIGNALS, name, io.BytesIO(raw), keys.key_for(keys.SIGNALS, at))
    try:
        with transaction.atomic():
            Mailbox.objects.filter(id=1, uid__lt=uid).update(uid=uid)
            signal = None if found.automatic else _signal(found, raw, size, by)
            post = Post.objects.create(
                key=key,
                signal=signal,
                aside=found.automatic,
                sender=found.sender,
                subject=found.subject,
                sealed=name,
                size=sealed.size,
                at=at,
            )
            write(
                "detect.letter.taken" if signal else "detect.letter.set_aside",
                by=by,
                refs={"signal": signal.number if signal else None, "letter": post.id},
                payload={"why": found.automatic} if found.automatic else None,
                attachments=[Attachment(sealed.sha256, sealed.size, f"evidence:{name}")],
            )
    except BaseException:
        keys.vault().forget(keys.SIGNALS, name)
        raise


def _signal(found: letter.Letter, raw: bytes, size: int, by: Hand) -> Signal:
    """A new signal; or, for a reply by whom we asked, the one it answers."""
    files = [File(name, len(content), io.BytesIO(content)) for name, content in found.files]
    files = [file for file in files if file.size <= settings.MOST_ATTACHMENT]
    text = _said(found, size > len(raw))
    asked = Signal.objects.filter(number=found.number, channel="mail").first() if found.number else None
    if asked is not None and found.sender and asked.contact.casefold() == found.sender and _room(asked, files):
        actions.answer(asked, text, by=by, files=files)
        return asked
    return actions.take_in(
        text, channel="mail", who="other", noticed=found.date, contact=found.sender, files=files, by=by
    )


def _room(signal: Signal, files: list[File]) -> bool:
    return signal.messages.count() < 150 and signal.attachments.count() + len(files) <= actions.MOST_FILES * 3


def _said(found: letter.Letter, cut: bool) -> str:
    """Subject and text; what could not be read is said, as the letter itself is kept."""
    lines = [found.subject, "", found.text]
    if cut:
        lines.append("[…]")
    return "\n".join(lines).strip() or "-"


class _Box:
    """An open folder of a mailbox, for as long as `_opened` lasts."""

    def __init__(self, server: imaplib.IMAP4) -> None:
        self._server = server
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
        most = 2 * settings.MOST_ATTACHMENT
        what = "(BODY.PEEK[])" if size <= most else f"(BODY.PEEK[]<0.{64 << 10}>)"
        _, said = self._server.uid("FETCH", str(uid), what)
        for one in said:
            if isinstance(one, tuple) and isinstance(one[1], bytes):
                return one[1]
        raise NoMailbox(f"letter {uid} cannot be fetched")

    def mark(self, uid: int) -> None:
        self._server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")


@contextmanager
def _opened(address: str, password: str) -> Iterator[_Box]:
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
            raise NoMailbox(f"no such folder: {_Box._told(said)[:200]}")
        yield _Box(server)
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            server.logout()


def _quoted(folder: str) -> str:
    return '"{}"'.format(folder.replace("\\", "\\\\").replace('"', '\\"'))
