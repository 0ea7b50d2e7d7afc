"""Telling other programs what happens here: thin events, signed, at least once (Standard Webhooks 1.0).

An event says what kind of thing happened, when and in which case; never what somebody wrote, never who is affected.
Whoever receives it asks the API, with a token and its rights.
"""

import json
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from standardwebhooks.webhooks import Webhook

from breachdesk.ground import clock
from breachdesk.ground.outside import networks, resolved
from breachdesk.ground.reach import Unreached, ask
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import HOUSE_CASE, Hand, write
from breachdesk.journal.shapes import HOUSE, Entry, Via
from breachdesk.staff.app import post, programs
from breachdesk.staff.app.models import Account, Delivery, Hook

#: What others may be told of: types of the journal (docs/formats/journal.md).
EVENTS = (
    "detect.signal.taken", "detect.signal.decided", "detect.reporter.answered", "case.case.opened",
    "case.aware.decided", "case.fact.answered", "case.task.made", "case.task.finished", "case.decision.taken",
    "case.ask.made",
    "case.ask.answered", "case.case.closed", "case.case.reopened", "vault.item.taken", "scope.people.listed",
    "law.duties.judged", "law.reminder.sent", "authorities.filing.sent", "authorities.filing.receipted",
)  # fmt: skip
MOST = 20
SECONDS = 10.0
LARGEST = 16 << 10
#: After each failure, so long until the next try: about three days in all.
WAITS = tuple(timedelta(seconds=one) for one in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
_REST = timedelta(minutes=2)
_KEPT = timedelta(days=30)


def unknown(cases: Collection[str]) -> list[str]:
    """Which of these are numbers of no case. The model is of a room below, so it is asked for by name."""
    found = apps.get_model("case", "Case")._default_manager.filter(number__in=cases)
    return sorted(set(cases) - set(found.values_list("number", flat=True)))


def make(
    name: str, address: str, *, events: Collection[str], by: Hand, cases: Collection[str] = ()
) -> tuple[Hook, str]:
    """A place to tell, and its secret, to be shown once. Raises Refused for an address that may not be spoken to."""
    if not events or not set(events) <= set(EVENTS):
        raise Refused("hooks.refused.events", field="events")
    _to(address)
    with transaction.atomic():
        if Hook.objects.filter(gone_at=None).count() >= MOST:
            raise Refused("hooks.refused.many", most=MOST)
        made = Hook.objects.create(
            name=name, address=address, events=sorted(events), cases=sorted(cases), made_at=by.at, made_by=by.actor.name
        )
        write(
            "staff.hook.made",
            by=by,
            refs={"hook": made.id},
            payload={"name": name, "address": address, "events": made.events, "cases": made.cases},
        )
    return made, programs.secret_of(made)


def _to(address: str) -> str:
    try:
        return resolved(address, networks(settings.HOOKS_INSIDE))
    except Unreached as error:
        raise Refused(f"hooks.refused.{error.reason}", field="address") from None


def turn(hook: Hook, *, by: Hand) -> str:
    """A new secret; what is sent is signed with both for a day."""
    return programs.turn(hook, "staff.hook.turned", by=by)


def pause(hook: Hook, *, by: Hand) -> None:
    programs.pause(hook, "staff.hook.paused", by=by)


@transaction.atomic
def resume(hook: Hook, *, by: Hand) -> None:
    """Told again from now on, and at once; what happened meanwhile was not kept for it."""
    programs.resume(hook, "staff.hook.resumed", by=by)
    Hook.objects.filter(id=hook.id).update(rest_until=None)


def remove(hook: Hook, *, by: Hand) -> None:
    programs.remove(hook, "staff.hook.removed", by=by)


@transaction.atomic
def again(delivery: Delivery, *, by: Hand) -> None:
    """Send it once more, with the same id, so that whoever has it already can tell."""
    programs.still(delivery.hook)
    Delivery.objects.filter(id=delivery.id).update(state=Delivery.WAITING, tries=0, next_at=by.at)
    write("staff.hook.asked_again", by=by, refs={"hook": delivery.hook_id, "message": delivery.message})
    _soon(delivery.id)


def hear(entry: Entry, by: Hand) -> None:
    """In the transaction of the deed: an event for each place that wants to hear of it."""
    if entry.type not in EVENTS:
        return
    case = "" if entry.case == HOUSE_CASE else entry.case
    for hook in Hook.objects.filter(Q(events__contains=[entry.type]), paused_at=None, gone_at=None):
        if hook.cases and case not in hook.cases:
            continue
        document = {
            "type": entry.type,
            "timestamp": clock.rfc3339(by.at),
            "data": {"case": case or None, "seq": entry.seq, "refs": dict(entry.refs)},
        }
        made = Delivery.objects.create(
            hook=hook,
            message=f"msg_{secrets.token_hex(16)}",
            event=entry.type,
            body=json.dumps(document, ensure_ascii=True, separators=(",", ":")),
            made_at=by.at,
            next_at=by.at,
        )
        _soon(made.id)


def _soon(delivery: int, seconds: float = 0) -> None:
    from breachdesk.staff.app import tasks

    tasks.deliver_soon(delivery, seconds)


def deliver(delivery: int) -> None:
    """Send one that waits; what fails is tried again later, and after the last time its place is paused.

    Killed between the answer and the commit it goes twice, with the same id: at least once."""
    found = Delivery.objects.select_related("hook").filter(id=delivery, state=Delivery.WAITING).first()
    if found is None or not found.hook.live:
        return
    now = clock.now()
    if found.hook.rest_until is not None and found.hook.rest_until > now and found.tries == 0:
        _soon(found.id, (found.hook.rest_until - now).total_seconds() + 1)  # it does not answer just now
        return
    told, good = _sent(found, now)
    _settled(found, told, good, now)


def _sent(found: Delivery, now: datetime) -> tuple[str, bool]:
    try:
        to = resolved(found.hook.address, networks(settings.HOOKS_INSIDE))
        answer = ask(
            found.hook.address,
            body=found.body.encode(),
            headers=headers(found, now),
            seconds=SECONDS,
            largest=LARGEST,
            to=to,
        )
    except Unreached as error:
        return str(error)[:300], False
    return str(answer.status), 200 <= answer.status < 300


def headers(found: Delivery, now: datetime) -> dict[str, str]:
    signed = [Webhook(one).sign(found.message, now, found.body) for one in programs.secrets_of(found.hook, now)]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Breachdesk",
        "webhook-id": found.message,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signed),
    }


