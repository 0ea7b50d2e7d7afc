"""Evidence by the API: what there is, who had it, and a way in for files of any size, in parts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from ninja import Field, Query, Router, Schema, Status

from breachdesk.ground.digits import whole
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.instants import in_utc
from breachdesk.staff.app.listing import Listed, Part, Row, part_of
from breachdesk.staff.rights import Act
from breachdesk.vault.app import actions, errands, fetching, inbox
from breachdesk.vault.app.actions import MOST_PART, Origin, WrongPlace
from breachdesk.vault.app.models import Custody, Errand, Item, Upload

router = Router(tags=["evidence"])
routers = (router,)
_CUSTODY = 500
#: An operation that answers with a file.
_FILE: dict[str, Any] = {"responses": {200: {"content": {"application/octet-stream": {}}}}}
_UPLOADS = 100


class ItemOut(Schema):
    """`forgotten_at`: the key of its case was destroyed, and nobody can read it any more."""

    label: str
    name: str
    size: int
    sha256: str
    sha512: str
    source: str
    method: str
    description: str
    acquired_at: datetime
    acquired_by: str
    taken_at: datetime
    taken_by: str
    forgotten_at: datetime | None


class CustodyOut(Schema):
    """A line of the chain of custody. `whole`: hashed anew, as at intake or not; null: not looked at."""

    deed: str
    at: datetime
    by: str
    giver: str
    taker: str
    purpose: str
    place: str
    whole: bool | None


class WholeOut(ItemOut):
    custody: list[CustodyOut]


class HandIn(Schema):
    giver: str = Field(min_length=1, max_length=120)
    taker: str = Field(min_length=1, max_length=120)
    purpose: str = Field(min_length=1, max_length=300)
    place: str = Field("", max_length=120)


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=300)


class OriginIn(Schema):
    """Where an item comes from."""

    acquired_at: datetime
    acquired_by: str = Field(min_length=1, max_length=120)
    source: str = Field("", max_length=300)
    method: str = Field("", max_length=300)
    description: str = Field("", max_length=4000)

    def origin(self) -> Origin:
        at = in_utc(self.acquired_at, "acquired_at")
        return Origin(at, self.acquired_by, self.source, self.method, self.description)


class InboxIn(OriginIn):
    name: str = Field(min_length=1, max_length=255)


class UploadIn(InboxIn):
    size: int = Field(ge=0, le=actions.LARGEST)


class BagIn(Schema):
    """`items`: with the evidence, for a token that may work on evidence."""

    items: bool = False


class WaitingOut(Schema):
    """A file in the folder of the server."""

    name: str
    size: int


class UploadOut(Schema):
    """`at`: where the next part begins; `part`: how large it may be (bytes)."""

    upload: UUID
    at: int
    part: int = MOST_PART


class ErrandOut(Schema):
    """What the worker does because it takes long. `state`: waiting, working, done, failed (then `fault` says why).
    `item`: the label of what was taken in; `whole`: what a hashing found; `ready`: a bag may be fetched, once."""

    errand: int
    kind: str
    state: str
    done: int
    total: int
    item: str
    whole: bool | None
    ready: bool
    fault: str


class BegunOut(UploadOut):
    name: str
    size: int
    made_at: datetime
    made_by: str


@router.get("/cases/{number}/evidence", response=Listed[ItemOut])
@api_case(Act.EVIDENCE)
def list_items(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """The item that came last, first."""
    return part_of(Item.objects.filter(case=request.case), part)


@router.get("/cases/{number}/evidence/{label}", response=WholeOut)
@api_case(Act.EVIDENCE)
def read_item(request: DeskRequest, number: str, label: str) -> dict[str, Any]:
    """One item with its chain of custody."""
    found = _item(request, label)
    return {
        **{name: getattr(found, name) for name in ItemOut.model_fields},
        "custody": list(found.custody.all()[:_CUSTODY]),
    }


@router.post("/cases/{number}/evidence/{label}/check", response={202: ErrandOut})
@api_case(Act.EVIDENCE)
def check_item(request: DeskRequest, number: str, label: str) -> Status[dict[str, Any]]:
    """Have the worker hash it anew and compare with intake."""
    return Status(202, _errand(actions.ask_check(_item(request, label), by=request.by)))


@router.post("/cases/{number}/evidence/{label}/hand", response=CustodyOut)
@api_case(Act.EVIDENCE)
def hand_item(request: DeskRequest, number: str, label: str, said: HandIn) -> Custody:
    """From one hand to another."""
    return actions.hand_over(_item(request, label), by=request.by, **said.dict())


@router.post(
    "/cases/{number}/evidence/{label}/open",
    openapi_extra=_FILE,
)
@api_case(Act.EVIDENCE, once=False)
def open_item(request: DeskRequest, number: str, label: str, said: ReasonIn) -> FileResponse:
    """Its plain content, for one who says why; in the journal before a byte is read."""
    found = _item(request, label)
    content: Any = actions.open_item(found, reason=said.reason, by=request.by)
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{found.label}-{found.name}",
        content_type="application/octet-stream",
        headers={"Content-Length": str(found.size)},
    )


@router.get("/cases/{number}/inbox", response=list[WaitingOut])
@api_case(Act.EVIDENCE)
def list_inbox(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """Files in the folder of the server (BREACHDESK_INBOX), the newest first."""
    return [{"name": name, "size": size} for name, size in inbox.files()]


@router.post("/cases/{number}/inbox", response={202: ErrandOut})
@api_case(Act.EVIDENCE)
def take_from_inbox(request: DeskRequest, number: str, said: InboxIn) -> Status[dict[str, Any]]:
    """Have the worker take one of them in; it is copied."""
    return Status(202, _errand(inbox.take_in(request.case, said.name, origin=said.origin(), by=request.by)))


@router.get("/cases/{number}/uploads", response=list[BegunOut])
@api_case(Act.EVIDENCE)
def list_uploads(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """What was begun and not finished, and where each goes on."""
    found = Upload.objects.select_related("case").filter(case=request.case)[:_UPLOADS]
    return [
        {
            "upload": one.id,
            "at": actions.parts_of(one, request.at).size,
            **{name: getattr(one, name) for name in ("name", "size", "made_at", "made_by")},
        }
        for one in found
    ]


@router.post("/cases/{number}/uploads", response=UploadOut)
@api_case(Act.EVIDENCE)
def begin_upload(request: DeskRequest, number: str, said: UploadIn) -> dict[str, Any]:
    """Begin; then send the bytes in order to `/uploads/{upload}?at=`, then finish."""
    upload = actions.begin_upload(request.case, name=said.name, size=said.size, origin=said.origin(), by=request.by)
    return {"upload": upload.id, "at": 0}


@router.put(
    "/cases/{number}/uploads/{upload}",
    response=UploadOut,
    openapi_extra={"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
)
@api_case(Act.EVIDENCE)
def add_part(request: DeskRequest, number: str, upload: UUID, at: int = 0) -> dict[str, Any]:
    """The bytes that begin at `at`; when they do not follow what is there, the answer says where to go on."""
    found = _upload(request, upload)
    try:
        after = actions.add_part(found, max(at, 0), _body(request), now=request.at)
    except WrongPlace as wrong:
        after = wrong.at
    return {"upload": found.id, "at": after}


@router.post("/cases/{number}/uploads/{upload}/finish", response={202: ErrandOut})
@api_case(Act.EVIDENCE)
def finish_upload(request: DeskRequest, number: str, upload: UUID) -> Status[dict[str, Any]]:
    """All has come: the worker seals and hashes the whole. Ask for the errand until it is done."""
    return Status(202, _errand(actions.finish_upload(_upload(request, upload), by=request.by)))


@router.get("/cases/{number}/errands/{errand}", response=ErrandOut)
@api_case(Act.READ)
def read_errand(request: DeskRequest, number: str, errand: Row) -> dict[str, Any]:
    """How far the worker is with something that takes long: of one's own, or for who works on evidence, of anybody."""
    found = Errand.objects.filter(case=request.case, id=errand).first()
    if found is None or (found.made_by != request.by.actor.name and Act.EVIDENCE not in request.rights):
        raise Http404
    return _errand(found)


