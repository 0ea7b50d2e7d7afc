"""The proof for an authority by the API: asked for, and fetched when the worker wrote it."""

from typing import Any

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema
from ninja.responses import Status

from breachdesk.case.app.models import Case
from breachdesk.case.app.paper import LONGEST_LINE, LONGEST_TEXT
from breachdesk.notify.app import proving
from breachdesk.notify.app.proving import Wanted
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.listing import Row
from breachdesk.staff.rights import Act
from breachdesk.vault.app import fetching
from breachdesk.vault.app.models import Errand

router = Router(tags=["sendings"])
_FILE: dict[str, Any] = {"responses": {200: {"content": {"application/octet-stream": {}}}}}


class TellingIn(Schema):
    """`to`: for whom; `sending`, `duty`: only of this; `named`: with names and addresses, and then a `reason`."""

    to: str = Field(min_length=1, max_length=LONGEST_LINE)
    sending: int | None = None
    duty: str = Field("", max_length=LONGEST_LINE)
    named: bool = False
    reason: str = Field("", max_length=LONGEST_TEXT)


class TellingOut(Schema):
    """Ask `read_errand` until it is ready. With names and addresses it is an `ask` first, for a second person."""

    errand: int | None = None
    ask: int | None = None
    state: str


def _errand(case: Case, errand: int) -> Errand:
    found: Errand = get_object_or_404(case.errands.select_related("case"), id=errand, kind=proving.KIND)
    return found


@router.post("/cases/{number}/telling", response={202: TellingOut})
@api_case(Act.EXPORT)
def prove_telling(request: DeskRequest, number: str, said: TellingIn) -> Status[dict[str, Any]]:
    """Have the worker write the proof that people were told (docs/formats/told-them.md). With names and addresses it
    needs the right to see whole values, and the approval of a second person."""
    wanted = Wanted(said.to, said.sending, said.duty, said.named, said.reason)
    made = proving.ask(request.case, wanted, rights=request.rights, by=request.by)
    if isinstance(made, Errand):
        return Status(202, {"errand": made.id, "state": made.state})
    return Status(202, {"ask": made.id, "state": "asked"})


@router.post("/cases/{number}/telling/approved/{ask}", response={202: TellingOut})
@api_case(Act.EXPORT)
def begin_telling(request: DeskRequest, number: str, ask: Row) -> Status[dict[str, Any]]:
    """Use the approval of a proof with names and addresses, once: the worker writes it."""
    asked = get_object_or_404(request.case.asks.select_related("case"), id=ask)
    errand = proving.begin(asked, rights=request.rights, by=request.by)
    return Status(202, {"errand": errand.id, "state": errand.state})


@router.post("/cases/{number}/telling/{errand}/fetch", openapi_extra=_FILE)
@api_case(Act.EXPORT, once=False)
def fetch_telling(request: DeskRequest, number: str, errand: Row) -> StreamingHttpResponse:
    """The proof as a zip, once, to who asked for it."""
    found = proving.fetch(_errand(request.case, errand), rights=request.rights, by=request.by)
    return fetching.sent(found, f"{number}-told.zip")
