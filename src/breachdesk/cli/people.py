"""`breachdesk people`: open a people list. Who looked and why is in the journal before anything is shown."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from breachdesk.cli.common import UNUSABLE, ActorName, KeyFolder, Language, actor, fail, keyring, words
from breachdesk.cli.scope import why
from breachdesk.ground import clock, elements, places
from breachdesk.ground.files import whole
from breachdesk.ground.keys import BadKey, KeyRing
from breachdesk.ground.masking import mask
from breachdesk.ground.sealing import SealError
from breachdesk.ground.visible import visible
from breachdesk.journal import Actor, BadEntry, Journal, JournalError, Via, read
from breachdesk.report.words import Words
from breachdesk.scope import cohorts
from breachdesk.scope.leaving import cell
from breachdesk.scope.shapes import PEOPLE

_ROWS = 1 << 14
_MASKED = {
    "names": "name",
    "emails": "email",
    "phones": "phone",
    "addresses": "address",
    "date_of_birth": "date_of_birth",
}
_LONGEST_REASON = 500
_SHOWN = 20

ListFolder = Annotated[
    Path, typer.Argument(metavar="DIR", help="A response pack, a folder that scope wrote, or a people list.")
]
Reason = Annotated[str, typer.Option(help="Why you open it; entered in the journal.", show_default=False)]
Residence = Annotated[str, typer.Option(help="Only people of this place, as US-CA, DE or unknown.")]
Unmasked = Annotated[bool, typer.Option("--unmasked", help="Whole values, not masked ones.")]


def add(app: typer.Typer) -> None:
    people = typer.Typer(help="Open a people list; who looked and why goes into the journal.", no_args_is_help=True)
    people.command("show")(show)
    people.command("export")(export)
    app.add_typer(people, name="people")


def show(
    folder: ListFolder,
    reason: Reason,
    residence: Residence = "",
    person: Annotated[str, typer.Option(help="Only the person of this id.")] = "",
    first: Annotated[int, typer.Option(min=1, help="Begin with this one.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = _SHOWN,
    unmasked: Unmasked = False,
    keys: KeyFolder = None,
    who: ActorName = "",
    language: Language = "en",
) -> None:
    """Show people of the list, masked unless you ask otherwise."""
    say = words(language)
    with _opened(folder, reason, keys, who) as act:
        found, total = _some(act.rows(residence, person), first, limit)
        asked = {"first": first, "limit": limit, "residence": residence, "person": person}
        act.enter("scope.people.shown", {"people": len(found), "unmasked": unmasked, **asked})
    console = Console()
    last = first + len(found) - 1
    console.print(Text(say.say("people.title", total), style="bold"), end="")
    console.print(Text(", " + say.say("people.shown", first=first, last=last)) if found else "", style="dim")
    console.print(_table(found, say, unmasked=unmasked))
    if not unmasked:
        console.print(Text(say.say("people.masked"), style="dim"))
    typer.echo(say.say("people.journalled", actor=act.actor.name, reason=visible(reason)), err=True)


def export(
    folder: ListFolder,
    to: Annotated[Path, typer.Option(metavar="FILE", help="A new .csv or .parquet file.", show_default=False)],
    reason: Reason,
    residence: Residence = "",
    unmasked: Unmasked = False,
    keys: KeyFolder = None,
    who: ActorName = "",
    language: Language = "en",
) -> None:
    """Write the list to a file that other programs read. Cells never begin a formula; nothing is overwritten."""
    say = words(language)
    write = {".csv": _csv, ".parquet": _parquet}.get(to.suffix.lower())
    if write is None:
        fail(UNUSABLE, f"--to: {visible(str(to))}: name a file that ends in .csv or .parquet")
    if to.exists() or to.is_symlink():
        fail(UNUSABLE, f"--to: {visible(str(to))} is there already and is not overwritten; name a new file")
    with _opened(folder, reason, keys, who) as act:
        try:
            with whole(to) as file:
                counted = _Hashed(file)
                count = write(counted, act.rows(residence, ""), unmasked=unmasked)
                asked = {"residence": residence, "sha256": counted.sha256.hexdigest(), "form": to.suffix[1:].lower()}
                act.enter("scope.people.exported", {"people": count, "unmasked": unmasked, **asked})
        except OSError as error:
            fail(UNUSABLE, f"--to: {why(error)}")
    typer.echo(say.say("people.exported", count, file=visible(str(to))))
    typer.echo(say.say("people.journalled", actor=act.actor.name, reason=visible(reason)), err=True)
    typer.echo(say.say("people.readable", file=visible(str(to))), err=True)


@dataclass(frozen=True)
class _Act:
    """One opening of one list by one person for one reason."""

    file: pq.ParquetFile
    actor: Actor
    enter: Callable[[str, dict[str, Any]], None]

    def rows(self, residence: str, person: str) -> Iterator[list[dict[str, Any]]]:
        """Batches of people, in the order of the list."""
        for batch in self.file.iter_batches(batch_size=_ROWS):
            rows = batch.to_pylist()
            if residence:
                rows = [row for row in rows if row["residence"] == residence or _country(row["residence"]) == residence]
            if person:
                rows = [row for row in rows if row["person_id"] == person]
            yield rows


def _country(residence: str) -> str:
    return residence.partition("-")[0]


@contextmanager
def _opened(folder: Path, reason: str, keys: Path | None, who: str) -> Iterator[_Act]:
    """The list and its journal, both open. Ends with exit code 2, having shown nothing, when either is unusable."""
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        fail(UNUSABLE, f"--reason: say in 1 to {_LONGEST_REASON} characters why the list is opened")
    try:
        path = cohorts.find(folder)
        home = _journal_of(path)
        ring = keyring(keys, home.parent)
        with (
            Journal.open(home, case=_case(home), keyring=ring, clock=clock.now) as journal,
            _list(path, ring) as file,
        ):
            acts = actor(who)

            def enter(kind: str, payload: dict[str, Any]) -> None:
                told = {
                    "reason": " ".join(reason.split()),
                    **{name: value for name, value in payload.items() if value != ""},
                }
                journal.write(kind, actor=acts, via=Via.CLI, payload=told)
                journal.publish()

            yield _Act(file, acts, enter)
    except (cohorts.BadPeopleList, BadKey, SealError, JournalError, BadEntry) as error:
        fail(UNUSABLE, visible(str(error), longest=1000))
    except (pa.ArrowInvalid, pa.ArrowIOError) as error:
        fail(UNUSABLE, f"{visible(str(folder))}: the list is damaged ({type(error).__name__}); restore it from a copy")


@contextmanager
def _list(path: Path, ring: KeyRing) -> Iterator[pq.ParquetFile]:
    file = cohorts.opened(path, cohorts.key_of(path, ring))
    try:
        if not set(PEOPLE.names) <= set(file.schema_arrow.names):
            raise cohorts.BadPeopleList(f"{path}: not a people list; give the file that scope wrote")
        yield file
    finally:
        file.close()


def _journal_of(path: Path) -> Path:
    """The journal of the pack around the list, else one beside the list."""
    around = path.parent.parent / "journal"
    return around if (around / "log.vkey").is_file() else path.parent / "journal"


def _case(home: Path) -> str:
    """Entries go under the case of the journal; a list of its own is named after its folder."""
    try:
        return next(iter(read(home))).case
    except (JournalError, StopIteration):
        name = "".join(letter for letter in home.parent.resolve().name if letter.isprintable())
        return name[:100] or "people"


def _some(batches: Iterator[list[dict[str, Any]]], first: int, limit: int) -> tuple[list[dict[str, Any]], int]:
    """The asked-for people and how many there are; memory holds only those shown."""
    found: list[dict[str, Any]] = []
    total = 0
    for rows in batches:
        start = max(0, first - 1 - total)
        found += rows[start : start + limit - len(found)]
        total += len(rows)
    return found, total


def _values(row: dict[str, Any], column: str, *, unmasked: bool) -> list[str]:
    value = row[column]
    values = value if isinstance(value, list) else [value] if value else []
    return [one if unmasked else mask(_MASKED[column], one) for one in values]


def _table(people: Sequence[dict[str, Any]], say: Words, *, unmasked: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("id", "residence", "name", "reach", "elements"):
        table.add_column(say.say(f"people.{name}"), overflow="fold")
    vocabulary = elements.vocabulary()
    for row in people:
        names = _values(row, "names", unmasked=unmasked)
        reach = _values(row, "emails", unmasked=unmasked) + _values(row, "phones", unmasked=unmasked)
        lost = [vocabulary[one].title(say.language) for one in vocabulary.sort(row["elements"]) if one in vocabulary]
        where = places.title(row["residence"], say.language)
        cells = (row["person_id"], where, "; ".join(names), "; ".join(reach), ", ".join(lost))
        table.add_row(*(Text(visible(cell)) for cell in cells))
    return table


class _Hashed(io.RawIOBase):
    """Writes through to `file`, and knows the digest of all that was written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.sha256.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()


