"""Programs that report by a webhook of theirs: signed to Standard Webhooks 1.0, each event once, kept as it came."""

import io
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from breachdesk.detect.app import actions
from breachdesk.detect.app.actions import File
from breachdesk.detect.app.models import WHO, Heard, Sender, Signal
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor, Via
from breachdesk.staff.app import programs

MOST = 20
LARGEST = 256 << 10
#: Signals of one sender in an hour; beyond, it is asked to come again later, and loses nothing by that.
MOST_SIGNALS, _HOUR = 240, timedelta(hours=1)
ROLE = "public"
_LONGEST_ID = 200
_KEPT = timedelta(days=30)
_OFTEN = timedelta(minutes=1)
_CUT = " […]"


class Unheard(Exception):
    """An event that is not taken. `reason`: below `senders.unheard` of the messages; `status`: of HTTP."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


def make(name: str, *, who: str = "monitoring", by: Hand) -> tuple[Sender, str]:
    """A program that may report, and its secret, to be shown once. Raises Refused."""
    if who not in WHO:
        raise Refused("detect.refused.who", field="who")
    with transaction.atomic():
        if Sender.objects.filter(gone_at=None).count() >= MOST:
            raise Refused("senders.refused.too_many", most=MOST)
        made = Sender.objects.create(
            slug=secrets.token_hex(16), name=name, who=who, made_at=by.at, made_by=by.actor.name
        )
        write("detect.sender.made", by=by, refs={"sender": made.id}, payload={"name": name, "who": who})
    return made, programs.secret_of(made)


def turn(sender: Sender, *, by: Hand) -> str:
    """A new secret; the one before is taken for another day."""
    return programs.turn(sender, "detect.sender.turned", by=by)


def pause(sender: Sender, *, by: Hand) -> None:
    programs.pause(sender, "detect.sender.paused", by=by)


def resume(sender: Sender, *, by: Hand) -> None:
    programs.resume(sender, "detect.sender.resumed", by=by)


def remove(sender: Sender, *, by: Hand) -> None:
    """Nothing is taken from it any more; what it reported stays."""
    programs.remove(sender, "detect.sender.removed", by=by)


def hear(slug: str, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Signal:
    """The signal of an event, which the same event told again gets again. Raises Unheard; of a known sender that is
    kept, to be seen by administrators."""
    sender = Sender.objects.filter(slug=slug, gone_at=None).first()
    if sender is None:
        raise Unheard("unknown", 404)
    try:
        return _heard(sender, body, headers, at)
    except Unheard as error:
        if sender.refused_at is None or at - sender.refused_at > _OFTEN or sender.refused != error.reason:
            Sender.objects.filter(id=sender.id).update(refused_at=at, refused=error.reason)
        raise


def _heard(sender: Sender, body: bytes, headers: Mapping[str, str], at: datetime) -> Signal:
    if len(body) > min(LARGEST, settings.MOST_ATTACHMENT):
        raise Unheard("large", 413)
    _check(sender, body, headers, at)
    if sender.paused_at is not None:
        raise Unheard("paused", 503)
    said, message = _said(body, sender), headers["webhook-id"]
    if len(message) > _LONGEST_ID:
        raise Unheard("id", 400)
    by = Hand(Actor(f"webhook {sender.name}", ROLE), Via.API, at)
    with transaction.atomic():
        Sender.objects.select_for_update().get(id=sender.id)  # one event of a sender after the other
        known = Heard.objects.select_related("signal").filter(sender=sender, message=message).first()
        if known is not None:
            return known.signal
        if Heard.objects.filter(sender=sender, at__gt=at - _HOUR).count() >= MOST_SIGNALS:
            raise Unheard("busy", 429)
        signal = actions.take_in(
            said.text,
            channel="webhook",
            who=said.who,
            noticed=said.noticed,
            contact=said.contact,
            files=[File("event.json", len(body), io.BytesIO(body))],
            by=by,
        )
        Heard.objects.create(sender=sender, message=message, signal=signal, at=at)
    return signal


def _check(sender: Sender, body: bytes, headers: Mapping[str, str], at: datetime) -> None:
    """Whether it was signed with the secret, or with the one before where that is less than a day gone; within five
    minutes of now, as the standard says."""
    for secret in programs.secrets_of(sender, at):
        try:
            Webhook(secret).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # ValueError: a header or a body that is none at all
            continue
        return
    raise Unheard("unsigned", 401)


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    who: str
    noticed: str
    contact: str


def _said(body: bytes, sender: Sender) -> _Said:
    """What an event says. One that has no `data.text` is shown whole, as it is kept. Raises Unheard."""
    try:
        event = json.loads(body)
        if not isinstance(event, dict) or not event:
            raise ValueError
        data = event.get("data")
        data = data if isinstance(data, dict) else {}
        text = _words(data.get("text")).strip() or _words(json.dumps(event, ensure_ascii=False, indent=1))
    except (ValueError, RecursionError):
        raise Unheard("shape", 400) from None
    if len(text) > actions.LONGEST:
        text = text[: actions.LONGEST - len(_CUT)] + _CUT
    who = data.get("who")
    return _Said(
        text=text,
        who=who if isinstance(who, str) and who in WHO else sender.who,
        noticed=_words(data.get("noticed") or event.get("timestamp"))[:200],
        contact=_words(data.get("contact"))[:254],
    )


def _words(value: Any) -> str:
    """Text that a database takes: no NUL, no half of a pair (RFC 8259 §8.2)."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def forget_old(now: datetime) -> int:
    """Ids of a month ago go: no sender tries for so long. Their signals stay."""
    gone: Any = Heard.objects.filter(at__lt=now - _KEPT).delete()
    return int(gone[0])
