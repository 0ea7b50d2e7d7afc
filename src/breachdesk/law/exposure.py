"""What the laws allow to be taken for a breach, as ranges: never one number, and never a sum over laws.

A fine follows a breach of a duty, not the leak as such: this says what is at stake, not what will be imposed. Shares of
turnover are reckoned where the sheet gives the turnover in the currency of the law, else they stay shares.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from breachdesk.ground.clock import time_zone
from breachdesk.law.answer import Answer
from breachdesk.law.judgement import covers, in_force, known_on
from breachdesk.law.penalties import applying
from breachdesk.law.schema import Penalties, Source, Sum, Text
from breachdesk.law.shapes import Duties, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.values import Money

FORMAT = "breachdesk.exposure/1"
_AT_STAKE = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.RECORD_ONLY)


@dataclass(frozen=True, slots=True)
class Amount:
    """One range. `low` and `high` in `currency`, of the whole case (a claim of each person times the people known);
    None where the law names no ceiling or the turnover is not known. `sure` false: a missing fact decides whether."""

    what: str
    who: str
    kind: str
    per: str
    currency: str
    low: float | None
    high: float | None
    fixed: int | None  # the fixed ceiling of the law, beside a share
    share: tuple[float, float] | None  # per cent of turnover, where the law knows one
    share_of: str
    which: str  # higher, lower, "" where the shelf does not say
    people: int | None  # reckoned with, where each person counts
    reckoned: bool  # whether turnover or people went into it
    prison: bool
    sure: bool
    confidence: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one law allows for the duties of one case. `words`: what it says that no sum of ours holds. `sure`: some of
    it hangs on no missing fact."""

    order: str
    jurisdiction: str
    title: str
    duties: tuple[str, ...]
    citation: str
    words: tuple[str, ...]
    amounts: tuple[Amount, ...]
    mitigates: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    checked_on: str
    sure: bool


def exposures(law: LawShelf, sheet: Sheet, duties: Duties, at: datetime, *, language: str = "en") -> list[Exposure]:
    """By legal order, for duties that are owed, held, recorded or open (without those of unknown homes); sure ones
    first."""
    judged = {duty.id: duty for duty in duties.duties if duty.verdict in _AT_STAKE and not duty.remote}
    found: dict[str, list[tuple[Item, int | None, bool]]] = {}
    for item in law.items:
        if item.id != item.rule.id or not (item.rule.penalty or item.rule.sums or item.rule.penalty_table):
            continue
        # A duty to several authorities stands there once for each, with a suffix and the same ref.
        own = [duty for name, duty in judged.items() if f"{name}.".startswith(f"{item.id}.") and duty.ref == item.ref]
        if own:
            sure = any(duty.verdict is not Verdict.UNKNOWN for duty in own)
            found.setdefault(item.order.pack.id, []).append((item, own[0].people, sure))
    told = [_exposure(items, _Order(law, sheet, at, language)) for items in found.values()]
    return sorted(told, key=lambda one: not one.sure)


@dataclass
class _Order:
    """What the duties of one legal order say of penalties, gathered. The same range is named once."""

    law: LawShelf
    sheet: Sheet
    at: datetime
    language: str
    amounts: dict[Amount, None] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    mitigates: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    sure: bool = False

    def take(self, item: Item, people: int | None, *, sure: bool) -> None:
        day = known_on(self.sheet, self.at, time_zone(item.order.pack.zone))
        table = item.order.penalties.get(item.rule.penalty_table)
        if table is not None and covers(table.effective, day):
            self._table(table, people, sure=sure)
        self._say(item.rule.penalty, item.rule.sums, people, sure=sure)
        self.citations.append(in_force(item, day).citation)
        self.sources += _told(item.rule.sources)

    def _table(self, table: Penalties, people: int | None, *, sure: bool) -> None:
        for tier, answer in applying(table, self.law, self.sheet):
            self._say(tier.text, tier.sums, people, sure=sure and answer is Answer.YES)
        self.mitigates += [text(self.language) for text in table.mitigates]
        self.notes += [text(self.language) for text in table.notes]
        self.citations.append(table.citation)
        self.sources += _told(table.sources)

    def _say(self, words: Text | None, sums: Iterable[Sum], people: int | None, *, sure: bool) -> None:
        """The sums of a penalty; its words where the shelf has none."""
        found = [_amount(one, self.sheet, people, self.language, sure=sure) for one in sums]
        self.amounts.update(dict.fromkeys(found))
        self.sure = self.sure or (sure and bool(found or words is not None))
        if words is not None and not found:
            self.words.append(words(self.language) + ("" if sure else " (?)"))


