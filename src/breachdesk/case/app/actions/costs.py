"""Hours of people and money for vendors: insurers and courts ask for both. Struck out, never deleted."""

from datetime import date
from decimal import Decimal

from babel.numbers import is_currency
from django.db import transaction

from breachdesk.case.app.actions.opening import still_open
from breachdesk.case.app.models import Case, Spent
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write

MOST_MINUTES = 100_000
MOST_AMOUNT = Decimal("999999999999.99")


@transaction.atomic
def spend(
    case: Case,
    day: date,
    *,
    who: str,
    what: str,
    by: Hand,
    vendor: bool = False,
    minutes: int | None = None,
    amount: Decimal | None = None,
    currency: str = "",
) -> Spent:
    """Time of a person (`minutes`), or money (`amount` in `currency`, ISO 4217), or both.

    Raises Refused without either, for money of no currency, and for amounts nobody spends."""
    still_open(case)
    if minutes is None and amount is None:
        raise Refused("costs.refused.nothing", field="hours")
    if minutes is not None and not 0 < minutes <= MOST_MINUTES:
        raise Refused("costs.refused.hours", field="hours")
    if amount is not None and not 0 < amount <= MOST_AMOUNT:
        raise Refused("costs.refused.amount", field="amount")
    if amount is not None and not is_currency(currency):
        raise Refused("costs.refused.currency", field="currency")
    made = Spent.objects.create(
        case=case,
        day=day,
        who=who.strip(),
        vendor=vendor,
        what=what.strip(),
        minutes=minutes,
        amount=amount,
        currency=currency if amount is not None else "",
        by=by.actor.name,
        at=by.at,
    )
    write("case.cost.entered", by=by, case=case.number, refs={"cost": made.id}, payload=_told(made))
    return made


@transaction.atomic
def strike(spent: Spent, reason: str, *, by: Hand) -> Spent:
    """It does not count any more; it stays readable. Raises Refused without a reason, or when it is struck out."""
    still_open(spent.case)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    now = Spent.objects.select_for_update().get(id=spent.id)
    if now.gone:
        raise Refused("costs.refused.struck")
    now.gone = True
    now.save(update_fields=["gone"])
    write(
        "case.cost.voided",
        by=by,
        case=spent.case.number,
        refs={"cost": now.id},
        payload=_told(now) | {"reason": reason},
    )
    return now


def _told(spent: Spent) -> dict[str, str | int | bool | None]:
    return {
        "day": spent.day.isoformat(),
        "who": spent.who,
        "vendor": spent.vendor,
        "what": spent.what,
        "minutes": spent.minutes,
        "amount": None if spent.amount is None else str(spent.amount),
        "currency": spent.currency,
    }
