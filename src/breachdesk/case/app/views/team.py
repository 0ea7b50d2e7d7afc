"""Who is in a case as what, who was, and what each role may see."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from breachdesk.case.app.actions import team as actions
from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper, line, text
from breachdesk.case.app.seen import page, readable
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import RIGHTS, Act, Role


class RoleForm(Paper):
    sheet = "team.form"
    role = forms.ChoiceField()
    note = line(required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role.value, self.words.say(f"team.roles.{role}")) for role in Role
        ]


class AdmitForm(RoleForm):
    email = forms.EmailField(max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ("email", "role", "note")


class EndForm(Paper):
    sheet = "team.end"
    reason = text(rows=2)


@doors.case(Act.READ, post=Act.TEAM)
def team(request: DeskRequest, case: Case) -> HttpResponse:
    form = AdmitForm(request.POST or None, words=request.words, initial={"role": Role.EXPERT})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            member = actions.admit(case, said["email"], Role(said["role"]), note=said["note"], by=request.by)
        except Refused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, request.words.say("team.admitted", who=str(member.account)))
            return redirect("case_team", case.number)
    every = case.members.select_related("account")
    now = list(every.filter(ended_at=None).order_by("since", "id"))
    return render(
        request,
        "case/team.html",
        {
            "form": form,
            "members": now,
            "outside": sum(member.account.external for member in now),
            "past": (past := page(every.exclude(ended_at=None).order_by("-ended_at", "-id"), request.GET.get("page"))),
            "page": past,
            "roles": [(role, [(act, act in RIGHTS[role]) for act in Act]) for role in Role],
        },
    )


@doors.case(Act.READ, post=Act.TEAM)
def member(request: DeskRequest, case: Case, member: int) -> HttpResponse:
    found = get_object_or_404(case.members.select_related("account", "case"), id=member)
    deed = request.POST.get("do", "")
    change = RoleForm(
        request.POST if deed == "change" else None,
        words=request.words,
        prefix="change",
        initial={"role": found.role, "note": found.note},
    )
    end = EndForm(request.POST if deed == "end" else None, words=request.words, prefix="end")
    form = {"change": change, "end": end}.get(deed)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            if form is change:
                said = change.cleaned_data
                actions.change(found, Role(said["role"]), note=said["note"], by=request.by)
            else:
                actions.end(found, reason=end.cleaned_data["reason"], by=request.by)
        except Refused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, request.words.say(f"team.said.{deed}", who=str(found.account)))
            return redirect("case_team", case.number)
    tasks = readable(case.tasks.filter(owner=found.account, done_at=None), request.rights).count()
    context = {"one": found, "change": change, "end": end, "tasks": tasks}
    context |= {"acts": [(act, act in RIGHTS[Role(found.role)]) for act in Act]}
    return render(request, "case/member.html", context)
