"""What notices still ask of a case that somebody wants to close."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.urls import reverse

from breachdesk.case.app.closing_checks import Open
from breachdesk.case.app.models import Case
from breachdesk.notify.app import ledger
from breachdesk.notify.app.models import LIVE, Delivery, Sending, Stage
from breachdesk.notify.states import TOLD


def untold(case: Case) -> Iterable[Open]:
    """People a sending has not told yet, and has not given up."""
    for sending in Sending.objects.filter(case=case, standing__in=LIVE):
        if left := ledger.counts(ledger.standing(sending)).unresolved:
            yield "closing.open.untold", {"n": left}, reverse("case_sending", args=[case.number, sending.number])


def warned(case: Case) -> Iterable[Open]:
    """People who were warned early and never told in full."""
    sendings = dict(Sending.objects.filter(case=case).values_list("id", "stage"))
    early = [one for one, stage in sendings.items() if stage == Stage.EARLY]
    if not early:
        return
    reached = Delivery.objects.filter(last=True, state__in=[state.value for state in TOLD])
    told = reached.filter(sending__in=set(sendings) - set(early), person=OuterRef("person"))
    people = reached.filter(~Exists(told), sending__in=early)
    if left := people.values("person").distinct().count():
        yield "closing.open.warned", {"n": left}, reverse("case_notices", args=[case.number])
