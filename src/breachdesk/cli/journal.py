"""`breachdesk journal`: read what was done, and check that nobody changed it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from breachdesk.journal import Entry, JournalError, read, verify

Folder = Annotated[Path, typer.Argument(help="A response pack, or the journal in it.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def add(app: typer.Typer) -> None:
    journal = typer.Typer(help="Read the journal of a response pack and check it.", no_args_is_help=True)
    journal.command("show")(show)
    journal.command("verify")(check)
    app.add_typer(journal, name="journal")


def show(
    folder: Folder,
    kind: Annotated[str, typer.Option("--type", help="Only types that begin so, as `law.` or `scope.source`.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print the entries in order, one line each. Nothing is verified here."""
    try:
        entries = [entry for entry in read(folder) if entry.type.startswith(kind)]
    except JournalError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps({"format": "breachdesk.journal/1", "entries": list(map(_shape, entries))}))
        return
    for entry in entries:
        typer.echo(_line(entry))


def check(
    folder: Folder,
    vkey: Annotated[
        str | None, typer.Option(help="The log's public key, or a file that holds it, got by a second channel.")
    ] = None,
    since: Annotated[
        list[Path] | None, typer.Option(help="An earlier `checkpoint` file kept somewhere else; may be repeated.")
    ] = None,
    lang: Annotated[str, typer.Option(help="en or ru.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Check entries, signature and files, as the verify.py in the pack does. Exit code 1: something does not hold."""
    if lang not in verify.WORDS:
        typer.echo(f"--lang: {lang!r} is not one of {', '.join(sorted(verify.WORDS))}", err=True)
        raise typer.Exit(2)
    try:
        report = verify.verify(str(folder), verify.vkey_given(vkey), [str(path) for path in since or ()])
    except (verify.Unusable, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(verify.as_json(report, lang), ensure_ascii=False))
    else:
        typer.echo(verify.tell(report, lang))
    raise typer.Exit(report.exit_code)


def _shape(entry: Entry) -> dict[str, Any]:
    shape = asdict(entry)
    return {**shape, "actor": entry.actor.name, "role": entry.actor.role}


def _line(entry: Entry) -> str:
    """Texts are escaped as JSON does: an entry from a foreign pack must not steer the terminal."""
    said = {**entry.refs, **(entry.payload or {})}
    words = " ".join(f"{name}={json.dumps(value)}" for name, value in said.items())
    if entry.payload is None:
        words = f"{words} (contents erased or withheld)".strip()
    who = json.dumps(f"{entry.actor.name}/{entry.actor.role}")[1:-1]
    kind = json.dumps(entry.type)[1:-1]
    return f"{entry.seq:>6}  {json.dumps(entry.ts)[1:-1]}  {who}  {kind}  {words}".rstrip()
