"""Pages of letters on paper: batches for the print house, and what the post brought back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper, text
from breachdesk.ground.refused import Refused
from breachdesk.notify.app import printing, returned
from breachdesk.notify.app.models import Printing, Sending
from breachdesk.notify.app.returned import Reason, Taken
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act
from breachdesk.vault.app import errands
from breachdesk.vault.app.models import State

_USUAL = 500
_LONGEST = 100 * returned.MOST_LINES


class BatchForm(Paper):
    sheet = "printing.form"
    most = forms.IntegerField(min_value=1, max_value=printing.MOST, initial=_USUAL)


class HandedForm(Paper):
    sheet = "printing.handed"
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ReturnedForm(Paper):
    sheet = "returned.form"
    reason = forms.ChoiceField(widget=forms.RadioSelect)
    codes = text(rows=10)

    def __init__(self, *args: Any, words: Any, **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        listed = [(one.value, words.say(f"returned.reasons.{one.value}")) for one in Reason]
        self.fields["reason"].choices = listed  # type: ignore[attr-defined]
        self.fields["codes"].max_length = _LONGEST  # type: ignore[attr-defined]
        self.fields["codes"].widget.attrs |= {"maxlength": str(_LONGEST), "spellcheck": "false", "autocomplete": "off"}
        if not self.is_bound:
            self.initial = {"reason": Reason.UNKNOWN.value}


def _sending(case: Case, sending: int) -> Sending:
    return get_object_or_404(case.sendings.select_related("case"), number=sending)


def _batch(case: Case, sending: int, batch: int) -> Printing:
    found = Printing.objects.select_related("sending__case").filter(sending__case=case, sending__number=sending)
    return get_object_or_404(found, number=batch)


@doors.case(Act.READ, post=Act.TELL)
def batches(request: DeskRequest, case: Case, sending: int) -> HttpResponse:
    """Batches for the print house and how they stand; posting has the next one made of what waits."""
    found = _sending(case, sending)
    post = request.method == "POST"
    form = BatchForm(request.POST if post else None, words=request.words)
    if post and form.is_valid():
        try:
            printing.make(found, most=form.cleaned_data["most"], by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("printing.said.made"))
            return redirect("case_batches", case.number, sending)
    listed = errands.of(case, request.at, kind=printing.KIND, said__sending=found.id)
    return render(
        request,
        "notify/batches.html",
        {
            "sending": found,
            "form": form,
            "left": printing.waiting(found),
            "batches": [(one, sorted(one.refused.items())) for one in printing.of(found)],
            "handed_form": HandedForm(words=request.words, initial={"on": request.at.date()}, auto_id=False),
            "errands": [one for one in listed if one.state != State.DONE],
        },
        status=422 if post else 200,
    )


@doors.case(Act.UNMASK)
@require_POST
def batch_file(request: DeskRequest, case: Case, sending: int, batch: int) -> FileResponse:
    """The archive for the print house. It holds whole names and addresses: who fetched it is in the journal."""
    found = _batch(case, sending, batch)
    content: Any = printing.fetch(found, by=request.by)
    return FileResponse(content, as_attachment=True, filename=f"{found.name}.zip", content_type="application/zip")


@doors.case(Act.TELL)
@require_POST
def batch_act(request: DeskRequest, case: Case, sending: int, batch: int, deed: str) -> HttpResponse:
    """`handed` (over to the print house, since a day), `back`."""
    found = _batch(case, sending, batch)
    if deed == "handed":
        form = HandedForm(request.POST, words=request.words)
        if not form.is_valid():
            messages.error(request, " ".join(map(str, form.errors["on"])))
            return redirect("case_batches", case.number, sending)
        printing.hand_over(found, on=form.cleaned_data["on"], by=request.by)
    elif deed == "back":
        printing.give_back(found, by=request.by)
    else:
        raise Http404
    messages.success(request, request.words.say(f"printing.said.{deed}"))
    return redirect("case_batches", case.number, sending)


@doors.case(Act.TELL)
def returns(request: DeskRequest, case: Case) -> HttpResponse:
    """What the post brought back, by the codes on it; the good ones are taken, the others named by their lines."""
    post = request.method == "POST"
    form = ReturnedForm(request.POST if post else None, words=request.words)
    taken: Taken | None = None
    if post and form.is_valid():
        said = form.cleaned_data
        try:
            taken = returned.take(
                case, said["codes"], Reason(said["reason"]), by=request.by, why=request.words.say("returned.why_dead")
            )
        except Refused as refused:
            form.refused(refused)
        else:
            form = ReturnedForm(words=request.words, initial={"reason": said["reason"]})
    return render(
        request,
        "notify/returned.html",
        {"form": form, "taken": taken, "out": returned.out(case)},
        status=422 if post and taken is None else 200,
    )
