"""The timeline and the map of systems of a case, drawn by the report's own hand."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django import template

from breachdesk.case.app.models import Case, Happening, Link, System
from breachdesk.case.app.moments import Moment
from breachdesk.ground import clock
from breachdesk.report import happenings, systems
from breachdesk.report.pictures import happenings as timeline
from breachdesk.report.pictures import systems as systems_map
from breachdesk.report.words import Words
from breachdesk.web import sayings

register = template.Library()
Say = Callable[..., str]


def _words(context: template.Context) -> Words:
    words = context.get("words")
    return sayings.of_report(words.language if isinstance(words, Words) else "en")


def shapes(rows: Iterable[Happening], record: Iterable[Moment], case: Case, say: Say) -> list[happenings.Happening]:
    """As the picture takes them: what the team wrote, and what the case itself did."""
    found = [
        happenings.Happening(
            row.at.astimezone(clock.time_zone(row.zone)),
            row.until.astimezone(clock.time_zone(row.zone)) if row.until else None,
            row.system.name if row.system else "",
            row.title,
            happenings.Kind(row.kind),
            row.sure,
        )
        for row in rows
    ]
    zone = clock.time_zone(case.zone)
    for one in record:
        title, kind = say(one.key, **one.values), happenings.Kind(one.kind)
        found.append(happenings.Happening(one.at.astimezone(zone), None, one.lane, title, kind))
    return found


@register.inclusion_tag("desk/parts/timeline.html", takes_context=True)
def timeline_picture(
    context: template.Context,
    rows: Iterable[Happening],
    record: Iterable[Moment],
    case: Case,
    start: datetime | None,
    end: datetime | None,
) -> dict[str, Any]:
    """`{% timeline_picture rows record case start end %}`: the picture, what it says, its legend."""
    words, now, zone = _words(context), context.get("now") or clock.now(), clock.time_zone(case.zone)
    found = shapes(rows, record, case, context["words"].say)
    return {
        "words": context.get("words"),
        "picture": timeline.draw(found, words, now, zone, start=start, end=end),
        "finding": happenings.finding(found, words, now, zone),
        "key": timeline.key(words, found),
    }


@register.inclusion_tag("desk/parts/systems.html", takes_context=True)
def systems_picture(context: template.Context, rows: Iterable[System], links: Iterable[Link]) -> dict[str, Any]:
    """`{% systems_picture rows links %}`."""
    words = _words(context)
    nodes = [systems.Node(str(row.id), row.name, systems.Kind(row.kind), systems.State(row.state)) for row in rows]
    edges = [systems.Edge(str(one.source_id), str(one.target_id), one.label, one.attack) for one in links]
    return {
        "words": context.get("words"),
        "picture": systems_map.draw(nodes, edges, words),
        "key": systems_map.key(nodes, edges, words),
    }
