"""The timeline, the map of systems, the source of the breach. What is changed or taken away stays, marked as gone."""

from datetime import datetime
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Query, Router, Schema, Status

from breachdesk.case import veris
from breachdesk.case.app import moments
from breachdesk.case.app.actions import picture as actions
from breachdesk.case.app.api.cases import ReasonIn
from breachdesk.case.app.models import Happening, Link, Origin, System
from breachdesk.ground.refused import Refused
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.instants import in_utc
from breachdesk.staff.app.listing import Listed, Part, Row, part_of
from breachdesk.staff.rights import Act

router = Router(tags=["picture"])
Kind = Literal[actions.HAPPENINGS]  # type: ignore[valid-type]
SystemKind = Literal[actions.SYSTEMS]  # type: ignore[valid-type]
SystemState = Literal[actions.STATES]  # type: ignore[valid-type]


class HappeningIn(Schema):
    """A moment, or with `until` a span. `zone`: where it was; `system`: the id of one on the map."""

    title: str = Field(min_length=1, max_length=200)
    at: datetime
    until: datetime | None = None
    kind: Kind = "other"
    zone: str = Field("UTC", max_length=64)
    sure: bool = True
    system: Row | None = None
    source: str = Field("", max_length=300)


class HappeningOut(Schema):
    id: int
    title: str
    at: datetime
    until: datetime | None
    kind: str
    zone: str
    sure: bool
    system: int | None = Field(alias="system_id")
    source: str
    by: str
    made_at: datetime


class MomentOut(Schema):
    """What the case itself did, as the rooms keep it. `page`: where it was done, at the desk."""

    at: datetime
    kind: str
    text: str
    by: str
    why: str
    page: str


class SystemIn(Schema):
    name: str = Field(min_length=1, max_length=120)
    kind: SystemKind
    state: SystemState
    owner: str = Field("", max_length=120)
    note: str = Field("", max_length=2000)


class SystemOut(Schema):
    id: int
    name: str
    kind: str
    state: str
    owner: str
    note: str
    isolated_at: datetime | None


class LinkIn(Schema):
    """Access from one system to another; `attack`: the attacker took it."""

    source: Row
    target: Row
    label: str = Field("", max_length=120)
    attack: bool = False


class LinkOut(Schema):
    id: int
    source: int = Field(alias="source_id")
    target: int = Field(alias="target_id")
    label: str
    attack: bool


class OriginIn(Schema):
    """`terms`: in VERIS words, `{"action.hacking.variety": ["SQLi"]}`."""

    terms: dict[str, list[str]]
    text: str = Field("", max_length=4000)


class OriginOut(OriginIn):
    by: str
    at: datetime


