"""Tags and filters of every template of the desk: sentences, numbers and time in the reader's language."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markupsafe import Markup

from breachdesk.ground import clock
from breachdesk.report.shapes import Certainty
from breachdesk.report.words import Words
from breachdesk.web import pages, sayings

register = template.Library()


def _words(context: template.Context) -> Words:
    found = context.get("words")
    return found if isinstance(found, Words) else sayings.words("en")


@register.simple_tag(takes_context=True)
def say(context: template.Context, key: str, n: int | None = None, **values: Any) -> SafeString:
    """`{% say "case.title" %}`, `{% say "people.count" 12 place="Berlin" %}`: a sentence, with its plural form. What
    is put in is escaped, unless it is marked safe."""
    safe = {name: Markup(value) if isinstance(value, SafeString) else value for name, value in values.items()}  # noqa: S704  # nosec B704
    return SafeString(_words(context).mark(key, n, **safe))  # nosec B703 - escaped by mark


@register.simple_tag(takes_context=True)
def word(context: template.Context, name: Any, under: str) -> str:
    """`{% word role "staff.roles" %}`: the word for a value of a closed vocabulary, else the value as it is."""
    words, key = _words(context), f"{under}.{name}"
    return words.say(key) if key in words else str(name)


@register.simple_tag(takes_context=True)
def pick(context: template.Context, texts: Mapping[str, str]) -> str:
    """The text of this language out of {en: ..., ru: ...}."""
    return _words(context).pick(texts)


@register.simple_tag(takes_context=True)
def way(context: template.Context, name: str) -> str:
    """`{% way point.leads_to as url %}`: the page of the case where a thing is done, or "" when there is none for
    whoever looks."""
    account = context.get("account")
    if name in pages.HOUSE and not (account and account.triage):
        return ""
    return pages.way(name, context.get("case"), context.get("rights") or frozenset())


@register.simple_tag(takes_context=True)
def number(context: template.Context, value: float | None) -> str:
    return "" if value is None else _words(context).number(value)


@register.simple_tag(takes_context=True)
def counted(context: template.Context, value: int, certainty: str = "counted") -> SafeString:
    """A number in the typographic form of its certainty: counted, estimated, possible."""
    return SafeString(_words(context).counted(value, Certainty(certainty)))  # nosec B703


@register.simple_tag(takes_context=True)
def size(context: template.Context, value: int) -> str:
    """Bytes as people say them."""
    words, amount = _words(context), float(value)
    for unit in ("bytes", "kilo", "mega", "giga"):
        if amount < 1000 or unit == "giga":
            return words.say(
                f"frame.size.{unit}", n=words.number(round(amount, 1 if unit != "bytes" and amount < 10 else 0))
            )
        amount /= 1000
    return ""


def _zoned(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(clock.time_zone(zone) if zone else timezone.get_current_timezone())


@register.simple_tag(takes_context=True)
def moment(context: template.Context, instant: datetime | None, zone: str = "") -> SafeString | str:
    """`Fri 21 Nov, 18:05 Moscow (15:05 UTC)` in the zone given, else in that of the reader."""
    if instant is None:
        return ""
    now = context.get("now") or clock.now()
    told = _words(context).both(_zoned(instant, zone), seen_from=now)
    return format_html('<time datetime="{}">{}</time>', instant.isoformat(), told)


@register.simple_tag(takes_context=True)
def short(context: template.Context, instant: datetime | None, zone: str = "") -> SafeString | str:
    """`Fri 21 Nov, 18:05`, for tables; the whole of it as its title."""
    if instant is None:
        return ""
    words, now = _words(context), context.get("now") or clock.now()
    there = _zoned(instant, zone)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.isoformat(),
        words.both(there, seen_from=now),
        words.moment(there, seen_from=now),
    )


@register.simple_tag(takes_context=True)
def day(context: template.Context, value: date | None) -> str:
    if value is None:
        return ""
    return _words(context).day(datetime(value.year, value.month, value.day, tzinfo=timezone.get_current_timezone()))


@register.simple_tag(takes_context=True)
def left(context: template.Context, due: datetime | None, *, sure: bool = True) -> SafeString | str:
    """`in 5 h 12 min`, `6 h late`: kept true by desk.js while the page is open."""
    if due is None:
        return ""
    now = context.get("now") or clock.now()
    told = _words(context).left(due, now, sure=sure)
    return format_html('<time datetime="{}" data-left="{}">{}</time>', due.isoformat(), "late" if sure else "ago", told)


@register.filter
def as_json(value: Any) -> str:
    """For attributes and scripts of data: nothing in it can end the script."""
    text = json.dumps(value, ensure_ascii=True)
    return mark_safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S308  # nosec B308 B703


@register.filter
def has(rights: Any, act: str) -> bool:
    """`{% if rights|has:"facts" %}`: whether whoever looks may do it."""
    return act in {str(one) for one in rights or ()}


@register.inclusion_tag("desk/parts/field.html", takes_context=True)
def field(context: template.Context, bound: Any, **more: Any) -> dict[str, Any]:
    """One field of a form: label, help, what is wrong with it, the field. Labels come from the form."""
    return {"field": bound, "words": context.get("words"), "language": context.get("language"), **more}


@register.inclusion_tag("desk/parts/form.html", takes_context=True)
def fields(context: template.Context, form: Any) -> dict[str, Any]:
    """Every field of a form, with what is wrong with the whole first."""
    return {"form": form, "words": context.get("words"), "language": context.get("language")}


@register.simple_tag(takes_context=True)
def here(context: template.Context) -> SafeString:
    """Inside every form that sends: which page it stands on, so that a refusal leads back to it."""
    request = context.get("request")
    path = request.get_full_path() if request is not None else "/"
    return format_html('<input type="hidden" name="page" value="{}">', path)
