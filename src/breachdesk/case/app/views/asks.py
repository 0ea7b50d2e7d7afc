"""Four eyes: what was asked for, by whom, who approved or refused it, and what waits for whoever looks."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from breachdesk.case.app.actions import asks as actions
from breachdesk.case.app.models import Ask, Case
from breachdesk.case.app.paper import Paper, text
from breachdesk.case.app.seen import page
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act


class AnswerForm(Paper):
    sheet = "asks.form"
    reason = text(required=False, rows=2)


@doors.case(Act.READ)
def asks(request: DeskRequest, case: Case) -> HttpResponse:
    """All of them for those who may end a case; one's own for everybody else."""
    every = case.asks.all() if Act.END in request.rights else case.asks.filter(asker=request.account)
    alive = actions.alive(case, request.by).filter(id__in=every.values("id"))
    waiting = list(alive.filter(answer="").exclude(asker=request.account)) if Act.END in request.rights else []
    return render(
        request,
        "case/asks.html",
        {
            "waiting": [(one, one.asked_at + actions.LIVES) for one in waiting],
            "own": [
                (one, (one.answered_at or one.asked_at) + actions.LIVES) for one in alive.filter(asker=request.account)
            ],
            "page": page(every, request.GET.get("page")),
            "since": request.at - actions.LIVES,
            "form": AnswerForm(words=request.words),
        },
    )


def _asked(case: Case, ask: int) -> Ask:
    return get_object_or_404(case.asks.all(), id=ask)


@doors.case(Act.END)
@require_POST
def answer(request: DeskRequest, case: Case, ask: int) -> HttpResponse:
    found, form = _asked(case, ask), AnswerForm(request.POST, words=request.words)
    approved = request.POST.get("do") == "approve"
    if form.is_valid() and request.POST.get("do") in ("approve", "refuse"):
        actions.answer(found, approved=approved, reason=form.cleaned_data["reason"], by=request.by)
        messages.success(request, request.words.say("asks.said.approve" if approved else "asks.said.refuse"))
    elif form.errors:
        messages.error(request, " ".join(map(str, form.errors["reason"])))
    return redirect("case_asks", case.number)


@doors.case(Act.READ)
@require_POST
def withdraw(request: DeskRequest, case: Case, ask: int) -> HttpResponse:
    actions.withdraw(_asked(case, ask), by=request.by)
    messages.success(request, request.words.say("asks.said.withdraw"))
    return redirect("case_asks", case.number)
