"""The vocabulary of personal data: one dotted name per kind, used by every room (packs/elements.yaml)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from pydantic import BaseModel, ConfigDict

from breachdesk.ground.shelf import Shelf, our_shelf

FILE = "elements.yaml"


@dataclass(frozen=True, slots=True)
class Element:
    """One kind of personal data. `us` and `world` are the names under which laws know it."""

    id: str
    en: str
    ru: str
    severity: str = "simple"
    us: tuple[str, ...] = ()
    world: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class Combination:
    """Elements that together mean more than alone: all of `all`, one of `any`, one of `and_any`."""

    id: str
    us: str
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    and_any: tuple[str, ...] = ()

    def in_(self, lost: Iterable[str]) -> bool:
        have = tuple(lost)
        return (
            all(any(covers(want, got) for got in have) for want in self.all)
            and (not self.any or any(covers(want, got) for want in self.any for got in have))
            and (not self.and_any or any(covers(want, got) for want in self.and_any for got in have))
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    elements: dict[str, Element]
    combinations: tuple[Combination, ...]
    order: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Element:
        return self.elements[name]

    def __contains__(self, name: object) -> bool:
        return name in self.elements

    def sort(self, names: Iterable[str]) -> list[str]:
        """In the order of the vocabulary; names it does not know come last."""
        return sorted(set(names), key=lambda name: (self.order.get(name, len(self.order)), name))


def covers(parent: str, child: str) -> bool:
    """`gov_id` covers `gov_id.us.ssn` and itself, never `gov_idx`."""
    return child == parent or child.startswith(parent + ".")


class _Element(BaseModel):
    model_config = ConfigDict(extra="forbid")
    en: str
    ru: str
    severity: str = "simple"
    us: tuple[str, ...] = ()
    world: tuple[str, ...] = ()


class _Combination(BaseModel):
    model_config = ConfigDict(extra="forbid")
    us: str
    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    and_any: tuple[str, ...] = ()


def read(shelf: Shelf) -> Vocabulary:
    """Raises BadPack with file and line of a row that is not one."""
    rows = shelf.rows(FILE, "elements", _Element)
    elements = {name: Element(name, row.en, row.ru, row.severity, row.us, row.world) for name, row in rows.items()}
    combinations = tuple(
        Combination(name, row.us, row.all, row.any, row.and_any)
        for name, row in shelf.rows(FILE, "combinations", _Combination).items()
    )
    return Vocabulary(elements, combinations, {name: place for place, name in enumerate(elements)})


@cache
def vocabulary() -> Vocabulary:
    """Our own vocabulary, read once."""
    return read(our_shelf())
