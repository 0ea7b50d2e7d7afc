"""A proposal how great the risk is, with every factor (packs/severity/risk.yaml). A human decides; his value stands.

Impact times likelihood, for disclosure and for loss apart. What excuses must be shown; where a missing fact could
change the band, the proposal is unknown and names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from breachdesk.ground.shelf import Shelf, our_shelf
from breachdesk.law import grading, severity
from breachdesk.law.answer import Answer
from breachdesk.law.grading import Row
from breachdesk.law.severity import Severity
from breachdesk.law.shapes import RISK
from breachdesk.law.sheet import Sheet
from breachdesk.law.vocabulary import Facts, our_facts

UNKNOWN = "unknown"
_BANDS = ("low", "middle", "high")


@dataclass(frozen=True, slots=True)
class Factor:
    fact: str
    toward: str  # higher | lower
    en: str
    ru: str
    source: str

    def text(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class Risk:
    """`proposals` by fact name; `decided` holds what a human already wrote down."""

    proposals: Mapping[str, str]
    factors: tuple[Factor, ...]
    missing: tuple[str, ...]
    severity: Severity
    decided: Mapping[str, str] = field(default_factory=dict)


def propose(sheet: Sheet, *, language: str = "en", shelf: Shelf | None = None, words: Facts | None = None) -> Risk:
    """A proposal for risk.gdpr and risk.serious_harm. `language` is that of the severity steps."""
    used, known = shelf or our_shelf(), words or our_facts()
    pack = used.data("severity/risk.yaml")
    band, factors, missing = _Weighing(pack, sheet, known).weigh()
    names: dict[str, dict[str, str]] = pack["proposals"]
    return Risk(
        proposals={fact: UNKNOWN if band is None else values[band] for fact, values in names.items()},
        factors=tuple(factors),
        missing=missing,
        severity=severity.score(sheet, language=language, shelf=used, words=known),
        decided={fact: sheet.facts[fact] for fact in names if fact in sheet.facts},
    )


@dataclass(frozen=True, slots=True)
class _Weighing:
    pack: Mapping[str, Any]
    sheet: Sheet
    words: Facts

    def weigh(self) -> tuple[str | None, list[Factor], tuple[str, ...]]:
        """The band (None: a missing fact decides), its factors, and the facts that decide."""
        impact, factors, missing = self._impact()
        if impact is None:
            return None, factors, missing
        shown = list(self._possible("disclosure"))
        lost = list(self._possible("loss"))
        at_most, vital = self._vital(impact)
        bands = {self._band(impact * a.raw["level"], at_most * b.raw["level"]) for a in shown for b in lost}
        counted = [*factors, *self._factors(shown), *(vital if _any_level(lost) else []), *self._factors(lost)]
        removed = grading.ask(self.pack["removed"], self.sheet, self.words)
        if removed.finding.answer is Answer.YES:
            bands = {min(band, "middle", key=_BANDS.index) for band in bands}
            counted += self._said(removed, "lower")
        if len(bands) == 1:
            return bands.pop(), counted, ()
        open_ = [row for rows in (shown, lost) for row in rows if row.finding.answer is Answer.UNKNOWN]
        return None, counted, tuple(dict.fromkeys(fact for row in open_ for fact in row.finding.missing))

    def _impact(self) -> tuple[int | None, list[Factor], tuple[str, ...]]:
        if self.sheet.get("data.classes") is None:
            return None, [], ("data.classes",)
        row = next(grading.holding(self.pack["impact"], self.sheet, self.words))
        factors = self._said(row, "higher" if row.raw["level"] > 1 else "lower")
        level: int = row.raw["level"]
        for worse in grading.holding(self.pack["worse"], self.sheet, self.words):
            level = min(4, level + 1)
            factors += self._said(worse, "higher")
        return level, factors, ()

    def _vital(self, impact: int) -> tuple[int, list[Factor]]:
        row = grading.ask(self.pack["vital"], self.sheet, self.words)
        if row.finding.answer is Answer.YES:
            return impact, self._said(row, "higher")
        return min(impact, self.pack["vital"]["else_at_most"]), []

    def _possible(self, table: str) -> list[Row]:
        return list(grading.possible(self.pack[table], self.sheet, self.words))

    def _band(self, *products: int) -> str:
        worst, limits = max(products), self.pack["bands"]
        return "high" if worst >= limits["high"] else "middle" if worst >= limits["risk"] else "low"

    def _factors(self, rows: Sequence[Row]) -> list[Factor]:
        certain = [row for row in rows if row.finding.answer is Answer.YES and "why" in row.raw]
        return [factor for row in certain for factor in self._said(row, row.raw["toward"])]

    def _said(self, row: Row, toward: str) -> list[Factor]:
        why, fact = row.raw["why"], next(iter(row.facts), "breach.availability")
        return [Factor(fact, toward, why["en"], why["ru"], self.pack["source"])]


def _any_level(rows: Sequence[Row]) -> bool:
    return any(row.raw["level"] for row in rows)


def to_json(risk: Risk) -> dict[str, Any]:
    """The public document `breachdesk.risk/1` (docs/formats/risk.md)."""
    return {
        "format": RISK,
        "proposals": dict(risk.proposals),
        "decided": dict(risk.decided),
        "factors": [
            {"fact": f.fact, "toward": f.toward, "why": {"en": f.en, "ru": f.ru}, "source": f.source}
            for f in risk.factors
        ],
        "missing": list(dict.fromkeys((*risk.missing, *risk.severity.missing))),
        "severity": {
            "method": severity.METHOD,
            "score": risk.severity.score,
            "band": risk.severity.band,
            "steps": list(risk.severity.steps),
        },
    }
