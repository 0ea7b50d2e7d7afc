"""Closing a case, opening it again, how long it is kept, and erasing it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app import closing_checks
from breachdesk.case.app.actions import asks
from breachdesk.case.app.actions import closing as actions
from breachdesk.case.app.models import Case, State
from breachdesk.case.app.paper import Paper, line, text
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

#: Which deeds fit a case as it stands.
FIT = {State.OPEN: (asks.CLOSE,), State.CLOSED: (asks.REOPEN, asks.ERASE), State.ERASED: ()}
DONE: dict[str, Callable[..., Case]] = {
    asks.CLOSE: actions.close,
    asks.REOPEN: actions.reopen,
    asks.ERASE: actions.erase,
}


class AskForm(Paper):
    sheet = "closing.ask"
    reason = text(rows=3)


class KeepForm(Paper):
    sheet = "closing.keep"
    until = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = text(rows=2)


class EraseForm(Paper):
    """The number of the case, written by hand: nobody erases one by a slip."""

    sheet = "closing.erase"
    number = line(longest=40, autocomplete="off")

    def __init__(self, *args: Any, case: Case, **more: Any) -> None:
        super().__init__(*args, **more)
        self.expected = case.number

    def clean_number(self) -> str:
        said = str(self.cleaned_data["number"]).strip()
        if said != self.expected:
            raise forms.ValidationError(self.words.say("closing.refused.number"))
        return said


@doors.case(Act.END)
def closing(request: DeskRequest, case: Case) -> HttpResponse:
    deed, sent = request.POST.get("do", ""), request.POST
    fit = FIT[State(case.state)]
    ask = {name: AskForm(sent if deed == f"ask_{name}" else None, words=request.words, prefix=name) for name in fit}
    keep = KeepForm(
        sent if deed == "keep" else None, words=request.words, prefix="keep", initial={"until": case.keep_until}
    )
    erase = EraseForm(sent if deed == asks.ERASE else None, words=request.words, case=case)
    if request.method == "POST" and _done(request, case, deed, ask, keep, erase):
        return redirect("case_closing", case.number)
    still = closing_checks.still(case) if case.open else []
    return render(
        request,
        "case/closing.html",
        {
            "still": [(request.words.say(key, values.get("n"), **_rest(values)), url) for key, values, url in still],
            "deeds": [
                (
                    name,
                    asks.approved(case, name, {}, by=request.by),
                    asks.waiting(case, request.by).filter(deed=name, what={}).first(),
                    ask[name],
                )
                for name in fit
            ],
            "keep": keep,
            "erase": erase,
            "due": case.keep_until is not None and case.keep_until <= actions.today(case, request.by),
            "proposed": actions.today(case, request.by) + timedelta(days=settings.KEEP_DAYS),
        },
    )


def _rest(values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "n"}


def _done(
    request: DeskRequest, case: Case, deed: str, ask: dict[str, AskForm], keep: KeepForm, erase: EraseForm
) -> bool:
    """Whether what was sent has been done; a form that was refused says why."""
    by: Hand = request.by
    form: Paper | None = {**{f"ask_{name}": one for name, one in ask.items()}, "keep": keep, "erase": erase}.get(deed)
    if form is not None and not form.is_valid():
        return False
    try:
        if deed.startswith("ask_") and form is not None:
            asks.ask(case, deed.removeprefix("ask_"), {}, reason=form.cleaned_data["reason"], by=by)
            deed = "ask"
        elif deed == "keep":
            actions.keep(case, keep.cleaned_data["until"], reason=keep.cleaned_data["reason"], by=by)
        elif deed in DONE:
            DONE[deed](case, by=by)
        else:
            return True
    except Refused as refusal:
        if form is None:
            raise
        form.refused(refusal)
        return False
    messages.success(request, request.words.say(f"closing.said.{deed}"))
    return True
