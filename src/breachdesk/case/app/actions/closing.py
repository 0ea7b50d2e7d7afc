"""Closing a case, opening it again, how long it is kept, and erasing it. Each by four eyes but for the time."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from breachdesk.case.app import closing_checks
from breachdesk.case.app.actions import asks
from breachdesk.case.app.actions.opening import still_open
from breachdesk.case.app.models import Case, State
from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.vault.app import actions as vault
from breachdesk.vault.app.models import CaseKey

LAST_DAY = date(2200, 1, 1)


@transaction.atomic
def close(case: Case, *, by: Hand) -> Case:
    """From now on nothing is written to the case. When its data are to be erased is proposed by the rule.

    Raises Refused without an approval (asks.use), or when it is closed already."""
    still_open(case, alone=True)
    ask = asks.use(case, asks.CLOSE, {}, by=by)
    case.state, case.closed_at = State.CLOSED, by.at
    case.keep_until = today(case, by) + timedelta(days=settings.KEEP_DAYS)
    case.kept_too_long = None
    case.save(update_fields=["state", "closed_at", "keep_until", "kept_too_long"])
    write(
        "case.case.closed",
        by=by,
        case=case.number,
        refs={"ask": ask.id},
        payload={
            "reason": ask.reason,
            "open": [key for key, _, _ in closing_checks.still(case)],
            "keep_until": case.keep_until.isoformat(),
        },
    )
    return case


@transaction.atomic
def reopen(case: Case, *, by: Hand) -> Case:
    """A closed case is worked on again. Raises Refused without an approval, or when it is not closed."""
    _closed(case)
    ask = asks.use(case, asks.REOPEN, {}, by=by)
    case.state, case.closed_at, case.keep_until, case.kept_too_long = State.OPEN, None, None, None
    case.save(update_fields=["state", "closed_at", "keep_until", "kept_too_long"])
    write("case.case.reopened", by=by, case=case.number, refs={"ask": ask.id}, payload={"reason": ask.reason})
    return case


@transaction.atomic
def keep(case: Case, until: date, *, reason: str, by: Hand) -> Case:
    """Another day from which the data of a closed case are to be erased.

    Raises Refused without a reason, for a day that has passed, or when the case is not closed."""
    _closed(case)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    if not today(case, by) <= until <= LAST_DAY:
        raise Refused("closing.refused.past", field="until")
    before = case.keep_until
    case.keep_until, case.kept_too_long = until, None
    case.save(update_fields=["keep_until", "kept_too_long"])
    write(
        "case.keeping.changed",
        by=by,
        case=case.number,
        payload={
            "until": until.isoformat(),
            "before": before.isoformat() if before else "",
            "reason": reason,
        },
    )
    return case


@transaction.atomic
def lapse(case: Case, *, by: Hand) -> bool:
    """Tell once that the data of a closed case are to be erased by now. Whether there was something to tell."""
    now = Case.objects.select_for_update(no_key=True).get(id=case.id)
    due = now.keep_until is not None and now.keep_until <= today(now, by)
    if now.state != State.CLOSED or not due or now.kept_too_long == now.keep_until:
        return False
    now.kept_too_long = now.keep_until
    now.save(update_fields=["kept_too_long"])
    write("case.keeping.lapsed", by=by, case=now.number, payload={"until": str(now.keep_until)})
    return True


@transaction.atomic
def erase(case: Case, *, by: Hand) -> Case:
    """Destroy the key of the case: evidence and people lists are gone for everybody. The journal stays, and stays
    provable; so does what the team wrote down.

    Raises Refused without an approval, or when the case is not closed."""
    _closed(case)
    ask = asks.use(case, asks.ERASE, {}, by=by)
    case.state, case.keep_until, case.kept_too_long = State.ERASED, None, None
    case.save(update_fields=["state", "keep_until", "kept_too_long"])
    if CaseKey.objects.filter(case=case.number).exclude(wrapped=None).exists():  # something was sealed
        vault.destroy_key(case.number, reason=ask.reason, by=by)
    write("case.case.erased", by=by, case=case.number, refs={"ask": ask.id}, payload={"reason": ask.reason})
    return case


def today(case: Case, by: Hand) -> date:
    """The day it is where the team of the case reckons its days."""
    return by.at.astimezone(clock.time_zone(case.zone)).date()


def _closed(case: Case) -> None:
    """Nobody else changes the case until the transaction ends. Raises Refused when it is not closed."""
    now = Case.objects.select_for_update(no_key=True).get(id=case.id)
    if now.state != State.CLOSED:
        raise Refused("closing.refused.not_closed")
    case.state, case.closed_at, case.keep_until = now.state, now.closed_at, now.keep_until
