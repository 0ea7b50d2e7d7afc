"""What the law asks of a case: the duties with their clocks, each opened, and what the last answers changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.apps import apps
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper
from breachdesk.case.app.views.tasks import workers
from breachdesk.ground import places
from breachdesk.ground.clock import time_zone
from breachdesk.journal.app.models import Line
from breachdesk.law.app import actions, standing
from breachdesk.law.app.models import Change, Deadline, DeadlineState, Standing
from breachdesk.law.shapes import Verdict
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

#: The order in which verdicts are read.
ORDER = (
    Verdict.OWED,
    Verdict.UNKNOWN,
    Verdict.HELD,
    Verdict.RECORD_ONLY,
    Verdict.VOLUNTARY,
    Verdict.DORMANT,
    Verdict.NOT_OWED,
)
_NEAR = {Verdict.OWED: 60, Verdict.UNKNOWN: 15, Verdict.HELD: 30}
_ON_A_PAGE = 100
_LADDER = 200
_CHANGES = 20
INDIVIDUALS = "individuals"
_LETTERS = (INDIVIDUALS, "media", "internal", "")  # told otherwise than by a filing


@dataclass(frozen=True, slots=True)
class Row:
    """One duty in a list. `state`: late, soon, owed, unknown, held, quiet, filed."""

    id: str
    title: str
    recipient: str
    place: str
    people: int | None
    due: datetime | None  # where its hours are counted
    standard: str
    state: str
    filed_at: datetime | None
    late: bool
    missing: int
    of_people: bool = False  # it is met when they are told


@dataclass(frozen=True, slots=True)
class Group:
    """Duties of one verdict; `more`: not shown here."""

    verdict: str
    count: int
    rows: Sequence[Row]
    more: int


def row_of(one: Deadline, case: Case, language: str, now: datetime) -> Row:
    return Row(
        id=one.duty,
        title=one.text("title", language),
        recipient=one.text("recipient", language),
        place=places.title(one.place, language),
        people=one.people,
        due=standing.local(one, case),
        standard=one.text("standard", language),
        state=standing.state_of(one, now),
        filed_at=one.filed_at,
        late=one.late,
        missing=len(one.missing),
        of_people=one.recipient_type == INDIVIDUALS,
    )


@doors.case(Act.READ)
def duties(request: DeskRequest, case: Case) -> HttpResponse:
    """Every duty by verdict, the nearest first, and as a ladder; `?verdict=` opens one verdict whole."""
    last = standing.last(case)
    base = {"standing": last, "working": standing.working(case), "fresh": 0}
    if last is None:
        return render(request, "law/duties.html", base)
    if "verdict" in request.GET:
        return _whole(request, case, last, base)
    language, now = request.words.language, request.at
    rows = standing.deadlines(case)
    ladder = list(
        rows.filter(due__isnull=False, remote=False, state=DeadlineState.OPEN)
        .filter(verdict__in=[Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD])
        .order_by("due", "place", "duty")[:_LADDER]
    )
    owed = [one for one in ladder if one.verdict == Verdict.OWED]
    groups = [_group(case, rows, verdict, last, language, now) for verdict in ORDER if last.counts.get(verdict.value)]
    return render(
        request,
        "law/duties.html",
        {
            **base,
            "groups": groups,
            "ladder": ladder,
            "late": sum(one.due is not None and one.due < now for one in owed),
            "next": row_of(owed[0], case, language, now) if owed else None,
            "owed": last.counts.get(Verdict.OWED.value, 0),
            "unknown": last.counts.get(Verdict.UNKNOWN.value, 0),
            "question": last.questions[0] if last.questions else None,
            "questions": len(last.questions),
            "fresh": Change.objects.filter(case=case, fresh=True).count(),
            "legal": last.legal.get(language, ""),
            "warnings": last.warnings.get(language, ()),
        },
    )


def _group(case: Case, rows: Any, verdict: Verdict, last: Standing, language: str, now: datetime) -> Group:
    count = int(last.counts[verdict.value])
    near = _NEAR.get(verdict, 0)
    shown = []
    if near:
        found = rows.filter(verdict=verdict).order_by("remote", "due", "place", "duty")[:near]
        shown = [row_of(one, case, language, now) for one in standing.asked(found)]
    return Group(verdict.value, count, shown, count - len(shown))


def _whole(request: DeskRequest, case: Case, last: Standing, base: dict[str, Any]) -> HttpResponse:
    """All duties of one verdict, a hundred on a page."""
    verdict, language = request.GET["verdict"], request.words.language
    if verdict not in {one.value for one in ORDER}:
        raise Http404
    if verdict == Verdict.NOT_OWED:
        found: Any = [one for one in standing.document(last, language)["duties"] if one["verdict"] == verdict]
    else:
        found = standing.deadlines(case).filter(verdict=verdict).order_by("remote", "due", "place", "duty")
    page = Paginator(found, _ON_A_PAGE).get_page(request.GET.get("page"))
    made = _bare if verdict == Verdict.NOT_OWED else row_of
    rows = [made(one, case, language, request.at) for one in page]
    return render(request, "law/verdict.html", {**base, "verdict": verdict, "page": page, "rows": rows})


def _bare(one: dict[str, Any], case: Case, language: str, now: datetime) -> Row:
    place = places.title(one["jurisdiction"], language)
    return Row(one["id"], one["title"], one["recipient"]["name"], place, None, None, "", "quiet", None, False, 0)


class OwnerForm(Paper):
    """Who looks after a duty: anybody of the case who may work in it."""

    sheet = "duties.owner"
    owner = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, case: Case, **more: Any) -> None:
        super().__init__(*args, **more)
        self.workers = workers(case)
        names = [(str(one.id), str(one)) for one, _ in self.workers.values()]
        self.fields["owner"].choices = [("", self.words.say("duties.owner.nobody")), *names]  # type: ignore[attr-defined]


@doors.case(Act.READ, post=Act.WORK)
def duty(request: DeskRequest, case: Case, duty: str) -> HttpResponse:
    """One duty opened: rule, clock, what decided, what is missing, what it must say, where it stands in the law."""
    last, language = standing.last(case), request.words.language
    found = standing.duty(last, duty, language) if last is not None else None
    row = Deadline.objects.filter(case=case, duty=duty).select_related("owner").first()
    if last is None or (found is None and row is None):
        raise Http404
    form = OwnerForm(
        request.POST or None,
        case=case,
        words=request.words,
        initial={"owner": row.owner_id if row is not None else None},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["owner"]
        actions.give(case, duty, form.workers[int(chosen)][0] if chosen else None, by=request.by)
        return redirect("case_duty", case.number, duty)
    asked = {one["fact"]: one["question"] for one in last.questions}
    missing = found["missing"] if found is not None else []
    filings = apps.get_model("authorities", "Filing")._default_manager.filter(case=case, duty=duty)
    return render(
        request,
        "law/duty.html",
        {
            "standing": last,
            "working": standing.working(case),
            "duty": found,
            "form": form,
            "owner": row.owner if row is not None else None,
            "row": row_of(row, case, language, request.at) if row is not None else None,
            "overtaken": found is None or (row is not None and row.state == DeadlineState.OVERTAKEN),
            "title": found["title"] if found is not None else row.text("title", language) if row is not None else "",
            "place": places.title(found["jurisdiction"], language) if found is not None else "",
            "missing": [(name, asked.get(name)) for name in missing],
            "checked": _day(found["checked_on"]) if found is not None else None,
            "files": found is not None and found["recipient"]["type"] not in _LETTERS,
            "filings": list(filings.order_by("-made_at")[:20]),
            "legal": last.legal.get(language, ""),
        },
    )


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@doors.case(Act.READ)
def as_json(request: DeskRequest, case: Case) -> HttpResponse:
    """The document breachdesk.duties/1 of now."""
    last = standing.last(case)
    if last is None:
        raise Http404
    text = json.dumps(standing.document(last, request.words.language), ensure_ascii=False, indent=1) + "\n"
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{case.number}-duties.json"'
    return response


@doors.case(Act.READ, post=Act.WORK)
def changes(request: DeskRequest, case: Case) -> HttpResponse:
    """What each judgement said otherwise than the one before, and why."""
    if request.method == "POST":
        actions.look_at_changes(case, by=request.by)
        return redirect("case_changes", case.number)
    page = Paginator(Change.objects.filter(case=case), _CHANGES).get_page(request.GET.get("page"))
    told = list(page)
    who = Line.objects.filter(seq__in=[one.because for one in told if one.because is not None])
    actors = dict(who.values_list("seq", "actor"))
    return render(
        request,
        "law/changes.html",
        {
            "page": page,
            "changes": [(one, one.told.get(request.words.language, {}), actors.get(one.because or 0)) for one in told],
            "fresh": Change.objects.filter(case=case, fresh=True).count(),
            "standing": standing.last(case),
            "working": standing.working(case),
            "zone": time_zone(case.zone),
        },
    )
