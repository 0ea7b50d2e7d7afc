"""What the law says of a case in sentences: facts, tests, changes, in the words of the command line."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.utils.safestring import SafeString

from breachdesk.ground import clock
from breachdesk.ground.shelf import our_shelf
from breachdesk.ground.visible import visible
from breachdesk.law import typed
from breachdesk.law.app.kept import retold, the_law
from breachdesk.law.vocabulary import Fact
from breachdesk.report.telling import Line, Teller
from breachdesk.report.words import Words, read_sayings
from breachdesk.web import sayings
from breachdesk.web.templatetags import desk

register = template.Library()


@lru_cache
def _said(language: str) -> tuple[Words, typed.Tongue]:
    shelf = our_shelf()
    return read_sayings(shelf, f"messages/cli/{language}.yaml", language), typed.read(shelf)


def _teller(context: template.Context) -> Teller:
    words = context.get("words")
    language = words.language if isinstance(words, Words) else "en"
    said, tongue = _said(language)
    return Teller(said, sayings.of_report(language), the_law(), tongue, context.get("now") or clock.now())


@register.simple_tag(takes_context=True)
def fact_question(context: template.Context, name: str) -> str:
    """What is asked to learn a fact."""
    return _teller(context).question(name)


@register.simple_tag(takes_context=True)
def told_because(context: template.Context, because: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """`{% told_because duty.because as rows %}`: (fact, question, value, test) of what decided."""
    teller = _teller(context)
    return [
        (
            one["fact"],
            teller.subject(one["fact"], one["test"]),
            _value(teller, one["fact"], one["value"]),
            teller.test(one["fact"], one["test"]) if one["test"] else "",
        )
        for one in because
    ]


def _value(teller: Teller, name: str, value: Any) -> str:
    if isinstance(value, Mapping) and set(value) == {"min", "max"} and value["min"] == value["max"]:
        value = value["min"]
    if name == "people" and isinstance(value, int):
        return teller.dates.number(value)
    return teller.value(name, value)


@register.simple_tag(takes_context=True)
def told_changes(
    context: template.Context, told: Mapping[str, Any], whole: bool = False
) -> list[tuple[Line, list[Line]]]:
    """One kept breachdesk.changes/1, each line with those that say more of it: `whole`, every change with its reason;
    else what is sure in full and the rest counted."""
    found: list[tuple[Line, list[Line]]] = []
    for line in _teller(context).changes(retold(told), brief=not whole) if told else ():
        if line.deep and found:
            found[-1][1].append(line)
        else:
            found.append((line, []))
    return found


# --- text that is no page: letters, feeds


@register.simple_tag(takes_context=True)
def speak(context: template.Context, language: str) -> str:
    """`{% speak language %}` at the head of a letter: what follows is said in that language."""
    context["words"] = sayings.words(language)
    return ""


@register.simple_tag(takes_context=True)
def plain(context: template.Context, key: str, n: int | None = None, **values: Any) -> SafeString:
    """A sentence for plain text: nothing is escaped, what is put in is made visible, on one line."""
    shown = {name: visible(str(value), longest=400) for name, value in values.items()}
    return SafeString(context["words"].say(key, n, **shown))  # nosec B703


@register.simple_tag(takes_context=True)
def plain_due(context: template.Context, due: datetime, zone: str) -> SafeString:
    """`Due Fri 21 Nov, 18:05 Moscow (15:05 UTC), in 5 h 12 min`, with the reader's own time where that differs."""
    words, now = context["words"], context["now"]
    told = words.both(due, seen_from=now)
    own = due.astimezone(clock.time_zone(zone))
    if own.utcoffset() != due.utcoffset():
        told = f"{told}; {words.placed(own, seen_from=now)}"
    return SafeString(words.say("reminders.due", moment=told, left=words.left(due, now)).replace("\u00a0", " "))  # nosec B703


@register.simple_tag(takes_context=True)
def plain_moment(context: template.Context, moment: datetime, zone: str) -> SafeString:
    """`Fri 21 Nov, 18:05 Berlin`, for plain text."""
    there = moment.astimezone(clock.time_zone(zone))
    return SafeString(context["words"].placed(there, seen_from=context["now"]).replace("\u00a0", " "))  # nosec B703


@register.simple_tag(takes_context=True)
def fact_value(context: template.Context, name: str, value: Any) -> str:
    """A fact's value in words: yes, the names of options, a moment with its place."""
    return _value(_teller(context), name, value)


@register.simple_tag(takes_context=True)
def fact_text(context: template.Context, fact: Fact, part: str) -> str:
    """`{% fact_text fact "help" %}`, "decides": words of a fact in this language. (A template would call them.)"""
    words = context.get("words")
    return str(getattr(fact, part)(words.language if isinstance(words, Words) else "en"))


@register.simple_tag(takes_context=True)
def told_unclear(context: template.Context, unclear: tuple[str, Mapping[str, object]]) -> str:
    """Why what was typed is no answer, in the words of the command line."""
    words = context.get("words")
    said, _ = _said(words.language if isinstance(words, Words) else "en")
    key, places = unclear
    return said.say(key, **places)


@register.simple_tag(takes_context=True)
def left_of(context: template.Context, due: str) -> Any:
    """`{% left %}` for an instant as documents write it."""
    return desk.left(context, datetime.fromisoformat(due))
