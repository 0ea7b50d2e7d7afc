"""Tasks of a case: mine first, the overdue ones said in a word."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Case as When
from django.db.models import F, Q, QuerySet, Value
from django.db.models import When as Then
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from breachdesk.case.app import points
from breachdesk.case.app.actions import tasks as actions
from breachdesk.case.app.models import Case, Task
from breachdesk.case.app.paper import LONGEST_LINE, Moment, Paper, line, text
from breachdesk.case.app.seen import page, readable
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import RIGHTS, Act, Role

STATES = ("open", "late", "done", "all")


class TaskForm(Paper):
    sheet = "tasks.form"
    title = line()
    owner = forms.ChoiceField(required=False)
    due = Moment(required=False)
    note = text(required=False)
    privileged = forms.BooleanField(required=False)

    def __init__(self, *args: Any, case: Case, may_privilege: bool, **more: Any) -> None:
        super().__init__(*args, zone=case.zone, **more)
        self.owners = workers(case)
        self.fields["owner"].choices = [  # type: ignore[attr-defined]
            ("", self.words.say("tasks.nobody")),
            *((str(one.id), f"{one} — {self.words.say(f'team.roles.{role}')}") for one, role in self.owners.values()),
        ]
        if not may_privilege:
            del self.fields["privileged"]

    def given(self) -> dict[str, Any]:
        """What an action takes."""
        said = dict(self.cleaned_data)
        said["owner"] = self.owners[int(said["owner"])][0] if said["owner"] else None
        return said


class FinishForm(Paper):
    sheet = "tasks.finish"
    outcome = text(required=False, rows=2)


class ReopenForm(Paper):
    sheet = "tasks.reopen"
    reason = text(rows=2)


def workers(case: Case) -> dict[int, tuple[Account, str]]:
    """Who may be given a task: account and role, by the id of the account, in the order they came."""
    found = (
        case.members.filter(ended_at=None, account__is_active=True).select_related("account").order_by("since", "id")
    )
    return {one.account_id: (one.account, one.role) for one in found if Act.WORK in RIGHTS[Role(one.role)]}


@doors.case(Act.READ)
def tasks(request: DeskRequest, case: Case) -> HttpResponse:
    every = readable(case.tasks.all(), request.rights)
    state = request.GET.get("state") if request.GET.get("state") in STATES else "open"
    owner = request.GET.get("owner", "")
    found = _ordered(_of(every, state, owner, request), request.account).select_related("owner")
    return render(
        request,
        "case/tasks.html",
        {
            "page": page(found, request.GET.get("page")),
            "states": STATES,
            "state": state,
            "owner": owner,
            "owners": [one for one, _ in workers(case).values()],
            "any": every.exists(),
            "count": every.filter(done_at=None).count(),
            "mine": every.filter(done_at=None, owner=request.account).count(),
            "late": every.filter(done_at=None, due__lt=request.at).count(),
            "kept": f"&state={state}&owner={owner}" if owner.isalnum() or not owner else f"&state={state}",
        },
    )


def _of(every: "QuerySet[Task]", state: str | None, owner: str, request: DeskRequest) -> "QuerySet[Task]":
    if owner == "me":
        every = every.filter(owner=request.account)
    elif owner == "nobody":
        every = every.filter(owner=None)
    elif owner.isascii() and owner.isdigit() and len(owner) < 12:
        every = every.filter(owner=int(owner))
    if state == "late":
        return every.filter(done_at=None, due__lt=request.at)
    if state == "all":
        return every
    return every.filter(done_at=None) if state == "open" else every.exclude(done_at=None)


def _ordered(found: "QuerySet[Task]", me: Account) -> "QuerySet[Task]":
    """Open before done; mine before others'; what is due first, first."""
    mine = When(Then(Q(owner=me), then=Value(0)), default=Value(1))
    return found.order_by(F("done_at").desc(nulls_first=True), mine, F("due").asc(nulls_last=True), "id")


@doors.case(Act.READ, post=Act.WORK)
def new(request: DeskRequest, case: Case) -> HttpResponse:
    """A task from scratch, or from a point of a checklist: `?point=contain.keys`."""
    point = points.find(request.GET.get("point", "") or request.POST.get("point", ""))
    form = TaskForm(
        request.POST or None,
        words=request.words,
        case=case,
        may_privilege=Act.PRIVILEGED in request.rights,
        initial=_from_point(case, point, request) if point else {},
    )
    if request.method == "POST" and form.is_valid():
        try:
            task = actions.make_task(case, **form.given(), point=point.id if point else "", by=request.by)
        except Refused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, request.words.say("tasks.made", title=task.title))
            if point:
                return redirect("case_checklist", case.number, point.id.partition(".")[0])
            return redirect("case_tasks", case.number)
    return render(request, "case/task_new.html", {"form": form, "point": point})


def _from_point(case: Case, point: "points.Point", request: DeskRequest) -> dict[str, Any]:
    """What a task made of a point begins with: its words, whoever has that role alone, and its hours from awareness."""
    title, why = request.words.pick(point.text), request.words.pick(point.why)
    if len(title) > LONGEST_LINE:
        title, why = f"{title[: LONGEST_LINE - 2]} …", f"{title}\n\n{why}"
    holders = [account for account, role in workers(case).values() if role == point.role]
    return {
        "title": title,
        "note": why,
        "owner": str(holders[0].id) if len(holders) == 1 else "",
        "due": due_of(case, point, request.at),
    }


def due_of(case: Case, point: "points.Point", now: datetime) -> datetime | None:
    """When a point should be looked after, or None when that is not known or has passed."""
    if point.by_hours is None or case.aware_at is None:
        return None
    due = case.aware_at + timedelta(hours=point.by_hours)
    return due if due > now else None


@doors.case(Act.READ, post=Act.WORK)
def task(request: DeskRequest, case: Case, task: int) -> HttpResponse:
    found = get_object_or_404(
        readable(Task.objects.select_related("owner", "case"), request.rights), case=case, id=task
    )
    done = request.POST.get("do", "")
    kinds: dict[str, Any] = {"finish": FinishForm, "reopen": ReopenForm}
    forms_ = {
        name: kind(request.POST if done == name else None, words=request.words, prefix=name)
        for name, kind in kinds.items()
    }
    change = TaskForm(
        request.POST if done == "change" else None,
        words=request.words,
        case=case,
        may_privilege=False,
        initial={"title": found.title, "owner": found.owner_id or "", "due": found.due, "note": found.note},
    )
    if request.method == "POST" and _done(request, found, done, forms_ | {"change": change}):
        return redirect("case_task", case.number, found.id)
    context = {"task": found, "change": change, "opened": done, **forms_}
    context |= {"point": points.find(found.point), "phase": found.point.partition(".")[0]}
    return render(request, "case/task.html", context)


def _done(request: DeskRequest, task: Task, deed: str, forms_: dict[str, Any]) -> bool:
    """Whether what was sent has been done; a form that was refused says why."""
    form = forms_.get(deed)
    if form is None or not form.is_valid():
        return form is None
    try:
        if deed == "finish":
            actions.finish_task(task, form.cleaned_data["outcome"], by=request.by)
        elif deed == "reopen":
            actions.reopen_task(task, form.cleaned_data["reason"], by=request.by)
        else:
            actions.change_task(task, **form.given(), by=request.by)
    except Refused as refusal:
        form.refused(refusal)
        return False
    messages.success(request, request.words.say(f"tasks.said.{deed}"))
    return True
