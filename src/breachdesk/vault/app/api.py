"""Evidence by the API: what there is, and a way in for files of any size, in parts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema

from breachdesk.ground.digits import whole
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act
from breachdesk.vault.app import actions
from breachdesk.vault.app.actions import MOST_PART, Origin, WrongPlace
from breachdesk.vault.app.models import Errand, Item, Upload

router = Router(tags=["evidence"])
_FIRST_YEAR = 1970


class ItemOut(Schema):
    label: str
    name: str
    size: int
    sha256: str
    sha512: str
    source: str
    method: str
    acquired_at: datetime
    acquired_by: str
    taken_at: datetime


class UploadIn(Schema):
    name: str = Field(min_length=1, max_length=255)
    size: int = Field(ge=0, le=actions.LARGEST)
    acquired_at: datetime
    acquired_by: str = Field(min_length=1, max_length=120)
    source: str = Field("", max_length=300)
    method: str = Field("", max_length=300)
    description: str = Field("", max_length=4000)


class UploadOut(Schema):
    """`at`: where the next part begins; `part`: how large it may be (bytes)."""

    upload: UUID
    at: int
    part: int = MOST_PART


class ErrandOut(Schema):
    """`state`: waiting, working, done, failed (then `fault` says why). `item`: the label of what was taken in."""

    errand: int
    kind: str
    state: str
    done: int
    total: int
    item: str
    fault: str


@router.get("/cases/{number}/evidence", response=list[ItemOut])
@api_case(Act.EVIDENCE)
def list_items(request: DeskRequest, number: str) -> Any:
    return Item.objects.filter(case=request.case)


@router.post("/cases/{number}/uploads", response=UploadOut)
@api_case(Act.EVIDENCE)
def begin_upload(request: DeskRequest, number: str, said: UploadIn) -> dict[str, Any]:
    """Begin; then send the bytes in order to `/uploads/{upload}?at=`, then finish."""
    if said.acquired_at.tzinfo is None or said.acquired_at.year < _FIRST_YEAR:
        raise Refused("api.refused.no_offset", field="acquired_at")
    origin = Origin(said.acquired_at, said.acquired_by, said.source, said.method, said.description)
    upload = actions.begin_upload(request.case, name=said.name, size=said.size, origin=origin, by=request.by)
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
def finish_upload(request: DeskRequest, number: str, upload: UUID) -> tuple[int, ErrandOut]:
    """All has come: the worker seals and hashes the whole. Ask for the errand until it is done."""
    return 202, _errand(actions.finish_upload(_upload(request, upload), by=request.by))


@router.get("/cases/{number}/errands/{errand}", response=ErrandOut)
@api_case(Act.EVIDENCE)
def read_errand(request: DeskRequest, number: str, errand: int) -> ErrandOut:
    """How far the worker is with something that takes long."""
    found = Errand.objects.filter(case=request.case, id=errand).first()
    if found is None:
        raise Http404
    return _errand(found)


def _errand(errand: Errand) -> ErrandOut:
    return ErrandOut(
        errand=errand.id,
        kind=errand.kind,
        state=errand.state,
        done=errand.done,
        total=errand.total,
        item=str(errand.outcome.get("label", "")),
        fault=errand.fault,
    )


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
