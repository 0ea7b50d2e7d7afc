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
from importlib import import_module
from types import ModuleType

import numpy as np
import numpy.typing as npt
import polars as pl

from breachdesk.scope.ordered import distinct
from breachdesk.scope.people import names as naming

Ints = npt.NDArray[np.int32]
_MOST_NAMES = 6  # an identifier that more different names share joins nobody
NO_DATE = -(2**31)
_PAIRS = {"node": pl.Int32, "other": pl.Int32, "kind": pl.UInt8, "same": pl.Boolean}


class Kind(IntEnum):
    """Kinds of identifiers, the surest first. Government ids carry their element in the value's hash."""

    KEY = 0
    GOV_ID = 1
    EMAIL = 2
    PHONE = 3


@dataclass(slots=True)
class Material:
    """What is known of `count` nodes. Identifiers that more than one node has: three arrays of one length. Of the nodes
    that have one, `papers`: all their government ids (node, hash of the element, value), and `mails`: all their
    mailboxes (node, value), to see two different ones. `born`: days since 1970 or NO_DATE."""

    count: int
    node: Ints
    kind: npt.NDArray[np.uint8]
    value: npt.NDArray[np.uint64]
    named: npt.NDArray[np.bool_]
    names: Callable[[Ints], pl.Series]  # of nodes in ascending order: as written, null where unknown
    born: Ints
    papers: pl.DataFrame
    mails: pl.DataFrame

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
    folded = pl.DataFrame({"node": involved, "name": naming.fold(material.names(involved.to_numpy()))})
    born = pl.DataFrame({"node": involved, "born": material.born[involved.to_numpy()]})
    known = folded.join(born, on="node").filter(pl.col("name").is_not_null())
    shared = shared.join(known, on="node", how="inner")
    counted = shared.with_columns(spread=pl.col("name").n_unique().over("kind", "value"))
    alive = counted.filter((pl.col("spread") <= _MOST_NAMES) | (pl.col("kind") == int(Kind.KEY)))
    tried = pl.concat([_same_name(alive), _other_name(alive)])
    pairs = _without_conflicts(tried, known, material)
    # Where a first pair fails, another of the same identifier may hold; where a group is to be taken apart, all count.
    failed = tried.join(pairs, on=["node", "other"], how="anti")
    pairs = pl.concat([pairs, _all_pairs(alive, failed["node"].append(failed["other"]), known, material)])
    joined = _connect(groups, pairs)
    suspects = _contradictory(joined, pairs, known, material)
    pairs = pl.concat([pairs, _all_pairs(alive, suspects["node"], known, material)])
    return _split(joined, pairs, suspects, material)


def follow_identifiers(material: Material, groups: Ints) -> Ints:
    """Nodes without a name: each follows its best identifier to the only group that has it."""
    nameless = ~material.named
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
        twice = distinct(ordered[1:][ordered[1:] == ordered[:-1]])
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
    return _judged(alive.group_by("kind", "value", "name", "born").agg(pl.col("node").min()))


def _all_pairs(alive: pl.DataFrame, nodes: pl.Series, known: pl.DataFrame, material: Material) -> pl.DataFrame:
    """Every two nodes with a common identifier, of the identifiers that `nodes` have."""
    if nodes.is_empty():
        return _without_conflicts(pl.DataFrame(schema=_PAIRS), known, material)
    touched = alive.filter(pl.col("node").is_in(nodes.implode())).select("kind", "value").unique()
    faces = alive.join(touched, on=["kind", "value"], how="semi").select("kind", "value", "name", "born", "node")
    return _without_conflicts(_judged(faces), known, material)


def _judged(faces: pl.DataFrame) -> pl.DataFrame:
    """Pairs of `faces` (kind, value, name, born, node) with one identifier whose names can be one person's."""
    faces = faces.filter(pl.len().over("kind", "value") > 1)
    crowd = faces.filter(pl.len().over("kind", "value") <= _MOST_NAMES * 3)
    both = crowd.join(crowd, on=["kind", "value"], suffix="_b").filter(pl.col("node") < pl.col("node_b"))
    if both.is_empty():
        return pl.DataFrame(schema=_PAIRS)
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
    over_phone = pairs.filter((pl.col("kind") == int(Kind.PHONE)) & ~pl.col("agree"))
    return _drop(pairs, _differ(over_phone, material.mails, []), only=int(Kind.PHONE))


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
        bad_here &= pl.col("kind") == only
    return marked.filter(~bad_here).drop("bad")


def _connect(groups: Ints, pairs: pl.DataFrame) -> Ints:
    """`groups` with those of each pair made one."""
    if pairs.is_empty():
        return groups
    return _joined(groups, pairs["node"].to_numpy(), pairs["other"].to_numpy())


def ready() -> tuple[ModuleType, ModuleType]:
    """The parts of scipy that connect graphs. They take as long to load as a small run: whoever has a thread to spare
    asks for them early."""
    return import_module("scipy.sparse"), import_module("scipy.sparse.csgraph")


