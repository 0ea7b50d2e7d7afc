"""Who is affected: counts, people one by one and masked, what is corrected; runs, columns, samples.

Whole values of a person leave by one operation alone: one person, one reason, one entry of the journal.
"""

from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from ninja import Field, Query, Router, Schema

from breachdesk.ground import places
from breachdesk.scope import kept
from breachdesk.scope.app import actions, columns, comparing, shown
from breachdesk.scope.app.models import ColumnSaid, Comparison, Correction, Run
from breachdesk.staff.app.doors import DeskRequest, api_case
from breachdesk.staff.app.listing import Listed, Part, Row, part_of, told
from breachdesk.staff.rights import Act

router = Router(tags=["people"])
routers = (router,)
_LONGEST = 200


class RunIn(Schema):
    """`again`: only count anew, after corrections."""

    again: bool = False


class RunOut(Schema):
    id: int
    state: str
    again: bool
    percent: int
    items: list[str]
    people: int | None
    new: int | None
    gone: int | None
    fault: str
    made_at: datetime
    made_by: str
    finished_at: datetime | None


class CohortOut(Schema):
    residence: str
    elements: list[str]
    language: str
    minor: str
    count: int


class PersonOut(Schema):
    """`masked`: values are half hidden. `residence_basis`: how one knows where they live."""

    id: str
    masked: bool
    names: list[str]
    emails: list[str]
    phones: list[str]
    addresses: list[str]
    date_of_birth: list[str]
    residence: str
    residence_basis: str
    minor: str
    elements: list[str]


class RecordOut(Schema):
    """Where somebody stands in the evidence. `record`: row or document, from 0."""

    source: str
    record: int
    elements: list[str]


class FoundOut(PersonOut):
    run: int
    records: list[RecordOut]


class PeopleOut(Listed[PersonOut]):
    """`run`: whose list it is; `next` is good for that one."""

    run: int
    count: int


class Wanted(Part):
    """`find`: an id, a name, an address or a number, whole; `place`: people of one residence."""

    find: str = Field("", max_length=_LONGEST)
    place: str = Field("", max_length=12)


class ReasonIn(Schema):
    reason: str = Field(min_length=1, max_length=500)


class ChangedOut(Schema):
    """What the last reading changed. `came`, `went`: the first fifty, masked."""

    run: int
    before: int
    new: int
    gone: int
    came: list[PersonOut]
    went: list[PersonOut]


class ColumnOut(Schema):
    """`found`: element -> rows; `meanings`: what one may say it holds; `said`: what counts instead."""

    source: str
    column: str
    found: dict[str, int]
    reason: str
    said: str
    meanings: list[str]


class ColumnIn(Schema):
    source: str = Field(max_length=1000)
    column: str = Field(max_length=500)
    meaning: str = Field(max_length=60)
    reason: str = Field(max_length=1000)


class ResidenceIn(Schema):
    """Of one `person` (an id of the list), or of everybody whose residence was `found` as that place."""

    residence: str = Field(min_length=1, max_length=12)
    reason: str = Field(max_length=1000)
    person: str = Field("", max_length=40)
    found: str = Field("", max_length=12)


class CorrectionOut(Schema):
    """`kind`: column or residence. `last`: it counts; `back_at`: it was taken back."""

    id: int
    kind: Literal["column", "residence"]
    source: str = ""
    column: str = ""
    meaning: str = ""
    found: str = ""
    residence: str = ""
    one_person: bool = False
    reason: str
    by: str
    at: datetime
    last: bool
    back_reason: str
    back_by: str
    back_at: datetime | None


class SampleIn(Schema):
    """Labels of evidence items: the leaked sample, and exports of our own data."""

    sample: str = Field(max_length=12)
    own: list[str] = Field(min_length=1, max_length=50)


class ComparisonOut(Schema):
    """`result`: counts, columns and days, never a value; null while it is under way."""

    id: int
    sample: str
    own: list[str]
    state: str
    made_at: datetime
    made_by: str
    finished_at: datetime | None
    result: dict[str, Any] | None
    fault: str


