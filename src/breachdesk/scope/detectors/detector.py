"""A detector as the rooms use it: one kind of personal data, how its headers, cells and mentions in text look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import polars as pl
import re2

from breachdesk.scope.detectors.checks import CHECKS
from breachdesk.scope.detectors.context import Context
from breachdesk.scope.detectors.digits import Mask
from breachdesk.scope.detectors.header import Phrases
from breachdesk.scope.detectors.meanings import plain
from breachdesk.scope.detectors.pack import DetectorPack

LONGEST = 1024  # bytes; a longer cell is text, not a value


@dataclass(frozen=True, slots=True)
class Match:
    """Per cell: looks right loosely; looks right strictly and passes its check. Nulls are False."""

    shape: Mask
    passed: Mask


@dataclass(frozen=True, slots=True)
class Detector:
    pack: DetectorPack
    words: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self.pack.id

    @property
    def element(self) -> str:
        return self.pack.element

    def shape(self, cells: pl.Series) -> Mask:
        """Only what looks right loosely; cheaper, for a column whose verdict stands."""
        values = self.pack.values
        if values is None:
            return cells.is_not_null().to_numpy()
        if values.longest < LONGEST:
            cells = _cut(cells, values.longest)
        return _loosely(cells, _contains(cells, values.pattern), values.shape)

    def match(self, cells: pl.Series) -> Match:
        """Judge every cell. `cells`: short strings or null, at most LONGEST bytes each."""
        values = self.pack.values
        if values is None:
            filled = cells.is_not_null().to_numpy()
            return Match(filled, filled)
        if values.longest < LONGEST:
            cells = _cut(cells, values.longest)
        strict = _contains(cells, values.pattern)
        return Match(_loosely(cells, strict, values.shape), self._checked(cells, strict))

    def _checked(self, cells: pl.Series, strict: Mask) -> Mask:
        values = self.pack.values
        if values is None or (values.check is None and values.words is None) or not strict.any():
            return strict
        everything = bool(strict.all())
        chosen = cells if everything else cells.filter(pl.Series(strict))
        good = np.ones(chosen.len(), dtype=bool)
        if values.check is not None:
            good &= CHECKS[values.check](chosen)
        if values.words is not None:
            good &= self.listed(chosen)
        if everything:
            return good
        passed = np.zeros(len(strict), dtype=bool)
        passed[strict] = good
        return passed

    def listed(self, cells: pl.Series) -> Mask:
        """Whether the value, its first or its second word stands in the word list."""
        lower = cells.str.to_lowercase()
        listed = _listing(self.words)
        good = lower.is_in(listed)
        if good.all():
            return good.to_numpy()
        found: Mask = good.to_numpy().copy()
        several = ~found & lower.str.contains(" ", literal=True).to_numpy()
        if several.any():
            parts = lower.filter(pl.Series(several)).str.split(" ")
            first, second = (parts.list.get(place).is_in(listed) for place in (0, 1))
            found[several] = (first | second).to_numpy()
        return found

    def lists(self, value: str) -> bool:
        """The same of one value."""
        lower = value.lower()
        return lower in self.words or any(part in self.words for part in lower.split(" ", 2)[:2])


@cache
def _listing(words: frozenset[str]) -> pl.Series:
    return pl.Series(sorted(words), dtype=pl.String).implode()


def _cut(cells: pl.Series, longest: int) -> pl.Series:
    """Cells of more characters become null."""
    fits = cells.str.len_chars() <= longest
    return cells if fits.all() else pl.select(pl.when(fits).then(cells)).to_series()


def _contains(cells: pl.Series, pattern: str | None) -> Mask:
    if pattern is None:
        return cells.is_not_null().to_numpy()
    found = cells.str.contains(pattern)
    return (found.fill_null(value=False) if found.null_count() else found).to_numpy()


def _loosely(cells: pl.Series, strict: Mask, shape: str | None) -> Mask:
    """What looks right strictly, and of the rest what looks right loosely."""
    if shape is None or strict.all():
        return strict
    if np.count_nonzero(strict) * 2 < strict.size:
        return strict | _contains(cells, shape)
    found = strict.copy()
    found[~strict] = _contains(cells.filter(pl.Series(~strict)), shape)
    return found


KINDS = {
    "integer": r"^[+-]?[0-9]{1,18}$",
    "decimal": r"^[+-]?[0-9]{1,15}[.,][0-9]{1,10}$",
    "date": (
        r"^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2}))"
        r"(?:[ T][0-9:.]+.*)?$"
    ),
    "uuid": r"^(?i)\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$",
    "boolean": r"^(?i)(?:true|false|t|f|yes|no|y|n|да|нет)$",
    "prose": r"^\S+(?:\s+\S+){5,}\s*$",
    "code": r"^[0-9A-Za-z/_.\-]*[0-9][0-9A-Za-z/_.\-]*$",
}


def _sightly(detector: Detector) -> bool:
    """Worth trying on a value whose column says little: it may stand alone, under a hint, or among its group."""
    values = detector.pack.values
    return bool(detector.pack.header.hints or detector.pack.group or (values and values.alone is not None))


@dataclass(frozen=True, eq=False)
class Detectors:
    """All detectors of a shelf, by id, with the words that give a table its sense. Immutable; pickles; itself a key."""

    by_id: dict[str, Detector]
    context: Context
    phrases: Phrases = field(repr=False)
    digest: str = ""
    meanings: dict[str, str] = field(default_factory=dict, repr=False)  # what a column may be said to be -> detector

    def __getitem__(self, name: str) -> Detector:
        found = self.by_id.get(name)
        if found is None and (pack := plain(name)) is not None:
            return Detector(pack)
        return self.by_id[name]

    def __getstate__(self) -> dict[str, object]:
        """Compiled sets stay behind; another process compiles its own."""
        return {name: getattr(self, name) for name in ("by_id", "context", "phrases", "digest", "meanings")}

    @cached_property
    def mixers(self) -> frozenset[str]:
        """Detectors whose header says "an identity number" without its country."""
        return frozenset(one.id for one in self.by_id.values() if one.pack.group and one.element == one.pack.group)

    def of_text(self) -> Sequence[Detector]:
        return [one for one in self.by_id.values() if one.pack.text]

    def at_sight(self, value: str) -> list[str]:
        """Names of the detectors (and `~kind`) whose strict pattern the whole value fits; no checks."""
        names, patterns = self._sight
        return [names[place] for place in patterns.Match(value) or ()]

    @cached_property
    def _sight(self) -> tuple[list[str], Any]:
        options = re2.Options()
        options.max_mem = 64 << 20
        patterns, names = re2.Set.SearchSet(options), []
        for one in self.by_id.values():
            if one.pack.values and one.pack.values.pattern and _sightly(one):
                patterns.Add(one.pack.values.pattern)
                names.append(one.id)
        for kind, pattern in KINDS.items():
            patterns.Add(pattern)
            names.append(f"~{kind}")
        patterns.Compile()
        return names, patterns
