"""What the laws allow to be taken, in words: each range as the law puts it, and what comes of it for this case."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from babel.numbers import format_currency, format_decimal

from breachdesk.law.exposure import Amount, Exposure
from breachdesk.law.shapes import Confidence
from breachdesk.report.words import Words


@dataclass(frozen=True, slots=True)
class Stake:
    """One law: `amounts` are ranges with what is said below each; `words` what no sum of ours holds."""

    law: Exposure
    amounts: tuple[tuple[str, tuple[str, ...]], ...]


def stakes(laws: Iterable[Exposure], say: Words) -> list[Stake]:
    """Each law, as they come."""
    found = []
    for law in laws:
        told = [tuple(lines(amount, say)) for amount in law.amounts]
        found.append(Stake(law, tuple((first, tuple(rest)) for first, *rest in told)))
    return found


def turnover_wanted(laws: Iterable[Exposure]) -> bool:
    """Whether a share stays a share because nobody told the turnover."""
    return any(amount.share and not amount.reckoned for law in laws for amount in law.amounts)


def legal(laws: Iterable[Exposure], say: Words) -> str:
    days = sorted({law.checked_on for law in laws})
    shown = "–".join(dict.fromkeys((days[0], days[-1]))) if days else "–"
    return say.say("exposure.legal", days=shown)


def lines(one: Amount, say: Words) -> Iterator[str]:
    """First what the law says, then what comes of it for this case, then how sure it is."""
    who = say.say("exposure.claim") if one.kind == "claim" else say.say(f"exposure.fine.{one.who}")
    each = say.say(f"exposure.per_{one.per}") if one.per in ("day", "offence") else ""
    yield f"{who}, {one.what}: {' '.join(filter(None, (_law(one, say), each)))}"
    if one.reckoned and one.per != "person":
        yield say.say("exposure.on_turnover", range=_range(one.low, one.high, one.currency, say))
    if one.reckoned and one.per == "person" and one.people is not None:
        yield say.say("exposure.people", one.people, range=_range(one.low, one.high, one.currency, say))
    doubts = [
        say.say("exposure.prison") if one.prison else "",
        "" if one.sure else say.say("exposure.perhaps"),
        say.say("exposure.unsure") if one.confidence == Confidence.UNCERTAIN.value else "",
    ]
    if any(doubts):
        yield "; ".join(filter(None, doubts))


def _law(one: Amount, say: Words) -> str:
    """As the law puts it: a sum, a share, or both."""
    if one.per == "person" and one.people:
        low, high = (None if end is None else end / one.people for end in (one.low, one.high))
        return say.say("exposure.each", range=_range(low, high, one.currency, say))
    if one.share is None:
        return _range(one.low, one.high, one.currency, say)
    least, most = (format_decimal(end, locale=say.locale) for end in one.share)
    of = say.say(f"exposure.{one.share_of}")
    share = say.say("exposure.share", share=most if one.share[0] in (0, one.share[1]) else f"{least}–{most}", of=of)
    if one.fixed is None:
        return share
    fixed = say.say("exposure.upto", high=_money(one.fixed, one.currency, say))
    both = f"{fixed} {say.say('exposure.or')} {share}"
    return f"{both}, {say.say(f'exposure.{one.which}')}" if one.which else both


def _range(low: float | None, high: float | None, currency: str, say: Words) -> str:
    if high is None:
        return say.say("exposure.from", low=_money(low, currency, say)) if low else say.say("exposure.no_sum")
    if not low:
        return say.say("exposure.upto", high=_money(high, currency, say))
    return say.say("exposure.from_to", low=_money(low, currency, say), high=_money(high, currency, say))


def _money(amount: float | None, currency: str, say: Words) -> str:
    return format_currency(amount or 0, currency, "#,##0 \xa4\xa4", locale=say.locale, currency_digits=False)
