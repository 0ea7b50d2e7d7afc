"""Nodes to persons: who shares an exact strong identifier, and is not plainly somebody else.

To write to Anna about Ben's data is worse than to write to Anna twice. So an identifier joins two nodes only when their
names agree; relatives share mailboxes and telephones, companies share switchboards, and an identifier that too many
different names share joins nobody. A node without a name follows its best identifier to the one person who has it, and
never ties two persons together.

Probabilistic matching has its place in `STAGES`: a stage takes the material and the groups so far, and gives groups.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from breachdesk.scope.people import names as naming

Ints = npt.NDArray[np.int32]
_MOST_NAMES = 6  # an identifier that more different names share joins nobody
NO_DATE = -(2**31)


class Kind(IntEnum):
    """Kinds of identifiers, the surest first. Government ids carry their element in the value's hash."""

    KEY = 0
    GOV_ID = 1
    EMAIL = 2
    PHONE = 3


@dataclass(slots=True)
class Material:
    """What is known of `count` nodes. Identifiers: three arrays of one length. `conflicts`: government ids again, as
    (node, hash of the element, hash of the value), to see two different ones. `born`: days since 1970 or NO_DATE."""

    count: int
    node: Ints
    kind: npt.NDArray[np.uint8]
    value: npt.NDArray[np.uint64]
    names: pl.Series  # per node, as written; null where unknown
    born: Ints
    papers: pl.DataFrame  # node, paper, value

    def by_kind(self, kind: Kind) -> tuple[Ints, npt.NDArray[np.uint64]]:
        mine = self.kind == kind
        return self.node[mine], self.value[mine]


Stage = Callable[[Material, Ints], Ints]


def resolve(material: Material) -> Ints:
    """A group number per node; nodes of one person share it."""
    groups = np.arange(material.count, dtype=np.int32)
    for stage in STAGES:
        groups = stage(material, groups)
    return groups


def join_named(material: Material, groups: Ints) -> Ints:
    """Named nodes that share an identifier and whose names agree."""
    shared = _shared(material)
    if shared.is_empty():
        return groups
    involved = shared["node"].unique().sort()
    folded = pl.DataFrame({"node": involved, "name": naming.fold(material.names.gather(involved))})
    born = pl.DataFrame({"node": involved, "born": material.born[involved.to_numpy()]})
    known = folded.join(born, on="node").filter(pl.col("name").is_not_null())
    shared = shared.join(known, on="node", how="inner")
    counted = shared.with_columns(spread=pl.col("name").n_unique().over("kind", "value"))
    alive = counted.filter((pl.col("spread") <= _MOST_NAMES) | (pl.col("kind") == int(Kind.KEY)))
    pairs = pl.concat([_same_name(alive), _other_name(alive)])
    pairs = _without_conflicts(pairs, known, material)
    return _split(_connect(groups, pairs), pairs, known, material)


def follow_identifiers(material: Material, groups: Ints) -> Ints:
    """Nodes without a name: each follows its best identifier to the only group that has it."""
    nameless = material.names.is_null().to_numpy()
    for kind in Kind:
        groups = _follow(material, groups, nameless, kind)
    return groups


def _shared(material: Material) -> pl.DataFrame:
    """node, kind, value of the identifiers that at least two nodes have."""
    parts = []
    for kind in Kind:
        node, value = material.by_kind(kind)
        if len(value) < 2:
            continue
        ordered = np.sort(value)
        twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        if not len(twice):
            continue
        place = np.minimum(np.searchsorted(twice, value), len(twice) - 1)
        hit = twice[place] == value
        parts.append(
            pl.DataFrame({"node": node[hit], "value": value[hit]}).with_columns(kind=pl.lit(int(kind), dtype=pl.UInt8))
        )
    if not parts:
        return pl.DataFrame(schema={"node": pl.Int32, "value": pl.UInt64, "kind": pl.UInt8})
    return pl.concat(parts).unique()


def _same_name(alive: pl.DataFrame) -> pl.DataFrame:
    """Each node with the first one of the same identifier, name and day of birth. (Two of one name and two days of
    birth are compared below, like other names.)"""
    first = alive.with_columns(other=pl.col("node").min().over("kind", "value", "name", "born"))
    return first.filter(pl.col("node") != pl.col("other")).select("node", "other", "kind", same=pl.lit(value=True))


