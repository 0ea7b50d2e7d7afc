"""What the laws allow to be taken for a breach, as ranges: never one number, and never a sum over laws.

A fine follows a breach of a duty, not the leak as such: this says what is at stake, not what will be imposed. Shares of
turnover are reckoned where the sheet gives the turnover in the currency of the law, else they stay shares.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from breachdesk.ground.clock import time_zone
from breachdesk.law.answer import Answer
from breachdesk.law.exposure import applying
from breachdesk.law.judgement import covers, in_force, known_on
from breachdesk.law.schema import Sum, Text
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
    """What one law allows for the duties of one case. `words`: what it says that no sum of ours holds."""

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


def exposures(law: LawShelf, sheet: Sheet, duties: Duties, at: datetime, *, language: str = "en") -> list[Exposure]:
    """By legal order, for duties that are owed, held, recorded or open (without those of unknown homes)."""
    judged = {duty.id: duty for duty in duties.duties if duty.verdict in _AT_STAKE and not duty.remote}
    people = {name: duty.people for name, duty in judged.items()}
    found: dict[str, list[tuple[Item, bool]]] = {}
    for item in law.items:
        ids = [name for name in judged if name == item.id or name.startswith(f"{item.id}.")]
        own = [name for name in ids if judged[name].ref == item.ref]
        if own and item.id == item.rule.id and (item.rule.penalty or item.rule.sums or item.rule.penalty_table):
            sure = any(judged[name].verdict is not Verdict.UNKNOWN for name in own)
            found.setdefault(item.order.pack.id, []).append((item, sure))
    return [_exposure(items, law, sheet, at, people, language) for items in found.values()]


def _exposure(
    items: list[tuple[Item, bool]],
    law: LawShelf,
    sheet: Sheet,
    at: datetime,
    people: dict[str, int | None],
    language: str,
) -> Exposure:
    first = items[0][0]
    amounts: dict[tuple[Any, ...], Amount] = {}
    words: list[str] = []
    mitigates: list[str] = []
    notes: list[str] = []
    citations, sources = [], []
    for item, sure in items:
        worded = in_force(item, known_on(sheet, at, time_zone(item.order.pack.zone)))
        count = people.get(item.id)
        for one in _amounts(worded.rule.sums, sheet, count, language, sure=sure):
            amounts.setdefault(_key(one), one)
        if worded.rule.penalty and not worded.rule.sums:
            words.append(_say(worded.rule.penalty, language))
        table = item.order.penalties.get(item.rule.penalty_table)
        if table is not None and covers(table.effective, known_on(sheet, at, time_zone(item.order.pack.zone))):
            for tier, answer in applying(table, law, sheet):
                certain = sure and answer is Answer.YES
                if not tier.sums:
                    words.append(_say(tier.text, language) + ("" if certain else " (?)"))
                for one in _amounts(tier.sums, sheet, count, language, sure=certain):
                    amounts.setdefault(_key(one), one)
            mitigates += [_say(text, language) for text in table.mitigates]
            notes += [_say(text, language) for text in table.notes]
            citations.append(table.citation)
            sources += [" ".join(filter(None, (one.url, one.what))) for one in table.sources]
        citations.append(worded.citation)
        sources += [" ".join(filter(None, (one.url, one.what))) for one in item.rule.sources]
    return Exposure(
        order=first.order.pack.id,
        jurisdiction=first.order.pack.jurisdiction,
        title=_say(first.order.pack.title, language),
        duties=tuple(item.id for item, _ in items),
        citation="; ".join(dict.fromkeys(citations)),
        words=tuple(dict.fromkeys(words)),
        amounts=tuple(amounts.values()),
        mitigates=tuple(dict.fromkeys(mitigates)),
        notes=tuple(dict.fromkeys(notes)),
        sources=tuple(dict.fromkeys(sources)),
        checked_on=min(item.rule.checked_on.isoformat() for item, _ in items),
    )


def _key(one: Amount) -> tuple[Any, ...]:
    return (one.what, one.who, one.kind, one.currency, one.low, one.high, one.share)


def _amounts(sums: Iterable[Sum], sheet: Sheet, people: int | None, language: str, *, sure: bool) -> Iterator[Amount]:
    for one in sums:
        low, high, reckoned = _range(one, sheet, people)
        share = one.share
        yield Amount(
            what=_say(one.what, language),
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


def _say(text: Text, language: str) -> str:
    return text(language)


def to_json(found: Iterable[Exposure]) -> dict[str, Any]:
    """The public document breachdesk.exposure/1 (docs/formats/exposure.md)."""
    return {
        "format": FORMAT,
        "laws": [
            {
                "order": one.order,
                "jurisdiction": one.jurisdiction,
                "title": one.title,
                "duties": list(one.duties),
                "citation": one.citation,
                "words": list(one.words),
                "amounts": [_amount(amount) for amount in one.amounts],
                "mitigates": list(one.mitigates),
                "notes": list(one.notes),
                "sources": list(one.sources),
                "checked_on": one.checked_on,
            }
            for one in found
        ],
    }


def _amount(one: Amount) -> dict[str, Any]:
    names = (
        "what",
        "who",
        "kind",
        "per",
        "currency",
        "low",
        "high",
        "fixed",
        "share_of",
        "which",
        "people",
        "reckoned",
        "prison",
        "sure",
    )
    return {
        **{name: getattr(one, name) for name in names},
        "share": list(one.share) if one.share else None,
        "confidence": one.confidence,
    }
