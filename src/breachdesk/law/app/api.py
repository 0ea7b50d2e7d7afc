"""What the law asks of a case, as breachdesk.duties/1 (docs/formats/duties.md)."""

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Router, Schema

from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.app import standing
from breachdesk.law.app.models import Change
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["duties"])


@router.get("/cases/{number}/duties", response=dict[str, Any])
@api_case(Act.READ)
def read_duties(request: DeskRequest, number: str, language: str = "en") -> dict[str, Any]:
    """Every duty as it was judged last, with the questions that are open."""
    last = standing.last(request.case)
    if last is None:
        raise Http404
    return standing.document(last, language if language in LANGUAGES else LANGUAGES[0])


class ChangeOut(Schema):
    """What one judgement said otherwise than the one before: breachdesk.changes/1 in the language asked for."""

    at: datetime
    cause: str
    because: int | None
    count: int
    changes: dict[str, Any]


@router.get("/cases/{number}/changes", response=list[ChangeOut])
@api_case(Act.READ)
def read_changes(request: DeskRequest, number: str, language: str = "en") -> list[dict[str, Any]]:
    """The newest fifty. `because`: the entry of the journal that led to it."""
    tongue = language if language in LANGUAGES else LANGUAGES[0]
    found = Change.objects.filter(case=request.case).order_by("-id")[:50]
    return [
        {name: getattr(one, name) for name in ("at", "cause", "because", "count")}
        | {"changes": one.told.get(tongue, {})}
        for one in found
    ]
