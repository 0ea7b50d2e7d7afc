"""A signal with a file and a thread, for the walk through every page (tests/web/filled.py)."""

import io
from collections.abc import Callable
from typing import Any

from breachdesk.case.app.models import Case
from breachdesk.detect.app import actions, mailbox, senders
from breachdesk.detect.app.actions import File
from breachdesk.detect.app.models import Attachment, Heard, Post, Sender, Signal
from breachdesk.staff.app.models import Account
from tests.cast import AT, hand

CODE = "1234 5678 9012 3452"


def fill(case: Case, lead: Account, text: str) -> None:
    if Signal.objects.exists():
        return  # signals belong to no case
    by = hand(lead, "triage")
    file = File(text[-200:], 4, io.BytesIO(b"id\n1"))
    signal = actions.take_in(
        text, channel="public", who="police", noticed=text[:200], contact=text[:200], code=CODE, files=[file], by=by
    )
    actions.ask(signal, text, by=by)
    actions.answer(signal, text, by=by)
    actions.take_in(text, channel="staff", who="employee", by=by)
    sender, _ = senders.make(text[:80], by=by)
    Heard.objects.create(sender=sender, message=text[:200], signal=signal, at=AT)
    Sender.objects.update(refused="unsigned", refused_at=AT)
    head = f"From: eve@example.org\r\nSubject: {text}\r\nAuto-Submitted: auto-replied\r\n\r\n{text}"
    mailbox._take(1, head.encode("utf-8", "replace"), len(head), AT)


VALUES: dict[str, Callable[[Case], Any]] = {
    "detect_sender:sender": lambda case: Sender.objects.order_by("id")[0].id,
    "detect_in:sender": lambda case: Sender.objects.order_by("id")[0].slug,
    "letter": lambda case: Post.objects.order_by("id")[0].id,
    "signal": lambda case: Signal.objects.order_by("id")[0].number,
    "attachment": lambda case: Attachment.objects.order_by("id")[0].id,
}
