"""One of everything the work on a case leaves, with hostile texts: what the pages are walked through with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from breachdesk.case.app.actions import tasks
from breachdesk.case.app.models import Case
from breachdesk.staff.app.models import Account
from tests.cast import AT, hand

#: The value of a parameter of an address, by its name.
VALUES: dict[str, Callable[[Case], Any]] = {
    "task": lambda case: case.tasks.filter(privileged=False).earliest("id").id,
    "phase": lambda case: "notice",
}


def fill(case: Case, lead: Account, hostile: str) -> None:
    by = hand(lead)
    tasks.make_task(case, hostile, owner=lead, due=AT - timedelta(hours=1), note=hostile, by=by)
    tasks.make_task(case, f"secret {hostile}", privileged=True, by=by)
    tasks.finish_task(tasks.make_task(case, hostile, point="notice.take_in", by=by), hostile, by=by)
    tasks.tick(case, "notice.take_in", note=hostile, by=by)
