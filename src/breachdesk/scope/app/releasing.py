"""Pages of what leaves with four eyes: what may leave, what waits for a second person, what left."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from breachdesk.case.app.actions import asks
from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import Paper, line, text
from breachdesk.ground.refused import Refused
from breachdesk.scope import leaving
from breachdesk.scope.app import actions, release
from breachdesk.scope.app.release import Wanted
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act
from breachdesk.vault.app import errands

_PLACES = 300
_ITEMS = 500
_LEFT = 200


class ReleaseForm(Paper):
    """`what`: `people`, or the label of an evidence item, for who may hand evidence out."""

    sheet = "release.form"
    what = forms.ChoiceField()
    form = forms.ChoiceField(required=False)
    place = forms.ChoiceField(required=False)
    to = line(required=False)
    purpose = line(required=False)
    reason = text(rows=2)

    def __init__(self, *args: Any, words: Any, items: list[str], places: list[str], **more: Any) -> None:
        super().__init__(*args, words=words, **more)
        choices = {
            "what": [("people", words.say("release.people")), *((one, one) for one in items)],
            "form": [(one, words.say(f"release.forms.{one}")) for one in (leaving.CSV, leaving.JSONL)],
            "place": [("", words.say("people.everywhere")), *((one, one) for one in places)],
        }
        for name, listed in choices.items():
            self.fields[name].choices = listed  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        said = self.cleaned_data
        item = "" if said["what"] == "people" else said["what"]
        return Wanted(item, said["form"] or leaving.CSV, said["place"], said["to"], said["purpose"])


@doors.case(Act.UNMASK)
def the_release(request: DeskRequest, case: Case) -> HttpResponse:
    run, places = actions.last(case), list[str]()
    if run is not None:
        places = sorted({row["residence"] for row in run.cohorts or ()})[:_PLACES]
    items = case.items.filter(forgotten_at=None).values_list("label", flat=True)[:_ITEMS]
    form = ReleaseForm(
        request.POST if request.method == "POST" else None,
        words=request.words,
        items=list(items) if {Act.END, Act.EVIDENCE} <= request.rights else [],
        places=places,
    )
    if request.method == "POST" and form.is_valid():
        try:
            release.ask(case, form.wanted(), reason=form.cleaned_data["reason"], by=request.by)
        except Refused as refused:
            form.refused(refused)
        else:
            messages.success(request, request.words.say("release.asked"))
            return redirect("case_release", case.number)
    mine = asks.alive(case, request.by).filter(asker=request.account, deed__in=(asks.RELEASE, asks.UNMASK_BULK))
    left = case.released.select_related("item").prefetch_related("custody")[:_LEFT]
    return render(
        request,
        "scope/release.html",
        {
            "run": run,
            "form": form,
            "asked": [(one, (one.answered_at or one.asked_at) + asks.LIVES, "items" in one.what) for one in mine],
            "released": [(one, one.made_by == request.by.actor.name and one.ready(request.at)) for one in left],
            "errands": errands.of(case, request.at, kind=release.PEOPLE_KIND),
        },
    )


@doors.case(Act.UNMASK)
@require_POST
def begin(request: DeskRequest, case: Case, ask: int) -> HttpResponse:
    """Use the approval: the list is written, or the item stands ready."""
    release.begin(get_object_or_404(case.asks.select_related("case"), id=ask), by=request.by)
    return redirect("case_release", case.number)


@doors.case(Act.UNMASK)
@require_POST
def fetch(request: DeskRequest, case: Case, label: str) -> HttpResponseBase:
    found = get_object_or_404(case.released, label=label)
    held, content = release.fetch(found, by=request.by)
    response = StreamingHttpResponse(release.out(held, content, request.at), content_type="application/octet-stream")
    response.headers["Content-Length"] = str(content.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{held.label}-{held.name}") or ""
    return response
