"""breachdesk risk: a proposal how great the risk is, with its reasons. A human decides."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from breachdesk.cli.common import AsJson, KeyFolder, Language, check_language
from breachdesk.cli.duties import finish, load
from breachdesk.law import risk as risks
from breachdesk.law.risk import Factor, Risk, Test
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
    say = law.phrases[language]
    if as_json:
        sys.stdout.write(
            json.dumps({**risks.to_json(found), "legal": say("legal")}, ensure_ascii=False, indent=1) + "\n"
        )
    else:
        console = Console()
        _show(found, say, console)
        console.print(Text(say("legal")), style="bold")
    finish(case.warnings(say))


def _show(found: Risk, say: Phrases, console: Console) -> None:
    console.print(say("cli.risk.title"), style="bold")
    for fact, value in found.proposals.items():
        console.print(Text(f"  {fact}: {value}"))
        for line in _decided(found, fact, say):
            console.print(Text(f"    {line}"))
    _factors([factor for factor in found.factors if factor.weighed], say, console)
    if found.missing:
        console.print(Text("  " + say("cli.risk.missing", facts=", ".join(found.missing))))
    noted = [factor for factor in found.factors if not factor.weighed]
    if noted:
        console.print(say("cli.risk.noted"), style="bold")
        _factors(noted, say, console)
    console.print(say("cli.risk.tests"), style="bold")
    for test in found.tests:
        console.print(Text(f"  {test.text(say.language)}: {_met(test, say)}").append(f"  {test.source}", style="dim"))
    if found.severity.score is not None:
        console.print(Text(f"ENISA {found.severity.score} ({found.severity.band})", style="bold"))
        for step in found.severity.steps:
            console.print(Text(f"  {step}", style="dim"))


def _decided(found: Risk, fact: str, say: Phrases) -> Iterator[str]:
    """The decision of a human beside the proposal: who, when, why; and that the two differ."""
    if fact not in found.decided:
        return
    told = found.decisions[fact].told() if fact in found.decisions else {}
    by = say("cli.risk.decided_by", by=told["by"]) if told.get("by") else None
    yield ", ".join(filter(None, (say("cli.risk.decided", value=found.decided[fact]), by, told.get("on"))))
    if told.get("why"):
        yield f"  {told['why']}"
    if found.differs(fact):
        yield say("cli.risk.differs")


def _factors(factors: Sequence[Factor], say: Phrases, console: Console) -> None:
    for factor in factors:
        toward = say(f"cli.risk.toward.{factor.toward}")
        line = Text(f"  {toward}: {factor.text(say.language)}")
        console.print(line.append(f"  {factor.fact}; {factor.source}", style="dim"))


def _met(test: Test, say: Phrases) -> str:
    proposed = say(f"cli.risk.met.{test.proposed}")
    if test.decided in ("", test.proposed):
        return proposed
    return f"{proposed} ({say('cli.risk.tests_decided', answer=say(f'cli.risk.met.{test.decided}'))})"
