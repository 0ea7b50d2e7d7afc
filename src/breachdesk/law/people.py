"""Who lost what where: which people a law protects, how many of them, between which bounds.

People come as groups with the same residence and lost elements. Whoever's residence is unknown may live anywhere, so
he widens the upper bound of every place and never its lower one. Hundreds of duties count thousands of groups: groups
are columns of numbers, and what somebody lost is looked at once for all who lost the same.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from breachdesk.ground.elements import Vocabulary
from breachdesk.ground.places import UNKNOWN
from breachdesk.law.answer import Answer
from breachdesk.law.bounds import NOBODY, Bounds

_MOST_REMEMBERED = 200_000
Lost = frozenset[str]
Flags = NDArray[np.bool_]
_MOST_COUNTED = 2**53  # people; beyond it sums are made of Python's own numbers
_MINOR = ("no", "yes", "unknown")


@dataclass(frozen=True, slots=True)
class Group:
    """`minor`: yes, no or unknown. `low` and `high` differ when the count is an estimate."""

    residence: str
    elements: Lost
    minor: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of data by the name a pack gives it; whether it counts in this case, and what would tell."""

    name: str
    answer: Answer = Answer.YES
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Protected:
    """Whose loss counts: those who lost one of `alone`, or one of `with_name` together with one of `names` (empty: none
    is needed); `narrow`, where given, one of these too. `any`: everybody."""

    any: bool = True
    names: frozenset[str] = frozenset()
    with_name: tuple[Kind, ...] = ()
    alone: tuple[Kind, ...] = ()
    narrow: tuple[Kind, ...] | None = None

    @property
    def everybody(self) -> bool:
        return self.any and self.narrow is None

    def open(self) -> tuple[Kind, ...]:
        """Kinds of which nobody knows yet whether they count."""
        all_ = (*self.with_name, *self.alone, *(self.narrow or ()))
        return tuple(one for one in all_ if one.answer is Answer.UNKNOWN)


EVERYBODY = Protected()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many, and the facts that would settle for whom it is open."""

    bounds: Bounds
    missing: tuple[str, ...] = ()


class _Columns:
    """The groups of a case as columns; what each different set of elements satisfies, by name, as asked for."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.residences = list(dict.fromkeys(group.residence for group in groups))
        self.sets = list(dict.fromkeys(group.elements for group in groups))
        residence = {name: place for place, name in enumerate(self.residences)}
        kind = {elements: place for place, elements in enumerate(self.sets)}
        self.residence = np.array([residence[group.residence] for group in groups], dtype=np.intp)
        self.kind = np.array([kind[group.elements] for group in groups], dtype=np.intp)
        self.minor = np.array([_MINOR.index(group.minor) for group in groups], dtype=np.int8)
        large = sum(group.high for group in groups) > _MOST_COUNTED
        self.low = np.array([group.low for group in groups], dtype=object if large else np.int64)
        self.high = np.array([group.high for group in groups], dtype=object if large else np.int64)
        self._held: dict[str, Flags] = {}
        self._names: Names | None = None
        self._satisfied: list[frozenset[str]] = []
        self._lives: dict[tuple[str, ...] | None, tuple[Flags, Flags]] = {}

    def held(self, name: str, names: "Names") -> Flags:
        """Which sets of elements satisfy a name."""
        if self._names is not names:
            self._names, self._held = names, {}
            self._satisfied = [names.satisfied(one) for one in self.sets]
        if name not in self._held:
            self._held[name] = np.array([name in one for one in self._satisfied], dtype=bool)
        return self._held[name]

    def some(self, kinds: Iterable[Kind], names: "Names") -> tuple[Flags, Flags]:
        """Of each set of elements whether it (surely, possibly) holds one of the kinds."""
        sure, possible = np.zeros(len(self.sets), dtype=bool), np.zeros(len(self.sets), dtype=bool)
        for one in kinds:
            if one.answer is not Answer.NO:
                held = self.held(one.name, names)
                possible |= held
                if one.answer is Answer.YES:
                    sure |= held
        return sure, possible

    def protected(self, whom: Protected, names: "Names") -> tuple[Flags, Flags]:
        """Of each set of elements whether its loss (surely, possibly) counts."""
        if whom.any:
            sure, possible = np.ones(len(self.sets), dtype=bool), np.ones(len(self.sets), dtype=bool)
        else:
            sure, possible = self.some(whom.with_name, names)
            if whom.names:
                named, _ = self.some(map(Kind, whom.names), names)
                sure, possible = sure & named, possible & named
            alone = self.some(whom.alone, names)
            sure, possible = sure | alone[0], possible | alone[1]
        if whom.narrow is not None:
            narrow = self.some(whom.narrow, names)
            sure, possible = sure & narrow[0], possible & narrow[1]
        return sure, possible

    def lives(self, places: tuple[str, ...] | None) -> tuple[Flags, Flags]:
        """Of each group whether it (surely, possibly) lives in `places`."""
        if places not in self._lives:
            told = [_lives(residence, places) for residence in self.residences]
            sure = np.array([one for one, _ in told], dtype=bool)[self.residence]
            possible = np.array([one for _, one in told], dtype=bool)[self.residence]
            self._lives[places] = sure, possible
        return self._lives[places]

    def aged(self, wanted: str) -> tuple[Flags, Flags] | None:
        """Of each group whether it is (surely, possibly) of that age; None: of any."""
        if wanted == "all":
            return None
        sure = self.minor == _MINOR.index("yes" if wanted == "only" else "no")
        return sure, sure | (self.minor == _MINOR.index("unknown"))


