"""One of everything the work on a case leaves, with hostile texts: what the pages are walked through with."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from breachdesk.case.app.actions import asks, costs, decisions, tasks
from breachdesk.case.app.models import Case
from breachdesk.staff.app.models import Account
from tests.cast import AT, hand

#: The value of a parameter of an address, by its name.
VALUES: dict[str, Callable[[Case], Any]] = {
    "task": lambda case: case.tasks.filter(privileged=False).earliest("id").id,
    "phase": lambda case: "notice",
    "decision": lambda case: case.decisions.filter(privileged=False).earliest("id").id,
    "cost": lambda case: case.spent.earliest("id").id,
    "member": lambda case: case.members.earliest("id").id,
    "entry": lambda case: 1,
    "ask": lambda case: case.asks.earliest("id").id,
}


def fill(case: Case, lead: Account, hostile: str) -> None:
    by = hand(lead)
    tasks.make_task(case, hostile, owner=lead, due=AT - timedelta(hours=1), note=hostile, by=by)
    tasks.make_task(case, f"secret {hostile}", privileged=True, by=by)
    tasks.finish_task(tasks.make_task(case, hostile, point="notice.take_in", by=by), hostile, by=by)
    tasks.tick(case, "notice.take_in", note=hostile, by=by)
    older = decisions.decide(case, hostile, decided=hostile, reasons=hostile, considered=hostile, at=AT, by=by)
    decisions.decide(case, hostile, decided=hostile, reasons=hostile, at=AT, replaces=older, by=by)
    decisions.decide(case, f"secret {hostile}", decided=hostile, reasons=hostile, at=AT, privileged=True, by=by)
    decisions.note(case, hostile, by=by)
    costs.spend(case, AT.date(), who=hostile[:120], what=hostile, minutes=90, by=by)
    spent = costs.spend(
        case, AT.date(), who=hostile[:120], vendor=True, what=hostile, amount=Decimal("1250.50"), currency="EUR", by=by
    )
    costs.strike(spent, hostile, by=by)
    asks.ask(case, asks.CLOSE, {}, reason=hostile, by=by)
    asks.ask(case, asks.RELEASE, {"to": hostile, "items": 3}, reason=hostile, by=by)
