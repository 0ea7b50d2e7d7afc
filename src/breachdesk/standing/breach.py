"""Puts the standing breach together: blocks of people become files of evidence and the truth about them.

Blocks are made by as many processes as wanted and written in order, so memory stays the same however many people.
"""

import json
import random
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from breachdesk.standing import backoffice, blocks, crm, events, newsletter, shop
from breachdesk.standing.people import BLOCK, Person, block
from breachdesk.standing.rows import Row, Table, truth_of

ROOMS = (shop, crm, newsletter, events, backoffice)
TABLES: tuple[Table, ...] = (
    *shop.TABLES, *crm.TABLES, newsletter.SUBSCRIBERS, events.EVENTS, *backoffice.TABLES
)  # fmt: skip
POST = "post.txt"


@dataclass(slots=True)
class Made:
    """A block, ready to be written. Bytes for what is text; rows for the workbook and the database."""

    copies: dict[str, bytes]
    newsletter: bytes
    events: bytes
    crm: list[Row]
    office: list[Row]
    people: bytes
    records: dict[str, bytes]
    post: list[tuple[str, str | None]]


def write(out: Path, *, seed: int, people: int, processes: int = 1) -> None:
    """Everything under `out`; what stood there is replaced."""
    evidence = out / "evidence"
    shutil.rmtree(evidence, ignore_errors=True)
    evidence.mkdir(parents=True)
    parts = out / ".parts"
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir()
    _write(evidence, parts, _blocks(seed, people, processes))
    _join_shop(evidence / shop.FILE, parts)
    _join_truth(out / "truth.json", parts)
    shutil.rmtree(parts)


def _blocks(seed: int, people: int, processes: int) -> Iterator[Made]:
    yield _made(_fixed(random.Random(f"bakery-north/{seed}/fixed")), [], post=[])
    jobs = [(seed, number, people) for number in range(-(-people // BLOCK))]
    yield from blocks.made(_block, jobs, processes)


def _fixed(rng: random.Random) -> Iterable[Row]:
    for room in (shop, crm, backoffice):
        yield from room.fixed_rows(rng)


def _block(job: tuple[int, int, int]) -> Made:
    seed, number, total = job
    people = block(seed, number, total)
    rng = random.Random(f"bakery-north/{seed}/{number}/rows")
    rows = [row for person in people for room in ROOMS for row in room.rows(rng, person)]
    return _made(rows, people, post=_post(people) if number == 0 else [])


def _made(rows: Iterable[Row], people: list[Person], post: list[tuple[str, str | None]]) -> Made:
    by_source: dict[str, list[Row]] = defaultdict(list)
    lost: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        by_source[row.table.source].append(row)
        if row.person:
            lost[row.person] |= row.elements()
    known = "".join(_person(person, lost[person.id]) for person in people)
    records = {source: "".join(f",{json.dumps(row.person)}" for row in of) for source, of in by_source.items()}
    records[POST] = "".join(f",{json.dumps(who)}" for _, who in post)
    return Made(
        copies={t.source: shop.copied(by_source[t.source]).encode() for t in shop.TABLES},
        newsletter=newsletter.lines(by_source[newsletter.FILE]),
        events=events.lines(by_source[events.FILE]),
        crm=[row for t in crm.TABLES for row in by_source[t.source]],
        office=[row for t in backoffice.TABLES for row in by_source[t.source]],
        people=known.encode(),
        records={source: text.encode() for source, text in records.items()},
        post=post,
    )


def _person(person: Person, lost: set[str]) -> str:
    said = {
        "residence": person.residence,
        "elements": sorted(lost),
        "language": person.language,
        "minor": "yes" if person.minor else "no",
    }
    return f",\n{json.dumps(person.id)}:{json.dumps(said)}"


def _post(people: list[Person]) -> list[tuple[str, str | None]]:
    """What the thief put on a forum: lines, and whom each shows."""
    shown = [person for person in people if person.account % 3 == 1 and person.number % 100 > 40][:3]
    lines: list[tuple[str, str | None]] = [
        ("Selling full database of a bakery shop, fresh, november 2026", None),
        ("sample:", None),
    ]
    lines += [
        (f"proof: {person.given} {person.family} writes from {person.email} and answers at {person.phone}", person.id)
        for person in shown
    ]
    return [*lines, ("price on request, first come first served", None)]


def _write(evidence: Path, parts: Path, every: Iterator[Made]) -> None:
    book, office = crm.Workbooked(evidence / crm.FILE), backoffice.Database(evidence / backoffice.FILE)
    with ExitStack() as stack:

        def opened(path: Path) -> IO[bytes]:
            return stack.enter_context(path.open("wb"))

        letters, log, post = (opened(evidence / name) for name in (newsletter.FILE, events.FILE, POST))
        known = opened(parts / "people")
        copies = {t.source: opened(parts / f"copy-{shop.name(t)}") for t in shop.TABLES}
        records = {source: opened(parts / _records(source)) for source in (*(t.source for t in TABLES), POST)}
        letters.write(newsletter.head())
        for made in every:
            letters.write(made.newsletter)
            log.write(made.events)
            known.write(made.people)
            post.write("".join(f"{line}\n" for line, _ in made.post).encode())
            book.write(made.crm)
            office.write(made.office)
            for source, lines in made.copies.items():
                copies[source].write(lines)
            for source, who in made.records.items():
                records[source].write(who)
    book.close()
    office.close()


def _records(source: str) -> str:
    return "records-" + source.replace("/", "-")


def _join_shop(path: Path, parts: Path) -> None:
    with path.open("wb") as dump:
        dump.write(shop.opening().encode())
        for of in shop.TABLES:
            dump.write(f"--\n-- Data for Name: {shop.name(of)}; Type: TABLE DATA\n--\n\n{shop.copy_line(of)}".encode())
            _append(dump, parts / f"copy-{shop.name(of)}")
            dump.write(b"\\.\n\n\n")
        dump.write(shop.closing().encode())


def _join_truth(path: Path, parts: Path) -> None:
    """JSON written piece by piece: the parts begin with a comma that the first one must not have."""
    with path.open("wb") as truth:
        truth.write(b'{"people": {')
        _append(truth, parts / "people", skip=1)
        truth.write(b'\n},\n"records": {')
        for at, source in enumerate((*(t.source for t in TABLES), POST)):
            truth.write((",\n" if at else "\n").encode() + json.dumps(source, ensure_ascii=False).encode() + b": [")
            _append(truth, parts / _records(source), skip=1)
            truth.write(b"]")
        fields = {t.source: truth_of(t.columns) for t in TABLES}
        truth.write(b'\n},\n"fields": ' + json.dumps(fields, ensure_ascii=False, indent=1).encode() + b"}\n")


def _append(target: IO[bytes], part: Path, *, skip: int = 0) -> None:
    with part.open("rb") as source:
        source.seek(skip)
        shutil.copyfileobj(source, target, 1 << 20)