@dataclass(frozen=True)
class People:
    """All people of a case, or only what summary facts say of them (`groups` null)."""

    groups: tuple[Group, ...] | None
    counts: Mapping[str, int] = field(default_factory=dict)  # by place, from subjects.count_in
    total: int | None = None  # subjects.count

    @cached_property
    def by_residence(self) -> dict[str, list[Group]]:
        found: dict[str, list[Group]] = {}
        for group in self.groups or ():
            found.setdefault(group.residence, []).append(group)
        return found

    @cached_property
    def at_most(self) -> dict[str, int]:
        """How many of those listed may live in each place."""
        return {place: sum(group.high for group in groups) for place, groups in self.by_residence.items()}

    @property
    def listed(self) -> bool:
        return self.groups is not None

    def here(self, places: Iterable[str]) -> Bounds:
        """How many people live in any of `places`, whatever they lost; remembered, as many duties ask for the same."""
        wanted = tuple(places)
        if wanted not in self._here:
            self._here[wanted] = self._count_here(wanted)
        return self._here[wanted]

    @cached_property
    def _here(self) -> dict[tuple[str, ...], Bounds]:
        return {}

    def _count_here(self, wanted: tuple[str, ...]) -> Bounds:
        if self._columns is not None:
            return self._sum(*self._columns.lives(wanted))
        if not self.counts and self.total is None:
            return Bounds(0, None)
        inside = sum(n for place, n in self.counts.items() if _within(place, wanted))
        perhaps = sum(n for place, n in self.counts.items() if _around(place, wanted))
        return Bounds(inside, inside + perhaps + self._unplaced)

    @property
    def _unplaced(self) -> int:
        """People of the total that no count by place speaks of. Without a total the counts are taken as complete."""
        tops = sum(n for place, n in self.counts.items() if not _within(place, self.counts.keys() - {place}))
        return max(0, self.total - tops) if self.total is not None else 0

    def everybody(self) -> Bounds:
        return self._everybody

    @cached_property
    def _everybody(self) -> Bounds:
        if self.groups is not None:
            return Bounds(sum(g.low for g in self.groups), sum(g.high for g in self.groups))
        if self.total is not None:
            return Bounds(self.total, self.total)
        if not self.counts:
            return Bounds(0, None)
        return self.here(self.counts)

    @cached_property
    def _columns(self) -> _Columns | None:
        return None if self.groups is None else _Columns(self.groups)

    def _sum(self, sure: Flags, possible: Flags) -> Bounds:
        assert self._columns is not None
        return Bounds(int(self._columns.low[sure].sum()), int(self._columns.high[possible].sum()))

    def count(self, places: Sequence[str] | None, whom: Protected, names: "Names", minors: str = "all") -> Counted:
        """Listed people whose loss surely (low) or possibly (high) counts, living in `places` (None: anywhere)."""
        columns = self._columns
        if columns is None:
            return Counted(NOBODY)
        sure, possible = columns.lives(tuple(places) if places is not None else None)
        if not whom.everybody:
            certain, perhaps = columns.protected(whom, names)
            sure, possible = sure & certain[columns.kind], possible & perhaps[columns.kind]
        aged = columns.aged(minors)
        if aged is not None:
            sure, possible = sure & aged[0], possible & aged[1]
        missing: dict[str, None] = {}
        if open_ := whom.open():
            certain, perhaps = columns.protected(whom, names)
            waiting = np.zeros(len(columns.sets), dtype=bool)
            waiting[columns.kind[possible]] = True
            waiting &= perhaps & ~certain
            for one in open_:
                if (columns.held(one.name, names) & waiting).any():
                    missing.update(dict.fromkeys(one.missing))
        return Counted(self._sum(sure, possible), tuple(missing))

    def most_in_one_state(self, whom: Protected, names: "Names", whole: str = "") -> Bounds:
        """The count of the single state or country that has most of the people. Of `whole` (`US`) only the parts are
        states: people of whom no more than that is known live in one of them."""
        known = [
            place for place in (self.by_residence if self.listed else self.counts) if place not in (UNKNOWN, whole)
        ]
        if self.listed:
            counts = [self.count((place,), whom, names).bounds for place in known]
            everybody = self.count(None, whom, names).bounds
        else:
            counts, everybody = [self.here((place,)) for place in known], self.everybody()
        if not counts:
            return Bounds(0, everybody.high)
        highs = [c.high for c in counts if c.high is not None]
        return Bounds(max(c.low for c in counts), max(highs) if len(highs) == len(counts) else None)

    def lost(self, places: Sequence[str] | None = None) -> set[str]:
        """Every element somebody lost (somebody living in `places`)."""
        return {
            element
            for residence, groups in self.by_residence.items()
            if _lives(residence, places)[1]
            for group in groups
            if group.high
            for element in group.elements
        }


