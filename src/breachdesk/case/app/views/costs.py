"""Hours and costs of a case: what has been spent, by whom, when; entered here, and given to the insurer as CSV."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from breachdesk.case.app import spending
from breachdesk.case.app.actions import costs as actions
from breachdesk.case.app.models import Case, Spent
from breachdesk.case.app.paper import Paper, line, text
from breachdesk.case.app.seen import page
from breachdesk.case.app.spending import Total
from breachdesk.ground.refused import Refused
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

_SUGGESTED = 100


class CostForm(Paper):
    sheet = "costs.form"
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    who = line(longest=120, list="who-names", autocomplete="off")
    vendor = forms.BooleanField(required=False)
    what = line()
    hours = line(required=False, longest=12, inputmode="decimal")
    amount = line(required=False, longest=20, inputmode="decimal")
    currency = line(required=False, longest=3, autocapitalize="characters", list="currencies")

    def clean_hours(self) -> int | None:
        said = self.cleaned_data["hours"]
        return self._read(spending.minutes(said)) if said else None

    def clean_amount(self) -> Decimal | None:
        said = self.cleaned_data["amount"]
        return self._read(spending.money(said)) if said else None

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def _read(self, found: Any) -> Any:
        if found is None:
            raise ValidationError(self.words.say("costs.unread"))
        return found


class StrikeForm(Paper):
    sheet = "costs.strike"
    reason = text(rows=2)


@doors.case(Act.COSTS)
def costs(request: DeskRequest, case: Case) -> HttpResponse:
    form = CostForm(
        request.POST or None,
        words=request.words,
        initial={"day": request.at.date(), "who": str(request.account), "currency": _usual(case)},
    )
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            actions.spend(case, said.pop("day"), minutes=said.pop("hours"), **said, by=request.by)
        except Refused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, request.words.say("costs.entered"))
            return redirect("case_costs", case.number)
    every = case.spent.all()
    whole = spending.whole(every)
    return render(
        request,
        "case/costs.html",
        {
            "form": form,
            "names": every.order_by("who").values_list("who", flat=True).distinct()[:_SUGGESTED],
            "total": _shown(request, whole),
            "whole": whole,
            "people": [_shown(request, one) for one in spending.by_who(every)],
            "weeks": [_shown(request, one) for one in spending.by_week(every)][:_SUGGESTED],
            "page": (rows := page(every, request.GET.get("page"))),
            "rows": [(one, _shown(request, _alone(one))) for one in rows],
        },
    )


def _usual(case: Case) -> str:
    """The currency used last, else none: nobody's money is guessed."""
    last = case.spent.exclude(currency="").order_by("-id").first()
    return last.currency if last else ""


def _alone(one: Spent) -> Total:
    total = Total(one.who, one.vendor)
    total.add(one.minutes, one.amount, one.currency)
    return total


def _shown(request: DeskRequest, total: Total) -> Mapping[str, Any]:
    """In the words and numbers of the reader."""
    words = request.words
    return {
        "name": total.name,
        "vendor": total.vendor,
        "hours": words.say("costs.hours", n=words.number(round(total.minutes / 60, 2))) if total.minutes else "",
        "money": [
            str(format_currency(amount, currency, locale=words.locale)) for currency, amount in total.money.items()
        ],
    }


@doors.case(Act.COSTS)
def cost(request: DeskRequest, case: Case, cost: int) -> HttpResponse:
    """One of them, to strike it out."""
    found = get_object_or_404(case.spent.select_related("case"), id=cost)
    form = StrikeForm(request.POST or None, words=request.words)
    if request.method == "POST" and form.is_valid():
        try:
            actions.strike(found, form.cleaned_data["reason"], by=request.by)
        except Refused as refusal:
            form.refused(refusal)
        else:
            messages.success(request, request.words.say("costs.struck_out"))
            return redirect("case_costs", case.number)
    return render(request, "case/cost.html", {"one": found, "shown": _shown(request, _alone(found)), "form": form})


@doors.case(Act.COSTS)
def table(request: DeskRequest, case: Case) -> StreamingHttpResponse:
    """What counts, as CSV."""
    found = case.spent.filter(gone=False).order_by("day", "id")
    return StreamingHttpResponse(
        spending.table(found.iterator(chunk_size=500)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="costs-{case.number}.csv"'},
    )
