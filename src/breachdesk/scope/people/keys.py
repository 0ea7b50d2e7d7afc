"""Which columns are keys, and which tables they tie together: what is declared, and what names and values show.

Numbers from 1 to n lie inside each other by accident, so values alone prove nothing: the names must agree. Names alone
prove nothing either (two companies both have a customer_id), so the values must lie inside each other.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from breachdesk.ground.shelf import Shelf
from breachdesk.scope.detectors import Column, Kind
from breachdesk.scope.detectors.header import split
from breachdesk.scope.ordered import distinct
from breachdesk.scope.shapes import Keys

Hashes = npt.NDArray[np.uint64]  # one per row, 0 for null

_INSIDE = 0.9  # share of a child's distinct values that must be found in the parent
_FEW = 3  # so many distinct values, or fewer, prove no tie by values


@dataclass(frozen=True, slots=True)
class Nouns:
    persons: frozenset[str]
    staff: frozenset[str]
    roles: frozenset[str]
    things: frozenset[str]
    endings: frozenset[str]


def nouns(shelf: Shelf) -> Nouns:
    pack = shelf.data("people/nouns.yaml")
    return Nouns(*(frozenset(pack[name]) for name in ("persons", "staff", "roles", "things", "endings")))


@dataclass(slots=True)
class Candidate:
    """A column that may be a key. `stem`: its name without what only says key (`customer_no` -> customer)."""

    column: str
    stem: tuple[str, ...]
    hashes: Hashes
    small: bool  # values are short plain numbers, which lie inside each other by accident

    distinct: Hashes = field(init=False)
    unique: bool = field(init=False)
    filled: int = field(init=False)

    def __post_init__(self) -> None:
        present = self.hashes[self.hashes != 0]
        self.distinct = distinct(present)
        self.filled = len(present)
        self.unique = self.filled > 0 and len(self.distinct) == self.filled


@dataclass
class Table:
    """One source as the resolution sees it."""

    number: int
    source: str
    rows: int
    columns: tuple[Column, ...]
    declared: Keys
    words: Nouns
    candidates: dict[str, Candidate] = field(default_factory=dict)

    @property
    def name(self) -> str:
        last = self.source.rpartition("/")[2]
        return last.rsplit(".", 1)[0] if "." in last else last

    @property
    def container(self) -> str:
        """The file the table lies in; for a file of its own, the file itself."""
        return self.source.rpartition("/")[0] or self.source

    @cached_property
    def name_words(self) -> tuple[str, ...]:
        return tuple(singular(word) for word in split(self.name))

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(column.role for column in self.columns if column.role)

    @cached_property
    def elements(self) -> frozenset[str]:
        return frozenset(one.element for column in self.columns for one in column.elements if one.element)

    @property
    def about_things(self) -> bool:
        """The last noun of the table's name is a thing's."""
        return self._noun in self.words.things

    @property
    def about_persons(self) -> bool:
        """The last noun of the table's name is that of persons who are served or serve: customers, not actors."""
        return self._noun in self.words.persons and not self.about_things

    @cached_property
    def _noun(self) -> str:
        known = self.words.things | self.words.persons
        return next((word for word in reversed(self.name_words) if word in known), "")

    @property
    def named(self) -> bool:
        return bool(self.roles & {"given", "family", "full"})

    @property
    def identifying(self) -> bool:
        """Something in it tells who somebody is: more than an address, a card or a number of a thing."""
        kinds = {element.split(".")[0] for element in self.elements}
        return bool(kinds & {"email", "gov_id"}) or self.named or "login.password_hash" in self.elements

    @property
    def personal(self) -> bool:
        """Something in it is personal besides a number that points elsewhere."""
        return bool(self.elements - {"customer_id"})

    @property
    def of_places(self) -> bool:
        """A table of cities, states or countries: lent to others, nobody's own."""
        named = {"city", "region", "country"} & self.roles or {"country", "city", "state"} & set(self.name_words)
        return bool(named) and not {"street", "address", "postal"} & self.roles and not self.identifying

    @property
    def stands_alone(self) -> bool:
        """Its rows are persons by themselves: a name and a way to tell or reach them."""
        kinds = {element.split(".")[0] for element in self.elements}
        return self.named and bool(kinds & {"email", "gov_id", "date_of_birth", "phone"}) and not self.about_things


class Claim(IntEnum):
    """How strongly a column says whose a row is; a lower number is stronger."""

    SERVED = 0  # customer_id, patient_id, user_id
    SAME = 1  # named exactly like the key it points to
    STAFF = 2  # employee_id
    ROLE = 3  # manager_id, created_by: somebody who only had to do with the row


@dataclass(frozen=True, slots=True)
class Tie:
    """Values of `child.column` are values of the unique `parent.key`."""

    child: int
    column: str
    parent: int
    key: str
    claim: Claim
    declared: bool


def stem(column: str, words: Nouns) -> tuple[str, ...]:
    parts = [singular(word) for word in split(column)]
    while parts and (parts[-1] in words.endings or parts[-1].isdigit()):
        parts.pop()
    return tuple(parts)


