"""breachdesk risk: a proposal how great the risk is, with its reasons. A human decides."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from breachdesk.cli.common import AsJson, KeyFolder, Language, check_language
from breachdesk.cli.duties import finish, load
from breachdesk.law import risk as risks
from breachdesk.law.risk import Risk
from breachdesk.law.words import Phrases


def add(app: typer.Typer) -> None:
    app.command("risk")(risk)


def risk(
    sheet: Annotated[Path, typer.Argument(metavar="FACTS", help="The fact sheet (YAML or JSON).", show_default=False)],
    as_json: AsJson = False,
    language: Language = "en",
    keys: KeyFolder = None,
) -> None:
    """Propose how great the risk is, with every factor. A proposal, never a decision."""
    check_language(language)
    case, law = load(sheet, keys)
    found = risks.propose(case, language=language, words=law.facts)
    if as_json:
        sys.stdout.write(json.dumps(risks.to_json(found), ensure_ascii=False, indent=1) + "\n")
    else:
        _show(found, law.phrases[language], Console())
    finish(case.warnings)


def _show(found: Risk, say: Phrases, console: Console) -> None:
    console.print(say("cli.risk.title"), style="bold")
    for fact, value in found.proposals.items():
        console.print(Text(f"  {fact}: {value}"))
    for factor in found.factors:
        toward = say(f"cli.risk.toward.{factor.toward}")
        console.print(Text(f"  {toward}: {factor.text(say.language)}").append(f"  {factor.fact}", style="dim"))
    if found.missing:
        console.print(Text("  " + say("cli.risk.missing", facts=", ".join(found.missing))))
    if found.severity.score is not None:
        console.print(Text(f"ENISA {found.severity.score} ({found.severity.band})", style="bold"))
        for step in found.severity.steps:
            console.print(Text(f"  {step}", style="dim"))
