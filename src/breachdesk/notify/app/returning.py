"""What comes back of notices by mail: read by the worker, each letter once, and told to the ledger.

A letter moves the delivery whose mark it carries, and no other; whoever got a letter can say of that one that it
bounced, and gets another by the next way. What is no report stays in the mailbox, unseen, for people.
"""

import hashlib
import time
from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db import transaction

from breachdesk.ground import clock, imap
from breachdesk.notify import bounces
from breachdesk.notify.app import carrier, ledger
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, ReturnBox, Sending
from breachdesk.notify.bounces import Kind, Reach, Returned
from breachdesk.notify.states import State

MOST_LETTERS = 500  # of one visit
SECONDS = 50
_STATES = {
    Kind.BOUNCED: State.BOUNCED,
    Kind.COMPLAINED: State.COMPLAINED,
    Kind.AUTO_REPLY: State.DELIVERED,  # a machine behind that address answered
    Kind.DELAYED: State.DEFERRED,  # kept as told; what the relay has taken stays taken
}


def look() -> int:
    """Read what is new; how many letters moved something."""
    if not settings.RETURNS_URL:
        return 0
    moved, read, ends = 0, 0, time.monotonic() + SECONDS
    try:
        with imap.opened(settings.RETURNS_URL, settings.RETURNS_PASSWORD, most=bounces.MOST_READ) as box:
            for uid, size in box.after(_begun(box.validity)):
                took = take(uid, box.fetch(uid, size), clock.now())
                if took:
                    box.mark(uid)
                moved, read = moved + took, read + 1
                if read >= MOST_LETTERS or time.monotonic() > ends:
                    break
    except imap.TROUBLE as error:
        _tell(imap.told(error))
    else:
        _tell("")
    return moved


def _tell(trouble: str) -> None:
    with transaction.atomic():
        held, _ = ReturnBox.objects.select_for_update().get_or_create(id=1)
        now = clock.now()
        held.trouble_since = (held.trouble_since or now) if trouble else None
        held.trouble, held.looked_at = trouble, now
        held.save(update_fields=["trouble", "trouble_since", "looked_at"])


def _begun(validity: int) -> int:
    """The last UID that was read. A mailbox made anew is read from its beginning; what was told counts once."""
    with transaction.atomic():
        held, _ = ReturnBox.objects.select_for_update().get_or_create(id=1)
        if held.validity != validity:
            held.validity, held.uid = validity, 0
            held.save(update_fields=["validity", "uid"])
        return held.uid


@transaction.atomic
def take(uid: int, raw: bytes, at: datetime) -> int:
    """One letter, and that it was read, together; 1 when it speaks of a delivery of ours, else 0."""
    ReturnBox.objects.filter(id=1, uid__lt=uid).update(uid=uid)
    found = bounces.read(raw, carrier.mark_key())
    state = _state(found)
    rows = [row for row in (found.row, *found.also) if row is not None]
    if state is None or not rows:
        return 0
    number = hashlib.sha256(raw).hexdigest()[:40]
    by_sending: dict[int, list[int]] = defaultdict(list)
    for row, its in Delivery.objects.filter(id__in=rows).values_list("id", "sending"):
        by_sending[its].append(row)
    for sending in Sending.objects.select_related("case").filter(id__in=by_sending):
        said = f"{found.fate.status} {found.fate.said}".strip()[:300]
        words = [Word(row, state, told=said, outside=f"mail {number} {row}") for row in by_sending[sending.id]]
        ledger.tell(sending, words, source="dsn", by=carrier.hand(at))
    return 1 if by_sending else 0


def _state(found: Returned) -> State | None:
    if found.kind is Kind.DELIVERED:
        return State.DELIVERED if found.fate.reach in (Reach.MAILBOX, Reach.OPENED) else State.ACCEPTED
    return _STATES.get(found.kind)
