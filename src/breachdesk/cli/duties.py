"""breachdesk duties: what the law asks on these facts, the nearest deadline first."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from breachdesk.ground import clock
from breachdesk.ground.shelf import BadPack
from breachdesk.law import engine, facts, instants, shelf
from breachdesk.law.facts import BadFacts, PeopleList
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.words import LANGUAGES, Phrases, shown

_SHOWN = (Verdict.OWED, Verdict.HELD, Verdict.RECORD_ONLY, Verdict.VOLUNTARY, Verdict.DORMANT)
_ORDER = {verdict: place for place, verdict in enumerate(_SHOWN)}
_MOST_QUESTIONS = 12


def add(app: typer.Typer) -> None:
    app.command("duties")(duties)


def duties(
    sheet: Annotated[Path, typer.Argument(metavar="FACTS", help="The fact sheet (YAML or JSON).", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
    at: Annotated[str, typer.Option(help="Judge at this instant (RFC 3339) instead of now.")] = "",
    language: Annotated[str, typer.Option(help="en or ru.")] = "en",
) -> None:
    """Compute every legal duty on a fact sheet, with deadline, recipient and reasons."""
    moment = _moment(at)
    check_language(language)
    case, law = load(sheet)
    found = engine.evaluate(case, law, moment, language=language)
    if as_json:
        sys.stdout.write(json.dumps(engine.to_json(found), ensure_ascii=False, indent=1) + "\n")
    else:
        show(found, law.phrases[language], Console())
    finish(case)


def load(path: Path) -> tuple[Sheet, shelf.LawShelf]:
    """The sheet and the laws; unusable input ends with exit code 2, one line per problem."""
    try:
        law = shelf.load()
        return facts.read(path, people=_people_list(), vocabulary=law.facts), law
    except (BadFacts, BadPack) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def finish(case: Sheet) -> None:
    """Contradictions in the sheet are named on stderr; exit code 1 says that somebody should look."""
    for warning in case.warnings:
        typer.echo(warning, err=True)
    if case.warnings:
        raise typer.Exit(1)


def check_language(language: str) -> None:
    if language not in LANGUAGES:
        typer.echo(f"--language: {language!r} is not spoken here; use {' or '.join(LANGUAGES)}", err=True)
        raise typer.Exit(2)


def _people_list() -> PeopleList | None:
    """How scope reads a people list that a sheet names."""
    try:
        from breachdesk.scope.cohorts import cohorts
    except ImportError:
        return None
    return cohorts


def _moment(at: str) -> datetime:
    if not at:
        return clock.now()
    try:
        return instants.parse(at).earliest(ZoneInfo("UTC"))
    except instants.BadInstant as error:
        typer.echo(f"--at: {error}", err=True)
        raise typer.Exit(2) from error


def show(found: Duties, say: Phrases, console: Console) -> None:
    """What is owed, nearest due first; then what is open and decides it; then how much is not owed."""
    lines = sorted((d for d in found.duties if d.verdict in _SHOWN), key=_nearest)
    if not any(duty.verdict in (Verdict.OWED, Verdict.HELD) for duty in lines):
        console.print(say("cli.duties.none"))
    if lines:
        console.print(_table(lines, say, found.evaluated_at))
    _questions(found, say, console)
    rest = sum(duty.verdict is Verdict.NOT_OWED for duty in found.duties)
    console.print(say("cli.duties.not_owed", n=rest), style="dim")
    console.print(say("cli.duties.disclaimer"), style="dim")


def _nearest(duty: Duty) -> tuple[int, datetime, str]:
    far = datetime.max.replace(tzinfo=UTC)
    return (_ORDER[duty.verdict], duty.due or far, duty.id)


def _table(lines: list[Duty], say: Phrases, now: datetime) -> Table:
    table = Table(title=say("cli.duties.title"), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(say("cli.column.due"), no_wrap=True)
    table.add_column(say("cli.column.left"), no_wrap=True, justify="right")
    table.add_column(say("cli.column.duty"), ratio=1)
    for duty in lines:
        due = shown(duty.due) if duty.due else "-"
        style = "" if duty.verdict is Verdict.OWED else "dim"
        table.add_row(due, _left(duty, say, now), _what(duty, say), style=style)
    return table


def _what(duty: Duty, say: Phrases) -> Text:
    """What, to whom; below it how many people, the verdict, the words of the law when it gives no number."""
    below = [duty.id, say(f"verdict.{duty.verdict.value}")]
    if duty.people is not None:
        below.append(f"{say('cli.column.people')}: {duty.people:,}")
    if duty.due is None and duty.standard:
        below.append(duty.standard)
    text = Text(duty.title).append(f" -> {duty.recipient.name}")
    return text.append("\n" + "  ".join(below), style="dim")


def _left(duty: Duty, say: Phrases, now: datetime) -> Text:
    if duty.due is None:
        return Text("")
    hours = int(abs((duty.due - now).total_seconds()) // 3600)
    late = duty.due < now
    key = "cli.late" if late else "cli.left"
    told = say(key, h=hours) if hours < 72 else say(f"{key}_days", d=hours // 24, h=hours % 24)
    return Text(told, style="red" if late else "")


def _questions(found: Duties, say: Phrases, console: Console) -> None:
    if not found.questions:
        return
    console.print(f"\n{say('cli.duties.hinge')}", style="bold")
    for question in found.questions[:_MOST_QUESTIONS]:
        asked = question.ru if say.language == "ru" else question.en
        line = Text(f"  {asked}").append(f"  {question.fact}", style="dim")
        if question.soonest_due:
            line.append(f"  {shown(question.soonest_due)}", style="dim")
        console.print(line)
        some = ", ".join(question.decides[:4]) + (" ..." if len(question.decides) > 4 else "")
        console.print(Text("    " + say("cli.decides", n=len(question.decides), duties=some), style="dim"))
