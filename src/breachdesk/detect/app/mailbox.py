"""The mailbox in which people report: read by the worker, each letter exactly once, none of them taken away.

What a letter becomes and how far the mailbox is read are one transaction; only then the letter is marked as seen.
"""

import hashlib
import io
import secrets
import time
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

MOST_LETTERS = 50  # of one visit
SECONDS = 60
ROLE = "public"


def look() -> int:
    """Read what is new. How many letters were taken; what is wrong is kept to be told."""
    if not settings.MAILBOX_URL:
        return 0
    taken, ends = 0, time.monotonic() + SECONDS
    try:
        with imap.opened(settings.MAILBOX_URL, settings.MAILBOX_PASSWORD, most=2 * settings.MOST_ATTACHMENT) as box:
            for uid, size in box.after(_begun(box.validity)):
                raw = box.fetch(uid, size)
                _take(uid, raw, size, clock.now())
                box.mark(uid)
                taken += 1
                if taken >= MOST_LETTERS or time.monotonic() > ends:
                    break
    except imap.TROUBLE as error:
        _tell(imap.told(error))
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
