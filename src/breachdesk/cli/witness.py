"""`breachdesk witness`: watch the journal of a desk from another machine."""

from pathlib import Path
from typing import Annotated

import typer

from breachdesk.cli.common import ATTENTION, DONE, FAILED, UNUSABLE, Language, fail, words
from breachdesk.ground import clock
from breachdesk.ground.keys import BadKey, KeyRing, Purpose
from breachdesk.ground.reach import Unreached
from breachdesk.ground.visible import visible
from breachdesk.journal import verify
from breachdesk.journal.witness import Cosigner, Memory, look

_KEY = "witness"


def add(app: typer.Typer) -> None:
    app.command("witness")(witness)


def witness(
    address: Annotated[str, typer.Argument(help="Where the desk is open, as https://desk.example.org")],
    vkey: Annotated[str, typer.Option(help="The journal's public key, or a file with it, got by a second channel.")],
    folder: Annotated[Path, typer.Option(help="Where what was seen is kept: a folder for this desk alone.")],
    name: Annotated[str, typer.Option(help="Sign what was seen under this name (with a key made in the folder).")] = "",
    language: Language = "en",
) -> None:
    """See that the journal of a desk only grew since the last look. Exit code 1: it did not; call its owner.

    No contents are read. Run it every day, on a machine nobody of that desk administers.
    """
    say = words(language).say
    memory, now = Memory(folder), clock.now()
    try:
        cosigner = Cosigner(name, KeyRing(folder / "keys").get_or_create(_KEY, Purpose.SIGN)) if name else None
        seen = look(address, verify.vkey_given(vkey) or "", memory.last())
        if seen.verdict.alarm:
            kept = memory.alarm(seen.note, now)
            told = say(f"witness.{seen.verdict}", size=seen.size, before=seen.before)
            fail(ATTENTION, told, say("witness.kept", file=kept))
        if seen.note:
            memory.keep(seen.size, cosigner.sign(seen.note, now) if cosigner else seen.note)
    except Unreached as error:
        fail(FAILED, visible(say("witness.unreached", address=address, why=str(error))))
    except BadKey as error:
        fail(UNUSABLE, str(error))
    except ValueError as error:
        fail(UNUSABLE, visible(say("witness.unusable", why=str(error))))
    except OSError as error:
        fail(UNUSABLE, visible(say("witness.folder", folder=folder, why=error.strerror or str(error))))
    typer.echo(say(f"witness.{seen.verdict}", size=seen.size, before=seen.before, more=seen.size - seen.before))
    if cosigner:
        typer.echo(say("witness.signed", vkey=cosigner.vkey))
    raise typer.Exit(DONE)
