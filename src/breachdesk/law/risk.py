"""A proposal how great the risk is, with every factor (packs/severity/risk.yaml, harm.yaml). A human decides; his value
stands, and what he said for it stands beside the proposal.

Impact times likelihood, for disclosure and for loss apart. What excuses must be shown; where a missing fact could
change the band, the proposal is unknown and names it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from breachdesk.ground.shelf import Shelf, our_shelf
from breachdesk.law import grading, severity
from breachdesk.law.answer import Answer
from breachdesk.law.grading import Row
from breachdesk.law.severity import Severity
from breachdesk.law.shapes import RISK
from breachdesk.law.sheet import Decision, Sheet
from breachdesk.law.vocabulary import Facts, our_facts

UNKNOWN = "unknown"
_BANDS = ("low", "middle", "high")


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason. `weighed`: it is in the number; else it is for the person who decides."""

    fact: str
    toward: str  # higher | lower
    en: str
    ru: str
    source: str
    weighed: bool = True

    def text(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class Test:
    """One law's test of serious harm: met, not_met or unknown by the proposal; by the decision too, else empty."""

    id: str
    en: str
    ru: str
    source: str
    proposed: str
    decided: str = ""

    def text(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class Risk:
    """`proposals` by fact name; `decided` holds what a human already wrote down, `decisions` who, when and why."""

    proposals: Mapping[str, str]
    factors: tuple[Factor, ...]
    missing: tuple[str, ...]
    severity: Severity
    decided: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    tests: tuple[Test, ...] = ()

    def differs(self, fact: str) -> bool:
        """Whether a human decided otherwise than proposed. Of an unknown proposal nobody can differ."""
        return fact in self.decided and self.proposals[fact] not in (UNKNOWN, self.decided[fact])


def propose(sheet: Sheet, *, language: str = "en", shelf: Shelf | None = None, words: Facts | None = None) -> Risk:
    """A proposal for risk.gdpr and risk.serious_harm. `language` is that of the severity steps."""
    used, known = shelf or our_shelf(), words or our_facts()
    pack, harm = used.data("severity/risk.yaml"), used.data("severity/harm.yaml")
    weighed = _Weighing(pack, sheet, known).weigh()
    names: dict[str, dict[str, Any]] = pack["proposals"]
    proposals = {fact: weighed.value(scale) for fact, scale in names.items()}
    decided = {fact: sheet.facts[fact] for fact in names if fact in sheet.facts}
    return Risk(
        proposals=proposals,
        factors=(*weighed.factors, *_noted(harm, pack["sources"], sheet, known)),
        missing=weighed.missing(names.values()),
        severity=severity.score(sheet, language=language, shelf=used, words=known),
        decided=decided,
        decisions={fact: sheet.decisions[fact] for fact in decided if fact in sheet.decisions},
        tests=tuple(_tests(harm, proposals, decided, sheet, known)),
    )


@dataclass(frozen=True, slots=True)
class _Weighed:
    """`products`: every one that the missing facts leave possible; empty while nothing can be said."""

    products: frozenset[int]
    factors: tuple[Factor, ...]
    open: tuple[str, ...]  # facts that decide between the products
    asked: tuple[str, ...] = ()  # facts that could still lower a proposal
    removed: bool = False  # later measures took the danger away
    mistake: bool = False

    def value(self, scale: Mapping[str, Any]) -> str:
        bands = self._bands(scale)
        return str(scale["values"][bands.pop()]) if len(bands) == 1 else UNKNOWN

    def missing(self, scales: Any) -> tuple[str, ...]:
        open_ = self.open if any(len(self._bands(scale)) != 1 for scale in scales) else ()
        return tuple(dict.fromkeys((*open_, *self.asked)))

    def _bands(self, scale: Mapping[str, Any]) -> set[str]:
        return {self._less(_band(product, scale)) for product in self.products}

    def _less(self, band: str) -> str:
        """One band less once the danger was removed; of what was taken on purpose a risk remains."""
        if not self.removed or band == "low" or (band == "middle" and not self.mistake):
            return band
        return _BANDS[_BANDS.index(band) - 1]


def _band(product: int, scale: Mapping[str, Any]) -> str:
    return "high" if product >= scale["high"] else "middle" if product >= scale["middle"] else "low"


@dataclass(frozen=True, slots=True)
class _Weighing:
    pack: Mapping[str, Any]
    sheet: Sheet
    words: Facts

    def weigh(self) -> _Weighed:
        if self.sheet.get("data.classes") is None:
            return _Weighed(frozenset(), (), ("data.classes",))
        impact, factors = self._impact()
        shown = list(self._possible("disclosure"))
        lost = list(self._possible("loss"))
        at_most, vital = self._vital(impact)
        products = {max(impact * a.raw["level"], at_most * b.raw["level"]) for a in shown for b in lost}
        counted = [*factors, *self._factors(shown), *(vital if _any_level(lost) else []), *self._factors(lost)]
        removed = self._ask(self.pack["removed"])
        if removed:
            counted += self._said(self.pack["removed"], ["mitigation.risk_removed"], "lower")
        open_ = [row for rows in (shown, lost) for row in rows if row.finding.answer is Answer.UNKNOWN]
        return _Weighed(
            frozenset(products),
            tuple(counted),
            tuple(dict.fromkeys(fact for row in open_ for fact in row.finding.missing)),
            self._reveals(impact, shown),
            removed=removed,
            mistake=self._ask({"when": self.pack["removed"]["mistake"]}),
        )

    def _ask(self, row: Mapping[str, Any]) -> bool:
        return grading.ask(row, self.sheet, self.words).finding.answer is Answer.YES

    def _impact(self) -> tuple[int, list[Factor]]:
        row = next(grading.holding(self.pack["impact"], self.sheet, self.words))
        level: int = row.raw["level"]
        factors = self._said(row.raw, row.facts, "higher" if level > 1 else "lower")
        for worse in grading.holding(self.pack["worse"], self.sheet, self.words):
            level = min(4, level + 1)
            factors += self._said(worse.raw, worse.facts, "higher")
        return level, factors

    def _vital(self, impact: int) -> tuple[int, list[Factor]]:
        row = grading.ask(self.pack["vital"], self.sheet, self.words)
        if row.finding.answer is Answer.YES:
            return impact, self._said(row.raw, row.facts, "higher")
        return min(impact, self.pack["vital"]["else_at_most"]), []

    def _reveals(self, impact: int, shown: Sequence[Row]) -> tuple[str, ...]:
        """The fact how much sensitive data really tell, where its answer could lower the impact and the proposal."""
        rule = self.pack["reveals"]
        likely = max(row.raw["level"] for row in shown)
        if impact < rule["level"] or not 0 < likely <= rule["likelihood_at_most"] or self.sheet.get(rule["fact"]):
            return ()
        little = _Weighing(self.pack, self.sheet.but(rule["fact"], rule["as"]), self.words)
        return (rule["fact"],) if little._impact()[0] < impact else ()

    def _possible(self, table: str) -> Iterator[Row]:
        return grading.possible(self.pack[table], self.sheet, self.words)

    def _factors(self, rows: Sequence[Row]) -> list[Factor]:
        certain = [row for row in rows if row.finding.answer is Answer.YES and "why" in row.raw]
        return [factor for row in certain for factor in self._said(row.raw, row.facts, row.raw["toward"])]

    def _said(self, raw: Mapping[str, Any], facts: Sequence[str], toward: str) -> list[Factor]:
        why, fact = raw["why"], next(iter(facts), "breach.availability")
        return [Factor(fact, toward, why["en"], why["ru"], _cited(raw["sources"], self.pack["sources"]))]


def _cited(sources: Mapping[str, str], names: Mapping[str, str]) -> str:
    return "; ".join(names[name] + place for name, place in sources.items())


def _noted(harm: Mapping[str, Any], names: Mapping[str, str], sheet: Sheet, words: Facts) -> Iterator[Factor]:
    """What the statutes weigh beside the number, for the person who decides."""
    for row in grading.holding(harm["factors"], sheet, words):
        why = row.raw["why"]
        yield Factor(row.facts[0], row.raw["toward"], why["en"], why["ru"], _cited(row.raw["sources"], names), False)


def _tests(
    harm: Mapping[str, Any],
    proposals: Mapping[str, str],
    decided: Mapping[str, str],
    sheet: Sheet,
    words: Facts,
) -> Iterator[Test]:
    fact = harm["fact"]
    for raw in harm["tests"]:
        deemed = "deemed" in raw and grading.ask({"when": raw["deemed"]}, sheet, words).finding.answer is Answer.YES

        def met(value: str, meets: Sequence[str] = raw["met"], always: bool = deemed) -> str:
            if always or value in meets:
                return "met"
            return UNKNOWN if value == UNKNOWN else "not_met"

        title = raw["title"]
        yield Test(
            raw["id"],
            title["en"],
            title["ru"],
            raw["source"],
            met(proposals[fact]),
            met(decided[fact]) if fact in decided else "",
        )


def _any_level(rows: Sequence[Row]) -> bool:
    return any(row.raw["level"] for row in rows)


def to_json(risk: Risk) -> dict[str, Any]:
    """The public document `breachdesk.risk/1` (docs/formats/risk.md)."""
    return {
        "format": RISK,
        "proposals": dict(risk.proposals),
        "decided": dict(risk.decided),
        "decisions": [
            {
                "fact": fact,
                "value": value,
                "proposed": risk.proposals[fact],
                "differs": risk.differs(fact),
                **_by(risk.decisions.get(fact)),
            }
            for fact, value in risk.decided.items()
        ],
        "tests": [
            {
                "id": test.id,
                "title": {"en": test.en, "ru": test.ru},
                "proposed": test.proposed,
                "decided": test.decided or None,
                "source": test.source,
            }
            for test in risk.tests
        ],
        "factors": [
            {
                "fact": f.fact,
                "toward": f.toward,
                "why": {"en": f.en, "ru": f.ru},
                "source": f.source,
                "weighed": f.weighed,
            }
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


def _by(decision: Decision | None) -> dict[str, str | None]:
    return {"by": None, "on": None, "why": None} if decision is None else decision.told()
