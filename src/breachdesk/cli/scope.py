"""`breachdesk scope`: what is in the stolen files, and who."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from breachdesk.cli.bars import bars
from breachdesk.cli.common import (
    ATTENTION,
    FAILED,
    UNUSABLE,
    AsJson,
    KeyFolder,
    Language,
    fail,
    key_folder,
    keyring,
    people_key,
    words,
)
from breachdesk.ground import clock, elements
from breachdesk.ground.keys import BadKey
from breachdesk.ground.sealing import SealError
from breachdesk.ground.shelf import BadPack, our_shelf
from breachdesk.ground.visible import visible
from breachdesk.journal import JournalError
from breachdesk.report.problems import told
from breachdesk.report.words import Words
from breachdesk.report.words import read as read_words
from breachdesk.scope import run
from breachdesk.scope.shapes import Status
from breachdesk.scope.summary import Summary

_MOST = 40

Sources = Annotated[
    list[Path], typer.Argument(metavar="SOURCE...", help="Files, folders and archives.", show_default=False)
]


def add(app: typer.Typer) -> None:
    app.command("scope")(scope)


def scope(
    sources: Sources,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write; made when absent.", show_default=False)],
    as_json: AsJson = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Leave the people list readable by anybody. Think twice.")
    ] = False,
    keys: KeyFolder = None,
    language: Language = "en",
) -> None:
    """Read what was stolen, find the personal data in it and list the people it belongs to."""
    say = words(language)
    check_places(sources, out)
    if foreign := run.strangers(out):
        names = ", ".join(foreign)
        fail(UNUSABLE, f"--out: {visible(str(out))} holds {names} of somebody else; name another folder")
    ring = keyring(keys, out)
    key = people_key(ring, out)
    try:
        with bars(say, sources) as shown:
            found = run.scope(sources, out, key=key, clock=clock.now, plain=plain, progress=shown.told)
    except KeyboardInterrupt:
        fail(FAILED, say.say("assess.stopped", step=say.say("steps.read")))
    except (OSError, BadPack) as error:
        fail(FAILED, say.say("assess.failed", step=say.say("steps.read"), error=why(error)))
    if as_json:
        sys.stdout.write((out / run.SUMMARY).read_text(encoding="utf-8"))
    else:
        _show(found, out, say, Console())
    _tell(found, out, say, plain=plain, keys=key_folder(keys))


def check_places(sources: Sequence[Path], out: Path) -> None:
    """Evidence must exist, and what is written must not lie among it (the next run would read it as evidence)."""
    problems = [f"{visible(str(path))}: no such file or folder; check the path" for path in sources if not _there(path)]
    for path in sources:
        if _there(path) and (out.resolve() == path.resolve() or path.resolve() in out.resolve().parents):
            problems.append(
                f"--out: {visible(str(out))} lies in the evidence {visible(str(path))}; name another folder"
            )
    if out.exists() and not out.is_dir():
        problems.append(f"--out: {visible(str(out))} is a file; name a folder")
    if problems:
        fail(UNUSABLE, *problems)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def why(error: Exception) -> str:
    """An error in one line: the disk's own words with the file it was about. Of an error nobody foresaw only its kind
    and where in the program it came up: its text could hold a value from the evidence."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{visible(str(error.filename))}: " if error.filename else ""
        return f"{where}{error.strerror}"
    if isinstance(error, BadPack | JournalError | BadKey | SealError):  # our own words, never a value
        return visible(str(error), longest=1000)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return f"{type(error).__name__}" + "".join(f" ({Path(frame.filename).name}:{frame.lineno})" for frame in last)


def _show(found: Summary, out: Path, say: Words, console: Console) -> None:
    people = found.document["people"]
    line = say.say("scope.people", people["count"])
    if people["name_only"]:
        line += f", {say.say('scope.names', people['name_only'])}"
    console.print(Text(line, style="bold"))
    if found.resumed:
        console.print(Text(say.say("scope.again"), style="dim"))
    sources = list(found.document["sources"])
    console.print(_table(sources[:_MOST], people["by_source"], say))
    if len(sources) > _MOST:
        console.print(Text(say.say("scope.more", len(sources) - _MOST, file=run.SUMMARY), style="dim"))
    console.print(Text(say.say("scope.written", out=visible(str(out)))))


def _table(sources: Sequence[dict[str, object]], by_source: dict[str, int], say: Words) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(say.say("scope.column_source"), overflow="fold")
    table.add_column(say.say("scope.column_records"), justify="right")
    table.add_column(say.say("scope.column_people"), justify="right")
    table.add_column(say.say("scope.column_found"), ratio=1)
    vocabulary = elements.vocabulary()
    for source in sources:
        name = str(source["source"])
        fields: list[dict[str, str]] = source["fields"]  # type: ignore[assignment]
        kinds = vocabulary.sort(field["element"] for field in fields if field["element"])
        lost = ", ".join(vocabulary[kind].title(say.language) for kind in kinds if kind in vocabulary)
        people = by_source.get(name)
        table.add_row(
            Text(visible(name)),
            Text(say.number(int(str(source["records"])))),
            Text(say.number(people) if people else ""),
            Text(lost or say.say("scope.nothing"), style="" if lost else "dim"),
        )
    return table


def _tell(found: Summary, out: Path, say: Words, *, plain: bool, keys: Path) -> None:
    """What a person must know goes to standard error; exit code 1 when something was not read or nobody was found."""
    if plain:
        typer.secho(say.say("scope.plain", file=visible(str(out / run.PEOPLE_FILE))), err=True, fg="red")
    else:
        typer.echo(say.say("scope.sealed", keys=visible(str(keys))), err=True)
    lines = unread(found, say.language)
    if lines:
        lines.insert(0, say.say("scope.attention", troubled(found)))
    if not found.people:
        lines.append(say.say("scope.nobody"))
    if lines:
        fail(ATTENTION, *lines)


def troubled(found: Summary) -> int:
    return sum(source["status"] != Status.READ for source in found.document["sources"])


def unread(found: Summary, language: str) -> list[str]:
    """One line for each thing that was not read: source, place, what, what to do."""
    shelf = our_shelf()
    said = told(tuple(found.sources), read_words(shelf, language), shelf)
    return [f"  {visible(one.source)}{f' ({one.where})' if one.where else ''}: {one.what} {one.do}" for one in said]