@transaction.atomic
def _settled(found: Delivery, told: str, good: bool, now: datetime) -> None:
    held = Delivery.objects.select_for_update().get(id=found.id)
    held.tries, held.told, held.tried_at, held.next_at = held.tries + 1, told, now, None
    if good:
        held.state = Delivery.DONE
        Hook.objects.filter(id=held.hook_id).update(rest_until=None)
    elif held.tries > len(WAITS):
        held.state = Delivery.FAILED
        pause(found.hook, by=Hand(HOUSE, Via.FLOW, now))
        _note(found.hook, told)
    else:
        wait = WAITS[held.tries - 1]
        held.next_at = now + wait
        Hook.objects.filter(id=held.hook_id).update(rest_until=now + _REST)
        _soon(held.id, wait.total_seconds())
    held.save()


def _note(hook: Hook, told: str) -> None:
    """A letter to each administrator, where mail is set up, once the pause is committed."""
    for one in Account.objects.filter(administrator=True, is_active=True):
        said = {"hook": hook, "told": told, "language": one.language, "site": settings.SITE_URL}
        subject = render_to_string("staff/mail/hook_paused_subject.txt", said)
        post.post(one.email, subject, render_to_string("staff/mail/hook_paused.txt", said))


def forget_old(now: datetime) -> int:
    """What was delivered or given up a month ago goes; the journal keeps what it told of."""
    gone: Any = Delivery.objects.exclude(state=Delivery.WAITING).filter(made_at__lt=now - _KEPT).delete()
    return int(gone[0])
