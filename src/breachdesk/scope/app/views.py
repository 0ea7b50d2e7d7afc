"""The people of a case: counted, in pictures, masked one by one; the sources they come from; what is corrected."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from breachdesk.case.app.models import Case
from breachdesk.ground import places
from breachdesk.ground.digits import whole
from breachdesk.ground.refused import Refused
from breachdesk.scope import kept
from breachdesk.scope.app import actions, columns, comparing
from breachdesk.scope.app.models import ColumnSaid, Correction, Run
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

PAGE = 50
_LONGEST = 200
_MOST_COLUMNS = 500
#: Whose law may reach somebody wherever they live.
_UNIONS = ("EU", "EEA", "contract")


def _runs(case: Any) -> dict[str, Any]:
    runs = list(case.runs.all()[:20])
    run = actions.last(case)
    labels = set(case.items.filter(forgotten_at=None).values_list("label", flat=True)) - comparing.own_labels(case)
    since = Q(at__gt=run.made_at) | Q(back_at__gt=run.made_at) if run else Q()
    columns_wait = columns.waiting(case, run)
    return {
        "runs": runs,
        "run": run,
        "now_reading": next((one for one in runs if one.open), None),
        "unread": sorted(labels - set(run.items if run else ())),
        "items": len(labels),
        "corrected": columns_wait or bool(run and case.corrections.filter(since).exists()),
        "columns_wait": columns_wait,
    }


@doors.case(Act.PEOPLE)
def people(request: DeskRequest, case: Any) -> HttpResponse:
    found = _runs(case)
    run = found["run"]
    residences = {row["residence"] for row in (run.cohorts or ())} if run else set()
    return render(
        request,
        "scope/people.html",
        {
            **found,
            "places_found": len(residences - {places.UNKNOWN}),
            "minors": sum(row["count"] for row in (run.cohorts or ()) if row["minor"] == "yes") if run else 0,
            "corrections": case.corrections.all()[:50],
            "correct": PlaceForm(words=request.words, auto_id="place_%s"),
        },
    )


@doors.case(Act.EVIDENCE)
def sources(request: DeskRequest, case: Case) -> HttpResponse:
    found = _runs(case)
    listed, said = columns.sources(found["run"]), list(case.columns_said.all()[:100])
    read = {(source["source"], one["field"]) for source in listed for one in source["fields"]}
    rows = [(one, (one.source, one.column) not in read) for one in said]
    return render(request, "scope/sources.html", {**found, "said": rows})


@doors.case(Act.EVIDENCE)
def the_columns(request: DeskRequest, case: Case, place: int) -> HttpResponse:
    """Every column of one source (the `place`th of the last reading) and what it was found to hold; `?column=`: the one
    to be corrected. POST says what it holds in truth, with the name of the source: the page
    may be of an older reading."""
    run = actions.last(case)
    listed = columns.sources(run)
    if place >= len(listed):
        raise Http404
    source = listed[place]
    column = (request.POST if request.method == "POST" else request.GET).get("column", "")
    form = MeaningForm(
        request.POST if request.method == "POST" else None,
        words=request.words,
        meanings=columns.meanings(source),
    )
    if request.method == "POST" and form.is_valid():
        meant = form.cleaned_data
        columns.correct(
            case,
            run,
            source=request.POST.get("source", ""),
            column=column,
            meaning=meant["meaning"],
            reason=meant["reason"],
            by=request.by,
        )
        messages.success(request, request.words.say("scope.columns.kept"))
        return redirect("case_sources", case.number)
    shown = list(columns.seen(case, source))
    return render(
        request,
        "scope/columns.html",
        {
            "run": run,
            "source": source,
            "place": place,
            "columns": shown[:_MOST_COLUMNS],
            "count": len(shown),
            "chosen": next((one for one in shown if one.name == column), None),
            "form": form,
        },
    )


@doors.case(Act.EVIDENCE)
@require_POST
def take_back(request: DeskRequest, case: Case, kind: str, correction: int) -> HttpResponse:
    """A correction was wrong: what was found counts again. That of a residence needs whoever may see people too."""
    if kind == "residence" and Act.PEOPLE not in request.rights:
        raise PermissionDenied
    of: type[Correction | ColumnSaid] = Correction if kind == "residence" else ColumnSaid
    said = get_object_or_404(of, case=case, id=correction)
    actions.take_back(said, reason=request.POST.get("reason", "")[:1000], by=request.by)
    messages.success(request, request.words.say("scope.columns.taken_back"))
    return redirect("case_people" if kind == "residence" else "case_sources", case.number)


@doors.case(Act.PEOPLE)
def changed(request: DeskRequest, case: Case) -> HttpResponse:
    """What the last reading changed: counts before and after, who came, who went."""
    run = actions.last(case)
    if run is None or run.before is None:
        return redirect("case_people", case.number)
    came, went = actions.changed(run, kept.NEW), actions.changed(run, kept.GONE)
    if came or went:
        actions.looked(run, count=len(came) + len(went), by=request.by)
    return render(
        request,
        "scope/changed.html",
        {
            "run": run,
            "before": run.before,
            "elements": _compared(run.before, run, "elements"),
            "places": _compared(run.before, run, "residence"),
            "came": came,
            "went": went,
        },
    )


def _compared(before: Run, after: Run, by: str) -> list[tuple[str, int, int]]:
    """People by element or by residence, before and after, where the two differ; the largest difference first."""
    counts = []
    for run in (before, after):
        count: Counter[str] = Counter()
        for row in run.cohorts or ():
            for name in row[by] if by == "elements" else [row[by]]:
                count[name] += row["count"]
        counts.append(count)
    was, now = counts
    rows = [(name, was[name], now[name]) for name in {*was, *now} if was[name] != now[name]]
    return sorted(rows, key=lambda row: (-abs(row[2] - row[1]), row[0]))[:_MOST_COLUMNS]


@doors.case(Act.EVIDENCE)
def start(request: DeskRequest, case: Case) -> HttpResponse:
    """Have the evidence read; `do=again`: only count anew, after corrections."""
    if request.method == "POST":
        actions.read_evidence(case, by=request.by, again=request.POST.get("do") == "again")
        messages.success(request, request.words.say("scope.started"))
    return redirect(_back(request), case.number)


@doors.case(Act.EVIDENCE)
def stop(request: DeskRequest, case: Case, run: int) -> HttpResponse:
    found = get_object_or_404(Run, case=case, id=run)
    if request.method == "POST":
        actions.stop(found, by=request.by)
    return redirect(_back(request), case.number)


def _back(request: DeskRequest) -> str:
    """Whoever may see people goes on there, the others where sources are."""
    return "case_people" if Act.PEOPLE in request.rights else "case_sources"


@doors.case(Act.PEOPLE)
def listed(request: DeskRequest, case: Case) -> HttpResponse:
    """People one by one, masked: of everybody or of one place, or whoever is known by exactly what was typed."""
    run = actions.last(case)
    if run is None:
        return redirect("case_people", case.number)
    wanted = " ".join(request.GET.get("find", "").split())[:_LONGEST]
    place = request.GET.get("place", "")[:12]
    page = whole(request.GET.get("page", "")) or 1
    with actions.people_of(run) as people:
        total = people.places.get(place, 0) if place else people.count
        page = min(page, max(1, -(-total // PAGE)))
        found = people.find(wanted) if wanted else people.page((page - 1) * PAGE, PAGE, place)
        known = people.places
    actions.looked(run, count=len(found), place=place, by=request.by)
    return render(
        request,
        "scope/list.html",
        {
            "run": run,
            "people": found,
            "find": wanted,
            "place_code": place,
            "places": list(known.items())[:300],
            "total": len(found) if wanted else total,
            "page": page,
            "pages": 1 if wanted else max(1, -(-total // PAGE)),
        },
    )


@doors.case(Act.PEOPLE)
def person(request: DeskRequest, case: Case, person: str) -> HttpResponse:
    run, found = _person(case, person)
    actions.looked(run, count=1, by=request.by)
    return _shown(request, run, found, whole=False)


@doors.case(Act.UNMASK)
def unmask(request: DeskRequest, case: Case, person: str) -> HttpResponse:
    """POST with a reason: whole values, on this one page, which no browser keeps."""
    run, found = _person(case, person)
    if request.method != "POST":
        return redirect("case_person", case.number, person)
    form = ReasonForm(request.POST, words=request.words)
    if not form.is_valid():
        raise Refused("scope.refused.no_reason")
    found = actions.unmask(run, person, reason=form.cleaned_data["reason"], by=request.by)
    return _shown(request, run, found, whole=True)


def _person(case: Case, person: str) -> tuple[Run, dict[str, Any]]:
    found = actions.person_of(case, person)
    if found is None:
        raise Http404
    return found


def _shown(request: DeskRequest, run: Run, found: dict[str, Any], *, whole: bool) -> HttpResponse:
    return render(
        request,
        "scope/person.html",
        {
            "run": run,
            "person": found,
            "whole": whole,
            "records": actions.records_of(run, str(found["person_id"])),
            "reason": ReasonForm(words=request.words),
            "correct": PlaceForm(words=request.words, auto_id="place_%s"),
            "deadlines": list(_telling(run.case, str(found["residence"]))),
        },
    )


def _telling(case: Case, residence: str) -> Iterator[Any]:
    """The duties to tell people that reach this residence. Duties are of a room below: asked for by name."""
    found = apps.get_model("law", "Deadline")._default_manager.filter(case=case, recipient_type="individuals")
    wholes = places.with_wholes(residence)
    for one in found.exclude(state="overtaken")[:500]:
        if one.place in wholes or one.place in _UNIONS:
            yield one


@doors.case(Act.PEOPLE)
def correct(request: DeskRequest, case: Case) -> HttpResponse:
    """A wrong residence: of one person (`person`), or of everybody found at a place (`found`). Whoever corrects what
    the law is asked about sees people and works on evidence."""
    if Act.EVIDENCE not in request.rights:
        raise Refused("scope.refused.not_yours")
    if request.method != "POST":
        return redirect(_back(request), case.number)
    form = PlaceForm(request.POST, words=request.words)
    if not form.is_valid():
        raise Refused("scope.refused.no_place", place=request.POST.get("residence", "")[:12])
    said, mark, found = form.cleaned_data, "", request.POST.get("found", "")[:12]
    if request.POST.get("person"):
        _, one = _person(case, request.POST["person"][:_LONGEST])
        mark, found = actions.mark_of(one), ""
    actions.correct(case, said["residence"], reason=said["reason"], mark=mark, found=found, by=request.by)
    messages.success(request, request.words.say("scope.corrected"))
    return redirect(_back(request), case.number)


class MeaningForm(forms.Form):
    """What a column holds in truth, and how one knows."""

    meaning = forms.ChoiceField()
    reason = forms.CharField(max_length=1000)

    def __init__(self, *args: Any, words: Any, meanings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = words.say(f"scope.columns.{name}")
            field.error_messages["required"] = words.say(f"scope.refused.no_{name}")
        choices = [("", "—"), *((name, columns.titled(name, words)) for name in meanings)]
        self.fields["meaning"].choices = choices  # type: ignore[attr-defined]
        self.fields["meaning"].error_messages["invalid_choice"] = words.say("scope.refused.no_meaning")


class PlaceForm(forms.Form):
    """Where people live in truth, and how one knows."""

    residence = forms.CharField(max_length=12)
    reason = forms.CharField(max_length=1000)

    def __init__(self, *args: Any, words: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = words.say(f"scope.correct.{name}")
        self.fields["residence"].help_text = words.say("scope.correct.residence_help")

    def clean_residence(self) -> str:
        said = str(self.cleaned_data["residence"]).strip()
        return places.UNKNOWN if said.lower() == places.UNKNOWN else said.upper()


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500)

    def __init__(self, *args: Any, words: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = words.say("people.why")
