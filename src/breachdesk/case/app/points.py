"""The points of our checklists, by id, and how far a case has come with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from breachdesk.case import checklists
from breachdesk.case.app.models import Case, Task, Ticked
from breachdesk.case.checklists import Phase, Point
from breachdesk.ground.shelf import our_shelf

__all__ = ["Phase", "Point", "Progress", "State", "find", "phase", "phases", "progress"]


@cache
def phases() -> tuple[Phase, ...]:
    return checklists.read(our_shelf())


@cache
def _by_id() -> Mapping[str, Point]:
    return {point.id: point for phase in phases() for point in phase.points}


def find(id: str) -> Point | None:
    return _by_id().get(id)


def phase(id: str) -> Phase | None:
    return next((phase for phase in phases() if phase.id == id), None)


@dataclass(frozen=True, slots=True)
class State:
    """How a point stands: ticked by somebody, shown as done by a fact that was answered, or made a task of."""

    point: Point
    ticked: Ticked | None = None
    by_fact: bool = False
    task: Task | None = None

    @property
    def settled(self) -> bool:
        return self.ticked is not None or self.by_fact


@dataclass(frozen=True, slots=True)
class Progress:
    phase: Phase
    states: tuple[State, ...]

    @property
    def settled(self) -> int:
        return sum(state.settled for state in self.states)

    @property
    def total(self) -> int:
        return len(self.states)

    @property
    def open(self) -> int:
        return self.total - self.settled


def progress(case: Case, *, tasks: Mapping[str, Task] | None = None) -> tuple[Progress, ...]:
    """Every phase with the state of its points, in two queries. `tasks`: those made of points, by the point's id."""
    ticks = {ticked.point: ticked for ticked in case.ticks.filter(last=True)}
    facts = set(case.answers.filter(last=True, known=True).values_list("fact", flat=True))
    made = tasks or {}
    return tuple(
        Progress(
            phase,
            tuple(
                State(point, ticks.get(point.id), bool(point.fact) and point.fact in facts, made.get(point.id))
                for point in phase.points
            ),
        )
        for phase in phases()
    )
