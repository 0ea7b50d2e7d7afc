"""The deadline ladder of a case, drawn by the report's own hand from the deadlines the desk keeps."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from breachdesk.case.app.models import Case
from breachdesk.ground import clock
from breachdesk.law.app import standing
from breachdesk.law.app.models import Deadline
from breachdesk.law.shapes import Confidence, Duty, Recipient, Verdict
from breachdesk.report.pictures import ladder as picture
from breachdesk.report.rungs import climb
from breachdesk.report.words import Words
from breachdesk.web import sayings

register = template.Library()


@register.inclusion_tag("desk/parts/ladder.html", takes_context=True)
def deadline_ladder(context: template.Context, deadlines: Iterable[Deadline], case: Case) -> dict[str, Any]:
    """`{% deadline_ladder deadlines case %}`: the picture, what it says, its legend, and the same as a table."""
    words = sayings.of_report(_language(context))
    now = context.get("now") or clock.now()
    rungs = climb([as_duty(one, case, words.language) for one in deadlines], words, now)
    shown = rungs[: picture.MOST]
    return {
        "words": context.get("words"),
        "now": now,
        "case": case,
        "rungs": rungs,
        "ladder": picture.draw(rungs, words, now),
        "finding": picture.finding(rungs, words, now),
        "key": picture.key(words, shown),
        "bars": any(rung.people is not None for rung in shown),
        "more": len(rungs) - len(shown),
    }


@register.simple_tag(takes_context=True)
def there(context: template.Context, instant: datetime | None) -> SafeString | str:
    """`Fri 21 Nov, 18:05 Moscow`: in the zone the instant brings, where its hours are counted; UTC as its title."""
    if instant is None:
        return ""
    words, now = sayings.words(_language(context)), context.get("now") or clock.now()
    both = words.both(instant, seen_from=now)
    told = words.placed(instant, seen_from=now)
    return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(), both, told)


def _language(context: template.Context) -> str:
    words = context.get("words")
    return words.language if isinstance(words, Words) else "en"


def as_duty(one: Deadline, case: Case, language: str) -> Duty:
    """As much of the duty as a ladder shows."""
    return Duty(
        id=one.duty,
        ref="",
        title=one.text("title", language),
        jurisdiction=one.place,
        kind=one.kind,
        recipient=Recipient(one.recipient_type, one.text("recipient", language)),
        verdict=Verdict(one.verdict),
        people=one.people,
        due=standing.local(one, case),
        due_latest=one.due_latest,
        standard="",
        clock=None,
        because=(),
        missing=(),
        content=(),
        citation="",
        sources=(),
        checked_on="",
        confidence=Confidence.KNOWN,
        remote=one.remote,
    )
