"""The systems of a breach and the way through them: what is hit, what is cut off, from where to where."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from breachdesk.ground.visible import visible
from breachdesk.report.pictures.layers import depths, forward
from breachdesk.report.words import Words

_NAME = 40
_STEPS = 7


class Kind(StrEnum):
    SERVER = "server"
    DATABASE = "database"
    WORKSTATION = "workstation"
    CLOUD = "cloud"
    ACCOUNT = "account"
    APPLICATION = "application"
    NETWORK = "network"
    MAILBOX = "mailbox"
    STORAGE = "storage"
    BACKUP = "backup"
    VENDOR = "vendor"
    OTHER = "other"


class State(StrEnum):
    HIT = "hit"
    AT_RISK = "at_risk"
    ISOLATED = "isolated"
    CLEAN = "clean"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Node:
    key: str
    name: str
    kind: Kind
    state: State


@dataclass(frozen=True, slots=True)
class Edge:
    """Access from one node to another; `attack`: the attacker took it."""

    source: str
    target: str
    label: str
    attack: bool


#: The order in which nodes earn a place when there are too many to draw.
_WEIGHT = (State.HIT, State.AT_RISK, State.ISOLATED, State.UNKNOWN, State.CLEAN)


def settled(nodes: Sequence[Node], edges: Sequence[Edge]) -> tuple[list[Node], list[Edge]]:
    """Each node once, in an order that does not hang on its state; edges only between nodes there are."""
    known = {node.key: node for node in reversed(nodes)}
    ordered = sorted(known.values(), key=lambda node: (_counted(node.name), node.key))
    return ordered, [
        edge for edge in edges if edge.source in known and edge.target in known and edge.source != edge.target
    ]


def _counted(name: str) -> str:
    """`till-9` stands before `till-10`."""
    return re.sub(r"[0-9]+", lambda number: number.group().zfill(12), name)


def weightiest(nodes: Sequence[Node], edges: Sequence[Edge], most: int) -> tuple[list[Node], list[Edge]]:
    """The `most` nodes that matter most, hit and at risk first, and what runs between them."""
    if len(nodes) <= most:
        return list(nodes), list(edges)
    on_way = {key for edge in edges if edge.attack for key in (edge.source, edge.target)}
    near = [key for edge in edges for key in (edge.source, edge.target)]
    degree = {key: near.count(key) for key in set(near)}
    ranked = sorted(
        nodes, key=lambda node: (_WEIGHT.index(node.state), node.key not in on_way, -degree.get(node.key, 0))
    )
    kept = {node.key for node in ranked[:most]}
    return (
        [node for node in nodes if node.key in kept],
        [edge for edge in edges if edge.source in kept and edge.target in kept],
    )


def entries(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    """Where the attacker came in: hit, or isolated since, with a way that leads on from there and none to it.

    Where no node is like that, any that is hit and connected, with no way leading there.
    """
    way = [edge for edge in edges if edge.attack]
    reached, left = {edge.target for edge in way}, {edge.source for edge in way}
    first = [node for node in nodes if node.key in left - reached and node.state in (State.HIT, State.ISOLATED)]
    if first or not way:
        return first
    connected = {key for edge in edges for key in (edge.source, edge.target)}
    return [node for node in nodes if node.state is State.HIT and node.key in connected - reached]


def longest_way(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    """The longest way the attacker took, from its beginning; of equals the first."""
    known = {node.key: node for node in nodes}
    way = [(edge.source, edge.target) for edge in edges if edge.attack]
    if not way:
        return []
    depth, steps = depths(list(known), way, ()), forward([key for key in known if any(key in p for p in way)], way)
    at = max(depth, key=lambda key: depth[key])
    path = [at]
    while depth[at]:
        at = next(source for source, target in steps if target == at and depth[source] == depth[at] - 1)
        path.append(at)
    return [known[key] for key in reversed(path)]


def finding(nodes: Sequence[Node], edges: Sequence[Edge], words: Words) -> str:
    """What the map says, in words."""
    nodes, edges = settled(nodes, edges)
    if not nodes:
        return words.say("systems.alt_none")
    say = []
    for name, state in (("hit", State.HIT), ("isolated", State.ISOLATED), ("risk", State.AT_RISK)):
        n = sum(node.state is state for node in nodes)
        say.append(words.say(f"systems.alt_{name}", n) if n else words.say(f"systems.alt_{name}_none"))
    path = longest_way(nodes, edges)
    if not path:
        return " ".join([*say, words.say("systems.alt_way_none")])
    names = [visible(node.name, longest=_NAME) for node in path]
    if len(names) > _STEPS:
        names = [*names[: _STEPS - 2], "…", names[-1]]
    say.append(words.say("systems.alt_way", names=words.say("systems.then").join(names)))
    others = {edge.target for edge in edges if edge.attack} - {node.key for node in path}
    if others:
        say.append(words.say("systems.alt_way_more", len(others)))
    on_way = {key for edge in edges if edge.attack for key in (edge.source, edge.target)}
    gaps = sum(node.state is State.HIT and node.key not in on_way for node in nodes)
    if gaps:
        say.append(words.say("systems.alt_way_gap", gaps))
    return " ".join(say)
