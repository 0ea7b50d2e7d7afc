"""What a case says of its notices: at a glance, and when somebody wants to close it."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.urls import reverse

from breachdesk.case.app.closing_checks import Open
from breachdesk.case.app.glance import Panel
from breachdesk.case.app.models import Case
from breachdesk.notify.app import ledger
from breachdesk.notify.app.models import LIVE, Delivery, Sending, Stage, Standing
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


def people_told(case: Case) -> Panel | None:
    """How far the last letter in full has come; nothing while none has begun."""
    begun = Sending.objects.filter(case=case, begun_at__isnull=False).exclude(stage=Stage.EARLY)
    last = begun.exclude(standing=Standing.DROPPED).order_by("-number").first()
    if last is None:
        return None
    counts = ledger.counts(ledger.standing(last))
    left = counts.failed + counts.doubt
    values = {"told": counts.told, "people": counts.people, "left": left}
    url = reverse("case_sending", args=[case.number, last.number])
    key = "sendings.glance_open" if left else "sendings.glance"
    return Panel("letters", key, url, values=values, urgent=bool(left) and last.live, order=35)
