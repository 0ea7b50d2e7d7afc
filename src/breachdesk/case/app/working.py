"""What the overview of a case says of its tasks, of what waits for a second person, and of how long it is kept.

Everybody in the case reads the overview: what is privileged is not counted here."""

from django.urls import reverse

from breachdesk.case.app import glance
from breachdesk.case.app.actions import asks
from breachdesk.case.app.glance import Panel
from breachdesk.case.app.models import Case
from breachdesk.ground import clock


def register() -> None:
    glance.register("tasks", tasks)
    glance.register("asks", waiting)
    glance.register("keeping", keeping)


def tasks(case: Case) -> Panel | None:
    """What is overdue, else what is open; nothing when nothing is."""
    found = case.tasks.filter(done_at=None, privileged=False)
    url = reverse("case_tasks", args=[case.number])
    if late := found.filter(due__lt=clock.now()).count():
        return Panel("tasks", "tasks.glance.late", f"{url}?state=late", n=late, urgent=True, order=60)
    count = found.count()
    return Panel("tasks", "tasks.glance.open", url, n=count, order=60) if count else None


def waiting(case: Case) -> Panel | None:
    """What somebody asked for, and a second person has not answered."""
    count = case.asks.filter(answer="", asked_at__gt=clock.now() - asks.LIVES).count()
    return Panel("asks", "asks.glance", reverse("case_asks", args=[case.number]), n=count, order=62) if count else None


def keeping(case: Case) -> Panel | None:
    """A closed case whose data should have been erased by now; or an erased one."""
    url = reverse("case_closing", args=[case.number])
    if case.state == "erased":
        return Panel("keeping", "closing.glance.erased", url, order=5)
    if case.kept_too_long is not None and case.kept_too_long == case.keep_until:
        return Panel("keeping", "closing.glance.due", url, urgent=True, order=5)
    return None
