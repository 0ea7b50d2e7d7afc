"""What to do first: steps for the elements a person lost, in the country where the person lives (packs/advice)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from breachdesk.ground.elements import covers
from breachdesk.ground.places import country_of
from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.notify.shapes import Step

MOST_EARLY = 3  # steps of an early warning


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Row):
    en: str
    ru: str

    def say(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


class LocalWords(Words):
    """The same step in one country; `minutes: 0` says no time. `verified`, `source`: as of a resource."""

    minutes: int | None = None
    verified: bool | str = True
    source: str = ""
    note: str = ""


class Resource(_Row):
    """A place to turn to. `verified` false or partly: somebody must look before a letter goes."""

    id: str
    kind: str
    name: Words
    verified: bool | str
    places: tuple[str, ...] = ()
    url: str = ""
    phone: str = ""
    address: str = ""
    source: str = ""
    note: str = ""


class StepRow(_Row):
    urgency: str
    en: str
    ru: str
    minutes: int | None = None
    resource_kinds: tuple[str, ...] = ()
    only_with_resource: bool = False
    only_with_services: bool = False
    only_in: tuple[str, ...] = ()
    only_for: Literal["", "adults", "minors"] = ""
    in_: dict[str, LocalWords] = Field(default_factory=dict, alias="in")
    most_resources: int | None = None  # under it, where not as many as under any
    early: Words | None = None  # in an early warning, where it is not established what became of the data

    def say(self, language: str, country: str) -> str:
        local = self.in_.get(country)
        return local.say(language) if local else (self.ru if language == "ru" else self.en)


class ElementRow(_Row):
    serves: tuple[str, ...] = Field(alias="for")
    severity: int
    harms: tuple[str, ...]  # what others can do to people with it, for authorities: names of harms.yaml
    label: Words
    risk: Words
    steps: tuple[str, ...]
    home: str = ""  # the country that gave the number: its steps and offices serve, wherever the person lives


class KinRow(_Row):
    """A step for the next of kin of somebody who has died. `for`: only when one of these was lost."""

    step: str
    serves: tuple[str, ...] = Field((), alias="for")


class _Rules(_Row):
    checked_on: Any
    most_steps: int
    most_resources: int
    urgency: tuple[str, ...]
    always: tuple[str, ...]
    alone: tuple[str, ...]
    lost: tuple[str, ...]
    minor: str
    kin: tuple[KinRow, ...]
    kin_lost: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Advice:
    rules: _Rules
    steps: dict[str, StepRow]
    elements: dict[str, ElementRow]
    resources: dict[str, tuple[Resource, ...]]  # by country or group
    harms: dict[str, Words]  # the gravest first

    def places(self, residence: str) -> tuple[str, ...]:
        """The shelves of resources for a place: its country, else the group the country is in."""
        country = country_of(residence)
        found = [country] if country in self.resources else []
        return tuple(found + [group for group, members in self.rules.groups.items() if country in members])

    def at(self, residence: str, *kinds: str) -> tuple[Resource, ...]:
        """Resources of these kinds for people living there, in the order of the kinds asked for."""
        rows = [row for place in self.places(residence) for row in self.resources.get(place, ())]
        near = [row for row in rows if not row.places or residence in row.places or country_of(residence) in row.places]
        near.sort(key=lambda row: not row.places)  # what is made for this very place comes first
        return tuple(row for kind in kinds for row in near if row.kind == kind)

    def named(self, resource: str) -> Resource:
        return next(row for rows in self.resources.values() for row in rows if row.id == resource)


def load_advice(shelf: Shelf) -> Advice:
    shelves = [shelf.data(path) for path, _ in shelf.files("advice/resources")]
    advice = Advice(
        rules=_Rules.model_validate(shelf.data("advice/rules.yaml")),
        steps={name: StepRow.model_validate(row) for name, row in shelf.data("advice/steps.yaml")["steps"].items()},
        elements={
            name: ElementRow.model_validate(row) for name, row in shelf.data("advice/elements.yaml")["elements"].items()
        },
        harms={name: Words.model_validate(row) for name, row in shelf.data("advice/harms.yaml")["harms"].items()},
        resources={rows["place"]: tuple(Resource.model_validate(row) for row in rows["resources"]) for rows in shelves},
    )
    asked = {step for row in advice.elements.values() for step in row.steps} | {
        *advice.rules.always,
        *advice.rules.lost,
        *(row.step for row in advice.rules.kin),
        *advice.rules.kin_lost,
    }
    missing = asked - advice.steps.keys()
    missing |= {harm for row in advice.elements.values() for harm in row.harms} - advice.harms.keys()
    if missing:
        raise BadPack(f"advice/elements.yaml: no such step or harm: {', '.join(sorted(missing))}")
    return advice


def rows_serving(advice: Advice, elements: Iterable[str]) -> dict[str, list[str]]:
    """Row name -> the lost elements it is about, in the order given."""
    served: dict[str, list[str]] = {}
    for element in elements:
        if name := _serving(advice, element):
            served.setdefault(name, []).append(element)
    return served


def harms_of(advice: Advice, elements: Iterable[str]) -> list[tuple[Words, list[str]]]:
    """What others can do to people with these elements, the gravest harm first, each with what allows it."""
    served = rows_serving(advice, elements)
    found = []
    for harm, words in advice.harms.items():
        if names := [name for row, its in served.items() if harm in advice.elements[row].harms for name in its]:
            found.append((words, names))
    return found


def rows_for(advice: Advice, elements: Iterable[str], *, minor: bool = False) -> list[ElementRow]:
    """What the pack knows about these elements, the gravest first; one row may serve several elements."""
    names = {_serving(advice, element) for element in elements} | ({advice.rules.minor} if minor else set())
    rows = [row for name, row in advice.elements.items() if name in names]
    return sorted(rows, key=lambda row: -row.severity)


def _serving(advice: Advice, element: str) -> str | None:
    """The row that names the nearest parent: `gov_id.us.ssn` before `gov_id`."""
    best, depth = None, -1
    for name, row in advice.elements.items():
        for served in row.serves:
            if covers(served, element) and served.count(".") > depth:
                best, depth = name, served.count(".")
    return best


def choose_steps(
    advice: Advice,
    elements: Iterable[str],
    residence: str,
    language: str,
    *,
    minor: bool = False,
    services: bool = False,
) -> tuple[Step, ...]:
    """At most seven steps, the urgent first. Every element gives its first step before any gives its second, so that a
    grave element cannot crowd out what another one needs."""
    rows = rows_for(advice, elements, minor=minor)
    idle = {name for name in advice.rules.alone if not all(name in row.steps for row in rows)}
    chosen: dict[str, _Choice] = {}  # by their words: a step two countries say differently is two steps
    for turn in range(max((len(row.steps) for row in rows), default=0)):
        for rank, row in enumerate(rows):
            place = row.home or residence
            usable = [name for name in row.steps if _usable(advice, name, place, minor, services)]
            if turn < len(usable) and usable[turn] not in idle:
                words = advice.steps[usable[turn]].say(language, country_of(place))
                chosen.setdefault(words, _Choice(usable[turn], place, rank, turn))
    kept = list(chosen.values())[: advice.rules.most_steps]
    for name in advice.rules.always:
        if len(kept) < advice.rules.most_steps and name not in {one.name for one in kept}:
            kept.append(_Choice(name, residence, len(rows), 0))
    order = advice.rules.urgency.index
    kept.sort(key=lambda one: (order(advice.steps[one.name].urgency), one.rank, one.turn))
    shown: set[str] = set()
    return tuple(_step(advice, one, language, shown) for one in kept)


def first_steps(advice: Advice, steps: tuple[Step, ...], language: str) -> tuple[Step, ...]:
    """Of these, what cannot wait for the full letter, in words that claim nothing of what became of the data."""
    worded = ((step, advice.steps[step.id].early) for step in steps[:MOST_EARLY])
    return tuple(replace(step, text=words.say(language)) if words else step for step, words in worded)


def steps_when_lost(advice: Advice, residence: str, language: str) -> tuple[Step, ...]:
    """What to do when nobody saw the data, but it was lost, changed or out of reach."""
    shown: set[str] = set()
    return tuple(_step(advice, _Choice(name, residence, 0, 0), language, shown) for name in advice.rules.lost)


def steps_for_kin(
    advice: Advice, elements: Iterable[str], residence: str, language: str, *, lost: bool = False
) -> tuple[Step, ...]:
    """What the next of kin of somebody who has died can do, at most seven, the urgent first. `lost`: nobody saw the
    data."""
    known = tuple(elements)
    names = [
        row.step
        for row in advice.rules.kin
        if not row.serves or any(covers(one, element) for one in row.serves for element in known)
    ]
    chosen = advice.rules.kin_lost if lost else [one for one in names if _usable(advice, one, residence, False, False)]
    kept = [_Choice(name, residence, rank, 0) for rank, name in enumerate(chosen[: advice.rules.most_steps])]
    order = advice.rules.urgency.index
    kept.sort(key=lambda one: (order(advice.steps[one.name].urgency), one.rank))
    shown: set[str] = set()
    return tuple(_step(advice, one, language, shown) for one in kept)


class _Choice(NamedTuple):
    name: str
    place: str
    rank: int  # of the row that asked for it, the gravest first
    turn: int


def _usable(advice: Advice, name: str, place: str, minor: bool, services: bool) -> bool:
    row = advice.steps[name]
    if row.only_with_services and not services:
        return False
    if row.only_for and (row.only_for == "minors") != minor:
        return False
    if row.only_in and country_of(place) not in row.only_in:
        return False
    return not row.only_with_resource or bool(advice.at(place, *row.resource_kinds))


def _step(advice: Advice, chosen: _Choice, language: str, shown: set[str]) -> Step:
    """A resource stands under the first step that uses it; `shown` remembers."""
    row, country = advice.steps[chosen.name], country_of(chosen.place)
    most = row.most_resources or advice.rules.most_resources
    near = [one.id for one in advice.at(chosen.place, *row.resource_kinds)[:most]]
    fresh = tuple(one for one in near if one not in shown)
    shown.update(fresh)
    local = row.in_.get(country)
    minutes = row.minutes if local is None or local.minutes is None else local.minutes
    sure = local is None or local.verified is True
    return Step(chosen.name, row.urgency, minutes or None, row.say(language, country), fresh, sure)
