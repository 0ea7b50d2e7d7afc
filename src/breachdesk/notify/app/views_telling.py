"""The page on which the proof for an authority is asked for, and fetched."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper, line, text
from breachdesk.ground.refused import Refused
from breachdesk.notify.app import proving
from breachdesk.notify.app.models import Sending
from breachdesk.notify.app.proving import Wanted
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act
from breachdesk.vault.app import fetching
from breachdesk.vault.app.models import Errand


class TellingForm(Paper):
    """`named` and `reason` for who may see whole values."""

    sheet = "proving.form"
    to = line()
    sending = forms.ChoiceField(required=False)
    duty = forms.ChoiceField(required=False)
    named = forms.BooleanField(required=False)
    reason = text(rows=2, required=False)

    def __init__(self, *args: Any, words: Any, found: list[Sending], whole: bool, **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        numbers = [(str(one.number), words.say("sendings.title", n=one.number)) for one in found]
        duties = [(one, one) for one in proving.duties_of(found)]
        self.fields["sending"].choices = [("", words.say("proving.all")), *numbers]  # type: ignore[attr-defined]
        self.fields["duty"].choices = [("", words.say("proving.any_duty")), *duties]  # type: ignore[attr-defined]
        if not whole:
            del self.fields["named"], self.fields["reason"]

    def wanted(self) -> Wanted:
        said = self.cleaned_data
        number = int(said["sending"]) if said["sending"] else None
        return Wanted(said["to"], number, said["duty"], said.get("named", False), said.get("reason", ""))


def _errand(case: Case, errand: int) -> Errand:
    found: Errand = get_object_or_404(case.errands.select_related("case"), id=errand, kind=proving.KIND)
    return found


@doors.case(Act.EXPORT)
def telling(request: DeskRequest, case: Case) -> HttpResponse:
    """Prove you told them: posting has the worker write it, or asks a second person first; `ask`: that was approved."""
    found, post = proving.sendings_of(case), request.method == "POST"
    if post and "ask" in request.POST:
        number = request.POST["ask"]
        asked = get_object_or_404(case.asks, id=int(number) if number.isascii() and number.isdigit() else 0)
        proving.begin(asked, rights=request.rights, by=request.by)
        messages.success(request, request.words.say("proving.asked"))
        return redirect("case_telling", case.number)
    form = TellingForm(
        request.POST if post else None, words=request.words, found=found, whole=Act.UNMASK in request.rights
    )
    if post and form.is_valid():
        try:
            made = proving.ask(case, form.wanted(), rights=request.rights, by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            said = "proving.asked" if isinstance(made, Errand) else "proving.second"
            messages.success(request, request.words.say(said))
            return redirect("case_telling", case.number)
    shown = {"form": form, "found": found, "errands": proving.asked_by(case, request.by.actor.name, request.at)}
    mine = asks.alive(case, request.by).filter(deed=asks.PROVE, asker=request.account).order_by("asked_at")
    shown |= {"asked": [(one, (one.answered_at or one.asked_at) + asks.LIVES) for one in mine]}
    return render(request, "notify/telling.html", shown, status=422 if post else 200)


@doors.case(Act.EXPORT)
@require_POST
def fetch(request: DeskRequest, case: Case, errand: int) -> HttpResponseBase:
    """What was written, once, to whoever asked for it."""
    found = proving.fetch(_errand(case, errand), rights=request.rights, by=request.by)
    return fetching.sent(found, f"{case.number}-told.zip")
