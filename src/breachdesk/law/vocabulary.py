"""The words of a fact sheet: every fact a law may ask for, with its type and its question (packs/facts.yaml)."""

import difflib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from breachdesk.ground import places
from breachdesk.ground.shelf import Shelf, our_shelf
from breachdesk.law.schema import Strict, Text

FILE = "facts.yaml"
COUNT_IN = "subjects.count_in."


class FactType(StrEnum):
    BOOL = "bool"
    INT = "int"
    MONEY = "money"
    ENUM = "enum"
    SET = "set"
    INSTANT = "instant"
    PLACE = "place"  # one ISO code
    PLACES = "places"  # a set of them
    HOLD = "hold"  # {from, until, written}
    PEOPLE = "people"
    FREE = "free"  # words for letters and filings; laws never ask for it


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    type: FactType
    question: Text
    help: Text
    decides: Text
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """The vocabulary. `subjects.count_in.DE` is found under its pattern."""

    facts: dict[str, Fact]

    def find(self, name: str) -> Fact | None:
        found = self.facts.get(name)
        if found is None and name.startswith(COUNT_IN) and _place(name.removeprefix(COUNT_IN)):
            return self.facts[COUNT_IN + "<ISO>"]
        if found is None and name.partition(".")[0] in self.facts and self._free(name.partition(".")[0]):
            return self.facts[name.partition(".")[0]]
        return found

    def _free(self, name: str) -> bool:
        return self.facts[name].type is FactType.FREE

    def suggest(self, name: str) -> str | None:
        near = difflib.get_close_matches(name, self.facts, n=1, cutoff=0.6)
        return near[0] if near else None

    def under(self, prefix: str) -> bool:
        return any(name.startswith(prefix + ".") for name in self.facts)


_LAWS_WITHOUT_CODE = frozenset(("XK", "EU", "AE-DIFC", "AE-ADGM", "QA-QFC"))


def _place(code: str) -> bool:
    return code in _LAWS_WITHOUT_CODE or places.is_code(code)


def is_place(code: str) -> bool:
    """ISO 3166-1 or 3166-2, or what has a law but no code there: Kosovo, the free zones of the Gulf."""
    return _place(code)


class _Row(Strict):
    type: FactType
    en: str
    ru: str
    decides: Text
    help: Text = Text(en="", ru="")
    options: tuple[str, ...] = ()


def read(shelf: Shelf) -> Facts:
    """Raises BadPack with file and line of a row that is not one."""
    return Facts(
        {
            name: Fact(name, row.type, Text(en=row.en, ru=row.ru), row.help, row.decides, row.options)
            for name, row in shelf.rows(FILE, "facts", _Row).items()
        }
    )


@cache
def our_facts() -> Facts:
    return read(our_shelf())