def _other_name(alive: pl.DataFrame) -> pl.DataFrame:
    """Every two different (name, day of birth) of one identifier, one node for each, when the names are alike."""
    faces = alive.group_by("kind", "value", "name", "born").agg(pl.col("node").min())
    faces = faces.filter(pl.len().over("kind", "value") > 1)
    crowd = faces.filter(pl.len().over("kind", "value") <= _MOST_NAMES * 3)
    both = crowd.join(crowd, on=["kind", "value"], suffix="_b").filter(pl.col("node") < pl.col("node_b"))
    if both.is_empty():
        return pl.DataFrame(schema={"node": pl.Int32, "other": pl.Int32, "kind": pl.UInt8, "same": pl.Boolean})
    looked = both.select("name", "name_b").unique()
    verdicts = [(one, other, naming.alike(one, other), naming.surely(one, other)) for one, other in looked.iter_rows()]
    judged = pl.DataFrame(verdicts, schema=["name", "name_b", "alike", "surely"], orient="row")
    both = both.join(judged, on=["name", "name_b"])
    phone = pl.col("kind") == int(Kind.PHONE)
    # One customer number and one day of birth: a name may have changed or be spelt in another alphabet.
    same_day = (pl.col("born") == pl.col("born_b")) & (pl.col("born") != NO_DATE)
    changed = (pl.col("kind") == int(Kind.KEY)) & same_day
    return both.filter(pl.when(phone).then(pl.col("surely")).otherwise(pl.col("alike") | changed)).select(
        "node", pl.col("node_b").alias("other"), "kind", same=pl.col("name") == pl.col("name_b")
    )


def _without_conflicts(pairs: pl.DataFrame, known: pl.DataFrame, material: Material) -> pl.DataFrame:
    """Drop pairs with different days of birth, different papers of one kind, or (over a telephone) different mailboxes
    that no common day of birth excuses."""
    born = known.select("node", "born")
    pairs = pairs.join(born, on="node").join(born.rename({"node": "other", "born": "born_b"}), on="other")
    dated = (pl.col("born") != NO_DATE) & (pl.col("born_b") != NO_DATE)
    agree = dated & (pl.col("born") == pl.col("born_b"))
    paper = pl.col("kind") == int(Kind.GOV_ID)
    pairs = pairs.filter(~dated | agree | _swapped() | (paper & pl.col("same")))
    pairs = pairs.with_columns(agree=agree.fill_null(value=False))
    pairs = _drop(pairs, _differ(pairs, material.papers, ["paper"]))
    mail = pl.DataFrame(dict(zip(("node", "value"), material.by_kind(Kind.EMAIL), strict=True)))
    over_phone = pairs.filter((pl.col("kind") == int(Kind.PHONE)) & ~pl.col("agree"))
    return _drop(pairs, _differ(over_phone, mail, []), only=int(Kind.PHONE))


def _swapped() -> pl.Expr:
    """Day and month changed over: one date written two ways."""
    one = pl.col("born").cast(pl.Date)
    other = pl.col("born_b").cast(pl.Date)
    return (one.dt.year() == other.dt.year()) & (one.dt.month() == other.dt.day()) & (one.dt.day() == other.dt.month())


def _differ(pairs: pl.DataFrame, values: pl.DataFrame, within: Sequence[str]) -> pl.DataFrame:
    """Pairs of which both have values (of the same `within`) and none in common."""
    if pairs.is_empty() or values.is_empty():
        return pairs.select("node", "other").clear()
    left = pairs.select("node", "other").unique().join(values, on="node")
    both = left.join(values.rename({"node": "other", "value": "value_b"}), on=["other", *within])
    judged = both.group_by("node", "other", *within).agg(meet=(pl.col("value") == pl.col("value_b")).any())
    return judged.filter(~pl.col("meet")).select("node", "other").unique()


def _drop(pairs: pl.DataFrame, bad: pl.DataFrame, only: int | None = None) -> pl.DataFrame:
    if bad.is_empty():
        return pairs
    marked = pairs.join(bad.with_columns(bad=pl.lit(value=True)), on=["node", "other"], how="left")
    bad_here = pl.col("bad").fill_null(value=False)
    if only is not None:
        bad_here &= (pl.col("kind") == only) & ~pl.col("agree")
    return marked.filter(~bad_here).drop("bad")


def _connect(groups: Ints, pairs: pl.DataFrame) -> Ints:
    """`groups` with those of each pair made one."""
    if pairs.is_empty():
        return groups
    return _joined(groups, pairs["node"].to_numpy(), pairs["other"].to_numpy())


