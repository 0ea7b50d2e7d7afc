"""breachdesk law: the shelf without a case: search it, read a duty whole, compare deadlines, check a correction."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from breachdesk.cli.common import ATTENTION, UNUSABLE, AsJson, At, Language, check_language, fail, moment
from breachdesk.ground import clock
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.law import checking, overlay, search, shelf, stories, told
from breachdesk.law.reading import Number
from breachdesk.law.shapes import Confidence
from breachdesk.law.shelf import ROOT, Item, LawShelf
from breachdesk.law.told import Told, lines, sections
from breachdesk.law.words import Phrases, read_telling
from breachdesk.site import pages

FORMAT = "breachdesk.law/1"
_SPAN = re.compile(r"(\d+)\s*(h|d|w)")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_MOST = 20

Most = Annotated[int, typer.Option(help="How many to show.", min=1)]


def add(app: typer.Typer) -> None:
    law = typer.Typer(help="Search, read and check the shelf of law, without a case. Not legal advice.")
    law.command("search")(find)
    law.command("show")(show)
    law.command("deadlines")(deadlines)
    law.command("check")(check)
    law.command("site")(site)
    app.add_typer(law, name="law", no_args_is_help=True)


def find(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="Words to look for.", show_default=False)],
    most: Most = _MOST,
    as_json: AsJson = False,
    language: Language = "en",
) -> None:
    """Find duties by title, place, citation, recipient, note or content. Slips of the pen are forgiven."""
    law, say = _load(language)
    hits = search.index(law).find(" ".join(words))
    if not hits:
        fail(ATTENTION, say("law.nothing", words=" ".join(words)), say("legal"))
    items = [hit.item for hit in hits]
    if as_json:
        _write(law, say, [{"score": hit.score, **_brief(hit.item, law, say)} for hit in hits[:most]])
        return
    console = Console()
    console.print(say.counted("law.found", len(items)), style="bold")
    _list(items[:most], law, say, console)
    if len(items) > most:
        console.print(say.counted("law.more", len(items) - most, all=len(items)), style="dim")
    console.print(say("law.show_hint", id=items[0].id), style="dim")
    _closing(items, say, console)


def show(
    name: Annotated[str, typer.Argument(metavar="DUTY|REF|PLACE", help="us.ca.ag, US-CA.ag, CA or California.")],
    as_json: AsJson = False,
    language: Language = "en",
) -> None:
    """Tell one duty whole, or the duties of a place."""
    law, say = _load(language)
    items = _named(name, law)
    if not items:
        near = [hit.item.id for hit in search.index(law).find(name)][:3]
        fail(
            UNUSABLE,
            say("law.no_duty", name=name),
            say("law.near", names=", ".join(near)) if near else say("law.try_search"),
        )
    whole = len({item.rule.id for item in items}) == 1
    if as_json:
        _write(law, say, [_whole(item, law, say) if whole else _brief(item, law, say) for item in items])
        return
    console = Console()
    if whole:
        for item in items:
            _tell(told.tell(item, law, say, clock.now().date()), _examples(item), say, console)
    else:
        console.print(say.counted("law.found", len(items)), style="bold")
        _list(items, law, say, console)
        console.print(say("law.show_hint", id=items[0].id), style="dim")
    _closing(items, say, console)


def deadlines(
    place: Annotated[str, typer.Option(help="Only of this place: an ISO code or a name.")] = "",
    within: Annotated[str, typer.Option(help="Only terms no longer than this: 72h, 3d, 2w.")] = "",
    as_json: AsJson = False,
    language: Language = "en",
) -> None:
    """All duties with a number, the shortest first."""
    law, say = _load(language)
    longest = _span(within, say)
    codes = search.place(place, law) if place else ()
    if place and not codes:
        fail(UNUSABLE, say("law.place_unknown", name=place))
    rows = [
        (tell.numbers[0], item, tell)
        for item in law.items
        if not codes or any(search.reaches(item, code) for code in codes)
        if (tell := told.tell(item, law, say, clock.now().date())).numbers
        and (longest is None or tell.numbers[0].hours <= longest)
    ]
    rows.sort(key=lambda row: (row[0].hours, row[2].place, row[1].id))
    if as_json:
        _write(law, say, [{**_brief(item, law, say), "hours": number.hours} for number, item, _ in rows])
        return
    console = Console()
    if not rows:
        console.print(say("law.none_there"))
    else:
        console.print(_terms(rows, say))
        console.print(say("law.deadlines_note"), style="dim")
    _closing([item for _, item, _ in rows], say, console)


def check(
    folder: Annotated[
        str, typer.Argument(help="A folder or file of packs/law, the id of a law, or your own packs.")
    ] = "",
    as_json: AsJson = False,
    at: At = "",
    language: Language = "en",
) -> None:
    """Check laws as the tests do: how they are written, sources, languages, stories. Names file and line."""
    when = moment(at)
    check_language(language)
    say = read_telling(our_shelf(), language)
    laid, under, only = _under(folder, say)
    found = checking.check(laid, under, when, language=language, only=only)
    if as_json:
        faults = [{"file": f.file, "line": f.line, "what": f.what(say), "do": f.do(say)} for f in found.faults]
        document = {"format": FORMAT, "files": found.files, "duties": found.duties, "stories": found.tried}
        told_ = {**document, "faults": faults, "legal": say("legal")}
        sys.stdout.write(json.dumps(told_, ensure_ascii=False, indent=1) + "\n")
        raise typer.Exit(ATTENTION if faults else 0)
    console = Console(soft_wrap=True)
    if not found.faults:
        console.print(say.counted("check.fine", found.files), style="bold")
        console.print(say("check.what", duties=found.duties, stories=found.tried))
        console.print(say("legal"), style="bold")
        return
    console.print(say.counted("check.wrong", len(found.faults)), style="bold")
    for fault in found.faults:
        console.print(Text(fault.where, style="bold").append(f"  {fault.what(say)}", style="not bold"))
        if fault.do(say):
            console.print(Text(f"    {fault.do(say)}", style="dim"))
    if not found.readable:
        console.print(say("check.not_tried"), style="dim")
    console.print(say("legal"), style="bold")
    raise typer.Exit(ATTENTION)


Meant = tuple[Shelf, str, frozenset[str] | None]


def _under(folder: str, say: Phrases) -> Meant:
    """The shelf, which part of it is meant, and of own packs which legal orders they touch (none: all)."""
    try:
        laid = our_shelf()
    except BadPack as error:
        fail(UNUSABLE, str(error))
    found = _inside(folder, laid) if folder else (laid, ROOT, None)
    if found is None:
        fail(UNUSABLE, say("check.no_folder", name=folder), say("check.no_folder.do"))
    return found


def _inside(folder: str, laid: Shelf) -> Meant | None:
    path = Path(folder)
    if path.is_dir() and ((path / ROOT).is_dir() or any((path / name).is_file() for name in overlay.BESIDE)):
        return Shelf(*laid.folders, path), ROOT, checking.touched(path)
    for top in laid.folders:
        if path.exists() and path.resolve().is_relative_to((top / ROOT).resolve()):
            return laid, path.resolve().relative_to(top.resolve()).as_posix(), None
    inside = folder.strip("/").removeprefix("packs/").removeprefix(f"{ROOT}/")
    for name in (inside, inside.replace(".", "/")):
        for top in laid.folders:
            if (top / ROOT / name).is_dir():
                return laid, f"{ROOT}/{name}", None
            if (top / ROOT / f"{name}.yaml").is_file():
                return laid, f"{ROOT}/{name}.yaml", None
    return None


def _load(language: str) -> tuple[LawShelf, Phrases]:
    check_language(language)
    try:
        return shelf.load(), read_telling(our_shelf(), language)
    except BadPack as error:
        fail(UNUSABLE, str(error))


def _span(text: str, say: Phrases) -> int | None:
    if not text:
        return None
    found = _SPAN.fullmatch(text.strip().casefold())
    if found is None:
        fail(UNUSABLE, f"--within: {say('law.within_bad', text=text)}")
    return int(found[1]) * _HOURS[found[2]]


def _named(name: str, law: LawShelf) -> list[Item]:
    """By id (with its later steps), by reference, by the id of a law, by place."""
    wanted = name.strip().casefold()
    exact = [item for item in law.items if item.id.casefold() == wanted]
    if exact and exact[0].id == exact[0].rule.id:
        return [item for item in law.items if item.rule.id == exact[0].id]
    found = exact or [item for item in law.items if item.ref.casefold() == wanted]
    found = found or [item for item in law.items if f"{item.id}.".casefold().startswith(f"{wanted}.")]
    if found:
        return found
    codes = search.place(name, law)
    return [item for item in law.items if any(search.reaches(item, code) for code in codes)]


def _examples(item: Item) -> tuple[str, ...]:
    beside = stories.beside(our_shelf(), item.order.path)
    return tuple(f"{one.story.name} ({one.story.kind})" for one in stories.of_item(beside, item.id))


def _list(items: Sequence[Item], law: LawShelf, say: Phrases, console: Console) -> None:
    for item in items:
        tell = told.tell(item, law, say, clock.now().date())
        line = Text(f"{tell.place}: ", style="bold").append(f"{tell.title} → {tell.recipient.name}", style="not bold")
        if item.confidence is Confidence.UNCERTAIN:
            line.append(f"  [{say('law.uncertain_mark')}]", style="bold")
        console.print(line)
        when = (tell.clock or (tell.standard,))[0]
        console.print(Text("    " + "  ".join(filter(None, (when, tell.citation, item.id))), style="dim"))


def site(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the pages go.", show_default=False)],
    language: Language = "en",
) -> None:
    """Write the shelf as pages that anybody can host: each place, each duty, what is unsure, what will change."""
    law, say = _load(language)
    if out.exists() and any(out.iterdir()) and not (out / "site.css").is_file():
        fail(UNUSABLE, f"{out}: holds other things and no such pages; name a new folder")
    try:
        made = pages.write(law, our_shelf(), out, clock.now().date())
    except OSError as error:
        fail(UNUSABLE, f"{error.filename or out}: {error.strerror}; name a folder you may write")
    typer.echo(say("law.site_written", pages=made.pages, places=made.places, duties=made.duties, folder=out))
    typer.echo(say("legal"))


def _terms(rows: Iterable[tuple[Number, Item, Told]], say: Phrases) -> Table:
    table = Table(
        title=say("law.deadlines_title"), title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    table.add_column(say("law.column_term"), no_wrap=True)
    table.add_column(say("law.column_place"))
    table.add_column(say("law.column_duty"), ratio=1)
    for number, item, tell in rows:
        mark = f"  [{say('law.uncertain_mark')}]" if item.confidence is Confidence.UNCERTAIN else ""
        line = Text(f"{tell.title} → {tell.recipient.name}{mark}").append(f"\n{item.id}", style="dim")
        table.add_row(number.words, tell.place, line)
    return table


def _closing(items: Sequence[Item], say: Phrases, console: Console) -> None:
    """Every answer ends so: not advice, who must confirm, what is uncertain."""
    unsure = sum(item.confidence is Confidence.UNCERTAIN for item in items)
    console.print(say("legal"), style="bold")
    console.print(say.counted("law.uncertain_some", unsure) if unsure else say("law.uncertain_none"))


def _tell(tell: Told, examples: Sequence[str], say: Phrases, console: Console) -> None:
    console.print(Text(f"{tell.place}: {tell.title}", style="bold"))
    for head, told_lines in sections(tell, say, examples):
        console.print(Text(say(f"head.{head}"), style="bold"))
        for line in told_lines:
            console.print(Text(f"  {line}"))
    console.print()


# --- for other programs


def _write(law: LawShelf, say: Phrases, duties: list[dict[str, Any]]) -> None:
    document = {
        "format": FORMAT,
        "packs": {"version": law.version, "sha256": law.sha256},
        "legal": say("legal"),
        "duties": duties,
    }
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _brief(item: Item, law: LawShelf, say: Phrases) -> dict[str, Any]:
    tell = told.tell(item, law, say, clock.now().date())
    return {
        "id": tell.id,
        "ref": tell.ref,
        "title": tell.title,
        "jurisdiction": tell.jurisdiction,
        "place": tell.place,
        "kind": tell.kind,
        "recipient": {"type": tell.recipient.type, "name": tell.recipient.name, "channel": tell.recipient.channel},
        "clock": list(tell.clock),
        "standard": tell.standard,
        "citation": tell.citation,
        "confidence": tell.confidence.value,
        "checked_on": tell.checked_on.isoformat(),
        "unsure": list(tell.unsure),
    }


def _whole(item: Item, law: LawShelf, say: Phrases) -> dict[str, Any]:
    tell = told.tell(item, law, say, clock.now().date())
    return {
        **_brief(item, law, say),
        "reach": list(tell.reach),
        "trigger": list(lines(tell.trigger)) if tell.trigger else [],
        "condition": list(lines(tell.condition)),
        "people": list(tell.people),
        "unless": [{"name": one.name, "cite": one.cite, "when": list(lines(one.when))} for one in tell.unless],
        "encryption": list(tell.encryption),
        "hold": list(tell.hold),
        "content": list(tell.content),
        "must_not_include": list(tell.never),
        "penalty": list(tell.penalty),
        "sources": [" ".join(filter(None, source)) for source in tell.sources],
        "notes": list(tell.notes),
        "in_force": [
            {"span": one.span, "changes": list(one.changes), "clock": list(one.clock)} for one in tell.wordings
        ],
        "stories": list(_examples(item)),
    }
