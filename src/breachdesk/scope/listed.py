"""The last step: every record with its person, every person once."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from breachdesk.ground.sealing import Key
from breachdesk.scope import written
from breachdesk.scope.beside import ahead
from breachdesk.scope.joining import Groups
from breachdesk.scope.people.census import Census, Persons, number
from breachdesk.scope.people.listing import Listing, batches_of
from breachdesk.scope.people.survey import Surveyed
from breachdesk.scope.shapes import RECORDS
from breachdesk.scope.taking import Taken
from breachdesk.scope.workings import Workings
from breachdesk.scope.written import PEOPLE_FILE, RECORDS_FILE


def write(
    run: Workings,
    out: Path,
    taken: Sequence[Taken],
    tables: Mapping[int, Surveyed],
    groups: Groups,
    key: Key | None,
) -> dict[str, Any]:
    """records.parquet and people.parquet (sealed when a key is given); `people` as the summary tells it."""
    census = Census(groups.count)
    census.keyed = groups.keyed
    for place, surveyed in tables.items():
        for facts in _placed(run, place, surveyed, groups, ("row", "node", "e0", "e1")):
            mine = facts.filter(pl.col("group") >= 0)
            census.add(mine["group"].to_numpy(), mine["e0"].to_numpy(), mine["e1"].to_numpy())
    persons = number(census, run.bits)
    by_source: dict[str, int] = {}
    with (
        written.people_file(out / PEOPLE_FILE, key) as people,
        written.Parquet(out / RECORDS_FILE, RECORDS) as file,
    ):
        records = written.Records(file, run.bits)
        listing = Listing(persons.records, run.bits, run.places, run.today, run.chest, people.write)
        try:
            for place, surveyed in tables.items():
                source = taken[place].source.source
                by_source[source] = _list_table(run, place, surveyed, groups, persons, records, listing)
            listing.finish()
        except BaseException:
            listing.discard()
            raise
    return _people(persons, by_source, listing)


def _list_table(
    run: Workings,
    place: int,
    surveyed: Surveyed,
    groups: Groups,
    persons: Persons,
    records: written.Records,
    listing: Listing,
) -> int:
    """How many persons the table speaks of."""
    seen = np.zeros(persons.count, dtype=bool)
    for facts in _placed(run, place, surveyed, groups):
        person = np.where(facts["group"].to_numpy() >= 0, persons.person[facts["group"].to_numpy()], -1)
        facts = facts.with_columns(person=pl.Series(person.astype(np.int32)))
        records.take(surveyed.table.source, facts)
        of_somebody = facts if (person >= 0).all() else facts.filter(pl.col("person") >= 0)
        seen[of_somebody["person"].to_numpy()] = True
        listing.take(of_somebody)
    return int(seen.sum())


def _placed(
    run: Workings, place: int, surveyed: Surveyed, groups: Groups, columns: Sequence[str] | None = None
) -> Iterator[pl.DataFrame]:
    """The facts of a table with the group each row belongs to (-1: none); a row that two share comes twice."""
    for facts in ahead(batches_of(f"{place}.facts", run.chest, columns)):
        if surveyed.text:
            yield from _placed_lines(facts, place, groups)
            continue
        node = facts["node"].to_numpy()
        group = np.where(node >= 0, groups.of_node[node], -1) if len(groups.of_node) else node
        yield facts.with_columns(group=pl.Series(group.astype(np.int32)))


def _placed_lines(facts: pl.DataFrame, place: int, groups: Groups) -> Iterator[pl.DataFrame]:
    mine = groups.lines.filter(pl.col("table") == place).select("row", own="node")
    several = groups.reached.filter(pl.col("table") == place).drop("table")
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
