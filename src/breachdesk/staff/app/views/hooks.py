"""Programs that are told what happens here: for administrators."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from breachdesk.ground.refused import Refused
from breachdesk.staff.app import hooks
from breachdesk.staff.app.again import asked_again, asked_again_to_send
from breachdesk.staff.app.doors import DeskRequest, house
from breachdesk.staff.app.forms import Worded
from breachdesk.staff.app.models import Delivery, Hook

_MOST = 100


class NewHook(Worded):
    hook_name = forms.CharField(max_length=80)
    address = forms.CharField(max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://"}))
    events = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    case_numbers = forms.CharField(max_length=400, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._choose("events", [(one, self.words.say(f"journal.types.{one}")) for one in hooks.EVENTS])

    def clean_case_numbers(self) -> list[str]:
        said = str(self.cleaned_data["case_numbers"]).replace(",", " ").split()
        if unknown := hooks.unknown(said):
            raise forms.ValidationError(self.words.say("hooks.refused.case", number=unknown[0][:40]))
        return said


@house(administrators=True, second_factor=True)
def listed(request: DeskRequest) -> HttpResponse:
    rows = list(Hook.objects.filter(gone_at=None))
    last = {
        one.hook_id: one
        for one in Delivery.objects.filter(hook__in=rows).order_by("hook_id", "-id").distinct("hook_id")
    }
    return render(request, "staff/hooks.html", {"rows": [(one, last.get(one.id)) for one in rows]})


@house(administrators=True, second_factor=True)
@asked_again
def new(request: DeskRequest) -> HttpResponse:
    """The secret stands in the answer itself and nowhere else."""
    form = NewHook(request.POST or None, words=request.words, initial={"events": hooks.EVENTS})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made, secret = hooks.make(
                said["hook_name"],
                said["address"].strip(),
                events=said["events"],
                cases=said["case_numbers"],
                by=request.by,
            )
        except Refused as refused:
            form.add_error(refused.field or None, request.words.say(refused.key, **refused.values))
        else:
            return render(request, "staff/hook_secret.html", {"hook": made, "secret": secret})
    return render(request, "staff/hook_new.html", {"form": form})


@house(administrators=True, second_factor=True)
@asked_again_to_send
def one(request: DeskRequest, hook_id: int) -> HttpResponse:
    """What was sent and what came back; `do`: turn, pause, resume, remove, again."""
    hook = get_object_or_404(Hook, id=hook_id, gone_at=None)
    do = request.POST.get("do", "")
    if do == "turn":
        return render(request, "staff/hook_secret.html", {"hook": hook, "secret": hooks.turn(hook, by=request.by)})
    if do in ("pause", "resume"):
        (hooks.pause if do == "pause" else hooks.resume)(hook, by=request.by)
        return redirect("staff_hook", hook.id)
    if do == "remove":
        hooks.remove(hook, by=request.by)
        messages.success(request, request.words.say("hooks.removed", name=hook.name))
        return redirect("staff_hooks")
    if do == "again":
        hooks.again(get_object_or_404(hook.deliveries, message=request.POST.get("message", "")[:40]), by=request.by)
        return redirect("staff_hook", hook.id)
    return render(request, "staff/hook.html", {"hook": hook, "rows": list(hook.deliveries.all()[:_MOST])})
