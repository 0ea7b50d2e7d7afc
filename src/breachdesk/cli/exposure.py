"""`breachdesk exposure`: what the laws allow to be taken for a breach, as ranges with their sources."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from babel.numbers import format_currency, format_decimal
from rich.console import Console
from rich.text import Text

from breachdesk.cli.common import AsJson, At, KeyFolder, Language, moment, words
from breachdesk.cli.duties import finish, load
from breachdesk.law import engine
from breachdesk.law import exposure as reckoned
from breachdesk.law.exposure import Amount, Exposure
from breachdesk.law.shapes import Confidence
from breachdesk.report.words import Words


def add(app: typer.Typer) -> None:
    app.command("exposure")(exposure)


def exposure(
    sheet: Annotated[Path, typer.Argument(metavar="FACTS", help="The fact sheet (YAML or JSON).", show_default=False)],
    as_json: AsJson = False,
    at: At = "",
    language: Language = "en",
    keys: KeyFolder = None,
) -> None:
    """What is at stake by law: fines and claims, the tier that the people and identifiers reach, what lowers it."""
    say = words(language)
    when = moment(at)
    case, law = load(sheet, keys)
    found = engine.evaluate(case, law, when, language=language)
    told = reckoned.exposures(law, case, found, when, language=language)
    if as_json:
        told_json = {**reckoned.to_json(told), "legal": _legal(told, say)}
        sys.stdout.write(json.dumps(told_json, ensure_ascii=False, indent=1) + "\n")
    else:
        _show(told, say, Console(highlight=False))
    finish(found.warnings)


def _show(told: list[Exposure], say: Words, console: Console) -> None:
    console.print(Text(say.say("exposure.title"), style="bold"))
    if not told:
        console.print(Text(say.say("exposure.nothing")))
    for one in told:
        console.print(Text(f"\n{one.title}", style="bold"))
        console.print(Text(f"  {one.citation}", style="dim"))
        for amount in one.amounts:
            first, *rest = _lines(amount, say)
            console.print(Text(f"  {first}"))
            for line in rest:
                console.print(Text(f"      {line}", style="dim"))
        for text in one.words:
            console.print(Text(f"  {say.say('exposure.words')}: {text}"))
        for text in one.mitigates:
            console.print(Text(f"  {say.say('exposure.mitigates')}: {text}"))
        for text in one.notes:
            console.print(Text(f"  – {text}", style="dim"))
    if any(amount.share and not amount.reckoned for one in told for amount in one.amounts):
        console.print(Text(f"\n{say.say('exposure.turnover')}", style="dim"))
    console.print(Text(f"\n{_legal(told, say)}", style="dim"))


def _legal(told: list[Exposure], say: Words) -> str:
    days = sorted({one.checked_on for one in told})
    shown = "–".join(dict.fromkeys((days[0], days[-1]))) if days else "–"
    return say.say("exposure.legal", days=shown)


def _lines(one: Amount, say: Words) -> Iterator[str]:
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