@router.get("/cases/{number}/timeline", response=Listed[HappeningOut])
@api_case(Act.READ)
def read_timeline(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """What the team wrote on the timeline, in the order it was written, the last one first."""
    return part_of(Happening.objects.filter(case=request.case, gone=False), part)


@router.get("/cases/{number}/timeline/record", response=list[MomentOut])
@api_case(Act.READ)
def read_moments(request: DeskRequest, number: str) -> list[dict[str, Any]]:
    """What the case itself did when: opened, aware, handed in, closed. By time."""
    return [
        {
            "at": one.at,
            "kind": one.kind,
            "text": request.words.say(one.key, **one.values),
            "by": one.by,
            "why": one.why,
            "page": one.address,
        }
        for one in moments.of(request.case)
    ]


@router.post("/cases/{number}/timeline", response=HappeningOut)
@api_case(Act.FACTS)
def add_happening(request: DeskRequest, number: str, said: HappeningIn) -> Happening:
    return _added(request, said, None)


@router.put("/cases/{number}/timeline/{happening}", response=HappeningOut)
@api_case(Act.FACTS)
def change_happening(request: DeskRequest, number: str, happening: Row, said: HappeningIn) -> Happening:
    """Another takes its place, with an id of its own; the old one stays in the history."""
    return _added(request, said, _happening(request, happening))


@router.post("/cases/{number}/timeline/{happening}/remove", response={204: None})
@api_case(Act.FACTS)
def remove_happening(request: DeskRequest, number: str, happening: Row, said: ReasonIn) -> Status[None]:
    actions.take_happening(_happening(request, happening), reason=said.reason, by=request.by)
    return Status(204, None)


def _added(request: DeskRequest, said: HappeningIn, instead_of: Happening | None) -> Happening:
    return actions.add_happening(
        request.case,
        said.title,
        in_utc(said.at, "at"),
        until=in_utc(said.until, "until") if said.until else None,
        kind=said.kind,
        zone=said.zone,
        sure=said.sure,
        system=_on_the_map(request, said.system, "system") if said.system is not None else None,
        source=said.source,
        instead_of=instead_of,
        by=request.by,
    )


def _happening(request: DeskRequest, happening: int) -> Happening:
    found = Happening.objects.select_related("case").filter(case=request.case, id=happening, gone=False).first()
    if found is None:
        raise Http404
    return found


@router.get("/cases/{number}/systems", response=Listed[SystemOut])
@api_case(Act.READ)
def read_systems(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    return part_of(System.objects.filter(case=request.case, gone=False), part)


@router.post("/cases/{number}/systems", response=SystemOut)
@api_case(Act.FACTS)
def add_system(request: DeskRequest, number: str, said: SystemIn) -> System:
    """A system on the map. Raises 409 for a name that is on it."""
    return actions.put_system(request.case, **said.dict(), by=request.by)


@router.put("/cases/{number}/systems/{system}", response=SystemOut)
@api_case(Act.FACTS)
def change_system(request: DeskRequest, number: str, system: Row, said: SystemIn) -> System:
    return actions.put_system(request.case, **said.dict(), system=_system(request, system), by=request.by)


@router.delete("/cases/{number}/systems/{system}", response={204: None})
@api_case(Act.FACTS)
def remove_system(request: DeskRequest, number: str, system: Row) -> Status[None]:
    """Off the map, with its links; the history keeps it."""
    actions.take_system(_system(request, system), by=request.by)
    return Status(204, None)


@router.get("/cases/{number}/links", response=Listed[LinkOut])
@api_case(Act.READ)
def read_links(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    return part_of(Link.objects.filter(case=request.case, gone=False), part)


@router.post("/cases/{number}/links", response=LinkOut)
@api_case(Act.FACTS)
def put_link(request: DeskRequest, number: str, said: LinkIn) -> Link:
    """The same link again is changed."""
    source, target = _on_the_map(request, said.source, "source"), _on_the_map(request, said.target, "target")
    return actions.link(request.case, source, target, label=said.label, attack=said.attack, by=request.by)


@router.delete("/cases/{number}/links/{link}", response={204: None})
@api_case(Act.FACTS)
def remove_link(request: DeskRequest, number: str, link: Row) -> Status[None]:
    found = Link.objects.select_related("case").filter(case=request.case, id=link, gone=False).first()
    if found is None:
        raise Http404
    actions.unlink(found, by=request.by)
    return Status(204, None)


def _system(request: DeskRequest, system: int) -> System:
    found = System.objects.select_related("case").filter(case=request.case, id=system, gone=False).first()
    if found is None:
        raise Http404
    return found


def _on_the_map(request: DeskRequest, system: int, field: str) -> System:
    """One that a body names. Raises Refused."""
    found = System.objects.filter(case=request.case, id=system, gone=False).first()
    if found is None:
        raise Refused("api.refused.no_row", field=field)
    return found


@router.get("/cases/{number}/origin", response=Listed[OriginOut])
@api_case(Act.READ)
def read_origin(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """Who, what, which way: every version, the one that counts first."""
    return part_of(Origin.objects.filter(case=request.case), part)


@router.put("/cases/{number}/origin", response=OriginOut)
@api_case(Act.FACTS)
def say_origin(request: DeskRequest, number: str, said: OriginIn) -> Origin:
    return actions.say_origin(request.case, said.terms, text=said.text, by=request.by)


@router.get("/cases/{number}/veris", response=dict[str, Any])
@api_case(Act.READ)
def read_veris(request: DeskRequest, number: str) -> dict[str, Any]:
    """The incident as a VERIS document."""
    last = Origin.objects.filter(case=request.case, last=True).first()
    return veris.incident(request.case.number, last.terms if last else {}, last.text if last else "")