@router.get("/cases/{number}/runs", response=Listed[RunOut])
@api_case(Act.EVIDENCE)
def list_runs(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    return part_of(Run.objects.filter(case=request.case), part)


@router.post("/cases/{number}/runs", response=RunOut)
@api_case(Act.EVIDENCE)
def read_evidence(request: DeskRequest, number: str, said: RunIn | None = None) -> Run:
    """Have all evidence of the case read by the worker."""
    return actions.read_evidence(request.case, by=request.by, again=said is not None and said.again)


@router.post("/cases/{number}/runs/{run}/stop", response=RunOut)
@api_case(Act.EVIDENCE)
def stop_run(request: DeskRequest, number: str, run: Row) -> Run:
    """Ask the worker to stop reading; what was found by then is not kept."""
    found = Run.objects.select_related("case").filter(case=request.case, id=run).first()
    if found is None:
        raise Http404
    actions.stop(found, by=request.by)
    found.refresh_from_db()
    return found


@router.get("/cases/{number}/people", response=list[CohortOut])
@api_case(Act.PEOPLE)
def count_people(request: DeskRequest, number: str) -> Any:
    """People by residence, elements, language and age, as counts."""
    return _run(request).cohorts or []


@router.get("/cases/{number}/people/list", response=PeopleOut)
@api_case(Act.PEOPLE)
def list_people(request: DeskRequest, number: str, which: Query[Wanted]) -> dict[str, Any]:
    """People one by one, masked. That somebody looked is in the journal."""
    run, start = _run(request), which.mark or 0
    with actions.people_of(run) as people:
        count = people.places.get(which.place, 0) if which.place else people.count
        if find := " ".join(which.find.split()):
            rows = people.find(find)
            count = len(rows)
        else:
            rows = people.page(start, which.limit, which.place) if start < count else []
    actions.looked(run, count=len(rows), place=which.place, by=request.by)
    more = not find and start + len(rows) < count
    return {
        "items": [_person(one) for one in rows],
        "next": str(start + len(rows)) if more else None,
        "run": run.id,
        "count": count,
    }


@router.get("/cases/{number}/people/changed", response=ChangedOut)
@api_case(Act.PEOPLE)
def read_changed(request: DeskRequest, number: str) -> dict[str, Any]:
    """Who came with the last reading and who went; 404 while there is nothing to compare with."""
    run = _run(request)
    if run.before is None:
        raise Http404
    came, went = actions.changed(run, kept.NEW), actions.changed(run, kept.GONE)
    if came or went:
        actions.looked(run, count=len(came) + len(went), by=request.by)
    return {
        "run": run.id,
        "before": run.before.id,
        "new": run.new or 0,
        "gone": run.gone or 0,
        "came": [_person(one) for one in came],
        "went": [_person(one) for one in went],
    }


@router.get("/cases/{number}/people/list/{person}", response=FoundOut)
@api_case(Act.PEOPLE)
def read_person(request: DeskRequest, number: str, person: str) -> dict[str, Any]:
    """One person, masked, and where they stand in the evidence. That somebody looked is in the journal."""
    run, found = _found(request, person)
    actions.looked(run, count=1, by=request.by)
    return {**_person(found), "run": run.id, "records": actions.records_of(run, person)}


@router.post("/cases/{number}/people/list/{person}/unmask", response=FoundOut)
@api_case(Act.UNMASK, once=False)
def unmask_person(
    request: DeskRequest, number: str, person: str, said: ReasonIn, response: HttpResponse
) -> dict[str, Any]:
    """Whole values of one person, for one who says why; in the journal before they are read."""
    run, _ = _found(request, person)
    found = actions.unmask(run, person, reason=said.reason, by=request.by)
    response["Cache-Control"] = "no-store"
    return {**_person(found, whole=True), "run": run.id, "records": actions.records_of(run, person)}


@router.get("/cases/{number}/columns", response=list[ColumnOut])
@api_case(Act.EVIDENCE)
def list_columns(request: DeskRequest, number: str, source: str = "") -> list[dict[str, Any]]:
    """Every column of every source of the last reading, or of one `source`: what it was found to hold."""
    return [
        {
            "source": one["source"],
            "column": seen.name,
            "found": dict(seen.found),
            "reason": seen.reason,
            "said": seen.said.meaning if seen.said else "",
            "meanings": columns.meanings(one),
        }
        for one in columns.sources(actions.last(request.case))
        if source in ("", one["source"])
        for seen in columns.seen(request.case, one)
    ]


@router.post("/cases/{number}/corrections/columns", response=CorrectionOut)
@api_case(Act.EVIDENCE)
def correct_column(request: DeskRequest, number: str, said: ColumnIn) -> dict[str, Any]:
    """A column holds something else than was found. It counts with the next reading."""
    run = actions.last(request.case)
    return _correction(columns.correct(request.case, run, **said.dict(), by=request.by))


@router.post("/cases/{number}/corrections/residences", response=CorrectionOut)
@api_case(Act.EVIDENCE)
def correct_residence(request: DeskRequest, number: str, said: ResidenceIn) -> dict[str, Any]:
    """People live elsewhere than was found. Needs people too."""
    if Act.PEOPLE not in request.rights:
        raise PermissionDenied
    place = said.residence.strip()
    place = places.UNKNOWN if place.lower() == places.UNKNOWN else place.upper()
    mark = actions.mark_of(_found(request, said.person)[1]) if said.person else ""
    found = "" if said.person else said.found
    return _correction(actions.correct(request.case, place, reason=said.reason, mark=mark, found=found, by=request.by))


@router.get("/cases/{number}/corrections/columns", response=Listed[CorrectionOut])
@api_case(Act.EVIDENCE)
def list_column_corrections(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    return told(part_of(ColumnSaid.objects.filter(case=request.case), part), _correction)


@router.get("/cases/{number}/corrections/residences", response=Listed[CorrectionOut])
@api_case(Act.PEOPLE)
def list_residence_corrections(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    return told(part_of(Correction.objects.filter(case=request.case), part), _correction)


@router.post("/cases/{number}/corrections/columns/{correction}/back", response=CorrectionOut)
@api_case(Act.EVIDENCE)
def take_column_back(request: DeskRequest, number: str, correction: Row, said: ReasonIn) -> dict[str, Any]:
    """It was wrong to correct this: what was found counts again."""
    return _back(request, ColumnSaid, correction, said)


@router.post("/cases/{number}/corrections/residences/{correction}/back", response=CorrectionOut)
@api_case(Act.EVIDENCE)
def take_residence_back(request: DeskRequest, number: str, correction: Row, said: ReasonIn) -> dict[str, Any]:
    """It was wrong to correct this: what was found counts again. Needs people too."""
    if Act.PEOPLE not in request.rights:
        raise PermissionDenied
    return _back(request, Correction, correction, said)


def _back(
    request: DeskRequest, of: type[ColumnSaid] | type[Correction], correction: int, said: ReasonIn
) -> dict[str, Any]:
    found = of._default_manager.select_related("case").filter(case=request.case, id=correction).first()
    if found is None:
        raise Http404
    actions.take_back(found, reason=said.reason, by=request.by)
    found.refresh_from_db()
    return _correction(found)


@router.get("/cases/{number}/samples", response=Listed[ComparisonOut])
@api_case(Act.EVIDENCE)
def list_samples(request: DeskRequest, number: str, part: Query[Part]) -> dict[str, Any]:
    """Leaked samples that were held against our own data."""
    return part_of(Comparison.objects.filter(case=request.case), part)


@router.post("/cases/{number}/samples", response=ComparisonOut)
@api_case(Act.EVIDENCE)
def compare_sample(request: DeskRequest, number: str, said: SampleIn) -> Comparison:
    """Have a leaked sample held against exports of our own data by the worker."""
    return comparing.ask(request.case, said.sample, said.own, by=request.by)


def _run(request: DeskRequest) -> Run:
    run = actions.last(request.case)
    if run is None:
        raise Http404
    return run


def _found(request: DeskRequest, person: str) -> tuple[Run, dict[str, Any]]:
    found = actions.person_of(request.case, person[:_LONGEST])
    if found is None:
        raise Http404
    return found


def _person(one: dict[str, Any], *, whole: bool = False) -> dict[str, Any]:
    return {
        "id": one["person_id"],
        "masked": not whole,
        **{name: shown.values(one, name, whole=whole) for name in shown.MASKED},
        **{name: one[name] for name in ("residence", "residence_basis", "minor", "elements")},
    }


def _correction(one: ColumnSaid | Correction) -> dict[str, Any]:
    names = ("id", "reason", "by", "at", "last", "back_reason", "back_by", "back_at")
    said = {name: getattr(one, name) for name in names}
    if isinstance(one, ColumnSaid):
        return {**said, "kind": "column", "source": one.source, "column": one.column, "meaning": one.meaning}
    return {
        **said,
        "kind": "residence",
        "found": one.found,
        "residence": one.residence,
        "one_person": bool(one.mark),
    }
