"""The deadlines of all cases of somebody, for their calendar: whoever knows the address reads it."""

from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from breachdesk.law.app.actions import digest_of
from breachdesk.law.app.models import Deadline, DeadlineState, Feed
from breachdesk.law.shapes import Verdict
from breachdesk.report.calendar import Date, of_cases
from breachdesk.report.words import Words
from breachdesk.staff.app.doors import DeskRequest, public
from breachdesk.web import sayings
from breachdesk.web.templatetags.ladder import as_duty

_MOST = 1000


@public
@require_safe
def feed(request: DeskRequest, token: str) -> HttpResponse:
    """No names of people and no values. Without titles it says only that something is due, and where to look."""
    found = Feed.objects.select_related("account").filter(digest=digest_of(token), ended_at=None).first()
    if found is None or not found.account.is_active:
        raise Http404
    words = sayings.words(found.account.language)
    content = of_cases(words.say("calendar.name"), _dates(found, words), sayings.of_report(words.language))
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    return response


def _dates(feed: Feed, words: Words) -> Iterator[Date]:
    mine = Deadline.objects.filter(
        case__members__account=feed.account,
        case__members__ended_at=None,
        case__state="open",
        state=DeadlineState.OPEN,
        verdict=Verdict.OWED.value,
        due__isnull=False,
    )
    for one in mine.select_related("case").order_by("due", "id")[:_MOST]:
        duty = as_duty(one, one.case, words.language)
        address = settings.SITE_URL + reverse("case_duty", args=[one.case.number, one.duty])
        key = "calendar.event" if feed.titles else "calendar.bare"
        title = words.say(key, number=one.case.number, title=duty.title)
        to = duty.recipient.name if feed.titles else ""
        told = words.say("calendar.told", recipient=to, address=address).strip()
        yield Date(one.case.number, duty, one.starts_at or one.case.opened_at, title, told)
