"""The page of a case that answers at a glance; opening a case; deciding since when one is aware."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app import actions
from breachdesk.case.app.models import Case
from breachdesk.case.app.views.picture import Worded, local, on_the_wall
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act


@doors.case(Act.READ)
def overview(request: DeskRequest, case: Case) -> HttpResponse:
    return render(request, "case/overview.html")


class CaseForm(Worded):
    under = "opening.form"
    title = forms.CharField(max_length=200)
    zone = forms.CharField(max_length=64)


@doors.house(triage=True)
def new(request: DeskRequest) -> HttpResponse:
    """Whoever looks at signals may open a case without one, and leads it."""
    posted = request.method == "POST"
    form = CaseForm(request.POST if posted else None, words=request.words, initial={"zone": request.account.zone})
    if posted and form.is_valid():
        try:
            case = actions.open_case(
                form.cleaned_data["title"], zone=form.cleaned_data["zone"], lead=request.account, by=request.by
            )
        except Refused as refused:
            form.refused(refused)
        else:
            return redirect("case_aware", case.number)
    return render(request, "case/new.html", {"form": form})


class AwareForm(Worded):
    under = "opening.aware"
    at = forms.CharField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


@doors.case(Act.READ, post=Act.DECIDE)
def aware(request: DeskRequest, case: Any) -> HttpResponse:
    """Since when the organisation counts as aware: the moment from which most clocks of the law run."""
    posted = request.method == "POST"
    initial = {"at": on_the_wall(case.aware_at or request.at, case.zone), "reason": case.aware_reason}
    form = AwareForm(request.POST if posted else None, words=request.words, initial=initial)
    if posted and form.is_valid():
        try:
            at = local(form.cleaned_data["at"], case.zone, "at")
            actions.decide_aware(case, at, reason=form.cleaned_data["reason"], by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("opening.aware.kept"))
            return redirect("case_overview", case.number)
    return render(request, "case/aware.html", {"form": form})
