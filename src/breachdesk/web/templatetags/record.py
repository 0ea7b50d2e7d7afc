"""Entries of the journal in words, and the strip: acts per hour by role."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from breachdesk.ground import clock
from breachdesk.report.words import Words
from breachdesk.vault.app.models import Errand, State
from breachdesk.web import sayings

register = template.Library()
_HOURS, _WIDE, _HIGH = 48, 15, 64


def _words(context: template.Context) -> Words:
    found = context.get("words")
    return found if isinstance(found, Words) else sayings.words("en")


@register.simple_tag(takes_context=True)
def entry_said(context: template.Context, type: str) -> str:
    """What an entry of this type tells, in a sentence; a type nobody put into words stands as it is."""
    words, key = _words(context), f"journal.types.{type}"
    return words.say(key) if key in words else type


@register.simple_tag
def entry_details(given: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Names and values of a payload or of refs, as text."""
    return [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in (given or {}).items()
        if value not in (None, "", [])
    ]


@register.simple_tag(takes_context=True)
def journal_strip(context: template.Context, acts: Iterable[tuple[datetime, bytes]]) -> SafeString:
    """Acts of the last two days, an hour a bar; whoever does not see it reads how many there were."""
    words, now = _words(context), context.get("now") or clock.now()
    begin = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=_HOURS - 1)
    hours: Counter[int] = Counter()
    by_people = 0
    for at, envelope in acts:
        hours[int((at - begin).total_seconds() // 3600)] += 1
        by_people += json.loads(bytes(envelope))["via"] != "flow"
    total, most = sum(hours.values()), max(hours.values(), default=0)
    told = words.say("journal.strip", total, people=words.number(by_people))
    if not most:
        return format_html('<p class="quiet">{}</p>', told)
    bars = format_html_join(
        "",
        '<rect class="bar owed" x="{}" y="{}" width="{}" height="{}"/>',
        (
            (hour * _WIDE + 1, _HIGH - _height(count, most), _WIDE - 2, _height(count, most))
            for hour, count in sorted(hours.items())
            if 0 <= hour < _HOURS
        ),
    )
    return format_html(
        '<figure class="strip"><svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}<line class="lane" x1="0" y1="{}" '
        'x2="{}" y2="{}"/></svg><figcaption>{}</figcaption></figure>',
        _HOURS * _WIDE, _HIGH + 1, told, bars, _HIGH + 0.5, _HOURS * _WIDE, _HIGH + 0.5, told,
    )  # fmt: skip


def _height(count: int, most: int) -> int:
    return max(3, round(_HIGH * count / most))


@register.simple_tag(takes_context=True)
def errand_said(context: template.Context, errand: Errand) -> str:
    """What the worker does, or what came of it, in a sentence."""
    words = context["words"]
    name = {"label": errand.outcome.get("label", ""), "name": errand.said.get("name", "")}
    if errand.item is not None:
        name["label"] = errand.item.label
    if errand.open:
        return str(words.say(f"evidence.errands.{errand.kind}.open", **name))
    if errand.state == State.FAILED:
        fault = words.say(errand.fault, **errand.outcome) if errand.fault in words else errand.fault
        return str(words.say(f"evidence.errands.{errand.kind}.failed", fault=fault, **name))
    if errand.kind == "check":
        return str(words.say("evidence.is_whole" if errand.outcome.get("whole") else "evidence.is_damaged", **name))
    return str(words.say(f"evidence.errands.{errand.kind}.done", **name))
