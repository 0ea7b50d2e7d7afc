"""Is the leaked sample ours: which rows stand in our own data, in which table, as they stood when."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.scope.app import comparing
from breachdesk.staff.app import doors
from breachdesk.staff.app.doors import DeskRequest
from breachdesk.staff.rights import Act

_MOST = 20


@doors.case(Act.EVIDENCE)
def sample(request: DeskRequest, case: Case) -> HttpResponse:
    """POST `sample` and `own` (labels of items): have them compared."""
    refused, chosen = "", (request.POST.get("sample", "")[:12], request.POST.getlist("own")[:50])
    if request.method == "POST":
        try:
            comparing.ask(case, chosen[0], chosen[1], by=request.by)
        except Refused as error:
            if error.field is None:
                raise
            refused = request.words.say(error.key, **error.values)
        else:
            messages.success(request, request.words.say("sample.asked"))
            return redirect("case_sample", case.number)
    rows = list(case.comparisons.all()[:_MOST])
    items = list(case.items.filter(forgotten_at=None)[:500])
    return render(
        request,
        "scope/sample.html",
        {
            "rows": [(one, _verdict(one)) for one in rows],
            "items": [(item, item.label == chosen[0], item.label in chosen[1]) for item in items],
            "under_way": any(one.open for one in rows),
            "refused": refused,
        },
    )


def _verdict(one: Any) -> str:
    """A word for what came out: reading, failed, empty, nowhere, ours, partly."""
    if one.open:
        return "reading"
    if one.result is None:
        return "failed"
    if not one.result["looked_at"] or not one.result["keys"]:
        return "empty"
    if not one.result["tables"]:
        return "nowhere"
    best = one.result["tables"][0]
    return "ours" if 2 * best["full"] >= one.result["looked_at"] and len(best["columns"]) > 1 else "partly"
