"""breachdesk duties: what the law asks on these facts, the nearest deadline first."""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from breachdesk.cli.common import (
    UNUSABLE,
    AsJson,
    At,
    KeyFolder,
    Language,
    check_language,
    fail,
    moment,
    people_list,
)
from breachdesk.cli.telling import teller
from breachdesk.ground.shelf import BadPack, our_shelf
from breachdesk.law import answers, changes, document, engine, facts, kept, shelf
from breachdesk.law.answers import BadLog
from breachdesk.law.changes import Changes
from breachdesk.law.facts import BadFacts
from breachdesk.law.shapes import Confidence, Duties, Duty, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.words import Phrases, shown
from breachdesk.report.telling import Teller

_SHOWN = (Verdict.OWED, Verdict.HELD, Verdict.RECORD_ONLY, Verdict.VOLUNTARY, Verdict.DORMANT)
_ORDER = {verdict: place for place, verdict in enumerate((*_SHOWN, Verdict.UNKNOWN))}
_MOST_QUESTIONS = 12
_MOST_OPEN = 8
_LARGEST = 64 * 1024 * 1024


def add(app: typer.Typer) -> None:
    app.command("duties")(duties)


def duties(
    sheet: Annotated[Path, typer.Argument(metavar="FACTS", help="The fact sheet (YAML or JSON).", show_default=False)],
    as_json: AsJson = False,
    at: At = "",
    language: Language = "en",
    keys: KeyFolder = None,
    since: Annotated[
        Path | None,
        typer.Option(metavar="DUTIES", help="Show only what changed since this earlier --json.", show_default=False),
    ] = None,
    packs: Annotated[
        Path | None,
        typer.Option(help="Judge by these packs: a folder, an exported file, a response pack.", show_default=False),
    ] = None,
) -> None:
    """Compute every legal duty on a fact sheet, with deadline, recipient and reasons."""
    when = moment(at)
    check_language(language)
    before = earlier(since) if since is not None else None
    case, law = load(sheet, keys, packs)
    found = engine.evaluate(case, law, when, language=language)
    found = replace(found, warnings=(*recorded(sheet, law, law.phrases[language]), *found.warnings))
    if before is not None:
        changed = changes.compare(before, found)
        if as_json:
            sys.stdout.write(json.dumps(changes.to_json(changed), ensure_ascii=False, indent=1) + "\n")
        else:
            show_changes(changed, teller(our_shelf(), law, language, when), Console(highlight=False))
    elif as_json:
        sys.stdout.write(json.dumps(engine.to_json(found), ensure_ascii=False, indent=1) + "\n")
    else:
        show(found, law.phrases[language], Console())
    finish(found.warnings)


def load(path: Path, keys: Path | None = None, packs: Path | None = None) -> tuple[Sheet, shelf.LawShelf]:
    """The sheet and the laws, ours or those of `packs`; unusable input ends with exit code 2, one line per problem."""
    try:
        if packs is not None:
            with kept.opened(packs) as used:
                law = shelf.load(used)
        else:
            law = shelf.load()
        return facts.read(path, people=people_list(keys), vocabulary=law.facts), law
    except (BadFacts, BadPack) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def recorded(sheet: Path, law: shelf.LawShelf, say: Phrases) -> tuple[str, ...]:
    """Says when the answers beside the sheet were last judged by other packs than these."""
    try:
        history = answers.history(sheet)
    except BadLog as error:
        return (str(error),)
    if not history or history[-1].rules.sha256 == law.sha256:
        return ()
    was = history[-1].rules
    told = say(
        "warning.other_packs", was=was.version, was_sha=was.sha256[:12], now=law.version, now_sha=law.sha256[:12]
    )
    return (told,)