def _joined(groups: Ints, one: npt.NDArray[np.int32], other: npt.NDArray[np.int32]) -> Ints:
    """Groups joined along edges between nodes bear the smallest number among them."""
    touched, places = np.unique(np.concatenate([groups[one], groups[other]]), return_inverse=True)
    a, b = places[: len(one)], places[len(one) :]
    sparse, csgraph = ready()
    edges = sparse.coo_array((np.ones(len(one), dtype=np.int8), (a, b)), shape=(len(touched), len(touched)))
    _, labels = csgraph.connected_components(edges, directed=False)
    first = np.full(int(labels.max()) + 1, np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(first, labels, touched)
    renamed = np.arange(int(groups.max()) + 1, dtype=np.int32)
    renamed[touched] = first[labels]
    joined: Ints = renamed[groups]
    return joined


def _split(groups: Ints, pairs: pl.DataFrame, suspects: pl.DataFrame, material: Material) -> Ints:
    """A chain can lead from one person to another (`J Smith` is like John and like Jane). Groups that hold a
    contradiction are taken apart: who stands between the two sides stays alone, then names must be the same."""
    if suspects.is_empty():
        return groups
    ties: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
    group_of = dict(suspects.select("node", "group").iter_rows())
    for node, other, same in pairs.select("node", "other", "same").unique().iter_rows():
        if node in group_of:
            ties[group_of[node]].append((node, other, same))
    people: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for node, name, born, group in suspects.select("node", "name", "born", "group").iter_rows():
        people[group].append((node, name, born))
    papers = _papers_of(suspects["node"], material)
    looks = _looks(suspects, material)
    result = groups.copy()
    fresh = int(groups.max()) + 1
    for group, faces in people.items():
        inside = sorted(ties[group], key=lambda tie: (not tie[2], *sorted((looks[tie[0]], looks[tie[1]]))))
        for part in _take_apart(faces, inside, papers)[1:]:
            result[part] = fresh
            fresh += 1
    return result


def _papers_of(nodes: pl.Series, material: Material) -> dict[int, dict[int, set[int]]]:
    found: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for node, paper, value in material.papers.filter(pl.col("node").is_in(nodes.implode())).iter_rows():
        found[node][paper].add(value)
    return found


def _looks(suspects: pl.DataFrame, material: Material) -> dict[int, tuple[object, ...]]:
    """What is known of each node, so that ties are taken in an order that does not depend on the evidence's."""
    mine = np.isin(material.node, suspects["node"].to_numpy())
    signs: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for node, kind, value in zip(
        material.node[mine].tolist(), material.kind[mine].tolist(), material.value[mine].tolist(), strict=True
    ):
        signs[node].append((kind, value))
    return {
        node: (name, born, sorted(signs[node]))
        for node, name, born in suspects.select("node", "name", "born").iter_rows()
    }


def _contradictory(groups: Ints, pairs: pl.DataFrame, known: pl.DataFrame, material: Material) -> pl.DataFrame:
    """The members (node, name, born, group) of groups in which there are more than two names, or in which days of birth
    or papers differ."""
    members = known.filter(pl.col("node").is_in(pairs["node"].append(pairs["other"]).unique().implode()))
    members = members.with_columns(group=pl.Series(groups[members["node"].to_numpy()]))
    faces = members.group_by("group").agg(
        names=pl.col("name").n_unique(), dates=pl.col("born").filter(pl.col("born") != NO_DATE).n_unique()
    )
    papers = (
        material.papers.join(members.select("node", "group"), on="node")
        .group_by("group", "paper")
        .agg(values=pl.col("value").n_unique())
    )
    odd = faces.filter((pl.col("names") > 2) | (pl.col("dates") > 1))["group"]
    odd = odd.append(papers.filter(pl.col("values") > 1)["group"]).unique()
    return members.filter(pl.col("group").is_in(odd.implode()))


def _take_apart(
    faces: Sequence[tuple[int, str, int]],
    ties: Sequence[tuple[int, int, bool]],
    papers: dict[int, dict[int, set[int]]],
) -> list[list[int]]:
    """Parts without contradiction. Ties are taken in their order; one that would bring a contradiction into a part is
    left out, and a node tied to two that contradict each other stays alone."""
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
    for one, other, _ in ties:
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
    frame = pl.DataFrame({"which": which, "node": node, "group": groups[node]})
    frame = frame.filter(pl.len().over("which") > 1)
    if frame.is_empty():
        return groups
    settled = _named_groups(material, groups, nameless)
    frame = frame.with_columns(named=pl.Series(settled[frame["group"].to_numpy()]))
    home = (
        frame.filter("named")
        .group_by("which")
        .agg(home=pl.col("node").min(), home_group=pl.col("group").first(), homes=pl.col("group").n_unique())
    )
    free = frame.filter(~pl.col("named")).join(home, on="which", how="left")
    led = free.filter(pl.col("homes") == 1).select("which", "node", other="home", a="group", b="home_group")
    alone = free.filter(pl.col("homes").is_null() | (pl.col("homes") > 1))
    against = _against(material, kind, groups, free["group"].append(led["b"]).unique())
    led = _consistent(led, against)
    # Nameless ones of one identifier are one person; over a telephone only when nothing surer tells them apart.
    flock = alone.filter(~pl.col("which").is_in(_torn(alone.select("group", whole="which"), against).implode()))
    flock = flock.with_columns(other=pl.col("node").min().over("which")).filter(pl.col("node") != pl.col("other"))
    flock = flock.select("node", "other", a="group", b=pl.Series(groups[flock["other"].to_numpy()]))
    return _unmixed(groups, _one_way(groups, led, flock), against)


def _named_groups(material: Material, groups: Ints, nameless: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    named = np.zeros(int(groups.max()) + 1, dtype=bool)
    named[groups[~nameless]] = True
    return named


def _against(material: Material, kind: Kind, groups: Ints, touched: pl.Series) -> list[pl.DataFrame]:
    """What tells two people apart who share an identifier of `kind`: (group, paper, value) of the groups `touched`,
    `paper` 0 where it is none. A customer number is given to one person; else papers and days of birth tell, over a
    telephone also mailboxes."""
    if kind is Kind.KEY or touched.is_empty():
        return []
    wanted = np.zeros(int(groups.max()) + 1, dtype=bool)
    wanted[touched.to_numpy()] = True
    mine = wanted[groups]

    def held(node: Ints, value: npt.NDArray[np.uint64], paper: npt.NDArray[np.uint64] | int = 0) -> pl.DataFrame:
        frame = pl.DataFrame({"group": groups[node], "value": value})
        return frame.with_columns(paper=pl.lit(paper) if isinstance(paper, int) else pl.Series(paper)).unique()

    papers = material.papers.filter(pl.Series(mine[material.papers["node"].to_numpy()]))
    dated = np.flatnonzero(mine & (material.born != NO_DATE)).astype(np.int32)
    found = [
        held(papers["node"].to_numpy(), papers["value"].to_numpy(), papers["paper"].to_numpy()),
        held(dated, material.born[dated].astype(np.uint64)),
    ]
    if kind is Kind.PHONE:
        mails = material.mails.filter(pl.Series(mine[material.mails["node"].to_numpy()]))
        found.append(held(mails["node"].to_numpy(), mails["value"].to_numpy()))
    return found


def _consistent(edges: pl.DataFrame, against: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Edges whose groups `a` and `b` nothing tells apart."""
    for values in against:
        named = edges.select(node="a", other="b").filter(pl.col("node") != pl.col("other"))
        bad = _differ(named, values.rename({"group": "node"}), ["paper"])
        edges = edges.join(bad.rename({"node": "a", "other": "b"}), on=["a", "b"], how="anti")
    return edges


def _torn(members: pl.DataFrame, against: Sequence[pl.DataFrame]) -> pl.Series:
    """Of `members` (group, whole) the wholes whose groups have values of one kind and none that all of them share."""
    torn = [members["whole"].clear()]
    for values in against:
        held = values.join(members.unique(), on="group")
        shared = held.group_by("whole", "paper", "value").agg(having=pl.col("group").n_unique())
        most = shared.group_by("whole", "paper").agg(pl.col("having").max())
        all_of_them = held.group_by("whole", "paper").agg(groups=pl.col("group").n_unique())
        bad = most.join(all_of_them, on=["whole", "paper"]).filter(pl.col("having") < pl.col("groups"))
        torn.append(bad["whole"])
    return pl.concat(torn).unique()


def _unmixed(before: Ints, after: Ints, against: Sequence[pl.DataFrame]) -> Ints:
    """`after`, but what was joined into a group that holds a contradiction is what it was `before`."""
    if not against:
        return after
    place = np.zeros(int(before.max()) + 1, dtype=np.int32)
    place[before] = np.arange(len(before), dtype=np.int32)
    told = pl.concat([values["group"] for values in against]).unique().to_numpy()
    torn = _torn(pl.DataFrame({"group": told, "whole": after[place[told]]}), against)
    if torn.is_empty():
        return after
    undone = np.isin(after, torn.to_numpy())
    result = after.copy()
    result[undone] = int(after.max()) + 1 + before[undone]
    return dense(result)


def dense(groups: Ints) -> Ints:
    """The same groups, numbered without gaps, in the same order."""
    if not len(groups):
        return groups
    there = np.zeros(int(groups.max()) + 1, dtype=bool)
    there[groups] = True
    numbers = np.cumsum(there, dtype=np.int32) - np.int32(1)
    result: Ints = numbers[groups]
    return result


def _one_way(groups: Ints, led: pl.DataFrame, flock: pl.DataFrame) -> Ints:
    """Join along the edges, but never two groups that both have a name: a nameless group is led to one named group, and
    a flock becomes one group unless a member of it is led away."""
    # Of several that lead the smallest value does: any would do, but it must not hang on the order of the evidence.
    leads = led.sort("which", "b").unique("a", keep="first", maintain_order=True)
    flock = flock.join(leads, on="a", how="anti").join(leads, left_on="b", right_on="a", how="anti")
    return _connect(groups, pl.concat([leads.select("node", "other"), flock.select("node", "other")]))


STAGES: tuple[Stage, ...] = (join_named, follow_identifiers)
