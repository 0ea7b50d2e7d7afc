"""One run of scope: evidence in, findings, records and the list of people out.

    read      readers push rows; every row is judged and kept aside, sealed
    tie       columns that are keys, tables that belong together, rows that belong to somebody
    find      every row again: what stands where; what identifies whom
    resolve   nodes that are the same person
    list      records with their persons, the list of people

Memory holds hashes and numbers, never the evidence. An interrupted run leaves no half file under a final name, and the
next run takes up the files that were read.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from breachdesk.ground.clock import Clock
from breachdesk.ground.files import write_whole
from breachdesk.ground.sealing import Key
from breachdesk.ground.shelf import Shelf, our_shelf
from breachdesk.scope import readers, summary, written
from breachdesk.scope.detectors import Detectors, Marker, load
from breachdesk.scope.people import owners, places, resolve
from breachdesk.scope.people.census import Census, Persons, number
from breachdesk.scope.people.keys import nouns
from breachdesk.scope.people.listing import Listing, batches_of
from breachdesk.scope.people.mentions import Mentions, lines_of_one, reach
from breachdesk.scope.people.resolve import Kind
from breachdesk.scope.people.rows import Bits, Identity, Rows, days, mailboxes
from breachdesk.scope.people.survey import Surveyed, lend_places, survey
from breachdesk.scope.shapes import FINDINGS, RECORDS
from breachdesk.scope.spool import Chest
from breachdesk.scope.summary import Summary
from breachdesk.scope.taking import Progress, Taken, Taking

WORK = ".work"
SUMMARY = "summary.json"
PEOPLE_FILE = "people.parquet"
RECORDS_FILE = "records.parquet"
FINDINGS_FILE = "findings.parquet"
Note = Callable[[str, Mapping[str, Any]], None]


@dataclass(slots=True)
class _Known:
    """What the second pass learns about nodes."""

    names: dict[int, list[pl.Series]] = field(default_factory=dict)  # first node -> names of its rows
    born: dict[int, list[np.ndarray]] = field(default_factory=dict)
    node: list[np.ndarray] = field(default_factory=list)
    kind: list[np.ndarray] = field(default_factory=list)
    value: list[np.ndarray] = field(default_factory=list)
    papers: list[pl.DataFrame] = field(default_factory=list)

    def identify(self, nodes: np.ndarray, found: Identity, kinds: frozenset[str] | None) -> None:
        """Identifiers of rows whose nodes are given; only of some kinds where a table lends them."""
        if not len(found.row):
            return
        node = nodes[found.row]
        wanted = node >= 0
        if kinds is not None:
            named = {Kind.EMAIL: "email", Kind.PHONE: "phone", Kind.GOV_ID: "gov_id"}
            lent = [int(kind) for kind, name in named.items() if name in kinds]
            wanted &= np.isin(found.kind, lent)
        self.node.append(node[wanted])
        self.kind.append(found.kind[wanted])
        self.value.append(found.value[wanted])
        papers = wanted & (found.paper != 0)
        if papers.any():
            self.papers.append(
                pl.DataFrame({"node": node[papers], "paper": found.paper[papers], "value": found.value[papers]})
            )


class _Run:
    """What the steps of one run share."""

    def __init__(
        self, out: Path, key: Key, clock: Clock, shelf: Shelf, progress: Progress | None, detectors: Detectors
    ) -> None:
        self.out = out
        self.chest = Chest(out / WORK, key)
        self.today = clock().date()
        self.detectors = detectors
        self.progress = progress
        self.words = nouns(shelf)
        self.known = mailboxes(shelf)
        self.places = places.read(shelf)
        self.bits = Bits()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        if self.progress is not None:
            self.progress(name, 0)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def scope(
    sources: Sequence[Path],
    out: Path,
    *,
    key: Key,
    clock: Clock,
    plain: bool = False,
    resume: bool = True,
    progress: Progress | None = None,
    journal: Note | None = None,
    limits: readers.Limits | None = None,
    shelf: Shelf | None = None,
) -> Summary:
    """Read `sources` (files and folders) and write summary.json, findings.parquet, records.parquet and people.parquet
    to `out`. The list of people is sealed under `key` unless `plain`. With `resume`, files that a broken run had read
    are not read again, and a finished run over the same unchanged sources is not repeated.

    Bad evidence never raises; it is told in the summary. Raises what the disk raises; nothing is half written.
    """
    shelf = shelf or our_shelf()
    mark = made_of(sources, plain=plain, key=key)
    if resume and (done := _finished(out, mark)) is not None:
        return done
    _sweep(out)
    start = time.perf_counter()
    run = _Run(out, key, clock, shelf, progress, _detectors(shelf))
    taking = Taking(run.chest, run.detectors, progress, resume=resume)
    with run.step("read"):
        try:
            readers.read(sources, taking, limits=limits, scratch=run.chest.folder, ledger=taking)
            taken = taking.finish()
        except BaseException:
            taking.discard()
            raise
    _tell(journal, "scope.sources.read", _counts(taken, taking))
    with run.step("tie"):
        tables = _survey(run, taken, taking)
        owned = owners.own([one.table for one in tables.values() if not one.text])
        lend_places(tables, [(tie.child, tie.column, tie.parent, tie.key) for tie in owned.ties])
    with run.step("find"):
        known, mentions = _find(run, taken, tables, owned)
    with run.step("resolve"):
        groups, several = _resolve(run, tables, owned, known, mentions)
    with run.step("list"):
        people = _list(run, taken, tables, groups, several, None if plain else key)
    total = time.perf_counter() - start
    answer = summary.document([one.source for one in taken], people, run.seconds, taking.bytes, total, shelf)
    answer["people"]["sealed"] = not plain
    answer["inputs"] = mark
    write_whole(out / SUMMARY, json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    run.chest.clear()
    _tell(
        journal,
        "scope.people.listed",
        {"people": people["count"], "name_only": people["name_only"], "sealed": not plain},
    )
    return Summary(answer, tuple(one.source for one in taken))


@lru_cache(maxsize=2)
def _detectors(shelf: Shelf) -> Detectors:
    """Patterns are compiled once for a shelf: that takes longer than a small run."""
    return load(shelf)


def made_of(sources: Sequence[Path], *, plain: bool, key: Key) -> dict[str, Any]:
    """Names, sizes and times of everything handed in: what tells a finished run from one to be done again."""
    files = []
    for source in sources:
        inside = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for path in inside:
            try:
                status = path.stat()
            except OSError:
                continue
            name = path.relative_to(source).as_posix() if source.is_dir() else path.name
            files.append([name, status.st_size, status.st_mtime_ns])
    return {"files": files, "sealed_under": None if plain else key.id}


def _sweep(out: Path) -> None:
    """Away with the halves of files that a killed run left."""
    for name in (SUMMARY, PEOPLE_FILE, RECORDS_FILE, FINDINGS_FILE):
        for half in out.glob(f".{name}.*.part"):
            half.unlink(missing_ok=True)


def _finished(out: Path, mark: Mapping[str, Any]) -> Summary | None:
    if not all((out / name).is_file() for name in (SUMMARY, PEOPLE_FILE, RECORDS_FILE, FINDINGS_FILE)):
        return None
    try:
        document = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    except ValueError:
        return None
    if document.get("inputs") != mark:
        return None
    return Summary(document, summary.sources_of(document), resumed=True)


def _tell(journal: Note | None, type: str, payload: Mapping[str, Any]) -> None:
    if journal is not None:
        journal(type, payload)


def _counts(taken: Sequence[Taken], taking: Taking) -> dict[str, Any]:
    status = [str(one.source.status) for one in taken]
    return {
        "sources": len(taken),
        "partly": status.count("partly"),
        "unreadable": status.count("unreadable"),
        "records": sum(one.source.records for one in taken),
        "bytes": taking.bytes,
        "taken_up_again": taking.reread,
    }


def _survey(run: _Run, taken: Sequence[Taken], taking: Taking) -> dict[int, Surveyed]:
    tables = {place: one for place, one in enumerate(taken) if one.spool and one.source.records}
    alone = sum(not one.text for one in tables.values()) < 2
    return {
        place: survey(
            place,
            one.source.source,
            one.source.records,
            taking.judges[one.source.source].verdict(),
            one.keys,
            lambda columns, spool=one.spool: run.chest.batches(spool, columns),  # type: ignore[misc]
            alone=alone,
            text=one.text,
            words=run.words,
            known=run.known,
            where=run.places,
        )
        for place, one in tables.items()
    }


def _find(
    run: _Run, taken: Sequence[Taken], tables: Mapping[int, Surveyed], owned: owners.Ownership
) -> tuple[_Known, Mentions]:
    known, mentions = _Known(), Mentions()
    with written.Parquet(run.out / FINDINGS_FILE, FINDINGS) as file:
        findings = written.Findings(file)
        for place, surveyed in tables.items():
            source = taken[place].source
            marker = Marker(surveyed.table.columns, run.detectors)
            spool = run.chest.open(f"{place}.facts")
            try:
                _mark_table(run, surveyed, marker, findings, spool.write, owned, known, mentions)
            except BaseException:
                spool.discard()
                raise
            spool.close()
            source.fields = list(marker.fields())
            findings.fields(source.source, source.fields)
    return known, mentions


def _mark_table(
    run: _Run,
    surveyed: Surveyed,
    marker: Marker,
    findings: written.Findings,
    keep: Callable[[pa.RecordBatch], None],
    owned: owners.Ownership,
    known: _Known,
    mentions: Mentions,
) -> None:
    table = surveyed.table
    rows = Rows(table.columns, surveyed.shape, run.known, run.places, run.today)
    first = owned.persons.get(table.number)
    nodes = owned.nodes.get(table.number)
    at = 0
    for batch in surveyed.batches(None):
        marks = marker.mark(batch)
        findings.spans(table.source, at, marks)
        found = rows.take(batch, marks, run.bits)
        here = nodes[at : at + batch.num_rows] if nodes is not None else np.full(batch.num_rows, -1, dtype=np.int32)
        if surveyed.text:
            mentions.take(table.number, at, batch.column(0), marks, run.known)
        elif nodes is not None:
            lent = None if first is not None else owned.lends.get(table.number, frozenset())
            known.identify(here, found.identity, lent)
        if first is not None:
            size = batch.num_rows
            nothing = pl.Series([None] * size, dtype=pl.String)
            known.names.setdefault(first, []).append(found.facts["name"] if "name" in found.facts.columns else nothing)
            born = found.facts["born"] if "born" in found.facts.columns else None
            known.born.setdefault(first, []).append(
                days(born) if born is not None else np.full(size, resolve.NO_DATE, dtype=np.int32)
            )
        _keep(found.facts, here, at, owned, table.number, keep)
        at += batch.num_rows
        if run.progress is not None:
            run.progress("find", 0)


def _keep(
    facts: pl.DataFrame,
    nodes: np.ndarray,
    first_row: int,
    owned: owners.Ownership,
    table: int,
    keep: Callable[[pa.RecordBatch], None],
) -> None:
    size = len(facts)
    facts = facts.with_columns(
        row=pl.Series(np.arange(first_row, first_row + size, dtype=np.int64)), node=pl.Series(nodes.astype(np.int32))
    )
    if table in owned.more:
        rows, others = owned.more[table]
        here = (rows >= first_row) & (rows < first_row + size)
        if here.any():
            shared = facts[rows[here] - first_row].with_columns(node=pl.Series(others[here]))
            facts = pl.concat([facts, shared])
    marked = (pl.col("e0") | pl.col("e1")) != 0
    wanted = marked if table in owned.persons else marked | (pl.col("node") >= 0)
    kept = facts.filter(wanted)
    for batch in kept.to_arrow().to_batches():
        keep(batch)


def _resolve(
    run: _Run, tables: Mapping[int, Surveyed], owned: owners.Ownership, known: _Known, mentions: Mentions
) -> tuple["_Groups", pl.DataFrame]:
    for number_, keys in owned.keyed.items():
        nodes = owned.nodes[number_]
        for candidate, domain in keys:
            rows = np.flatnonzero(candidate.hashes)
            known.node.append(nodes[rows])
            known.kind.append(np.full(len(rows), int(Kind.KEY), dtype=np.uint8))
            known.value.append(_of_domain(candidate.hashes[rows], domain))
    for domain_ in owned.domains:
        size = len(domain_.rest)
        if size:
            known.node.append(np.arange(domain_.base, domain_.base + size, dtype=np.int32))
            known.kind.append(np.full(size, int(Kind.KEY), dtype=np.uint8))
            known.value.append(_of_domain(domain_.rest, domain_.number))
    one, several = lines_of_one(mentions.all())
    lines = one.select("table", "row").unique(maintain_order=True)
    lines = lines.with_columns(node=pl.int_range(owned.count, owned.count + len(lines), dtype=pl.Int32))
    one = one.join(lines, on=["table", "row"], maintain_order="left")
    count = owned.count + len(lines)
    material = _material(count, owned, known, one)
    labels = resolve.resolve(material)
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int32) if count else labels
    # Persons are numbered in the order in which the evidence speaks of them.
    identifiers = pl.DataFrame({"kind": material.kind, "value": material.value, "group": labels[material.node]})
    fresh = int(labels.max()) + 1 if count else 0
    reached, _, new = reach(several, identifiers, run.bits, fresh)
    keyed = np.zeros(fresh + new, dtype=bool)
    keyed[labels[material.node[material.kind == Kind.KEY]]] = True
    said = one.filter(pl.col("said").is_not_null())
    values = said.group_by("table", "row").agg(
        emails=pl.col("said").filter(pl.col("kind") == int(Kind.EMAIL)).first(),
        phones=pl.col("said").filter(pl.col("kind") == int(Kind.PHONE)).first(),
    )
    return _Groups(labels, fresh + new, keyed, lines, values), reached


@dataclass(frozen=True, slots=True)
class _Groups:
    """`of_node[node]`: group. `lines`: which node a line of text is; `values`: mailbox and number it names."""

    of_node: resolve.Ints
    count: int
    keyed: np.ndarray
    lines: pl.DataFrame
    values: pl.DataFrame


def _of_domain(hashes: np.ndarray, domain: int) -> np.ndarray:
    """The same value in two domains is two keys."""
    return hashes ^ np.uint64((domain * 0x9E3779B97F4A7C15) % 2**64)


def _material(count: int, owned: owners.Ownership, known: _Known, lines: pl.DataFrame) -> resolve.Material:
    names, born, at = [], [], 0
    for first in sorted(known.names):
        names.append(pl.Series([None] * (first - at), dtype=pl.String))
        born.append(np.full(first - at, resolve.NO_DATE, dtype=np.int32))
        names.extend(known.names.pop(first))
        born.extend(known.born.pop(first))
        at = sum(len(one) for one in names)
    names.append(pl.Series([None] * (count - at), dtype=pl.String))
    born.append(np.full(count - at, resolve.NO_DATE, dtype=np.int32))
    node = np.concatenate([*known.node, lines["node"].to_numpy()]).astype(np.int32)
    kind = np.concatenate([*known.kind, lines["kind"].to_numpy()]).astype(np.uint8)
    value = np.concatenate([*known.value, lines["value"].to_numpy()]).astype(np.uint64)
    for held in (known.node, known.kind, known.value):
        held.clear()
    schema = {"node": pl.Int32, "paper": pl.UInt64, "value": pl.UInt64}
    told = lines.filter(pl.col("paper") != 0).select("node", "paper", "value")
    papers = pl.concat([pl.DataFrame(schema=schema), *known.papers, told])
    known.papers.clear()
    merged = pl.concat(names).alias("name") if names else pl.Series("name", [], dtype=pl.String)
    return resolve.Material(count, node, kind, value, merged, np.concatenate(born), papers)


def _list(
    run: _Run,
    taken: Sequence[Taken],
    tables: Mapping[int, Surveyed],
    groups: _Groups,
    reached: pl.DataFrame,
    key: Key | None,
) -> dict[str, Any]:
    census = Census(groups.count)
    census.keyed = groups.keyed
    for place, surveyed in tables.items():
        for facts in _placed(run, place, surveyed, groups, reached):
            mine = facts.filter(pl.col("group") >= 0)
            census.add(mine["group"].to_numpy(), mine["e0"].to_numpy(), mine["e1"].to_numpy())
    persons = number(census, run.bits)
    by_source: dict[str, int] = {}
    with (
        written.people_file(run.out / PEOPLE_FILE, key) as people,
        written.Parquet(run.out / RECORDS_FILE, RECORDS) as file,
    ):
        records = written.Records(file, run.bits)
        listing = Listing(persons.records, run.bits, run.places, run.today, run.chest, people.write)
        try:
            for place, surveyed in tables.items():
                source = taken[place].source.source
                by_source[source] = _list_table(run, place, surveyed, groups, reached, persons, records, listing)
            listing.finish()
        except BaseException:
            listing.discard()
            raise
    return _people(persons, by_source, listing)


def _list_table(
    run: _Run,
    place: int,
    surveyed: Surveyed,
    groups: _Groups,
    reached: pl.DataFrame,
    persons: Persons,
    records: written.Records,
    listing: Listing,
) -> int:
    """How many persons the table speaks of."""
    seen = np.zeros(persons.count, dtype=bool)
    for facts in _placed(run, place, surveyed, groups, reached):
        person = np.where(facts["group"].to_numpy() >= 0, persons.person[facts["group"].to_numpy()], -1)
        facts = facts.with_columns(person=pl.Series(person.astype(np.int32)))
        records.take(surveyed.table.source, facts)
        of_somebody = facts.filter(pl.col("person") >= 0)
        seen[of_somebody["person"].to_numpy()] = True
        listing.take(of_somebody)
    return int(seen.sum())


def _placed(
    run: _Run, place: int, surveyed: Surveyed, groups: _Groups, reached: pl.DataFrame
) -> Iterator[pl.DataFrame]:
    """The facts of a table with the group each row belongs to (-1: none); a row that two share comes twice."""
    for facts in batches_of(f"{place}.facts", run.chest):
        if surveyed.text:
            yield from _placed_lines(facts, place, groups, reached)
            continue
        node = facts["node"].to_numpy()
        group = np.where(node >= 0, groups.of_node[node], -1) if len(groups.of_node) else node
        yield facts.with_columns(group=pl.Series(group.astype(np.int32)))


def _placed_lines(facts: pl.DataFrame, place: int, groups: _Groups, reached: pl.DataFrame) -> Iterator[pl.DataFrame]:
    mine = groups.lines.filter(pl.col("table") == place).select("row", own="node")
    several = reached.filter(pl.col("table") == place).drop("table")
    told = groups.values.filter(pl.col("table") == place).drop("table")
    facts = facts.join(mine, on="row", how="left", maintain_order="left").join(
        told, on="row", how="left", maintain_order="left"
    )
    own = facts["own"].fill_null(-1).to_numpy()
    group = np.where(own >= 0, groups.of_node[own], -1).astype(np.int32) if len(groups.of_node) else own
    facts = facts.with_columns(group=pl.Series(group)).drop("own")
    yield facts.filter(~pl.col("row").is_in(several["row"].implode()))
    here = several.filter(pl.col("row").is_in(facts["row"].implode()))
    if not here.is_empty():
        yield here.with_columns(node=pl.lit(-1, dtype=pl.Int32))


def _people(persons: Persons, by_source: Mapping[str, int], listing: Listing) -> dict[str, Any]:
    return {
        "count": persons.count,
        "name_only": persons.name_only,
        "address_only": persons.address_only,
        "by_source": {source: count for source, count in by_source.items() if count},
        "by_residence": dict(sorted(listing.residence.items(), key=lambda item: (-item[1], item[0]))),
        "by_element": dict(sorted(listing.elements.items(), key=lambda item: (-item[1], item[0]))),
    }
