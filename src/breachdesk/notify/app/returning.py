"""What comes back of notices by mail: read by the worker, each letter once, and told to the ledger.

A letter moves the delivery whose mark it carries, and no other; whoever got a letter can say of that one that it
bounced, and gets another by the next way. What is no report stays in the mailbox, unseen, for people.
"""

import hashlib
from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db import transaction

from breachdesk.detect.app import mailbox
from breachdesk.notify import bounces
from breachdesk.notify.app import ledger, pens, sendings
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.bounces import Kind, Reach, Returned
from breachdesk.notify.states import State

MOST_LETTERS = 500  # of one visit
_STATES = {
    Kind.BOUNCED: State.BOUNCED,
    Kind.COMPLAINED: State.COMPLAINED,
    Kind.AUTO_REPLY: State.DELIVERED,  # a machine behind that address answered
    Kind.DELAYED: State.DEFERRED,  # kept as told; what the relay has taken stays taken
}


def look() -> int:
    """Read what is new; how many letters spoke of a delivery of ours."""
    return mailbox.visit(
        mailbox.RETURNS, settings.RETURNS_URL, settings.RETURNS_PASSWORD, take, most=bounces.MOST_READ,
        letters=MOST_LETTERS,
    )  # fmt: skip


@transaction.atomic
def take(uid: int, raw: bytes, size: int, at: datetime) -> bool:
    """One letter, and that it was read, together; whether it speaks of a delivery of ours."""
    mailbox.passed(mailbox.RETURNS, uid)
    found = bounces.read(raw, pens.mark_key())
    state = _state(found)
    rows = [row for row in (found.row, *found.also) if row is not None]
    if state is None or not rows:
        return False
    number = hashlib.sha256(raw).hexdigest()[:40]
    by_sending: dict[int, list[int]] = defaultdict(list)
    for row, its in Delivery.objects.filter(id__in=rows).values_list("id", "sending"):
        by_sending[its].append(row)
    for sending in Sending.objects.select_related("case").filter(id__in=by_sending):
        code, told = found.fate.code, found.fate.told[:300]
        words = [Word(row, state, code, told, outside=f"mail {number} {row}") for row in by_sending[sending.id]]
        ledger.tell(sending, words, source="dsn", by=pens.hand(at))
        sendings.go_on(sending, by=pens.hand(at))
    return bool(by_sending)


def _state(found: Returned) -> State | None:
    if found.kind is Kind.DELIVERED:
        return State.DELIVERED if found.fate.reach in (Reach.MAILBOX, Reach.OPENED) else State.ACCEPTED
    return _STATES.get(found.kind)
