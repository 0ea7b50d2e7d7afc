"""`breachdesk doctor`: is the desk well, in plain words."""

import json
import sys
from typing import Annotated

import typer

from breachdesk.cli.common import ATTENTION, UNUSABLE, AsJson, fail
from breachdesk.cli.house import our_words
from breachdesk.ground.visible import visible
from breachdesk.report.words import Words
from breachdesk.web.doctor import Finding, State, examine
from breachdesk.web.place import Unusable

_MARKS = {State.WELL: "+", State.NOTE: " ", State.LOOK: "?", State.BROKEN: "!"}


def add(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(
    all_items: Annotated[
        bool, typer.Option("--all", help="Check every signature, hash all evidence again; otherwise a sample.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check settings, database, journal, vault, keys, mail, clock and disk. Exit code 1: somebody should look."""
    words = our_words()
    try:
        found = examine(thorough=all_items)
    except Unusable as error:
        fail(UNUSABLE, str(error))
    said = [(one, _sentence(words, one)) for one in found]
    attention = any(one.state in (State.LOOK, State.BROKEN) for one in found)
    if as_json:
        findings = [{"check": one.check, "state": one.state, "says": text} for one, text in said]
        document = {"format": "breachdesk.doctor/1", "well": not attention, "findings": findings}
        sys.stdout.write(f"{json.dumps(document, ensure_ascii=False, indent=1)}\n")
    else:
        wide = max(len(words.say(f"doctor.checks.{one.check}")) for one in found)
        for one, text in said:
            typer.echo(f"{_MARKS[one.state]} {words.say(f'doctor.checks.{one.check}'):<{wide}}  {text}")
        typer.echo(words.say("doctor.attention" if attention else "doctor.well"))
    if attention:
        for one, text in said:
            if as_json and one.state in (State.LOOK, State.BROKEN):
                typer.echo(text, err=True)
        raise typer.Exit(ATTENTION)


def _sentence(words: Words, finding: Finding) -> str:
    values = dict(finding.values)
    return visible(words.say(f"doctor.says.{finding.says}", values.pop("n", None), **values))