@router.post("/cases/{number}/journal/export", response={202: ErrandOut})
@api_case(Act.EXPORT)
def export_case(request: DeskRequest, number: str, said: BagIn) -> Status[dict[str, Any]]:
    """Have the worker pack the case as a bag which anybody can check (docs/formats/journal.md)."""
    with_items = said.items and Act.EVIDENCE in request.rights
    return Status(202, _errand(errands.pack(request.case, with_items=with_items, by=request.by)))


@router.post("/cases/{number}/errands/{errand}/fetch", openapi_extra=_FILE)
@api_case(Act.EXPORT, once=False)
def fetch_export(request: DeskRequest, number: str, errand: Row) -> StreamingHttpResponse:
    """The bag as a zip, once, to who asked for it."""
    found = Errand.objects.select_related("case").filter(case=request.case, id=errand, kind="bag").first()
    if found is None:
        raise Http404
    if found.made_by != request.by.actor.name or "sealed" not in found.outcome:
        raise Refused("journal.refused.fetched")
    if found.said.get("items") and Act.EVIDENCE not in request.rights:
        raise PermissionDenied
    return fetching.sent(found, f"case-{number}.zip")


def _errand(one: Errand) -> dict[str, Any]:
    return {
        "errand": one.id,
        **{name: getattr(one, name) for name in ("kind", "state", "done", "total", "fault")},
        "item": str(one.outcome.get("label", "")),
        "whole": one.outcome.get("whole"),
        "ready": "sealed" in one.outcome,
    }


@router.delete("/cases/{number}/uploads/{upload}", response={204: None})
@api_case(Act.EVIDENCE)
def abandon_upload(request: DeskRequest, number: str, upload: UUID) -> Status[None]:
    """It will not go on: its parts are forgotten."""
    actions.abandon_upload(_upload(request, upload), by=request.by)
    return Status(204, None)


def _item(request: DeskRequest, label: str) -> Item:
    found = Item.objects.select_related("case").filter(case=request.case, label=label).first()
    if found is None:
        raise Http404
    return found


def _upload(request: DeskRequest, upload: UUID) -> Upload:
    found = Upload.objects.select_related("case").filter(case=request.case, id=upload).first()
    if found is None:
        raise Http404
    return found


def _body(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length") or ""
    size = whole(length)
    if size is None or size > MOST_PART:
        raise Refused("evidence.refused.part")
    return request.read(size)
