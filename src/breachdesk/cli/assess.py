"""`breachdesk assess`: one command from stolen files to a response pack."""

import os
import shlex
import signal
import sys
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from breachdesk.assess import NotAPack, Order, Outcome, Stopped
from breachdesk.assess import assess as write_pack
from breachdesk.assess.run import Progress
from breachdesk.cli.bars import bars
from breachdesk.cli.common import (
    ATTENTION,
    FAILED,
    UNUSABLE,
    ActorName,
    At,
    KeyFolder,
    Language,
    actor,
    fail,
    keyring,
    moment,
    people_key,
    people_list,
    words,
)
from breachdesk.cli.scope import Sources, check_places, troubled, unread, why
from breachdesk.cli.telling import teller
from breachdesk.ground import clock
from breachdesk.ground.keys import BadKey
from breachdesk.ground.shelf import BadPack, our_shelf
from breachdesk.ground.visible import visible
from breachdesk.journal import JournalError
from breachdesk.law import shelf
from breachdesk.law.changes import Changes
from breachdesk.law.facts import BadFacts
from breachdesk.law.shapes import Verdict
from breachdesk.law.words import shown
from breachdesk.report.words import Words

_MOST_WORKERS = 8


def add(app: typer.Typer) -> None:
    app.command("assess")(assess)


def assess(
    evidence: Sources,
    facts: Annotated[Path, typer.Option(metavar="FACTS", help="The fact sheet (YAML or JSON).", show_default=False)],
    out: Annotated[Path, typer.Option(metavar="PACK", help="The response pack; made when absent.", show_default=False)],
    at: At = "",
    case: Annotated[
        str, typer.Option(help="Name of the case. [default: from the fact sheet]", show_default=False)
    ] = "",
    plain: Annotated[
        bool, typer.Option("--plain", help="Leave the people list readable by anybody. Think twice.")
    ] = False,
    language: Language = "en",
    keys: KeyFolder = None,
    who: ActorName = "",
) -> None:
    """Read what was stolen and write the response pack: people, duties, notices, filings, report, journal.

    Run it again after any change: it goes on where it stopped, and keeps what it wrote before.
    """
    say = words(language)
    check_places(evidence, out)
    _apart(facts, evidence)
    when = moment(at) if at else None
    ring = keyring(keys, out)
    typed = shlex.join(["breachdesk", *sys.argv[1:]])
    order = Order(
        tuple(evidence), facts, out, case, language, when, plain, typed, min(os.cpu_count() or 1, _MOST_WORKERS)
    )
    try:
        with bars(say, evidence) as seen, _terminated():
            done = write_pack(
                order,
                keyring=ring,
                key=people_key(ring, out),
                actor=actor(who),
                clock=clock.now,
                progress=Progress(seen.told, seen.counted),
                people=people_list(keys),
            )
    except (BadFacts, BadPack, NotAPack, JournalError, BadKey) as error:
        fail(UNUSABLE, *(visible(line, longest=1000) for line in str(error).split("\n")))
    except Stopped as error:
        if os.environ.get("BREACHDESK_DEBUG"):
            raise
        fail(FAILED, _stopped(error, say))
    except KeyboardInterrupt:
        fail(FAILED, say.say("assess.stopped", step=say.say("steps.facts")))
    except OSError as error:
        fail(FAILED, say.say("assess.failed", step=say.say("steps.facts"), error=why(error)))
    attention = _attention(done, out, say, plain=plain)
    for line in attention:
        typer.echo(line, err=True)
    _show(done, say)
    if attention:
        raise typer.Exit(ATTENTION)


def _apart(facts: Path, evidence: list[Path]) -> None:
    """A fact sheet among the evidence would be read as stolen data."""
    for path in evidence:
        if path.resolve() in (facts.resolve(), *facts.resolve().parents):
            fail(
                UNUSABLE, f"--facts: {visible(str(facts))} lies in the evidence {visible(str(path))}; move it elsewhere"
            )


class _terminated:  # noqa: N801 - used as a statement
    """While it lasts, a polite request to end (SIGTERM) is the same as Ctrl-C."""

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, self._end)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self._before)

    @staticmethod
    def _end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt


def _stopped(error: Stopped, say: Words) -> str:
    step, cause = say.say(f"steps.{_STEPS.get(error.step, error.step)}"), error.__cause__
    if isinstance(cause, Exception):
        return say.say("assess.failed", step=step, error=why(cause))
    return say.say("assess.stopped", step=step)


_STEPS = {"scope": "read"}


def _show(done: Outcome, say: Words) -> None:
    console = Console(soft_wrap=True)
    if done.unchanged:
        console.print(Text(say.say("assess.same", moment=shown(done.judged_at))))
    if done.kept is not None:
        console.print(Text(say.say("assess.kept", folder=visible(str(done.kept)))))
    if done.changed is not None:
        _changed(done.changed, done.seen_at, say, console)
    told = done.summary.document["people"]
    places = sum(place != "unknown" for place in told["by_residence"])
    console.print(Text(say.say("assess.people", told["count"], places=say.say("assess.places", places))))
    owed = [duty for duty in done.duties.duties if duty.verdict is Verdict.OWED]
    waiting = [duty for duty in owed if duty.id not in done.filed]
    coming = sorted(duty.due for duty in waiting if duty.due and duty.due >= done.seen_at)
    line = say.say("assess.owed", len(owed))
    if len(waiting) < len(owed):
        line += f"; {say.say('assess.filed', len(owed) - len(waiting))}"
    if coming:
        line += f"; {say.say('assess.next', moment=shown(coming[0]))}"
    console.print(Text(f"{line}."))
    console.print(Text(say.say("assess.drafts", done.drafts)))
    console.print(Text(f"\n{say.say('assess.vkey')}\n  {done.vkey}\n", style="dim"))
    console.print(Text(say.say("assess.open", file=visible(str(done.report))), style="bold"))


def _changed(found: Changes, at: datetime, say: Words, console: Console) -> None:
    """What this version says otherwise than the one before; all of it is in changes.json."""
    told = teller(our_shelf(), shelf.load(), say.language, at)
    lines = list(told.changes(found, brief=True))
    moment_ = told.moment(found.before.evaluated_at)
    console.print(Text(say.say("changes.title", moment=moment_) if lines else say.say("assess.nothing_otherwise")))
    for line in lines:
        console.print(Text("  " * (line.deep + 1) + line.text, style="dim" if line.quiet else ""))


def _attention(done: Outcome, out: Path, say: Words, *, plain: bool) -> list[str]:
    """What somebody must look at, each in one line."""
    if plain:
        typer.secho(say.say("scope.plain", file=visible(str(out / "scope" / "people.parquet"))), err=True, fg="red")
    lines = list(done.warnings)
    missing = unread(done.summary, say.language)
    if missing:
        lines += [say.say("scope.attention", troubled(done.summary)), *missing]
    if not done.known:
        lines.append(say.say("assess.unread_people"))
    elif not done.summary.people:
        lines.append(say.say("scope.nobody"))
    late = [
        duty
        for duty in done.duties.duties
        if duty.verdict is Verdict.OWED and duty.due and duty.due < done.seen_at and duty.id not in done.filed
    ]
    if late:
        lines.append(say.say("assess.overdue", len(late)))
    return lines
