"""What was handed in to whom, for the timeline of a case."""

from collections.abc import Iterable

from django.urls import reverse

from breachdesk.authorities.app.models import Filing
from breachdesk.case.app.models import Case
from breachdesk.case.app.moments import Moment


def filed(case: Case) -> Iterable[Moment]:
    for one in Filing.objects.filter(case=case).exclude(sent_at=None).only("id", "sent_at", "sent_by", "authority"):
        if one.sent_at is not None:
            address = reverse("case_filing_kept", args=[case.number, one.id])
            yield Moment(
                one.sent_at,
                "notice",
                "timeline.record.filed",
                address,
                one.sent_by,
                values={"authority": one.authority},
            )
