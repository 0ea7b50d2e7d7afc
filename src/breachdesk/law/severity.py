"""ENISA's severity score, every point explained (packs/severity/enisa.yaml). An estimate, not a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from breachdesk.ground.shelf import Shelf, our_shelf
from breachdesk.law import grading
from breachdesk.law.sheet import Sheet
from breachdesk.law.vocabulary import Facts, our_facts

METHOD = "ENISA"
_PARTS = ("confidentiality", "integrity", "availability", "malicious")


@dataclass(frozen=True, slots=True)
class Severity:
    """`score` and `band` null while the classes of data are unknown."""

    score: float | None
    band: str | None
    steps: tuple[str, ...]
    missing: tuple[str, ...] = ()


def score(sheet: Sheet, *, language: str = "en", shelf: Shelf | None = None, words: Facts | None = None) -> Severity:
    pack = (shelf or our_shelf()).data("severity/enisa.yaml")
    return _Scorer(pack, sheet, words or our_facts(), language).score()


@dataclass(frozen=True, slots=True)
class _Scorer:
    pack: Mapping[str, Any]
    sheet: Sheet
    words: Facts
    language: str

    def score(self) -> Severity:
        if self.sheet.get("data.classes") is None:
            return Severity(None, None, (), ("data.classes",))
        dpc, steps = self._context()
        ei, said = self._identification()
        cb, more = self._circumstances()
        total = round(dpc * ei + cb, 2)
        result = self._say("result", dpc=dpc, ei=ei, cb=cb, score=total)
        flags = [self._text(row.raw["text"]) for row in self._holding(self.pack["flags"])]
        band = next(band["name"] for band in self.pack["bands"] if total < band["below"])
        return Severity(total, band, (*steps, said, *more, result, *flags))

    def _context(self) -> tuple[int, tuple[str, ...]]:
        """Data processing context: every class is scored, the highest counts."""
        told = self.sheet.get("severity.dpc")
        table = self.pack["dpc"]
        if told is not None:
            n = min(max(told, table["least"]), table["most"])
            return n, (self._say("dpc_set", n=n),)
        classes = self.sheet.get("data.classes")
        scored = [self._class(kind) for kind in table["classes"].values() if not classes.isdisjoint(kind["of"])]
        if not scored:
            scored = [self._class(table["classes"]["simple"])]
        return max(scored, key=lambda one: one[0])

    def _class(self, kind: Mapping[str, Any]) -> tuple[int, tuple[str, ...]]:
        n = kind["basic"]
        steps = [self._say("dpc", title=self._text(kind["title"]), basic=n)]
        for row in self._holding(kind["adjust"]):
            if row.raw.get("told") in self.sheet.derived:
                continue
            n += row.raw["delta"]
            steps.append(self._say("adjust", delta=row.raw["delta"], text=self._text(row.raw["text"])))
        table = self.pack["dpc"]
        return min(max(n, table["least"]), table["most"]), tuple(steps)

    def _identification(self) -> tuple[float, str]:
        levels, told = self.pack["ei"]["levels"], self.sheet.get("severity.identifiability")
        if told is not None:
            return levels[told], self._say("ei", value=levels[told], text=self._text(self.pack["ei"]["set"]))
        row = next(self._holding(self.pack["ei"]["guess"]))
        value = levels[row.raw["level"]]
        return value, self._say("ei", value=value, text=self._text(row.raw["text"]))

    def _circumstances(self) -> tuple[float, list[str]]:
        total, steps = 0.0, []
        for part in _PARTS:
            row = next(self._holding(self.pack["cb"][part]), None)
            if row is not None:
                total += row.raw["score"]
                steps.append(self._say("cb", value=row.raw["score"], text=self._text(row.raw["text"])))
        return total, steps

    def _holding(self, rows: Any) -> Any:
        return grading.holding(rows, self.sheet, self.words)

    def _text(self, words: Mapping[str, str]) -> str:
        return words[self.language]

    def _say(self, key: str, **places: object) -> str:
        return self._text(self.pack["words"][key]).format(**places)
