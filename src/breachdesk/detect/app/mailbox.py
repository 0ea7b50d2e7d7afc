"""The mailbox in which people report: read by the worker, each letter exactly once, none of them taken away.

What a letter becomes and how far the mailbox is read are one transaction; only then the letter is marked as seen.
"""

import hashlib
import io
import secrets
import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from breachdesk.detect import letter
from breachdesk.detect.app import actions
from breachdesk.detect.app.actions import File
from breachdesk.detect.app.models import Mailbox, Post, Signal
from breachdesk.ground import clock, imap
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor, Attachment, Via
from breachdesk.vault.app import keys

REPORTS, RETURNS = 1, 2  # the mailboxes of a desk: for reports, and for what comes back of notices
MOST_LETTERS = 50  # of one visit
SECONDS = 60
ROLE = "public"


def look() -> int:
    """Read what is new. How many letters were taken; what is wrong is kept to be told."""
    return visit(REPORTS, settings.MAILBOX_URL, settings.MAILBOX_PASSWORD, _take, most=2 * settings.MOST_ATTACHMENT)


def visit(
    box: int, url: str, password: str, take: Callable[[int, bytes, int, datetime], bool], *, most: int,
    letters: int = MOST_LETTERS,
) -> int:  # fmt: skip
    """Read what is new in a mailbox of that id. `take(uid, letter, size, at)`: what a letter becomes, and `passed`, in
    one transaction; whether it is done with, and marked as seen. Of a letter larger than `most` bytes only the
    beginning is read. How many were done with; what is wrong is kept to be told."""
    if not url:
        return 0
    done, read, ends = 0, 0, time.monotonic() + SECONDS
    try:
        with imap.opened(url, password, most=most) as opened:
            for uid, size in opened.after(_begun(box, opened.validity)):
                if take(uid, opened.fetch(uid, size), size, clock.now()):
                    opened.mark(uid)
                    done += 1
                read += 1
                if read >= letters or time.monotonic() > ends:
                    break
    except imap.TROUBLE as error:
        _tell(box, imap.told(error))
    else:
        _tell(box, "")
    return done


def passed(box: int, uid: int) -> None:
    """It is read as far as this letter."""
    Mailbox.objects.filter(id=box, uid__lt=uid).update(uid=uid)


def trouble(box: int) -> str:
    """Why it cannot be read, or nothing."""
    held = Mailbox.objects.filter(id=box).first()
    return held.trouble if held else ""


def _tell(box: int, trouble: str) -> None:
    with transaction.atomic():
        held, _ = Mailbox.objects.select_for_update().get_or_create(id=box)
        now = clock.now()
        held.trouble_since = (held.trouble_since or now) if trouble else None
        held.trouble, held.looked_at = trouble, now
        held.save(update_fields=["trouble", "trouble_since", "looked_at"])


def _begun(box: int, validity: int) -> int:
    """The last UID that was read. A mailbox made anew is read from its beginning; letters known by key are passed."""
    with transaction.atomic():
        held, _ = Mailbox.objects.select_for_update().get_or_create(id=box)
        if held.validity != validity:
            held.validity, held.uid = validity, 0
            held.save(update_fields=["validity", "uid"])
        return held.uid


def _take(uid: int, raw: bytes, size: int, at: datetime) -> bool:
    """What a letter becomes, and that it was taken, together."""
    found = letter.read(raw)
    key = hashlib.sha256((found.key or "").encode() or raw).hexdigest()
    if not Post.objects.filter(key=key).exists():
        _kept(uid, raw, size, found, key, at)
    else:
        passed(REPORTS, uid)
    return True


def _kept(uid: int, raw: bytes, size: int, found: letter.Letter, key: str, at: datetime) -> None:
    by = Hand(Actor("mailbox", ROLE), Via.FLOW, at)
    name = f"m-{secrets.token_hex(12)}"
    sealed = keys.vault().seal(keys.SIGNALS, name, io.BytesIO(raw), keys.key_for(keys.SIGNALS, at))
    try:
        with transaction.atomic():
            passed(REPORTS, uid)
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