def _joined(groups: Ints, one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]) -> Ints:
    size = int(groups.max()) + 1
    edges = coo_array((np.ones(len(one), dtype=np.int8), (groups[one], groups[other])), shape=(size, size))
    _, labels = connected_components(edges, directed=False)
    joined: Ints = labels[groups].astype(np.int32)
    return joined


def _split(groups: Ints, pairs: pl.DataFrame, known: pl.DataFrame, material: Material) -> Ints:
    """A chain can lead from one person to another (`J Smith` is like John and like Jane). Groups that hold a
    contradiction are taken apart: who stands between the two sides stays alone, then names must be the same."""
    members = known.filter(pl.col("node").is_in(pairs["node"].append(pairs["other"]).unique().implode()))
    members = members.with_columns(group=pl.Series(groups[members["node"].to_numpy()]))
    suspects = _contradictory(members, material)
    if not suspects:
        return groups
    chosen = members.filter(pl.col("group").is_in(list(suspects)))
    ties: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    group_of = dict(chosen.select("node", "group").iter_rows())
    for node, other, same in pairs.select("node", "other", "same").iter_rows():
        if node in group_of:
            ties[group_of[node]].append((node, other, same))
    people: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for node, name, born, group in chosen.select("node", "name", "born", "group").iter_rows():
        people[group].append((node, name, born))
    papers = _papers_of(chosen["node"], material)
    result = groups.copy()
    fresh = int(groups.max()) + 1
    for group, faces in people.items():
        for part in _take_apart(faces, ties[group], papers)[1:]:
            result[part] = fresh
            fresh += 1
    return result


def _papers_of(nodes: pl.Series, material: Material) -> dict[int, dict[int, set[int]]]:
    found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for node, paper, value in material.papers.filter(pl.col("node").is_in(nodes.implode())).iter_rows():
        found[node][paper].add(value)
    return found


def _contradictory(members: pl.DataFrame, material: Material) -> set[int]:
    """Groups in which not all names are one name, or days of birth or papers differ."""
    faces = members.group_by("group").agg(
        names=pl.col("name").n_unique(), dates=pl.col("born").filter(pl.col("born") != NO_DATE).n_unique()
    )
    papers = (
        material.papers.join(members.select("node", "group"), on="node")
        .group_by("group", "paper")
        .agg(values=pl.col("value").n_unique())
    )
    odd = set(faces.filter((pl.col("names") > 2) | (pl.col("dates") > 1))["group"])
    return odd | set(papers.filter(pl.col("values") > 1)["group"])


def _take_apart(
    faces: Sequence[tuple[int, str, int]],
    ties: Sequence[tuple[int, int, bool]],
    papers: dict[int, dict[int, set[int]]],
) -> list[list[int]]:
    """Parts without contradiction. Ties of the same name are taken first; a tie that would bring a contradiction into a
    part is left out, and a node tied to two parts that contradict each other stays alone."""
    face = {node: (name, born) for node, name, born in faces}
    against: dict[tuple[int, int], bool] = {}

    def clash(one: int, other: int) -> bool:
        key = (min(one, other), max(one, other))
        if key not in against:
            against[key] = _contradict(face[one], face[other], papers.get(one, {}), papers.get(other, {}))
        return against[key]

    neighbours: dict[int, set[int]] = defaultdict(set)
    for one, other, _ in ties:
        neighbours[one].add(other)
        neighbours[other].add(one)
    between = {
        node
        for node, near in neighbours.items()
        if len(near) <= 50 and any(clash(a, b) for a in near for b in near if a < b)
    }
    part = {node: [node] for node in face}
    for one, other, _ in sorted(ties, key=lambda tie: not tie[2]):
        if one in between or other in between or part[one] is part[other]:
            continue
        if len(part[one]) * len(part[other]) > 10_000 or any(clash(a, b) for a in part[one] for b in part[other]):
            continue
        merged = part[one] + part[other]
        for node in merged:
            part[node] = merged
    return list({id(nodes): nodes for nodes in part.values()}.values())


def _contradict(
    one: tuple[str, int], other: tuple[str, int], papers: dict[int, set[int]], others: dict[int, set[int]]
) -> bool:
    if any(paper in others and not values & others[paper] for paper, values in papers.items()):
        return True
    if NO_DATE not in (one[1], other[1]) and one[1] != other[1] and not _two_ways(one[1], other[1]):
        return True
    return not naming.alike(one[0], other[0])


def _two_ways(one: int, other: int) -> bool:
    frame = pl.DataFrame({"born": [one], "born_b": [other]}, schema={"born": pl.Int32, "born_b": pl.Int32})
    return bool(frame.select(_swapped()).item())


