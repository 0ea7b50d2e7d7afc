"""Nodes of the resolution, said shortly: `node("Anna Berg", mail="a")`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from breachdesk.scope.people.resolve import NO_DATE, Kind, Material, resolve


@dataclass(frozen=True, slots=True)
class Node:
    name: str | None
    key: int = 0
    mail: int = 0
    phone: int = 0
    paper: tuple[int, int] = (0, 0)  # kind of paper, its number
    born: date | None = None


def material(nodes: Sequence[Node]) -> Material:
    found = [
        (place, kind, value, paper)
        for place, one in enumerate(nodes)
        for kind, value, paper in (
            (Kind.KEY, one.key, 0),
            (Kind.GOV_ID, one.paper[0] * 1_000_003 + one.paper[1] if one.paper[1] else 0, one.paper[0]),
            (Kind.EMAIL, one.mail, 0),
            (Kind.PHONE, one.phone, 0),
        )
        if value
    ]
    papers = [(place, paper, value) for place, _, value, paper in found if paper]
    mails = [(place, value) for place, kind, value, _ in found if kind is Kind.EMAIL]
    return Material(
        len(nodes),
        np.array([place for place, *_ in found], dtype=np.int32),
        np.array([int(kind) for _, kind, _, _ in found], dtype=np.uint8),
        np.array([value for _, _, value, _ in found], dtype=np.uint64),
        np.array([one.name is not None for one in nodes], dtype=bool),
        lambda wanted: pl.Series([nodes[place].name for place in wanted.tolist()], dtype=pl.String),
        np.array([(one.born - date(1970, 1, 1)).days if one.born else NO_DATE for one in nodes], dtype=np.int32),
        pl.DataFrame(papers, schema={"node": pl.Int32, "paper": pl.UInt64, "value": pl.UInt64}, orient="row"),
        pl.DataFrame(mails, schema={"node": pl.Int32, "value": pl.UInt64}, orient="row"),
    )


def persons(nodes: Sequence[Node]) -> list[set[int]]:
    """Which nodes are one person, by their places in the list."""
    groups = resolve(material(nodes))
    found: dict[int, set[int]] = {}
    for place, group in enumerate(groups.tolist()):
        found.setdefault(group, set()).add(place)
    return sorted(found.values(), key=min)


def together(*nodes: Node) -> bool:
    return len(persons(nodes)) == 1