def singular(word: str) -> str:
    """Good enough to hold `customers` against `customer`; only ever compared, never shown."""
    if not word.isascii() or len(word) < 4:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def looks_like_key(column: Column, words: Nouns, declared: Keys) -> bool:
    """Worth loading as a candidate: declared, judged to be a key, or named like one."""
    keyed = {*declared.primary, *(name for key in declared.foreign for name in key.columns)}
    if column.name in keyed:
        return True
    if column.filled == 0 or column.free_text or column.role in ("email", "phone", "birth"):
        return False
    if column.kind in (Kind.ID, Kind.PERSON_KEY) and column.main in (None, "customer_id"):
        return True
    parts = split(column.name)
    return (
        column.main in (None, "customer_id") and bool(parts) and parts[-1] in words.endings and column.kind != Kind.DATE
    )


def ties(tables: Sequence[Table]) -> list[Tie]:
    """All ties, declared first. A table tied to itself (an employee's manager) is none."""
    found = list(_declared(tables))
    told = {(tie.child, tie.column) for tie in found}
    for child in tables:
        for candidate in child.candidates.values():
            if (child.number, candidate.column) not in told:
                found.extend(_inferred(child, candidate, tables))
    return found


def _declared(tables: Sequence[Table]) -> Iterable[Tie]:
    by_name = {(table.container, table.name.lower()): table for table in tables}
    for child in tables:
        for key in child.declared.foreign:
            parent = by_name.get((child.container, key.table.rpartition(".")[2].lower()))
            if parent is None or parent is child or len(key.columns) != 1:
                continue
            target = (key.references or parent.declared.primary)[:1]
            own, other = _find(child, key.columns[0]), _find(parent, target[0]) if target else None
            if own is None or other is None or not other.unique:
                continue
            yield Tie(child.number, own.column, parent.number, other.column, _claim(child, own, parent, other), True)


def _find(table: Table, column: str) -> Candidate | None:
    lowered = {name.lower(): candidate for name, candidate in table.candidates.items()}
    return table.candidates.get(column) or lowered.get(column.lower())


def _inferred(child: Table, own: Candidate, tables: Sequence[Table]) -> Iterable[Tie]:
    """To the tables whose key bears the name and holds the values. Of several, those that hold the most."""
    fits = []
    for parent in tables:
        if parent is child:
            continue
        for other in parent.candidates.values():
            if not other.unique or len(own.distinct) == 0 or not _names_agree(child, own, parent, other):
                continue
            share = inside(own.distinct, other.distinct)
            if share >= _INSIDE and (len(own.distinct) > _FEW or child.container == parent.container):
                fits.append((share, len(other.distinct), parent, other))
    # A file that has the parent itself does not mean the parent of another file.
    at_home = [fit for fit in fits if fit[2].container == child.container]
    for _, _, parent, other in at_home or fits:
        yield Tie(child.number, own.column, parent.number, other.column, _claim(child, own, parent, other), False)


def inside(child: Hashes, parent: Hashes) -> float:
    """The share of sorted distinct `child` values found among sorted distinct `parent` values."""
    if len(child) == 0 or len(parent) == 0:
        return 0.0
    place = np.minimum(np.searchsorted(parent, child), len(parent) - 1)
    return float(np.mean(parent[place] == child))


def _names_agree(child: Table, own: Candidate, parent: Table, other: Candidate) -> bool:
    words = child.words
    if not own.stem:
        return False  # a plain `id` points nowhere
    named = _called(parent, other)
    if any(_ends_with(own.stem, name) for name in named):
        # Two files may come from two companies: the same plain number in both is not yet the same person.
        return True
    telling = not own.small and not other.small
    persons = own.stem[-1] in words.persons and any(name[-1] in words.persons for name in named if name)
    return telling and persons and not _role_of(own, words)


def _called(parent: Table, key: Candidate) -> list[tuple[str, ...]]:
    """The names under which other tables may speak of this key."""
    if key.stem:
        spoken = [key.stem]
        if key.stem[-1] in parent.words.persons:
            spoken += [(word,) for word in parent.name_words if word in parent.words.persons]
        return spoken
    return [parent.name_words, parent.name_words[-1:]] if parent.name_words else []


def _ends_with(name: tuple[str, ...], ending: tuple[str, ...]) -> bool:
    return bool(ending) and name[-len(ending) :] == ending


def _role_of(own: Candidate, words: Nouns) -> bool:
    return any(word in words.roles for word in own.stem)


def _claim(child: Table, own: Candidate, parent: Table, other: Candidate) -> Claim:
    words = child.words
    if _role_of(own, words):
        return Claim.ROLE
    last = own.stem[-1] if own.stem else ""
    if last in words.staff or (last not in words.persons and set(parent.name_words) & words.staff):
        exact = own.stem == other.stem or (last,) == parent.name_words[-1:]
        return Claim.STAFF if exact else Claim.ROLE
    if last in words.persons or " ".join(own.stem[-2:]) in words.persons:
        return Claim.SERVED
    return Claim.SAME


def family(tables: Mapping[int, Table], found: Sequence[Tie]) -> dict[tuple[int, str], tuple[int, str]]:
    """Columns that hold the same key, by a leader: everything tied together, directly or over others."""
    leader: dict[tuple[int, str], tuple[int, str]] = {}

    def lead(one: tuple[int, str]) -> tuple[int, str]:
        while leader.setdefault(one, one) != one:
            one = leader[one]
        return one

    for tie in found:
        leader[lead((tie.child, tie.column))] = lead((tie.parent, tie.key))
    return {one: lead(one) for one in list(leader)}
