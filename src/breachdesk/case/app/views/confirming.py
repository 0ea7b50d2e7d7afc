"""Confirming a signal: a case opens with a dated, reasoned decision, or the signal joins one that is open."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from breachdesk.case.app.actions import confirming
from breachdesk.case.app.models import Case, State
from breachdesk.case.app.views.picture import Worded, local, on_the_wall
from breachdesk.detect.app.models import Signal
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest


class ConfirmForm(Worded):
    under = "confirming.form"
    title = forms.CharField(max_length=200)
    zone = forms.CharField(max_length=64)
    at = forms.CharField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


@doors.house(triage=True)
def confirm(request: DeskRequest, signal: str) -> HttpResponse:
    found = get_object_or_404(Signal, number=signal)
    mine = Case.objects.filter(members__account=request.account, members__ended_at=None, state=State.OPEN)
    zone = request.account.zone
    form = ConfirmForm(
        request.POST if request.POST.get("do") == "confirm" else None,
        words=request.words,
        initial={"zone": zone, "at": on_the_wall(request.at, zone)},
    )
    if request.POST.get("do") == "join":
        case = get_object_or_404(mine, number=request.POST.get("case", ""))
        confirming.join(found, case, by=request.by)
        return redirect("case_overview", case.number)
    if request.POST.get("do") == "confirm" and form.is_valid():
        said = form.cleaned_data
        try:
            case = confirming.confirm(
                found,
                title=said["title"],
                lead=request.account,
                zone=said["zone"],
                aware_at=local(said["at"], said["zone"], "at"),
                reason=said["reason"],
                by=request.by,
            )
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("confirming.done", number=case.number))
            return redirect("case_overview", case.number)
    return render(request, "case/confirm.html", {"form": form, "signal": found, "cases": mine[:100]})