def earlier(path: Path) -> Duties:
    """What `duties --json` printed before; unusable input ends with exit code 2."""
    try:
        if path.stat().st_size > _LARGEST:
            fail(UNUSABLE, f"--since: {path}: is too large for what `breachdesk duties --json` prints")
        return document.from_json(json.loads(path.read_text(encoding="utf-8")))
    except document.BadDocument as error:
        fail(UNUSABLE, f"--since: {path}: {error}")
    except OSError as error:
        fail(UNUSABLE, f"--since: {path}: {error.strerror}")
    except (ValueError, RecursionError):
        fail(UNUSABLE, f"--since: {path}: is no JSON; give what `breachdesk duties FACTS --json` printed")


def show_changes(found: Changes, told: Teller, console: Console, *, title: bool = True) -> None:
    """What arose, fell away or moved, each with the reason; whether both were judged by the same packs."""
    if title:
        console.print(Text(told.say.say("changes.title", moment=told.moment(found.before.evaluated_at)), style="bold"))
    if found.other_packs:
        console.print(Text(packs_differ(found, told), style="yellow"))
    if not found.changes:
        console.print(Text(told.say.say("changes.none")))
    for line in told.changes(found):
        console.print(Padding(Text(line.text, style="dim" if line.quiet else ""), (0, 0, 0, 2 * line.deep)))
    console.print(Text(found.after.legal), style="bold")


def packs_differ(found: Changes, told: Teller) -> str:
    was, now = found.before, found.after
    return told.say.say(
        "changes.other_packs",
        was=was.pack_version,
        was_sha=was.pack_sha256[:12],
        now=now.pack_version,
        now_sha=now.pack_sha256[:12],
    )


def finish(warnings: Sequence[str]) -> None:
    """Contradictions and places without a law here are named on stderr; exit code 1: somebody should look."""
    for warning in warnings:
        typer.echo(warning, err=True)
    if warnings:
        raise typer.Exit(1)


def show(found: Duties, say: Phrases, console: Console) -> None:
    """What is owed, nearest due first; then what is open and decides it; then how much is not owed."""
    lines = sorted((d for d in found.duties if d.verdict in _SHOWN), key=_nearest)
    waiting = [duty for duty in found.duties if duty.verdict is Verdict.UNKNOWN]
    if not any(duty.verdict in (Verdict.OWED, Verdict.HELD) for duty in lines):
        console.print(say("cli.duties.none_yet", n=len(waiting)) if waiting else say("cli.duties.none"))
    if lines:
        console.print(_table(lines, say, found.evaluated_at, say("cli.duties.title")))
    soon = sorted((duty for duty in waiting if duty.due and _near(duty)), key=_nearest)[:_MOST_OPEN]
    if soon:
        console.print(_table(soon, say, found.evaluated_at, "\n" + say("cli.duties.open", n=len(waiting))))
    _questions(found, say, console)
    rest = sum(duty.verdict is Verdict.NOT_OWED for duty in found.duties)
    console.print(say("cli.duties.not_owed", n=rest), style="dim")
    console.print(say("cli.duties.disclaimer"), style="dim")
    closing(found.legal, (*lines, *waiting), say, console)


def closing(legal: str, duties: Iterable[Duty], say: Phrases, console: Console) -> None:
    """Ends what is said of a law: not advice, who must confirm, how many of the duties named are not certain."""
    console.print(Text(legal), style="bold")
    unsure = sum(duty.confidence is Confidence.UNCERTAIN for duty in duties)
    if unsure:
        console.print(say.counted("legal.uncertain", unsure), style="yellow")


def _near(duty: Duty) -> bool:
    """Whether the law surely reaches the case, or people who may be counted: more than an unknown home."""
    return "entity.establishments" not in duty.missing and ("people" not in duty.missing or duty.people is not None)


def _nearest(duty: Duty) -> tuple[int, datetime, str]:
    far = datetime.max.replace(tzinfo=UTC)
    return (_ORDER[duty.verdict], duty.due or far, duty.id)


def _table(lines: list[Duty], say: Phrases, now: datetime, title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
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
    if duty.verdict is Verdict.UNKNOWN:
        below.append(f"{say('cli.column.needs')}: {', '.join(duty.missing[:3])}")
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