def _follow(material: Material, groups: Ints, nameless: npt.NDArray[np.bool_], kind: Kind) -> Ints:
    node, value = material.by_kind(kind)
    if len(node) < 2:
        return groups
    ordered = np.argsort(value, kind="stable")
    node, value = node[ordered], value[ordered]
    start = np.flatnonzero(np.concatenate([[True], value[1:] != value[:-1]]))
    which = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(value))))
    frame = pl.DataFrame({"which": which, "node": node, "group": groups[node], "nameless": nameless[node]})
    frame = frame.filter(pl.len().over("which") > 1)
    if frame.is_empty():
        return groups
    settled = _named_groups(material, groups, nameless)
    frame = frame.with_columns(named=pl.Series(settled[frame["group"].to_numpy()]))
    home = frame.filter("named").group_by("which").agg(home=pl.col("node").min(), homes=pl.col("group").n_unique())
    free = frame.filter(~pl.col("named")).join(home, on="which", how="left")
    led = free.filter(pl.col("homes") == 1).select("node", other="home")
    alone = free.filter(pl.col("homes").is_null() | (pl.col("homes") > 1))
    led = led.unique("node", keep="first", maintain_order=True)
    # Nameless ones of one identifier are one person; over a telephone only when nothing surer tells them apart.
    flock = alone.with_columns(other=pl.col("node").min().over("which")).filter(pl.col("node") != pl.col("other"))
    edges = pl.concat(
        [led.with_columns(lead=pl.lit(value=True)), flock.select("node", "other", lead=pl.lit(value=False))]
    )
    edges = _consistent(edges, material, groups, kind)
    return _one_way(groups, edges)


def _named_groups(material: Material, groups: Ints, nameless: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    named = np.zeros(int(groups.max()) + 1, dtype=bool)
    named[groups[np.flatnonzero(~nameless)]] = True
    return named


def _consistent(edges: pl.DataFrame, material: Material, groups: Ints, kind: Kind) -> pl.DataFrame:
    """Edges whose groups have no different papers or days of birth; over a telephone no different mailboxes."""
    if edges.is_empty():
        return edges
    edges = edges.with_columns(
        a=pl.Series(groups[edges["node"].to_numpy()]), b=pl.Series(groups[edges["other"].to_numpy()])
    )
    touched = pl.concat([edges["a"], edges["b"]]).unique()
    bad = []
    papers = _of_groups(material.papers, groups, touched)
    if kind is not Kind.KEY:
        bad.append(_group_differ(edges, papers, ["paper"]))
        dated = np.flatnonzero(material.born != NO_DATE)
        days = pl.DataFrame({"node": dated.astype(np.int32), "value": material.born[dated].astype(np.int64)})
        bad.append(_group_differ(edges, _of_groups(days, groups, touched), []))
    if kind is Kind.PHONE:
        mail = pl.DataFrame(dict(zip(("node", "value"), material.by_kind(Kind.EMAIL), strict=True)))
        bad.append(_group_differ(edges, _of_groups(mail, groups, touched), []))
    for one in bad:
        edges = edges.join(one, on=["a", "b"], how="anti")
    return edges


def _of_groups(values: pl.DataFrame, groups: Ints, touched: pl.Series) -> pl.DataFrame:
    if values.is_empty():
        return values.with_columns(group=pl.lit(0, dtype=pl.Int32)).drop("node")
    placed = values.with_columns(group=pl.Series(groups[values["node"].to_numpy()])).drop("node")
    return placed.filter(pl.col("group").is_in(touched.implode())).unique()


def _group_differ(edges: pl.DataFrame, values: pl.DataFrame, within: list[str]) -> pl.DataFrame:
    named = edges.select(node="a", other="b").filter(pl.col("node") != pl.col("other"))
    return _differ(named, values.rename({"group": "node"}), within).rename({"node": "a", "other": "b"})


def _one_way(groups: Ints, edges: pl.DataFrame) -> Ints:
    """Join along the edges, but never two groups that both have a name: a nameless group is led to one named group."""
    if edges.is_empty():
        return groups
    leads = edges.filter("lead").group_by("a").agg(pl.col("node").min(), pl.col("other").min())
    flock = edges.filter(~pl.col("lead"))
    # A flock first becomes one group, unless a member of it is already led away.
    flock = flock.join(leads, on="a", how="anti").join(leads, left_on="b", right_on="a", how="anti")
    return _connect(groups, pl.concat([leads.select("node", "other"), flock.select("node", "other")]))


STAGES: tuple[Stage, ...] = (join_named, follow_identifiers)
