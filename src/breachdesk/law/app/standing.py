"""How a case stands before the law, for whoever shows it: read, never written here."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypedDict

from django.db.models import QuerySet
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from breachdesk.case.app.models import Case
from breachdesk.ground.clock import time_zone
from breachdesk.law.app.kept import unpack
from breachdesk.law.app.models import Deadline, DeadlineState, Document, Standing
from breachdesk.law.shapes import Verdict

SOON = timedelta(hours=24)


class NextDue(TypedDict):
    """What the line on top of every page of a case says."""

    what: str
    due: datetime
    url: str
    late: bool
    soon: bool


def lock(case: str) -> str:
    """The name under which at most one judgement of the case waits."""
    return f"judge-{case}"


def last(case: Case) -> Standing | None:
    """The judgement that counts; None while there is none."""
    return Standing.objects.filter(case=case, last=True).first()


def working(case: Case) -> bool:
    """Whether the case is about to be judged, or is being judged: what a page shows may change in a moment."""
    return ProcrastinateJob.objects.filter(queueing_lock=lock(case.number), status__in=("todo", "doing")).exists()


def waiting(case: Case) -> "QuerySet[Deadline]":
    """Owed, with a date, not handed in: the nearest first."""
    return Deadline.objects.filter(
        case=case, state=DeadlineState.OPEN, verdict=Verdict.OWED.value, due__isnull=False
    ).order_by("due", "duty")


def next_due(case: Case, language: str, now: datetime) -> NextDue | None:
    """The nearest owed deadline that is not handed in; None when there is none, or the case is closed. One query."""
    if not case.open:
        return None
    found = waiting(case).only("duty", "texts", "due").first()
    if found is None or found.due is None:
        return None
    return {
        "what": found.text("title", language),
        "due": found.due,
        "url": reverse("case_duty", args=[case.number, found.duty]),
        "late": found.due < now,
        "soon": now <= found.due <= now + SOON,
    }


def document(standing: Standing, language: str) -> dict[str, Any]:
    """What the law said, as breachdesk.duties/1. Raises Document.DoesNotExist when it is not the last standing."""
    return _document(standing.id, standing.inputs, language)


@lru_cache(maxsize=2)
def _document(standing: int, inputs: str, language: str) -> dict[str, Any]:
    """Twenty thousandths of a second and some megabytes: the last two asked for are kept. A standing never changes;
    `inputs` keeps apart two that got one number, as after a database was put back."""
    return unpack(Document.objects.get(standing=standing, language=language).packed)


def duty(standing: Standing, name: str, language: str) -> dict[str, Any] | None:
    """One duty as the document has it, whatever its verdict."""
    return next((one for one in document(standing, language)["duties"] if one["id"] == name), None)


def asked(deadlines: Iterable[Deadline]) -> list[Deadline]:
    """Those that stand now, the nearest first, those without a date last."""
    standing = [one for one in deadlines if one.state != DeadlineState.OVERTAKEN]
    return sorted(standing, key=lambda one: (one.due is None, one.due and one.due.timestamp(), one.place, one.duty))


def deadlines(case: Case) -> "QuerySet[Deadline]":
    """Every row that stands: not those overtaken by a later judgement."""
    return Deadline.objects.filter(case=case).exclude(state=DeadlineState.OVERTAKEN)


def state_of(one: Deadline, now: datetime) -> str:
    """How it looks: late, soon, owed, unknown, held, quiet, filed. Only what is late is red."""
    if one.state == DeadlineState.FILED:
        return "filed"
    if one.verdict in (Verdict.HELD, Verdict.UNKNOWN):
        return one.verdict
    if one.verdict != Verdict.OWED:
        return "quiet"
    if one.due is None or one.due - now > SOON:
        return "owed"
    return "late" if one.due < now else "soon"


def local(deadline: Deadline, case: Case) -> datetime | None:
    """The due time where its hours are counted: at the authority, else where the team reckons its days."""
    return None if deadline.due is None else deadline.due.astimezone(time_zone(deadline.zone or case.zone))
