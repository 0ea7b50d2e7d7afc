"""breachdesk packs: by which law cases are judged here, what was laid over it, and what other packs would change."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from breachdesk.cli.asking import Speaker
from breachdesk.cli.common import UNUSABLE, AsJson, At, KeyFolder, Language, check_language, fail, moment, people_list
from breachdesk.cli.duties import finish, load, show_changes
from breachdesk.cli.telling import teller
from breachdesk.ground.files import write_whole
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.ground.visible import visible
from breachdesk.law import changes, engine, facts, kept, overlay, shelf
from breachdesk.law.facts import BadFacts
from breachdesk.law.overlay import How, Laid
from breachdesk.law.shapes import PACKS_SHOWN
from breachdesk.law.shelf import LawShelf
from breachdesk.report.telling import Teller

Packs = Annotated[
    Path | None,
    typer.Option(
        "--packs", help="Judge by these packs: a folder, an exported file, a response pack.", show_default=False
    ),
]


def add(app: typer.Typer) -> None:
    room = typer.Typer(help="The law cases are judged by, and what other packs would change.", no_args_is_help=True)
    room.command("show")(show)
    room.command("diff")(diff)
    room.command("export")(export)
    app.add_typer(room, name="packs")


def show(as_json: AsJson = False, language: Language = "en", packs: Packs = None) -> None:
    """Version and digest of the packs; what folders laid over ours add, change and remove."""
    check_language(language)
    try:
        with kept.opened(packs) if packs is not None else _ours() as used:
            law = shelf.load(used)
            folders = used.names
    except BadPack as error:
        fail(UNUSABLE, str(error))
    if as_json:
        sys.stdout.write(
            json.dumps(
                {**_document(law, folders), "legal": law.phrases[language]("legal")}, ensure_ascii=False, indent=1
            )
            + "\n"
        )
    else:
        _show(law, folders, teller(our_shelf(), law, language, moment("")), Speaker(Console(highlight=False)))
        Speaker(Console(highlight=False)).tell(law.phrases[language]("legal"), style="bold")
    finish(overlay.warnings(law.laid, law.phrases[language]))


class _ours:  # noqa: N801 - used as a statement
    def __enter__(self) -> Shelf:
        return our_shelf()

    def __exit__(self, *_: object) -> None:
        return


def _document(law: LawShelf, folders: tuple[str, ...]) -> dict[str, Any]:
    return {
        "format": PACKS_SHOWN,
        "version": law.version,
        "sha256": law.sha256,
        "orders": len(law.orders),
        "duties": len(law.items),
        "folders": list(folders),
        "laid": [_laid(one) for one in law.laid],
    }


def _laid(one: Laid) -> dict[str, Any]:
    return {
        "folder": one.folder,
        "path": one.path,
        "how": one.how.value,
        "keys": list(one.keys),
        "why": one.why or None,
    }


def _show(law: LawShelf, folders: tuple[str, ...], told: Teller, out: Speaker) -> None:
    say = told.say.say
    number = told.dates.number
    out.tell(
        say("packs.head", version=law.version, n=number(len(law.orders)), duties=number(len(law.items))), style="bold"
    )
    out.tell(say("packs.digest", sha=law.sha256), deep=1)
    out.tell(say("packs.folder", folder=visible(folders[0])), deep=1)
    for folder in folders[1:]:
        out.tell(say("packs.laid", folder=visible(folder)), deep=1)
        laid = [one for one in law.laid if one.folder == folder]
        if not laid:
            out.tell(say("packs.laid_nothing"), deep=2, style="dim")
        for one in laid:
            style = "yellow" if one.how is How.REMOVED else ""
            out.tell(f"{say(f'packs.how.{one.how.value}')} {visible(one.path)}", deep=2, style=style)
            if one.keys:
                out.tell(say("packs.keys", keys=visible(", ".join(one.keys))), deep=3, style="dim")
            if one.why:
                out.tell(say("packs.why", why=visible(one.why)), deep=3, style="dim")


def diff(
    sheet: Annotated[Path, typer.Argument(metavar="FACTS", help="The fact sheet of an open case.", show_default=False)],
    other: Annotated[
        Path, typer.Option("--with", metavar="PACKS", help="A folder or file of packs, or a response pack.")
    ],
    as_json: AsJson = False,
    at: At = "",
    language: Language = "en",
    keys: KeyFolder = None,
) -> None:
    """What other packs would change for an open case: the files of law that differ, then the duties."""
    check_language(language)
    when = moment(at)
    case, law = load(sheet, keys)
    before = engine.evaluate(case, law, when, language=language)
    try:
        with kept.opened(other) as shelf_:
            theirs = shelf.load(shelf_)
            files = overlay.between(our_shelf(), shelf_)
            again = facts.read(sheet, people=people_list(keys), vocabulary=theirs.facts)
    except (BadPack, BadFacts) as error:
        fail(UNUSABLE, *(f"--with: {line}" for line in str(error).split("\n")))
    found = changes.compare(before, engine.evaluate(again, theirs, when, language=language))
    if as_json:
        document = {
            **changes.to_json(found),
            "files": [{"path": p, "how": how.value, "keys": list(k)} for p, how, k in files],
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        told = teller(our_shelf(), theirs, language, when)
        out = Speaker(Console(highlight=False))
        if not files:
            out.tell(told.say.say("packs.same"))
        else:
            out.tell(told.say.say("packs.files", len(files)), style="bold")
        for path, how, keys_ in files:
            out.tell(f"{told.say.say(f'packs.file.{how.value}')} {visible(path)}", deep=1)
            if keys_:
                out.tell(told.say.say("packs.keys", keys=visible(", ".join(keys_))), deep=2, style="dim")
        out.tell(told.say.say("packs.of_case"), style="bold")
        show_changes(found, told, out.console, title=False)
    finish(found.after.warnings)


def export(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write; it must not exist.")],
    language: Language = "en",
) -> None:
    """Write the packs of here into one file, by which a case can be judged again (`duties --packs FILE`)."""
    check_language(language)
    try:
        law = shelf.load()
        if to.exists():
            fail(UNUSABLE, f"--to: {to}: is there already and is not overwritten; name another file")
        write_whole(to, kept.bundle(our_shelf(), law.version), mode=0o644)
    except BadPack as error:
        fail(UNUSABLE, str(error))
    except OSError as error:
        fail(UNUSABLE, f"--to: {to}: {error.strerror}; name a file you may write")
    told = teller(our_shelf(), law, language, moment(""))
    Speaker(Console(highlight=False)).tell(
        told.say.say("packs.exported", file=visible(str(to)), version=law.version, sha=law.sha256)
    )
