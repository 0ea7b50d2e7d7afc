"""Decisions of a case with their reasons, the ones in force first; and notes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from breachdesk.case.app.actions import decisions as actions
from breachdesk.case.app.models import Case, Decision
from breachdesk.case.app.paper import Moment, Paper, line, text
from breachdesk.case.app.seen import page, readable
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

_FEW = 5


class DecisionForm(Paper):
    sheet = "decisions.form"
    title = line()
    decided = text()
    reasons = text()
    considered = text(required=False)
    at = Moment()
    privileged = forms.BooleanField(required=False)


class NoteForm(Paper):
    sheet = "decisions.note"
    text = text()
    privileged = forms.BooleanField(required=False)


@doors.case(Act.READ)
def decisions(request: DeskRequest, case: Case) -> HttpResponse:
    every = readable(case.decisions.all(), request.rights)
    wanted = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = every
    if wanted:
        found = every.filter(Q(title__icontains=wanted) | Q(decided__icontains=wanted) | Q(reasons__icontains=wanted))
    notes = readable(case.notes.all(), request.rights)
    return render(
        request,
        "case/decisions.html",
        {
            "page": page(found.prefetch_related("replaced_by").order_by("-at", "-id"), request.GET.get("page")),
            "wanted": wanted,
            "count": every.count(),
            "in_force": (in_force := every.filter(replaced_by=None).count()),
            "replaced": every.count() - in_force,
            "notes": notes[:_FEW],
            "note_count": notes.count(),
        },
    )


@doors.case(Act.READ, post=Act.DECIDE)
def new(request: DeskRequest, case: Case) -> HttpResponse:
    """A decision; with `?replaces=<id>`, one that takes the place of another."""
    older = _older(request, case)
    form = DecisionForm(
        request.POST or None,
        words=request.words,
        zone=case.zone,
        initial={"at": request.at, **({"title": older.title} if older else {})},
    )
    if older is not None or Act.PRIVILEGED not in request.rights:
        del form.fields["privileged"]
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.decide(case, **form.cleaned_data, replaces=older, by=request.by)
        except Refused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, request.words.say("decisions.taken"))
            return redirect("case_decision", case.number, made.id)
    return render(request, "case/decision_new.html", {"form": form, "older": older})


def _older(request: DeskRequest, case: Case) -> Decision | None:
    asked = request.GET.get("replaces") or request.POST.get("replaces") or ""
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 12):
        raise Http404
    found: Decision = get_object_or_404(readable(case.decisions.all(), request.rights), id=int(asked))
    return found


@doors.case(Act.READ)
def decision(request: DeskRequest, case: Case, decision: int) -> HttpResponse:
    every = readable(case.decisions.select_related("replaces"), request.rights)
    found = get_object_or_404(every, id=decision)
    return render(request, "case/decision.html", {"one": found, "newer": found.replaced_by.first()})


@doors.case(Act.READ, post=Act.WORK)
def notes(request: DeskRequest, case: Case) -> HttpResponse:
    form = NoteForm(request.POST or None, words=request.words)
    if Act.PRIVILEGED not in request.rights:
        del form.fields["privileged"]
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        try:
            actions.note(case, **said, by=request.by)
        except Refused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, request.words.say("decisions.noted"))
            return redirect("case_notes", case.number)
    found = readable(case.notes.all(), request.rights)
    return render(
        request, "case/notes.html", {"form": form, "page": page(found, request.GET.get("page")), "count": found.count()}
    )
