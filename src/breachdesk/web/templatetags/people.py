"""Who lost what, drawn by the report's own hand; people masked; what was not read in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from breachdesk.case.app.models import Case
from breachdesk.ground import places
from breachdesk.ground.shelf import our_shelf
from breachdesk.law.app import standing
from breachdesk.law.shapes import Duties
from breachdesk.report import exposed, losses, problems, residences
from breachdesk.report.pictures import sources as source_picture
from breachdesk.report.pictures.canvas import Told
from breachdesk.report.shapes import Account, People
from breachdesk.report.words import Words
from breachdesk.scope import summary
from breachdesk.scope.app import columns, shown
from breachdesk.scope.app.models import Run
from breachdesk.scope.shapes import Cohort
from breachdesk.web import sayings
from breachdesk.web.templatetags.ladder import as_duty

register = template.Library()


def _words(context: template.Context) -> Words:
    words = context.get("words")
    return sayings.of_report(words.language if isinstance(words, Words) else "en")


def _cohorts(run: Run) -> list[Cohort]:
    return [
        Cohort(one["residence"], frozenset(one["elements"]), one["language"], one["minor"], one["count"])
        for one in run.cohorts or ()
    ]


def _people(run: Run, cohorts: Iterable[Cohort]) -> People:
    """As the summary counts them, with residences as they are after corrections."""
    told = (run.summary or {})["people"]
    by_residence: dict[str, int] = {}
    for one in cohorts:
        by_residence[one.residence] = by_residence.get(one.residence, 0) + one.count
    return People(told["count"], told["name_only"], 0, told["by_source"], by_residence, told["by_element"])


@register.inclusion_tag("desk/parts/people.html", takes_context=True)
def people_pictures(context: template.Context, run: Run, case: Case) -> dict[str, Any]:
    """`{% people_pictures run case %}`: people by place and by element, each with its table."""
    words, cohorts = _words(context), _cohorts(run)
    people = _people(run, cohorts)
    duties = tuple(as_duty(one, case, words.language) for one in standing.deadlines(case))
    placed = residences.place_people(people, Duties(run.made_at, "", "", duties, ()), words)
    lost = losses.losses(people, cohorts, words)
    classes = losses.by_class(cohorts, lost)
    return {
        "words": context.get("words"),
        "report": words,
        "places": [(one.code, one.title, one.people, words.say(f"who.{one.asks}")) for one in placed],
        "who": residences.picture(placed, words),
        "who_finding": residences.finding(placed, words),
        "lost": [(one.title, one.people) for one in lost],
        "what": losses.picture(lost, classes, words),
        "what_finding": losses.finding(lost, classes, words),
        "case": case,
    }


@register.inclusion_tag("desk/parts/sources.html", takes_context=True)
def sources_read(context: template.Context, run: Run) -> dict[str, Any]:
    """`{% sources_read run %}`: each exposed source, how far it was read, what was found in it, and what was not."""
    words = _words(context)
    found = summary.sources_of(run.summary or {"sources": []})
    account = Account(
        case="", at=run.made_at, sources=found, people=_people(run, _cohorts(run)) if run.summary else None
    )
    rows = exposed.source_rows(account, words)
    places_of = {one.source: place for place, one in enumerate(found)}
    return {
        "words": context.get("words"),
        "case": run.case,
        "rows": [
            {
                "place": places_of[row.source.source],
                "source": row.source.source,
                "records": row.source.records,
                "people": row.people,
                "status": row.source.status.value,
                "state": words.say(f"sources.{row.source.status}"),
                "found": row.found,
                "fields": row.fields,
            }
            for row in rows
        ],
        "picture": source_picture.draw(
            exposed.source_steps(rows, words),
            Told("sources", words.say("sources.sub"), exposed.sources_finding(account, words)),
        ),
        "problems": problems.told(found, words, our_shelf()),
    }


@register.simple_tag(takes_context=True)
def place(context: template.Context, code: str) -> str:
    """`California (US)`; what is no place stays as it is."""
    words = _words(context)
    if code == places.UNKNOWN:
        return words.say("who.unplaced")
    return places.in_full(code, words.language) if places.is_code(code) else code


@register.simple_tag(takes_context=True)
def element(context: template.Context, name: str) -> str:
    return losses.title(name, _words(context))


@register.simple_tag(takes_context=True)
def meaning(context: template.Context, name: str) -> str:
    """What a column was said to hold, in words."""
    return columns.titled(name, context["words"])


@register.simple_tag
def masked(person: Mapping[str, Any], column: str, whole: bool = False) -> list[str]:
    """The values of a column of one person, half hidden unless `whole`."""
    return shown.values(person, column, whole=whole)
