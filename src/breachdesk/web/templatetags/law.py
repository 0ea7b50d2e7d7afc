"""What the law says of a case in sentences: facts, tests, changes, in the words of the command line."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template

from breachdesk.ground import clock
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import typed
from breachdesk.law.app.kept import retold, the_law
from breachdesk.report.telling import Line, Teller
from breachdesk.report.words import Words, read_sayings
from breachdesk.web import sayings

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
