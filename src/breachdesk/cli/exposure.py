"""`breachdesk exposure`: what the laws allow to be taken for a breach, as ranges with their sources."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from breachdesk.cli.common import AsJson, At, KeyFolder, Language, check_language, moment
from breachdesk.cli.duties import finish, load
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import engine
from breachdesk.law import exposure as reckoned
from breachdesk.law.exposure import Exposure
from breachdesk.report import stake
from breachdesk.report.words import Words, read


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
    check_language(language)
    say = read(our_shelf(), language)
    when = moment(at)
    case, law = load(sheet, keys)
    found = engine.evaluate(case, law, when, language=language)
    told = reckoned.exposures(law, case, found, when, language=language)
    if as_json:
        told_json = {**reckoned.to_json(told), "legal": stake.legal(told, say)}
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
            first, *rest = stake.lines(amount, say)
            console.print(Text(f"  {first}"))
            for line in rest:
                console.print(Text(f"      {line}", style="dim"))
        for text in one.words:
            console.print(Text(f"  {say.say('exposure.words')}: {text}"))
        for text in one.mitigates:
            console.print(Text(f"  {say.say('exposure.mitigates')}: {text}"))
        for text in one.notes:
            console.print(Text(f"  – {text}", style="dim"))
    if stake.turnover_wanted(told):
        console.print(Text(f"\n{say.say('exposure.turnover')}", style="dim"))
    console.print(Text(f"\n{stake.legal(told, say)}", style="dim"))
