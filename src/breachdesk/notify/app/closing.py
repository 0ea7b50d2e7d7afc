"""What a case says of its notices: at a glance, and when somebody wants to close it."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from breachdesk.case.app.closing_checks import Open
from breachdesk.case.app.glance import Panel
from breachdesk.case.app.models import Case
from breachdesk.ground import clock
from breachdesk.notify.app import ledger, published
from breachdesk.notify.app.models import LIVE, Delivery, Posted, Publication, Sending, Stage, Standing, Up
from breachdesk.notify.channels import Post
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


def unknown(case: Case) -> Iterable[Open]:
    """Posts of which nobody knows whether they stand somewhere."""
    for row in Posted.objects.filter(text__case=case, state=Post.DOUBT).select_related("text"):
        url = reverse("case_published_text", args=[case.number, row.text.number])
        yield "closing.open.post", {"channel": row.channel}, url


def standing_still(case: Case) -> Iterable[Open]:
    """Public notices in place of letters that have to stand longer, or were taken down too early."""
    rows = Publication.objects.filter(text__case=case, until__isnull=False).select_related("text")
    today = published.day_of(case, clock.now())
    again = set(Publication.objects.filter(text__case=case, early=False).values_list("text__rule", "part"))
    for row in rows.filter(Q(early=True) | Q(down_at=None, until__gte=today)):
        if row.early and (row.text.rule, row.part) in again:
            continue
        url = reverse("case_published_text", args=[case.number, row.text.number])
        yield "closing.open.early" if row.early else "closing.open.stands", {"where": row.where}, url


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


def said_in_public(case: Case) -> Panel | None:
    """What somebody has to look at first: a post nobody knows of, a notice taken down too early, else what waits."""
    url = reverse("case_published", args=[case.number])
    if doubt := Posted.objects.filter(text__case=case, state=Post.DOUBT).count():
        return Panel("public", "published.glance_doubt", url, n=doubt, urgent=True, order=36)
    if any(key == "closing.open.early" for key, _, _ in standing_still(case)):
        return Panel("public", "published.glance_early", url, urgent=True, order=36)
    counts = [one.waits for one in published.of(case).filter(standing__in=(Up.FIXED, Up.RELEASED))]
    if not counts:
        return None
    values = {"released": len(counts) - sum(counts), "waiting": sum(counts)}
    return Panel("public", "published.glance", url, values=values, order=36)
