"""What is still open in a case, as every room sees it: looked at before it is closed."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.urls import reverse

from breachdesk.case.app import points
from breachdesk.case.app.models import Case

#: A sentence of the packs by its key, its values (`n` chooses the plural form), and the address where it is settled.
Open = tuple[str, Mapping[str, Any], str]
Check = Callable[[Case], Iterable[Open]]
_checks: list[Check] = []


def register(check: Check) -> None:
    """From AppConfig.ready of a room: `check` is asked each time somebody wants to close a case, in a few queries."""
    if check not in _checks:
        _checks.append(check)


def still(case: Case) -> list[Open]:
    """Everything that is still open, in the order the rooms stand in."""
    return [one for check in _checks for one in check(case)]


def ours(case: Case) -> Iterable[Open]:
    """Awareness, tasks, what was asked for and not answered, the points of the checklists."""
    if case.aware_at is None:
        yield "closing.open.aware", {}, reverse("case_overview", args=[case.number])
    if tasks := case.tasks.filter(done_at=None).count():
        yield "closing.open.tasks", {"n": tasks}, reverse("case_tasks", args=[case.number])
    if asked := case.asks.filter(answer="").exclude(deed="close").count():
        yield "closing.open.asks", {"n": asked}, reverse("case_asks", args=[case.number])
    if left := sum(one.open for one in points.progress(case)):
        yield "closing.open.points", {"n": left}, reverse("case_checklists", args=[case.number])
