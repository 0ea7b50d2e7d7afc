"""What the overview of a case says, room by room, and the one next step."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import Count, Q
from django.urls import NoReverseMatch, reverse

from breachdesk.authorities.app.models import Filing
from breachdesk.case import veris
from breachdesk.case.app import glance
from breachdesk.case.app.models import Case, Origin
from breachdesk.journal.app.models import CaseCount
from breachdesk.law.app import standing
from breachdesk.law.app.models import DeadlineState
from breachdesk.report.words import Words
from breachdesk.scope.app import actions as scope
from breachdesk.staff.rights import Act
from breachdesk.web import sayings

register = template.Library()
_NEXT = 4
_LADDER = 40


@dataclass(frozen=True, slots=True)
class Row:
    """`name` a key of overview.rows; `text` a whole sentence."""

    name: str
    text: str
    url: str = ""
    urgent: bool = False


@register.simple_tag(takes_context=True)
def at_a_glance(context: template.Context, case: Case, rights: Set[Act]) -> dict[str, Any]:
    """Everything the overview says; worked out once for a page."""
    kept: dict[str, Any] | None = context.render_context.get("at_a_glance")
    if kept is None:
        kept = _glance(context, case, rights)
        context.render_context["at_a_glance"] = kept
    return kept


def _glance(context: template.Context, case: Case, rights: Set[Act]) -> dict[str, Any]:
    words = context["words"] if isinstance(context.get("words"), Words) else sayings.words("en")
    now = context.get("now")
    found = standing.last(case)
    due = list(standing.deadlines(case)[:300]) if found else []
    nearest = list(standing.waiting(case)[: _NEXT + 1]) if case.open else []
    run = scope.last(case) if Act.PEOPLE in rights else None
    panels = _panels(words, case, rights)
    first = [row for row in panels if row.name == "people"]
    rows = [*first, *_rows(words, case, found), *(row for row in panels if row.name != "people")]
    step, url = _step(case, rights, found)
    return {
        "happened": _happened(words, case),
        "deadlines": [
            {
                "what": one.text("title", words.language),
                "due": one.due,
                "url": reverse("case_duty", args=[case.number, one.duty]),
                "late": bool(now and one.due and one.due < now),
                "soon": bool(now and one.due and 0 <= (one.due - now).total_seconds() < 86_400),
            }
            for one in nearest[:_NEXT]
        ],
        "rows": rows,
        "ladder": [one for one in standing.asked(due) if one.state == DeadlineState.OPEN][:_LADDER],
        "run": run,
        "step": step,
        "step_url": url,
    }


def _happened(words: Words, case: Case) -> str:
    """What happened, in a sentence: as the team wrote it, else by its actions."""
    last = Origin.objects.filter(case=case, last=True).first()
    if last is None:
        return ""
    if last.text:
        return last.text.splitlines()[0][:300]
    known = veris.terms()
    acts = [
        words.pick(known[name].values[one])
        for name, values in last.terms.items()
        if name.startswith("action.") and name.endswith("variety") and name in known
        for one in values
        if one in known[name].values
    ]
    return words.say("overview.happened", acts=", ".join(acts[:4])) if acts else ""


def _rows(words: Words, case: Any, found: Any) -> list[Row]:
    rows = [Row("contained", _contained(words, case), _url("case_systems", case))]
    if found is not None:
        questions = len(found.questions)
        rows.append(Row("duties", _owed(words, found.counts), _url("case_duties", case)))
        if questions:
            rows.append(Row("open", words.say("facts.answer", questions), _url("case_facts", case)))
    sent = Filing.objects.filter(case=case).aggregate(
        sent=Count("id", filter=Q(sent_at__isnull=False)), drafts=Count("id", filter=Q(sent_at__isnull=True))
    )
    said = words.say("overview.told", sent["sent"], drafts=words.number(sent["drafts"]))
    rows.append(Row("told", said, _url("case_filings", case)))
    count = CaseCount.objects.filter(case=case.number).values_list("count", flat=True).first() or 0
    rows.append(Row("journal", words.say("overview.journal", count), _url("case_journal", case)))
    return rows


def _contained(words: Words, case: Any) -> str:
    states = dict(
        case.systems.filter(gone=False).values_list("state").annotate(n=Count("id")).values_list("state", "n")
    )
    cut = states.get("isolated", 0)
    hit = states.get("hit", 0) + cut
    if not hit:
        return words.say("overview.no_systems")
    return words.say("systems.answer", hit, cut=words.number(cut))


def _owed(words: Words, counts: Any) -> str:
    owed, unknown = counts.get("owed", 0), counts.get("unknown", 0)
    return (
        f"{words.say('overview.owed', owed)} {words.say('overview.perhaps', unknown)}"
        if unknown
        else words.say("overview.owed", owed)
    )


def _panels(words: Words, case: Case, rights: Set[Act]) -> list[Row]:
    """What rooms registered; people only for whoever may see them."""
    return [
        Row(panel.name, words.say(panel.key, panel.n, **panel.values), panel.url, panel.urgent)
        for panel in glance.panels(case)
        if panel.name != "people" or Act.PEOPLE in rights
    ]


def _step(case: Any, rights: Set[Act], found: Any) -> tuple[str, str]:
    """The next step of whoever looks: the first that is missing on the way."""
    if not case.open:
        return "", ""
    if case.aware_at is None and Act.DECIDE in rights:
        return "aware", _url("case_aware", case)
    if Act.EVIDENCE in rights and not case.items.exists():
        return "evidence", _url("case_evidence_add", case)
    if Act.EVIDENCE in rights and not case.runs.exists():
        return "read", _url("case_people" if Act.PEOPLE in rights else "case_sources", case)
    if Act.FACTS in rights and found is not None and found.questions:
        return "facts", _url("case_facts", case)
    if Act.DECIDE in rights:
        return "filings", _url("case_filings", case)
    return "tasks", _url("case_tasks", case)


def _url(view: str, case: Case) -> str:
    try:
        return reverse(view, args=[case.number])
    except NoReverseMatch:
        return ""
