"""From groups of nodes to numbered persons: who is one, of whom only a name or an address is known, and who is nobody.

A person is somebody of whom something besides a name was found, and who could be told apart from others by it. Bare
names (film actors) and bare addresses behind a number (which may be a shop's) are counted apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from breachdesk.scope.people.rows import Bits

_NOT_PERSONAL_ALONE = ("customer_id", "purchases", "transactions")
_PLACE = ("address", "location")
_TELLING = (
    "email",
    "phone",
    "gov_id",
    "login.username",
    "login.password",
    "login.password_hash",
    "date_of_birth",
    "name",
)
Words = npt.NDArray[np.uint64]


@dataclass(slots=True)
class Census:
    """Gathered in one pass over the facts, per group."""

    groups: int
    e0: Words = field(init=False)
    e1: Words = field(init=False)
    rows: npt.NDArray[np.int32] = field(init=False)
    keyed: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.e0 = np.zeros(self.groups, dtype=np.uint64)
        self.e1 = np.zeros(self.groups, dtype=np.uint64)
        self.rows = np.zeros(self.groups, dtype=np.int32)
        self.keyed = np.zeros(self.groups, dtype=np.bool_)

    def add(self, group: npt.NDArray[np.int32], e0: Words, e1: Words) -> None:
        np.bitwise_or.at(self.e0, group, e0)
        if e1.any():
            np.bitwise_or.at(self.e1, group, e1)
        self.rows += np.bincount(group, minlength=self.groups).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Persons:
    """`person[group]`: number from 0, or -1. `records[person]`: rows that speak of him."""

    person: npt.NDArray[np.int32]
    count: int
    name_only: int
    address_only: int
    records: npt.NDArray[np.int32]


def number(census: Census, bits: Bits) -> Persons:
    ignored = bits.mask([one for one in _NOT_PERSONAL_ALONE if one in bits.names])
    rest0, rest1 = census.e0 & ~np.uint64(ignored[0]), census.e1 & ~np.uint64(ignored[1])
    something = (rest0 | rest1) != 0
    only_name = something & _within(rest0, rest1, bits, ("name",))
    only_place = something & _within(rest0, rest1, bits, _PLACE)
    telling = _any(rest0, rest1, bits, _TELLING)
    is_person = something & ~only_name & ~only_place & (telling | census.keyed)
    person = np.full(census.groups, -1, dtype=np.int32)
    count = int(is_person.sum())
    person[is_person] = np.arange(count, dtype=np.int32)
    return Persons(person, count, int(only_name.sum()), int((only_place & census.keyed).sum()), census.rows[is_person])


def _children(bits: Bits, parents: Iterable[str]) -> list[str]:
    return [name for name in bits.names if any(name == one or name.startswith(one + ".") for one in parents)]


def _within(e0: Words, e1: Words, bits: Bits, parents: Iterable[str]) -> npt.NDArray[np.bool_]:
    low, high = bits.mask(_children(bits, parents))
    inside: npt.NDArray[np.bool_] = ((e0 & ~np.uint64(low)) | (e1 & ~np.uint64(high))) == 0
    return inside


def _any(e0: Words, e1: Words, bits: Bits, parents: Iterable[str]) -> npt.NDArray[np.bool_]:
    low, high = bits.mask(_children(bits, parents))
    some: npt.NDArray[np.bool_] = ((e0 & np.uint64(low)) | (e1 & np.uint64(high))) != 0
    return some
