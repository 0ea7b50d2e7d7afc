"""Nodes to groups: which rows, keys and lines of text speak of one person."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from breachdesk.scope.finding import Found, keys_of
from breachdesk.scope.people import owners, resolve
from breachdesk.scope.people.identifiers import material
from breachdesk.scope.people.mentions import lines_of_one, reach
from breachdesk.scope.people.resolve import Ints, Kind
from breachdesk.scope.workings import Workings


@dataclass(frozen=True, slots=True)
class Groups:
    """`of_node[node]`: group. `lines`: which node a line of text is; `values`: mailbox and number it names; `reached`:
    whom lines with several of a kind reach. `keyed[group]`: somebody gave it a number."""

    of_node: Ints
    count: int
    keyed: npt.NDArray[np.bool_]
    lines: pl.DataFrame
    values: pl.DataFrame
    reached: pl.DataFrame


def join(run: Workings, owned: owners.Ownership, found: Found) -> Groups:
    one, several = lines_of_one(found.mentions.all())
    lines = one.select("table", "row").unique(maintain_order=True)
    lines = lines.with_columns(node=pl.int_range(owned.count, owned.count + len(lines), dtype=pl.Int32))
    one = one.join(lines, on=["table", "row"], maintain_order="left")
    count = owned.count + len(lines)
    identifiers = found.identifiers
    identifiers.expect(one["kind"].to_numpy(), one["value"].to_numpy())
    identifiers.expect(several["kind"].to_numpy(), several["value"].to_numpy(), surely=True)
    held = [identifiers.repeated(), one.select("node", "kind", "value", "paper"), *_keys(owned, found)]
    identifiers.forget_filter()
    named = np.concatenate([found.named, np.zeros(len(lines), dtype=bool)])
    born = np.concatenate([found.born, np.full(len(lines), resolve.NO_DATE, dtype=np.int32)])

    def telling(nodes: Ints) -> pl.DataFrame:
        told = one.select("node", "kind", "value", "paper").filter(pl.col("node").is_in(pl.Series(nodes).implode()))
        return pl.concat([identifiers.telling(nodes), told])

    labels = resolve.dense(resolve.resolve(material(count, held, telling, named, found.names, born)))
    fresh = int(labels.max()) + 1 if count else 0
    known = pl.concat([frame.select("node", "kind", "value") for frame in held])
    known = known.join(several.select("kind", "value").unique(), on=["kind", "value"], how="semi")
    known = known.select("kind", "value", group=pl.Series(labels[known["node"].to_numpy()], dtype=pl.Int32))
    reached, new = reach(several, known, run.bits, fresh)
    keyed = np.zeros(fresh + new, dtype=bool)
    for nodes, _ in keys_of(owned):
        keyed[labels[nodes]] = True
    said = one.filter(pl.col("said").is_not_null())
    values = said.group_by("table", "row").agg(
        emails=pl.col("said").filter(pl.col("kind") == int(Kind.EMAIL)).first(),
        phones=pl.col("said").filter(pl.col("kind") == int(Kind.PHONE)).first(),
    )
    return Groups(labels, fresh + new, keyed, lines, values, reached)


def _keys(owned: owners.Ownership, found: Found) -> list[pl.DataFrame]:
    """Keys that more than one node may have."""
    frames = []
    for nodes, values in keys_of(owned):
        mine = found.identifiers.may_repeat(Kind.KEY, values)
        frame = pl.DataFrame({"node": nodes[mine], "value": values[mine]})
        frames.append(
            frame.select(
                "node",
                kind=pl.lit(int(Kind.KEY), dtype=pl.UInt8),
                value="value",
                paper=pl.lit(0, dtype=pl.UInt64),
            )
        )
    return frames
