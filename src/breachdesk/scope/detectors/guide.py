"""A column that says, row by row, what the column beside it holds: `kind` = passport, `number` = ..."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from breachdesk.scope.detectors.header import Strength, split

if TYPE_CHECKING:
    from breachdesk.scope.detectors.detector import Detector, Detectors
    from breachdesk.scope.detectors.tally import Tally

_LEAST = 0.5  # share of the guide's cells that must name an identifier
_GROUP = "gov_id"


@dataclass(frozen=True, slots=True)
class Guide:
    """`column` holds words; `means` says which detector each of them names."""

    column: str
    means: tuple[tuple[str, str], ...]

    def extend(self, plan: Sequence["Detector"], detectors: "Detectors") -> list["Detector"]:
        """The plan, with what the guide names before its last resort."""
        named = [detectors[name] for name in sorted({name for _, name in self.means})]
        rest = [one for one in plan if one.id in detectors.mixers]
        first = [one for one in plan if one.id not in detectors.mixers]
        return [*first, *(one for one in named if one not in first), *rest]


def guide_of(name: str, tally: "Tally", detectors: "Detectors") -> Guide | None:
    """Whether the words of a column with few different values name identifiers."""
    if not tally.sample or "~prop" not in tally.said or tally.distinct() > 64:
        return None
    means: dict[str, str] = {}
    hits = 0
    for value in tally.sample:
        if value not in means and len(value) < 64:
            named = _named(value, detectors)
            if named is not None:
                means[value] = named
        hits += value in means
    if hits < _LEAST * len(tally.sample):
        return None
    return Guide(name, tuple(sorted(means.items())))


def _named(value: str, detectors: "Detectors") -> str | None:
    """`driving_licence` -> generic.driver_licence."""
    said = detectors.phrases.look(split(value))
    found = [
        (what.words, name)
        for name, what in said.items()
        if what.strength is Strength.NAMES and name in detectors.by_id and name not in detectors.mixers
        if detectors[name].pack.group == _GROUP
    ]
    return max(found)[1] if found else None
