"""The facts of one case, typed, and what follows from them. Absent means unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from breachdesk.ground import elements, places
from breachdesk.law import instants
from breachdesk.law.bounds import Bounds
from breachdesk.law.instants import Instant
from breachdesk.law.people import Group, Names, People
from breachdesk.law.vocabulary import COUNT_IN
from breachdesk.law.words import Phrases
from breachdesk.scope.shapes import Cohort


@dataclass(frozen=True, slots=True)
class Hold:
    """A request of law enforcement to delay notices. `until` null while it lasts; `written` null when nobody said."""

    start: Instant | None
    until: Instant | None
    written: bool | None


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided a fact that is a judgement, when, and why; each null when nobody wrote it down."""

    by: str | None = None
    on: Instant | None = None
    why: str | None = None

    def told(self) -> dict[str, str | None]:
        return {"by": self.by, "on": None if self.on is None else self.on.text(), "why": self.why}

    def line(self) -> str:
        """`A. Meier, 2026-11-20: the files were old`."""
        told = self.told()
        return ": ".join(filter(None, (", ".join(filter(None, (told["by"], told["on"]))), told["why"])))


class Watched(dict[str, Any]):
    """Facts that note under which names they were looked for: what was never asked for cannot have decided."""

    __slots__ = ("seen",)

    def __init__(self, facts: Mapping[str, Any]) -> None:
        super().__init__(facts)
        self.seen: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.seen.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.seen.add(str(name))
        return super().__contains__(name)

    def but(self, name: str, value: Any) -> "Watched":
        """The same facts with one answered; they note in the same place."""
        found = Watched(self)
        dict.__setitem__(found, name, value)
        found.seen = self.seen
        return found


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two facts that cannot both be right: a phrase of messages/law (`warning.<key>`) and the facts it names."""

    key: str
    fact: str = ""
    other: str = ""

    def told(self, say: Phrases) -> str:
        return say(f"warning.{self.key}", fact=self.fact, other=self.other)


@dataclass(frozen=True)
class Sheet:
    """Facts by name, typed; absent means unknown. `people` answers the counts. Derived facts are in `facts` as well.
    `decisions` says of a fact that is a judgement who made it. `filed` moves the terms that run from a filing."""

    facts: Mapping[str, Any]
    people: People = field(default_factory=lambda: People(None))
    derived: frozenset[str] = frozenset()
    contradictions: tuple[Contradiction, ...] = ()
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    filed: Mapping[str, Instant] = field(default_factory=dict)  # duty -> when it was handed in, by its receipt

    def warnings(self, say: Phrases) -> tuple[str, ...]:
        """What somebody should look at; the answer is given all the same."""
        return tuple(one.told(say) for one in self.contradictions)

    def get(self, name: str) -> Any:
        """The value, or None while unknown. Counts are Bounds."""
        if name == "subjects.count":
            return self._known(self.people.everybody())
        if name.startswith(COUNT_IN):
            return self._known(self.people.here((places.as_part(name.removeprefix(COUNT_IN)),)))
        return self.facts.get(name)

    @staticmethod
    def _known(bounds: Bounds) -> Bounds | None:
        return None if bounds.high is None and bounds.low == 0 else bounds

    @property
    def hold(self) -> Hold | None:
        value = self.facts.get("hold.law_enforcement")
        return value if isinstance(value, Hold) else None

    def but(self, name: str, value: Any) -> "Sheet":
        """The same case with one fact answered."""
        facts = self.facts.but(name, value) if isinstance(self.facts, Watched) else {**self.facts, name: value}
        return replace(self, facts=facts)


def of_cohorts(cohorts: Sequence[Cohort]) -> tuple[Group, ...]:
    """What scope counted, merged over languages (which no law asks about)."""
    merged: dict[tuple[str, frozenset[str], str], int] = {}
    for cohort in cohorts:
        key = (places.as_part(cohort.residence), cohort.elements, cohort.minor)
        merged[key] = merged.get(key, 0) + cohort.count
    return tuple(Group(r, e, m, n, n) for (r, e, m), n in merged.items())


def with_people(sheet: Sheet, cohorts: Sequence[Cohort]) -> Sheet:
    """The same case, its people counted by scope."""
    told = {name: value for name, value in sheet.facts.items() if name not in sheet.derived}
    return replace(derive(told, of_cohorts(cohorts), sheet.decisions), filed=sheet.filed)


def derive(
    facts: Mapping[str, Any], groups: tuple[Group, ...] | None, decisions: Mapping[str, Decision] | None = None
) -> Sheet:
    """Facts that follow from others. What somebody wrote down stands, unless the people themselves are listed."""
    told = dict(facts)
    derived: dict[str, Any] = {}
    counts = {places.as_part(n.removeprefix(COUNT_IN)): v for n, v in told.items() if n.startswith(COUNT_IN)}
    people = People(groups, counts, told.get("subjects.count"))
    if groups is not None:
        derived["data.classes"] = frozenset(_classes(people, groups)) | told.get("data.classes", frozenset())
        if any(g.minor == "yes" and g.low for g in groups):
            derived.setdefault("subjects.vulnerable", True)
    encrypted, key = told.get("data.encrypted"), told.get("data.key_taken")
    if "data.unintelligible" not in told:
        if encrypted is False or key is True:
            derived["data.unintelligible"] = False
        elif encrypted and key is False:
            derived["data.unintelligible"] = True
    return Sheet(
        {**derived, **told, **{k: derived[k] for k in ("data.classes",) if k in derived}},
        people,
        frozenset(derived),
        tuple(contradictions(told, people)),
        dict(decisions or {}),
    )


def _classes(people: People, groups: Sequence[Group]) -> set[str]:
    found = Names(elements.vocabulary()).classes(people.lost())
    return found | ({"child"} if any(g.minor == "yes" and g.high for g in groups) else set())


_ORDER = (
    ("time.occurred", "time.detected"),
    ("time.occurred", "time.aware"),
    ("time.occurred", "time.discovered"),
    ("time.discovered", "time.individual_notice_sent"),
    ("time.aware", "time.notification_sent"),
    ("time.aware", "time.initial_sent"),
)


def contradictions(facts: Mapping[str, Any], people: People) -> list[Contradiction]:
    """Facts that cannot both be right; the answer is given all the same, and somebody should look."""
    found = []
    for before, after in _ORDER:
        first, second = facts.get(before), facts.get(after)
        if isinstance(first, Instant) and isinstance(second, Instant) and _moment(first) > _moment(second, late=True):
            found.append(Contradiction("before", after, before))
    hold = facts.get("hold.law_enforcement")
    if isinstance(hold, Hold) and hold.start and hold.until and _moment(hold.start) > _moment(hold.until, late=True):
        found.append(Contradiction("hold", "hold.law_enforcement"))
    main, seats = facts.get("entity.main_establishment"), facts.get("entity.establishments")
    if main and seats is not None and not any(_same_place(main, seat) for seat in seats):
        found.append(Contradiction("seat", "entity.main_establishment", "entity.establishments"))
    total = people.total
    if not people.listed and total is not None and sum(_tops(people.counts)) > total:
        found.append(Contradiction("total", "subjects.count", "subjects.count_in"))
    if people.listed and total is not None and people.everybody().compare("eq", total).value == "no":
        found.append(Contradiction("listed", "subjects.count"))
    return found


def _same_place(one: str, other: str) -> bool:
    """`DE` and `DE-BY` may be the same seat."""
    return f"{one}-".startswith(f"{other}-") or f"{other}-".startswith(f"{one}-")


def _tops(counts: Mapping[str, int]) -> list[int]:
    return [
        n for place, n in counts.items() if place.partition("-")[0] == place or place.partition("-")[0] not in counts
    ]


def _moment(instant: Instant, *, late: bool = False) -> datetime:
    """In UTC; of a day alone the most forgiving end of it."""
    if instant.at is not None:
        return instant.at
    assert instant.day is not None
    zone = ZoneInfo("Etc/GMT+12" if late else "Etc/GMT-14")
    return instants.day_end(instant.day, zone) if late else instants.day_start(instant.day, zone)
