"""What notices still ask of a case that somebody wants to close."""

from collections.abc import Iterable

from django.urls import reverse

from breachdesk.case.app.closing_checks import Open
from breachdesk.case.app.models import Case
from breachdesk.notify.app import ledger
from breachdesk.notify.app.models import LIVE, Sending


def untold(case: Case) -> Iterable[Open]:
    """People a sending has not told yet, and has not given up."""
    for sending in Sending.objects.filter(case=case, standing__in=LIVE):
        if left := ledger.counts(ledger.standing(sending)).unresolved:
            yield "closing.open.untold", {"n": left}, reverse("case_sending", args=[case.number, sending.number])
