"""What the law still asks of a case that somebody wants to close."""

from collections.abc import Iterable

from django.urls import reverse

from breachdesk.case.app.closing_checks import Open
from breachdesk.case.app.models import Case
from breachdesk.law.app.models import Deadline, DeadlineState
from breachdesk.law.shapes import Verdict


def owed(case: Case) -> Iterable[Open]:
    """Duties that are owed and not handed in, and those nobody can judge yet."""
    found = Deadline.objects.filter(case=case, state=DeadlineState.OPEN)
    url = reverse("case_duties", args=[case.number])
    if count := found.filter(verdict=Verdict.OWED.value).count():
        yield "closing.open.duties", {"n": count}, url
    if count := found.filter(verdict=Verdict.UNKNOWN.value).count():
        yield "closing.open.unknown", {"n": count}, url
