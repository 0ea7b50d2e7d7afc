"""What the law asks of a case, as breachdesk.duties/1 (docs/formats/duties.md)."""

from typing import Any

from django.http import Http404
from ninja import Router

from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.app import standing
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
