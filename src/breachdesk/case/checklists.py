"""What a good team looks after in a breach, phase by phase, and where it is done (packs/checklists.yaml).

Read strictly, so that a slip of the pen is an error: one line says which point is meant, and what to write instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from breachdesk.ground.lines import line_of
from breachdesk.ground.shelf import BadPack, BadTable, Shelf

FILE = "checklists.yaml"
PHASES = (
    "notice", "confirm", "establish", "contain", "law", "authorities", "people", "support", "police", "cause",
    "rebuild", "drill",
)  # fmt: skip
PAGES = (
    "signals", "overview", "facts", "timeline", "systems", "evidence", "people", "sample", "contain", "duties",
    "notices", "support", "authorities", "lessons", "journal", "tasks", "decisions", "team", "costs",
)  # fmt: skip
ROLES = ("lead", "counsel", "security", "communications", "support")
Texts = Mapping[str, str]
Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look after. `by_hours`: after awareness; `fact`: once it is answered, the point shows as done."""

    id: str
    text: Texts
    why: Texts
    leads_to: str
    role: str
    by_hours: int | None = None
    fact: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the breach, the question it answers, and its points in order."""

    id: str
    title: Texts
    question: Texts
    points: tuple[Point, ...]


def read(shelf: Shelf) -> tuple[Phase, ...]:
    """Every phase, in the order of a breach. Raises BadPack naming the point and what to write instead."""
    raw = shelf.data(FILE)
    try:
        rows = _File.model_validate(raw, strict=True).phases
    except ValidationError as error:
        one = error.errors(include_url=False, include_input=False)[0]
        way = tuple(one["loc"])
        raise _bad(shelf, way, f"{_named(raw, way)}: {_WRONG.get(one['type'], one['msg'].lower())}") from error
    _check_phases(shelf, [row.id for row in rows])
    _check_points(shelf, rows, _facts(shelf))
    return tuple(
        Phase(
            row.id,
            _texts(row.title),
            _texts(row.question),
            tuple(
                Point(one.id, _texts(one), _texts(one.why), one.leads_to, one.role, one.by_hours, one.fact, one.source)
                for one in row.points
            ),
        )
        for row in rows
    )


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Words(_Row):
    en: str = Field(min_length=1)
    ru: str = Field(min_length=1)


class _Point(_Words):
    id: str
    why: _Words
    leads_to: str
    role: str
    by_hours: PositiveInt | None = None
    fact: str = ""
    source: str = ""


class _Phase(_Row):
    id: str
    title: _Words
    question: _Words
    points: list[_Point] = Field(min_length=1)


class _File(_Row):
    phases: list[_Phase]


_WRONG = {
    "model_type": "named values are expected here, as {en: ..., ru: ...}",
    "list_type": "a list is expected here, one row after another, each with a `-`",
    "missing": "is not there; write it in",
    "extra_forbidden": "is no key here; take it out, or compare the spelling in docs/formats/checklists.md",
    "string_too_short": "has no words; write them in",
    "too_short": "is empty; write at least one point",
    "int_type": "is a whole number of hours",
    "greater_than": "is a whole number of hours, at least 1",
    "string_type": "is written as words, in quotes",
}


def _texts(words: _Words) -> Texts:
    return {"en": words.en, "ru": words.ru}


def _check_phases(shelf: Shelf, found: Sequence[str]) -> None:
    for number, phase in enumerate(found):
        if phase not in PHASES:
            raise _bad(shelf, ("phases", number), f"{phase} is no phase; use {', '.join(PHASES)}")
        if phase in found[:number]:
            raise _bad(shelf, ("phases", number), f"the phase {phase} stands here twice; put its points together")
    missing = [phase for phase in PHASES if phase not in found]
    if missing:
        raise _bad(shelf, (), f"the phase {missing[0]} is not there; every phase has its points")
    for number, (phase, due) in enumerate(zip(found, PHASES, strict=True)):
        if phase != due:
            raise _bad(shelf, ("phases", number), f"the phase {phase} stands where {due} belongs; keep their order")


def _check_points(shelf: Shelf, rows: Sequence[_Phase], facts: frozenset[str]) -> None:
    seen: set[str] = set()
    for number, row in enumerate(rows):
        for place, point in enumerate(row.points):
            way = ("phases", number, "points", place)
            if fault := _fault(point, row.id, seen, facts):
                raise _bad(shelf, way, f"{point.id}: {fault}")
            seen.add(point.id)


def _fault(point: _Point, phase: str, seen: set[str], facts: frozenset[str]) -> str:
    if not point.id.startswith(f"{phase}.") or not point.id.removeprefix(f"{phase}.").isidentifier():
        return f"the id of a point is its phase and a short name; write {phase}.short_name"
    if point.id in seen:
        return "stands here twice; give one of them another id"
    if point.leads_to not in PAGES:
        return f"leads_to {point.leads_to!r} is no page of a case; use one of {', '.join(PAGES)}"
    if point.role not in ROLES:
        return f"role {point.role!r} is nobody in the team; use one of {', '.join(ROLES)}"
    if point.fact and point.fact not in facts:
        return f"no fact is called {point.fact!r}; use a name of facts.yaml, or leave `fact` out"
    return ""


def _facts(shelf: Shelf) -> frozenset[str]:
    """The names alone: what a fact is, the law room knows."""
    raw = shelf.data("facts.yaml")
    table = raw.get("facts") if isinstance(raw, dict) else None
    if not isinstance(table, dict):
        raise BadTable("facts.yaml", 0, "`facts` is a table of named rows; compare the file of that name we ship")
    return frozenset(map(str, table))


def _named(raw: Any, way: Way) -> str:
    """`confirm.sample.why.ru`: the ids that stand on the way, instead of numbers nobody counts."""
    name = ""
    for step in way:
        raw = _inside(raw, step)
        if isinstance(step, int):
            name = str(raw["id"]) if isinstance(raw, dict) and raw.get("id") else f"{name}, row {step + 1}"
        elif step not in ("phases", "points") or step == way[-1]:
            name = f"{name}.{step}" if name else str(step)
    return name or "the file"


def _inside(raw: Any, step: str | int) -> Any:
    try:
        return raw[step]
    except (KeyError, IndexError, TypeError):
        return None


def _bad(shelf: Shelf, way: Way, what: str) -> BadPack:
    return BadTable(FILE, line_of(shelf.find(FILE), way) if way else 0, what)
