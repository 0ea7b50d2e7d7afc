"""Who lost what where: which people a law protects, how many of them, between which bounds.

People come as groups with the same residence and lost elements. Whoever's residence is unknown may live anywhere, so
he widens the upper bound of every place and never its lower one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from breachdesk.ground.elements import Vocabulary
from breachdesk.ground.places import UNKNOWN
from breachdesk.law.answer import Answer
from breachdesk.law.bounds import NOBODY, Bounds

_MOST_REMEMBERED = 200_000
Lost = frozenset[str]
Test = Callable[[Lost], Answer]


@dataclass(frozen=True, slots=True)
class Group:
    """`minor`: yes, no or unknown. `low` and `high` differ when the count is an estimate."""

    residence: str
    elements: Lost
    minor: str
    low: int
    high: int


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
        if self.groups is not None:
            return self.count(wanted, lambda _: Answer.YES)
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
        if self.groups is not None:
            return Bounds(sum(g.low for g in self.groups), sum(g.high for g in self.groups))
        if self.total is not None:
            return Bounds(self.total, self.total)
        if not self.counts:
            return Bounds(0, None)
        return self.here(self.counts)

    def count(self, places: Sequence[str] | None, test: Test, minors: str = "all") -> Bounds:
        """People for whom `test` says yes (low) or not no (high), living in `places` (None: anywhere)."""
        total = NOBODY
        verdicts: dict[Lost, Answer] = {}
        for residence, groups in self.by_residence.items():
            sure, possible = _lives(residence, places)
            if not possible:
                continue
            for group in groups:
                if group.elements not in verdicts:
                    verdicts[group.elements] = test(group.elements)
                answer = verdicts[group.elements] & _age(group.minor, minors)
                if answer is not Answer.NO:
                    total += Bounds(group.low if sure and answer is Answer.YES else 0, group.high)
        return total

    def most_in_one_state(self, test: Test, whole: str = "") -> Bounds:
        """The count of the single state or country that has most of the people. Of `whole` (`US`) only the parts are
        states: people of whom no more than that is known live in one of them."""
        known = [
            place for place in (self.by_residence if self.listed else self.counts) if place not in (UNKNOWN, whole)
        ]
        counts = [self.count((place,), test) if self.listed else self.here((place,)) for place in known]
        everybody = self.count(None, test) if self.listed else self.everybody()
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


def _age(minor: str, wanted: str) -> Answer:
    if wanted == "all":
        return Answer.YES
    if minor == "unknown":
        return Answer.UNKNOWN
    return Answer.YES if (minor == "yes") == (wanted == "only") else Answer.NO


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