def _within(place: str, wanted: Iterable[str]) -> bool:
    return any(place == want or place.startswith(want + "-") for want in wanted)


def _around(place: str, wanted: Iterable[str]) -> bool:
    """`US` may hide people of `US-CA`; so may nobody knows where."""
    return place == UNKNOWN or any(want.startswith(place + "-") for want in wanted)


def _lives(residence: str, places: Sequence[str] | None) -> tuple[bool, bool]:
    """(surely, possibly) in `places`."""
    if places is None:
        return True, True
    sure = _within(residence, places)
    return sure, sure or _around(residence, places)


def names_of(vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """For each name of the `us` vocabulary the elements that satisfy it."""
    found: dict[str, list[str]] = {}
    for element in vocabulary.elements.values():
        for name in element.us:
            found.setdefault(name, []).append(element.id)
    return {name: tuple(elements) for name, elements in found.items()}


@dataclass(frozen=True)
class Names:
    """What a pack may call a kind of data: a combination, a `us` name, or an element."""

    vocabulary: Vocabulary

    @cached_property
    def us(self) -> dict[str, tuple[str, ...]]:
        return names_of(self.vocabulary)

    @cached_property
    def combinations(self) -> dict[str, Callable[[Lost], bool]]:
        return {name: c.in_ for c in self.vocabulary.combinations for name in (c.us, c.id)}

    def knows(self, name: str) -> bool:
        return name in self.combinations or name in self.us or name in self.vocabulary

    def near(self, name: str) -> str:
        """The name that was perhaps meant; "" when none is like it."""
        known = (*self.combinations, *self.us, *self.vocabulary.elements)
        return "".join(difflib.get_close_matches(name, known, n=1))

    @cached_property
    def _satisfied(self) -> dict[Lost, frozenset[str]]:
        return {}

    def satisfied(self, elements: Lost) -> frozenset[str]:
        """Every name the lost elements satisfy; remembered, as many people lost the same."""
        if elements not in self._satisfied:
            if len(self._satisfied) >= _MOST_REMEMBERED:
                self._satisfied.clear()
            self._satisfied[elements] = self._names(elements)
        return self._satisfied[elements]

    def _names(self, elements: Lost) -> frozenset[str]:
        found: set[str] = set()
        for element in elements:
            while element:
                found.add(element)
                if element in self.vocabulary:
                    found.update(self.vocabulary[element].us)
                element = element.rpartition(".")[0]
        found.update(name for name, test in self.combinations.items() if test(elements))
        return frozenset(found)

    def classes(self, elements: Iterable[str]) -> set[str]:
        """The classes under which laws outside the United States know the elements (`data.classes`)."""
        found: set[str] = set()
        for element in elements:
            while element:
                if element in self.vocabulary:
                    found.update(self.vocabulary[element].world)
                    break
                element = element.rpartition(".")[0]
        return found
