"""A signal that turned out true becomes a case, or joins one."""

from datetime import datetime

from django.db import transaction

from breachdesk.case.app.actions.opening import decide_aware, open_case, still_open
from breachdesk.case.app.models import Case
from breachdesk.detect.app import actions as detect
from breachdesk.detect.app.models import Signal
from breachdesk.journal.app.actions import Hand
from breachdesk.staff.app.models import Account


@transaction.atomic
def confirm(signal: Signal, *, title: str, lead: Account, zone: str, aware_at: datetime, reason: str, by: Hand) -> Case:
    """The case opens, the signal belongs to it, and since when one is aware is decided: all of it, or nothing.

    Raises Refused as each of the three does."""
    case = open_case(title, lead=lead, zone=zone, signal=signal.number, by=by)
    detect.mark_confirmed(signal, case.number, by=by)
    return decide_aware(case, aware_at, reason=reason, by=by)


@transaction.atomic
def join(signal: Signal, case: Case, *, by: Hand) -> None:
    """The signal speaks of a case that is open already."""
    still_open(case)
    detect.mark_confirmed(signal, case.number, by=by)
