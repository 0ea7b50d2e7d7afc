"""`breachdesk filings`: the drafts of a response pack, what each still waits for, and what was handed in."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from breachdesk.assess import NotAPack
from breachdesk.assess import pack as packs
from breachdesk.authorities import receipts
from breachdesk.authorities.receipts import BadReceipt
from breachdesk.authorities.shapes import Receipt, State
from breachdesk.cli.common import (
    UNUSABLE,
    ActorName,
    AsJson,
    KeyFolder,
    Language,
    actor,
    fail,
    keyring,
    words,
)
from breachdesk.ground import clock
from breachdesk.ground.visible import visible
from breachdesk.journal import Actor, BadEntry, Journal, JournalError, Via, attach, read, refresh_manifest
from breachdesk.law import instants
from breachdesk.report.words import Words

_RECORDED = "filing.receipt.recorded"
_OPEN = (State.NOT_YET_KNOWN.value, State.CONFIRM.value)

Pack = Annotated[Path, typer.Argument(metavar="PACK", help="A response pack.", show_default=False)]
DutyName = Annotated[
    str, typer.Argument(metavar="DUTY", help="Id or ref of the duty, as `list` shows it.", show_default=False)
]


def add(app: typer.Typer) -> None:
    filings = typer.Typer(help="Drafts for authorities, and receipts of what was filed.", no_args_is_help=True)
    filings.command("list")(list_)
    filings.command("show")(show)
    filings.command("receipt")(receipt)
    app.add_typer(filings, name="filings")


def list_(pack: Pack, as_json: AsJson = False, language: Language = "en") -> None:
    """Every draft, the nearest due time first: to whom, which filing it is, what is open, what was filed."""
    say = words(language)
    drafts = sorted(_drafts(pack), key=lambda one: (one["due"] is None, one["due"] and _at(one["due"]), one["duty"]))
    filed = _receipts(pack)
    if as_json:
        told = {"format": "breachdesk.filings/1", "drafts": [_short(one, filed) for one in drafts]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
        return
    console = Console(highlight=False)
    for one in drafts:
        due, to, *rest = (visible(cell, longest=200) for cell in _row(one, filed, say))
        console.print(Text(f"{due}  {to}"))
        console.print(Text(f"    {' · '.join(rest)}", style="dim"))
    console.print(Text(say.say("filings.legal"), style="dim"))


def show(pack: Pack, duty: DutyName, as_json: AsJson = False, language: Language = "en") -> None:
    """One draft, field by field in the order of the form, with what each still waits for."""
    say = words(language)
    try:
        draft = receipts.draft_of(pack, duty)
    except BadReceipt as error:
        fail(UNUSABLE, visible(str(error), longest=1000))
    if as_json:
        sys.stdout.write(json.dumps(draft, ensure_ascii=False, indent=1) + "\n")
        return
    _show(draft, say, Console(highlight=False))


def receipt(
    pack: Pack,
    duty: DutyName,
    number: Annotated[str, typer.Option(help="What the authority gave: a number, a key.", show_default=False)],
    filed_at: Annotated[
        str, typer.Option("--filed-at", help="When it was filed (RFC 3339). [default: now]", show_default=False)
    ] = "",
    proof: Annotated[
        Path | None, typer.Option(help="The receipt itself (a PDF, a picture), kept beside it.", show_default=False)
    ] = None,
    language: Language = "en",
    keys: KeyFolder = None,
    who: ActorName = "",
) -> None:
    """Record that a draft was handed in. What was filed is kept as it was; the next `assess` drafts what changed."""
    say = words(language)
    ring = keyring(keys, pack)
    now = clock.now()
    try:
        at = _instant(filed_at) if filed_at else now
        state = packs.read_state(pack)
        if state is None:
            raise BadReceipt(f"{pack}: no response pack lies here")
        acts = actor(who)
        with Journal.open(pack / packs.JOURNAL, case=state.case, keyring=ring, clock=clock.now) as journal:
            taken = _take_up(pack, journal, acts)
            asked = receipts.draft_of(pack, duty)["duty"], " ".join(number.split())
            again = next((one for one in taken if (one.duty, one.number) == asked), None)
            kept = again or receipts.record(pack, duty, number=number, filed_at=at, now=now, by=acts.name, proof=proof)
            if again is None:
                _enter(pack, kept, journal, acts)
    except (BadReceipt, NotAPack, JournalError, BadEntry) as error:
        fail(UNUSABLE, visible(str(error), longest=1000))
    typer.echo(say.say("filings.recorded", duty=kept.duty, number=kept.number, folder=kept.folder.as_posix()))
    if kept.late:
        typer.echo(say.say("filings.late"))
    typer.echo(say.say("filings.again"))


def _take_up(pack: Path, journal: Journal, acts: Actor) -> list[Receipt]:
    """Receipts that lie in the pack without their entry: somebody pulled the plug between the two."""
    entered = {file["sha256"] for one in read(pack) if one.type == _RECORDED for file in one.attachments}
    found = [
        one for one in receipts.read(pack) if attach(pack, pack / one.folder / receipts.LINE).sha256 not in entered
    ]
    for one in found:
        _enter(pack, one, journal, acts)
    return found


def _enter(pack: Path, kept: Receipt, journal: Journal, acts: Actor) -> None:
    files = sorted((pack / kept.folder).iterdir())
    journal.write(
        _RECORDED,
        actor=acts,
        via=Via.CLI,
        payload={
            "duty": kept.duty,
            "folder": kept.folder.as_posix(),
            "stage": kept.stage.value,
            "number": kept.number,
            "filed_at": kept.filed_at.isoformat(),
            "late": kept.late,
        },
        attachments=[attach(pack, path) for path in files],
    )
    journal.publish()
    refresh_manifest(pack, [path.relative_to(pack).as_posix() for path in files])


def _instant(text: str) -> datetime:
    """An instant with its offset: a day alone does not say whether the filing was in time."""
    try:
        found = instants.parse(text)
    except instants.BadInstant as error:
        raise BadReceipt(f"--filed-at: {error}") from error
    if found.at is None:
        raise BadReceipt(f"--filed-at: {text}: write the hour and the zone, as 2026-11-20T18:05+01:00")
    return found.at


def _drafts(pack: Path) -> list[dict[str, Any]]:
    try:
        if packs.read_state(pack) is None:
            raise NotAPack(f"{pack}: no response pack lies here")
        return receipts.drafts_in(pack)
    except (NotAPack, BadReceipt) as error:
        fail(UNUSABLE, visible(str(error), longest=1000))


def _receipts(pack: Path) -> dict[str, list[Receipt]]:
    found: dict[str, list[Receipt]] = {}
    try:
        for one in receipts.read(pack):
            found.setdefault(one.duty, []).append(one)
    except BadReceipt as error:
        fail(UNUSABLE, visible(str(error), longest=1000))
    return found


def _at(due: str) -> datetime:
    return datetime.fromisoformat(due)


def _open(draft: dict[str, Any]) -> int:
    return sum(field["state"] in _OPEN for field in draft["fields"])


def _row(draft: dict[str, Any], filed: dict[str, list[Receipt]], say: Words) -> tuple[str, ...]:
    due = _at(draft["due"]).strftime("%Y-%m-%d %H:%M %z") if draft["due"] else say.say("filings.no_due")
    before = filed.get(draft["duty"], [])
    late = f" ({say.say('filings.was_late')})" if before and before[-1].late else ""
    told = (
        f"{before[-1].filed_at:%Y-%m-%d %H:%M %z}, {before[-1].number}{late}" if before else say.say("filings.not_yet")
    )
    return (
        due,
        draft["authority"],
        say.say(f"filings.stage_{draft['stage']}"),
        say.say("filings.open", n=_open(draft), all=len(draft["fields"])),
        told if not before else f"{say.say('filings.filed')} {told}",
        draft["duty"],
    )


def _short(draft: dict[str, Any], filed: dict[str, list[Receipt]]) -> dict[str, Any]:
    """A draft without its fields, for programs that list."""
    names = ("duty", "ref", "form", "title", "authority", "channel", "url", "language", "stage", "verdict", "due")
    return {
        **{name: draft[name] for name in names},
        "own_form": draft["own_form"],
        "fields": len(draft["fields"]),
        "open": _open(draft),
        "filed": [{"number": one.number, "filed_at": one.filed_at.isoformat(), "late": one.late}
                  for one in filed.get(draft["duty"], [])],
    }  # fmt: skip


def _show(draft: dict[str, Any], say: Words, console: Console) -> None:
    console.print(Text(visible(draft["title"], longest=300), style="bold"))
    for name, value in (
        ("to", draft["authority"]),
        ("channel", f"{draft['channel']} {draft['url']}".strip()),
        ("due", draft["due"] or say.say("filings.no_due")),
        ("basis", draft["citation"]),
        ("stage", say.say(f"filings.stage_{draft['stage']}")),
    ):
        console.print(Text(f"  {say.say(f'filings.{name}')}: {visible(value, longest=500)}"))
    for note in draft["notes"]:
        console.print(Text(f"  – {visible(note, longest=1000)}", style="dim"))
    for number, field in enumerate(draft["fields"], 1):
        open_ = field["state"] in _OPEN
        label = field[f"label_{say.language}"] or field["label"]
        state = say.say(f"filings.state_{field['state']}")
        console.print(Text(f"{number}. {visible(label, longest=300)}", style="bold" if open_ else ""))
        told = [line for line in field["value"].split("\n") if line] if not field["rows"] else []
        for line in (*told, *(f"{name}: {figure}" for name, figure in field["rows"])):
            console.print(Text(f"   {visible(line, longest=2000)}"))
        if field["was"] is not None:
            console.print(Text(f"   {say.say('filings.was')} {visible(field['was'], longest=2000)}", style="dim"))
        wants = f": {', '.join(field['facts'])}" if open_ and field["facts"] else ""
        console.print(Text(f"   {state}{wants}", style="yellow" if open_ else "dim"))
    console.print(Text(say.say("filings.legal"), style="dim"))
