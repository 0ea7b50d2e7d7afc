"""What was put up for publication by the API: its words, their approval, where they stand, and posts to channels."""

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify.app import posts
from breachdesk.notify.app import published as actions
from breachdesk.notify.app.api.shapes import FILE
from breachdesk.notify.app.models import PublicText, Up
from breachdesk.notify.app.publishing import Texts
from breachdesk.notify.app.views_published import FILES
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.rights import Act

router = Router(tags=["notices"])
Language = Literal[LANGUAGES]  # type: ignore[valid-type]
File = Literal[FILES]  # type: ignore[valid-type]
_LONGEST = 4000


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=_LONGEST)


class WhyIn(Schema):
    reason: str = Field("", max_length=_LONGEST)


class PlaceIn(Schema):
    """`part`: which part of the law's substitute notice it is, as `list_public_texts` names them."""

    where: str = Field(min_length=1, max_length=actions.LONGEST_WHERE)
    at: datetime
    part: str = Field("", max_length=40)


class DownIn(Schema):
    at: datetime
    reason: str = Field(min_length=1, max_length=_LONGEST)


class ChannelIn(Schema):
    """`channel`: one of the names in BREACHDESK_POSTS."""

    channel: str = Field(min_length=1, max_length=60)


class LookedIn(Schema):
    """`there`: whether it stands in the channel, as somebody saw."""

    there: bool
    reason: str = Field(min_length=1, max_length=_LONGEST)


class PublicationOut(Schema):
    """`until`: the last day it has to stand; `early`: it was taken down before that day was over."""

    id: int
    where: str
    part: str
    at: datetime
    until: date | None
    noted_by: str
    down_at: datetime | None
    down_why: str
    early: bool


class PostOut(Schema):
    """`state`: queued, sending, posted, refused, doubt, cancelled. `told`: taken, answered (with `code`), unreachable,
    no_answer, in_part, too_long (`code`: how many letters it may have), no_address, no_channel, not_released, changed,
    stopped, lost, looked. `posted`: the channel took it; nobody can prove who read it."""

    id: int
    channel: str
    attempt: int
    state: str
    told: str
    code: int
    asked_at: datetime
    asked_by: str
    told_at: datetime | None
    decided_by: str
    reason: str


class PublishedOut(Schema):
    """`standing`: fixed, released, replaced, dropped, withdrawn. `sha256`: of the words in UTF-8, as the file has
    them."""

    number: int
    kind: str
    rule: str
    language: str
    title: str
    standing: str
    sha256: str
    page_sha256: str
    fixed_at: datetime
    fixed_by: str
    released_at: datetime | None
    approved_by: str
    publications: list[PublicationOut]
    posts: list[PostOut]


class WholePublishedOut(PublishedOut):
    """`changed`: the case reads otherwise now, or could not say it any more. `channels`: where these words may still
    be posted."""

    text: str
    changed: bool
    channels: list[str]


@router.get("/cases/{number}/published", response=list[PublishedOut])
@api_case(Act.READ)
def list_published(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """Everything that was put up for publication, the newest first."""
    return [_out(one) for one in actions.of(request.case)]


@router.get("/cases/{number}/published/{published}", response=WholePublishedOut)
@api_case(Act.READ)
def read_published(request: DeskRequest, number: str, published: int) -> dict[str, Any]:
    """One of them, with its words."""
    return _whole(request, _of(request, published))


@router.get("/cases/{number}/published/{published}/file", openapi_extra=FILE)
@api_case(Act.READ)
def read_published_file(request: DeskRequest, number: str, published: int, ending: File = "txt") -> HttpResponse:
    """The words exactly as they were fixed."""
    one = _of(request, published)
    response = HttpResponse(one.words if ending == "txt" else one.page, content_type="application/octet-stream")
    name = f"{request.case.number}-public-{one.number}-{one.kind}-{one.language}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@router.post("/cases/{number}/notices/public/{kind}/{language}/published", response={201: WholePublishedOut})
@api_case(Act.TELL)
def put_up_public_text(
    request: DeskRequest, number: str, kind: str, language: Language, said: ReasonIn
) -> tuple[int, dict[str, Any]]:
    """Fix the words of a text as they read now, and ask a second person to approve them."""
    made = actions.put_up(request.case, kind, language, reason=said.reason, by=request.by)
    return 201, _whole(request, made)


@router.post("/cases/{number}/published/{published}/places", response={201: WholePublishedOut})
@api_case(Act.TELL)
def publish_text(request: DeskRequest, number: str, published: int, said: PlaceIn) -> tuple[int, dict[str, Any]]:
    """Write down where somebody published it, and since when."""
    one = _of(request, published)
    actions.publish(one, said.where, said.at, part=said.part, by=request.by)
    return 201, _whole(request, one)


@router.put("/cases/{number}/published/{published}/places/{publication}/down", response=WholePublishedOut)
@api_case(Act.TELL)
def take_down_text(request: DeskRequest, number: str, published: int, publication: int, said: DownIn) -> dict[str, Any]:
    """Write down that it does not stand there any more."""
    one = _of(request, published)
    row = get_object_or_404(one.publications.select_related("text__case"), id=publication)
    actions.take_down(row, said.at, reason=said.reason, by=request.by)
    return _whole(request, one)


@router.post("/cases/{number}/published/{published}/posts", response={201: WholePublishedOut})
@api_case(Act.TELL)
def post_text(request: DeskRequest, number: str, published: int, said: ChannelIn) -> tuple[int, dict[str, Any]]:
    """Put it into the queue of a channel; the worker posts it."""
    one = _of(request, published)
    posts.post(one, said.channel, by=request.by)
    return 201, _whole(request, one)


@router.put("/cases/{number}/published/{published}/posts/{post}", response=WholePublishedOut)
@api_case(Act.TELL)
def decide_post(request: DeskRequest, number: str, published: int, post: int, said: LookedIn) -> dict[str, Any]:
    """Somebody looked: what is in doubt stands in the channel, or does not."""
    one = _of(request, published)
    row = get_object_or_404(one.posts.select_related("text__case"), id=post)
    posts.decide(row, there=said.there, reason=said.reason, by=request.by)
    return _whole(request, one)


@router.put("/cases/{number}/published/{published}/{act}", response=WholePublishedOut)
@api_case(Act.TELL)
def act_on_published(
    request: DeskRequest, number: str, published: int, act: actions.DeedName, said: WhyIn
) -> dict[str, Any]:
    """ask (again, a second person to approve it), release (use the approval), withdraw."""
    one = _of(request, published)
    actions.act(one, act, reason=said.reason, by=request.by)
    return _whole(request, _of(request, published))


def _of(request: DeskRequest, number: int) -> PublicText:
    found: PublicText = get_object_or_404(request.case.public_texts.select_related("case"), number=number)
    return found


def _out(one: PublicText) -> dict[str, Any]:
    names = ("number", "kind", "rule", "language", "title", "standing", "sha256", "page_sha256", "fixed_at", "fixed_by",
             "released_at", "approved_by")  # fmt: skip
    return {
        **{name: getattr(one, name) for name in names},
        "publications": list(one.publications.all()),
        "posts": list(one.posts.all()),
    }


def _whole(request: DeskRequest, one: PublicText) -> dict[str, Any]:
    now = Texts(request.case, request.at).spoken(one.kind, one.language)
    live = one.standing in (Up.FIXED, Up.RELEASED)
    return {
        **_out(one),
        "text": one.words,
        "changed": live and (now is None or now.post != one.words),
        "channels": posts.open_to(one),
    }
