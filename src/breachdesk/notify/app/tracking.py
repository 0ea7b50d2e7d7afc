"""What a provider of mail tells of messages it took: it is found by the mark the message carried, and counts once."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType
from anymail.urls import urlpatterns
from django.db import transaction
from django.http import HttpRequest

from breachdesk.notify import marks
from breachdesk.notify.app import ledger, pens, sendings
from breachdesk.notify.app.by_provider import MARK
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.said import harmless
from breachdesk.notify.states import Channel, State

MOST_EVENTS = 2_000
#: Opened and clicked are not asked for, and not kept.
_STATES = {
    EventType.QUEUED: State.ACCEPTED,
    EventType.SENT: State.ACCEPTED,
    EventType.DEFERRED: State.ACCEPTED,  # they try again themselves
    EventType.DELIVERED: State.DELIVERED,
    EventType.REJECTED: State.BOUNCED,
    EventType.FAILED: State.BOUNCED,
    EventType.BOUNCED: State.BOUNCED,
    EventType.COMPLAINED: State.COMPLAINED,
}


def heard(provider: str, request: HttpRequest) -> list[AnymailTrackingEvent]:
    """What it tells, when it is the provider who tells it. Raises AnymailWebhookValidationFailure, and ValueError,
    TypeError, KeyError, AttributeError for what is not as the provider writes it."""
    view = _view(provider)
    view.run_validators(request)
    events: list[AnymailTrackingEvent] = view.parse_events(request)
    if len(events) > MOST_EVENTS:
        raise ValueError(f"{len(events)} events at once")
    return events


def _view(provider: str) -> Any:
    names = (f"{provider}_tracking_webhook", f"{provider}_webhook")
    found: Any = next(one for one in urlpatterns if one.name in names)
    return found.callback.view_class()


@transaction.atomic
def take(provider: str, events: Sequence[AnymailTrackingEvent], at: datetime) -> int:
    """Write down what they say of deliveries of ours; how many did."""
    key = pens.mark_key()
    said: dict[int, list[Word]] = defaultdict(list)
    for event in events:
        state, row = _STATES.get(event.event_type), _row(event, key)
        if state is not None and row is not None:
            said[row].append(Word(row, state, told=_told(event), outside=_number(provider, event, row)))
    by_sending: dict[int, list[Word]] = defaultdict(list)
    rows = Delivery.objects.filter(id__in=said, channel=Channel.EMAIL).values_list("id", "sending")
    for row, sending in rows:
        by_sending[sending] += said[row]
    for one in Sending.objects.select_related("case").filter(id__in=by_sending):
        ledger.tell(one, by_sending[one.id], source="provider", by=pens.hand(at))
        sendings.go_on(one, by=pens.hand(at))
    return sum(map(len, by_sending.values()))


def _row(event: AnymailTrackingEvent, key: Any) -> int | None:
    carried = event.metadata if isinstance(event.metadata, dict) else {}
    return marks.row_of(str(carried.get(MARK, ""))[:200], key)


def _told(event: AnymailTrackingEvent) -> str:
    more = (event.reject_reason, event.mta_response or event.description)
    said = " ".join([str(event.event_type), *(str(one)[:200] for one in more if one)])
    return harmless(said, (event.recipient,) if isinstance(event.recipient, str) else ())


def _number(provider: str, event: AnymailTrackingEvent, row: int) -> str:
    """By what it counts once: the number the provider gives it, else all it says."""
    if event.event_id:
        said = str(event.event_id)
    else:
        said = json.dumps([event.event_type, event.message_id, str(event.timestamp)])
    return f"{provider} {row} {hashlib.sha256(said.encode()).hexdigest()[:40]}"