def _told(sources: Iterable[Source]) -> list[str]:
    return [" ".join(filter(None, (one.url, one.what))) for one in sources]


def _exposure(items: list[tuple[Item, int | None, bool]], gathered: _Order) -> Exposure:
    for item, people, sure in items:
        gathered.take(item, people, sure=sure)
    pack = items[0][0].order.pack
    return Exposure(
        order=pack.id,
        jurisdiction=pack.jurisdiction,
        title=pack.title(gathered.language),
        duties=tuple(item.id for item, _, _ in items),
        citation="; ".join(dict.fromkeys(gathered.citations)),
        words=tuple(dict.fromkeys(gathered.words)),
        amounts=tuple(gathered.amounts),
        mitigates=tuple(dict.fromkeys(gathered.mitigates)),
        notes=tuple(dict.fromkeys(gathered.notes)),
        sources=tuple(dict.fromkeys(gathered.sources)),
        checked_on=min(item.rule.checked_on for item, _, _ in items).isoformat(),
        sure=gathered.sure,
    )


def _amount(one: Sum, sheet: Sheet, people: int | None, language: str, *, sure: bool) -> Amount:
    low, high, reckoned = _range(one, sheet, people)
    share = one.share
    return Amount(
        what=one.what(language),
        who=one.who,
        kind=one.kind,
        per=one.per,
        currency=one.currency,
        low=low,
        high=high,
        fixed=one.high,
        share=(share.low, share.high) if share else None,
        share_of=share.of if share else "",
        which=share.which if share else "",
        people=people if one.per == "person" else None,
        reckoned=reckoned,
        prison=one.prison,
        sure=sure,
        confidence=one.confidence.value,
    )


def _range(one: Sum, sheet: Sheet, people: int | None) -> tuple[float | None, float | None, bool]:
    """Low, high, and whether the turnover or the number of people went into them. Where the turnover is not known, a
    fixed ceiling holds only if the law takes the lower of both: else nobody can say where the ceiling lies."""
    low: float | None = one.low
    high: float | None = one.high
    if one.per == "person":
        if people is None:
            return one.low, one.high, False
        return one.low * people, None if one.high is None else one.high * people, True
    if one.share is None:
        return low, high, False
    turnover = sheet.facts.get("entity.turnover")
    least, most = one.share.least or 0, one.share.most
    if one.share.of == "here" or not isinstance(turnover, Money) or turnover.currency != one.currency:
        fixed = one.high if one.share.which == "lower" else None
        return max(one.low, least), most if one.high is None else fixed, False
    shares = [max(least, float(turnover) * rate / 100) for rate in (one.share.low, one.share.high)]
    if most is not None:
        shares = [min(most, share) for share in shares]
    top = shares[1] if one.high is None else (min if one.share.which == "lower" else max)(shares[1], one.high)
    return max(one.low, shares[0]) if one.share.low else one.low, top, True


def to_json(found: Iterable[Exposure]) -> dict[str, Any]:
    """The public document breachdesk.exposure/1 (docs/formats/exposure.md): the fields of Exposure and Amount."""
    return {"format": FORMAT, "laws": [asdict(one) for one in found]}