def _csv(file: io.RawIOBase, batches: Iterator[list[dict[str, Any]]], *, unmasked: bool) -> int:
    """UTF-8 with a mark, so that every spreadsheet reads it; lists joined by `; `."""
    buffered = io.BufferedWriter(file, 1 << 20)
    text = io.TextIOWrapper(buffered, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(PEOPLE.names)
    count = 0
    for rows in batches:
        for row in rows:
            writer.writerow([cell(_joined(row, column, unmasked=unmasked)) for column in PEOPLE.names])
        count += len(rows)
    text.flush()
    text.detach().detach()  # the file itself stays open
    return count


def _joined(row: dict[str, Any], column: str, *, unmasked: bool) -> str:
    if column in _MASKED:
        return "; ".join(_values(row, column, unmasked=unmasked))
    value = row[column]
    return "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _parquet(file: io.RawIOBase, batches: Iterator[list[dict[str, Any]]], *, unmasked: bool) -> int:
    count = 0
    with pq.ParquetWriter(file, PEOPLE, compression="zstd") as writer:
        for rows in batches:
            told = [row if unmasked else {**row, **_half(row)} for row in rows]
            if told:
                writer.write_table(pa.Table.from_pylist(told, schema=PEOPLE))
            count += len(told)
    return count


def _half(row: dict[str, Any]) -> dict[str, Any]:
    masked: dict[str, Any] = {}
    for column in _MASKED:
        values = _values(row, column, unmasked=False)
        masked[column] = values if isinstance(row[column], list) else (values[0] if values else None)
    return masked
