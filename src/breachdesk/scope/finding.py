"""The second pass: every row again, to say what stands where and what tells who somebody is."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import partial

import numpy as np
import polars as pl
import pyarrow as pa

from breachdesk.scope import written
from breachdesk.scope.beside import Ahead, Behind, ahead
from breachdesk.scope.detectors import Column, Marker, Marks
from breachdesk.scope.people import owners, resolve
from breachdesk.scope.people.identifiers import Identifiers
from breachdesk.scope.people.listing import batches_of
from breachdesk.scope.people.mentions import Mentions
from breachdesk.scope.people.resolve import Ints, Kind
from breachdesk.scope.people.rows import Batch, Rows, Words, days
from breachdesk.scope.people.survey import Batches, Surveyed
from breachdesk.scope.taking import Taken
from breachdesk.scope.workings import Workings

Keep = Callable[[pa.RecordBatch], None]
Marking = tuple[Marker, Ahead[tuple[pa.RecordBatch, Marks]]]


class Found:
    """What the second pass learns. Of each node (row of a person table first): whether it has a name, and when it was
    born; names themselves stay on disk with the facts."""

    def __init__(self, run: Workings, owned: owners.Ownership, expected: int) -> None:
        self._run = run
        self._owned = owned
        self.identifiers = Identifiers(run.chest, expected)
        self.mentions = Mentions()
        self.named = np.zeros(owned.count, dtype=bool)
        self.born = np.full(owned.count, resolve.NO_DATE, dtype=np.int32)

    def note(self, place: int, first_row: int, batch: Batch, nodes: Ints) -> None:
        """A batch of a table whose rows belong to `nodes`."""
        first = self._owned.persons.get(place)
        lent = None if first is not None else self._owned.lends.get(place, frozenset())
        self.identifiers.take(nodes, batch.identity, lent)
        if first is None:
            return
        here = slice(first + first_row, first + first_row + len(batch.facts))
        if "name" in batch.facts.columns:
            marked = (batch.facts["e0"] | batch.facts["e1"]) != 0
            self.named[here] = (batch.facts["name"].is_not_null() & marked).to_numpy()
        if "born" in batch.facts.columns:
            self.born[here] = days(batch.facts["born"])

    def names(self, nodes: Ints) -> pl.Series:
        """Names of nodes in ascending order, from the facts of the tables they are rows of."""
        found = [pl.DataFrame(schema={"node": pl.Int32, "name": pl.String})]
        wanted = pl.DataFrame({"node": pl.Series(nodes, dtype=pl.Int32)})
        for place, first in self._owned.persons.items():
            last = first + len(self._owned.nodes[place])
            if np.searchsorted(nodes, first) == np.searchsorted(nodes, last):
                continue
            for facts in batches_of(f"{place}.facts", self._run.chest, ("node", "name")):
                if "name" in facts.columns:
                    found.append(facts.join(wanted, on="node", how="semi").select("node", "name"))
        return wanted.join(pl.concat(found), on="node", how="left", maintain_order="left")["name"]


def begin(run: Workings, columns: Sequence[Column], batches: Batches) -> Marking:
    """Start to look over a table again, a few batches ahead of whoever takes them."""
    marker = Marker(columns, run.detectors)
    looked = ahead((batch, marker.look(batch)) for batch in batches(None))
    return marker, ahead((batch, marker.read(half)) for batch, half in looked)


def find(
    run: Workings,
    taken: Sequence[Taken],
    tables: Mapping[int, Surveyed],
    begun: MutableMapping[int, Marking],
    owned: owners.Ownership,
    out: written.Parquet,
) -> Found:
    """`begun`: the tables somebody has begun to look over already."""
    findings = written.Findings(out)
    found = Found(run, owned, _expected(tables, owned))
    try:
        for _, values in keys_of(owned):
            found.identifiers.expect(int(Kind.KEY), values)
        for place, surveyed in tables.items():
            source = taken[place].source
            early = begun.pop(place) if place in begun else None
            marker, marked = early or begin(run, surveyed.table.columns, surveyed.batches)
            spool, behind = run.chest.open(f"{place}.facts"), Behind()
            try:
                _mark(run, surveyed, marked, findings, partial(behind.do, spool.write), owned, found)
                behind.close()
            except BaseException:
                behind.stop()
                spool.discard()
                raise
            spool.close()
            source.fields = list(marker.fields())
            findings.fields(source.source, source.fields)
    except BaseException:
        found.identifiers.discard()
        raise
    found.identifiers.close()
    return found


def _expected(tables: Mapping[int, Surveyed], owned: owners.Ownership) -> int:
    """About how many identifiers there will be."""
    rows = sum(
        one.table.rows
        * (
            bool(one.shape.roles.get("email"))
            + len(one.shape.roles.get("own_phone", ()))
            + min(1, len(one.shape.papers))
        )
        for one in tables.values()
    )
    return rows + sum(len(values) for _, values in keys_of(owned))


def keys_of(owned: owners.Ownership) -> list[tuple[Ints, Words]]:
    """Keys of persons as (node, value); the same value in two domains is two keys."""
    found: list[tuple[Ints, Words]] = []
    for place, keys in owned.keyed.items():
        for candidate, domain in keys:
            rows = np.flatnonzero(candidate.hashes)
            found.append((owned.nodes[place][rows], _of_domain(candidate.hashes[rows], domain)))
    for one in owned.domains:
        if len(one.rest):
            nodes = np.arange(one.base, one.base + len(one.rest), dtype=np.int32)
            found.append((nodes, _of_domain(one.rest, one.number)))
    return found


def _of_domain(hashes: Words, domain: int) -> Words:
    mixed: Words = hashes ^ np.uint64((domain * 0x9E3779B97F4A7C15) % 2**64)
    return mixed


def _mark(
    run: Workings,
    surveyed: Surveyed,
    marked: Ahead[tuple[pa.RecordBatch, Marks]],
    findings: written.Findings,
    keep: Keep,
    owned: owners.Ownership,
    found: Found,
) -> None:
    table = surveyed.table
    rows = Rows(table.columns, surveyed.shape, run.known, run.places, run.today)
    nodes = owned.nodes.get(table.number)
    at = 0
    for batch, marks in marked:
        size = batch.num_rows
        findings.spans(table.source, at, marks)
        taken = rows.take(batch, marks, run.bits)
        here = nodes[at : at + size] if nodes is not None else np.full(size, owners.NOBODY, dtype=np.int32)
        if surveyed.text:
            found.mentions.take(table.number, at, batch.column(0), marks, run.known)
        elif nodes is not None:
            found.note(table.number, at, taken, here)
        _keep(taken.facts, here, at, owned, table.number, keep)
        at += size
        run.tell("find", 0)


def _keep(
    facts: pl.DataFrame,
    nodes: Ints,
    first_row: int,
    owned: owners.Ownership,
    table: int,
    keep: Keep,
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
