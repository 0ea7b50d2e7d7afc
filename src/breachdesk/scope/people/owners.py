"""Whose a row is, before anybody is known by name: rows of person tables are persons themselves, rows of other tables
belong to whom their keys lead, directly (a card to its customer) or over other tables (a payment over an order; a card
over a table that pairs cards with people).

A node is what may become a person: a row of a person table, or a key value that no person table explains.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from breachdesk.scope.ordered import distinct
from breachdesk.scope.people.keys import Candidate, Claim, Hashes, Table, Tie, family, inside, ties

Nodes = npt.NDArray[np.int32]  # one per row, -1: nobody

NOBODY = -1
_SHARED_BY = 6  # a row that more people point to is a thing of the world (a shop, a film), not theirs
_SHARED_MEAN = 1.5
_KEYED = 0.6  # distinct values per filled row from which a person table's foreign key may say who the row is


@dataclass(slots=True)
class Domain:
    """One space of person keys. `home`: the person table whose own key it is."""

    number: int
    members: list[tuple[Table, Candidate, Claim]]
    home: tuple[Table, Candidate] | None
    rest: Hashes = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))  # values no home row has, sorted
    base: int = 0  # node of the first of `rest`
    _sorted: Hashes | None = None
    _rows: npt.NDArray[np.int64] | None = None

    def nodes(self, hashes: Hashes, home_base: int) -> Nodes:
        """The node each key value stands for."""
        found = np.full(len(hashes), NOBODY, dtype=np.int32)
        present = hashes != 0
        if self.home is not None:
            ordered, rows = self._index()
            place = np.minimum(np.searchsorted(ordered, hashes), max(len(ordered) - 1, 0))
            hit = present & (ordered[place] == hashes) if len(ordered) else np.zeros(len(hashes), dtype=bool)
            found[hit] = (home_base + rows[place[hit]]).astype(np.int32)
            present &= ~hit
        if len(self.rest):
            place = np.minimum(np.searchsorted(self.rest, hashes), len(self.rest) - 1)
            hit = present & (self.rest[place] == hashes)
            found[hit] = (self.base + place[hit]).astype(np.int32)
        return found

    def _index(self) -> tuple[Hashes, npt.NDArray[np.int64]]:
        if self._sorted is None or self._rows is None:
            assert self.home is not None
            hashes = self.home[1].hashes
            order = np.argsort(hashes, kind="stable")
            order = order[np.searchsorted(hashes[order], np.uint64(1)) :]
            self._sorted, self._rows = hashes[order], order
        return self._sorted, self._rows


@dataclass(slots=True)
class Ownership:
    """What the keys tell. `nodes[t]`: per row of table t the node it belongs to; `more[t]`: further (row, node) pairs
    of rows that several persons share; `persons`: tables whose rows are persons themselves; `keyed`: per such table its
    columns that hold person keys, with the number of the domain; `lends`: tables whose identifiers may stand for the
    node their rows belong to, because the person table has none of that kind."""

    count: int = 0
    nodes: dict[int, Nodes] = field(default_factory=dict)
    more: dict[int, tuple[npt.NDArray[np.int64], Nodes]] = field(default_factory=dict)
    persons: dict[int, int] = field(default_factory=dict)  # table -> first node
    keyed: dict[int, list[tuple[Candidate, int]]] = field(default_factory=dict)
    lends: dict[int, frozenset[str]] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)
    domains: list[Domain] = field(default_factory=list)

    def release(self) -> None:
        """Let go of what was only needed to find out; what is left is what the second pass asks for."""
        for domain in self.domains:
            domain.members.clear()
            domain.home = domain._sorted = domain._rows = None


def own(tables: Sequence[Table]) -> Ownership:
    """`tables` with their candidates loaded; running text is not among them."""
    found = Ownership(ties=ties(tables))
    by_number = {table.number: table for table in tables}
    found.domains = _person_domains(by_number, found.ties)
    keyed = _keys_of(found.domains)
    for table in tables:
        if _are_persons(table, keyed.get(table.number, [])):
            found.persons[table.number] = found.count
            found.count += table.rows
    for domain in found.domains:
        _settle(domain, found)
    for table in tables:
        claims = keyed.get(table.number, [])
        if table.number in found.persons:
            _be_persons(table, claims, found)
        elif direct := _best(claims):
            candidate, domain = direct
            found.nodes[table.number] = domain.nodes(candidate.hashes, _home_base(domain, found))
            found.lends[table.number] = _lent(table, domain)
    _over_tables(by_number, found)
    return found


def _person_domains(tables: Mapping[int, Table], found: Sequence[Tie]) -> list[Domain]:
    groups: dict[tuple[int, str], set[tuple[int, str]]] = {}
    for one, leader in family(tables, found).items():
        groups.setdefault(leader, set()).add(one)
    taken = {one for group in groups.values() for one in group}
    claims = {(tie.child, tie.column): tie.claim for tie in found}
    for group in _orphans(tables, taken):
        groups[group[0]] = set(group)
    domains: list[Domain] = []
    for leader in sorted(groups):
        members = [
            (tables[number], tables[number].candidates[column], claims.get((number, column), Claim.SERVED))
            for number, column in sorted(groups[leader])
        ]
        parents = {(tie.parent, tie.key) for tie in found}
        if _is_of_persons(members, parents):
            domains.append(Domain(len(domains), members, _home(members, parents)))
    return domains


def _orphans(tables: Mapping[int, Table], taken: set[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Keys named after persons whose person table is not in the evidence: together within one file, alone otherwise."""
    groups: dict[tuple[str, tuple[str, ...]], list[tuple[int, str]]] = {}
    for table in tables.values():
        for candidate in table.candidates.values():
            named = bool(candidate.stem) and candidate.stem[-1] in table.words.persons
            if not named or (table.number, candidate.column) in taken or set(candidate.stem) & table.words.roles:
                continue
            groups.setdefault((table.container, candidate.stem), []).append((table.number, candidate.column))
    yield from groups.values()


def _is_of_persons(members: Sequence[tuple[Table, Candidate, Claim]], parents: set[tuple[int, str]]) -> bool:
    for table, candidate, _ in members:
        noun = bool(candidate.stem) and (
            candidate.stem[-1] in table.words.persons or " ".join(candidate.stem[-2:]) in table.words.persons
        )
        if noun and table.elements - {"customer_id"}:
            return True
        is_key = (table.number, candidate.column) in parents and candidate.unique
        if is_key and table.identifying and not table.about_things:
            return True
    return False


def _home(
    members: Sequence[tuple[Table, Candidate, Claim]], parents: set[tuple[int, str]]
) -> tuple[Table, Candidate] | None:
    fit = [
        (table.named, len(candidate.distinct), -table.number, table, candidate)
        for table, candidate, _ in members
        if candidate.unique and candidate.filled == table.rows and table.identifying and not table.about_things
        if (table.number, candidate.column) in parents or table.stands_alone
    ]
    if not fit:
        return None
    best = max(fit, key=lambda one: one[:3])
    return best[3], best[4]


def _keys_of(domains: Sequence[Domain]) -> dict[int, list[tuple[Claim, Candidate, Domain, bool]]]:
    keyed: dict[int, list[tuple[Claim, Candidate, Domain, bool]]] = {}
    for domain in domains:
        for table, candidate, claim in domain.members:
            at_home = domain.home is not None and domain.home[0] is table and domain.home[1] is candidate
            keyed.setdefault(table.number, []).append((claim, candidate, domain, at_home))
    return keyed


def _are_persons(table: Table, claims: Sequence[tuple[Claim, Candidate, Domain, bool]]) -> bool:
    if not table.identifying and not ("login.username" in table.elements or "phone" in table.elements):
        return False
    led = any(claim < Claim.ROLE and not at_home for claim, _, _, at_home in claims)
    if not led:
        return table.identifying or not table.about_things
    return table.identifying and not table.about_things


def _settle(domain: Domain, found: Ownership) -> None:
    """Give nodes to key values that no home row has."""
    seen = [
        candidate.distinct
        for table, candidate, claim in domain.members
        if table.number not in found.persons and claim < Claim.ROLE
    ]
    if not seen:
        return
    values = distinct(np.concatenate(seen))
    if domain.home is not None:
        home = domain.home[1].distinct
        place = np.minimum(np.searchsorted(home, values), max(len(home) - 1, 0))
        values = values[home[place] != values] if len(home) else values
    domain.rest, domain.base = values, found.count
    found.count += len(values)


def _home_base(domain: Domain, found: Ownership) -> int:
    return found.persons.get(domain.home[0].number, 0) if domain.home is not None else 0


def _be_persons(table: Table, claims: Sequence[tuple[Claim, Candidate, Domain, bool]], found: Ownership) -> None:
    first = found.persons[table.number]
    found.nodes[table.number] = np.arange(first, first + table.rows, dtype=np.int32)
    keys = []
    for claim, candidate, domain, at_home in claims:
        telling = len(candidate.distinct) >= _KEYED * max(1, candidate.filled)
        if at_home or (claim < Claim.STAFF and telling) or (claim < Claim.STAFF and not table.stands_alone):
            keys.append((candidate, domain.number))
    found.keyed[table.number] = keys


def _best(claims: Sequence[tuple[Claim, Candidate, Domain, bool]]) -> tuple[Candidate, Domain] | None:
    led = [(claim, place) for place, (claim, *_) in enumerate(claims) if claim < Claim.ROLE]
    if not led:
        return None
    _, candidate, domain, _ = claims[min(led)[1]]
    return candidate, domain


def _lent(table: Table, domain: Domain) -> frozenset[str]:
    """Kinds of identifiers the person table lacks."""
    kinds = {element.split(".")[0] for element in table.elements} & {"email", "phone", "gov_id"}
    if domain.home is not None:
        kinds -= {element.split(".")[0] for element in domain.home[0].elements}
    return frozenset(kinds)


def _over_tables(tables: Mapping[int, Table], found: Ownership) -> None:
    """Tables without a person's key: level by level through the tables that already belong to somebody. Rows of bare
    names (actors) own nothing: a film is not theirs."""
    strong = {
        number
        for number in found.nodes
        if number not in found.persons
        or tables[number].about_persons
        or tables[number].elements - {"name", "customer_id"}
    }
    reach = set(strong)
    for _ in range(len(tables)):
        level: dict[int, Nodes] = {}
        for number, table in tables.items():
            if number in found.nodes or table.of_places:
                continue
            nodes = _from_parents(table, tables, reach, found)
            if nodes is None and _worth(table, tables, found):
                nodes = _from_children(table, tables, reach, found)
            if nodes is not None:
                level[number] = nodes
        if not level:
            return
        found.nodes.update(level)
        reach |= set(level)


def _worth(table: Table, tables: Mapping[int, Table], found: Ownership) -> bool:
    """Things that persons name (a track bought, a film lent) are theirs only when they tell something of a person, or
    stand between the person and what does (an account and its cards)."""
    below = (tie.child for tie in found.ties if tie.parent == table.number)
    return table.personal or any(tables[child].personal and child not in found.nodes for child in below)


def _from_parents(table: Table, tables: Mapping[int, Table], reach: set[int], found: Ownership) -> Nodes | None:
    """A payment names its order: the order's owner is the payment's."""
    fit = [tie for tie in found.ties if tie.child == table.number and tie.parent in reach and tie.claim < Claim.ROLE]
    if not fit:
        return None
    tie = min(fit, key=lambda one: (one.claim, one.column))
    own_key, key = table.candidates[tie.column], tables[tie.parent].candidates[tie.key]
    order = np.argsort(key.hashes, kind="stable")
    ordered = key.hashes[order]
    place = np.minimum(np.searchsorted(ordered, own_key.hashes), len(ordered) - 1)
    hit = (ordered[place] == own_key.hashes) & (own_key.hashes != 0)
    return np.where(hit, found.nodes[tie.parent][order[place]], NOBODY).astype(np.int32)


def _from_children(table: Table, tables: Mapping[int, Table], reach: set[int], found: Ownership) -> Nodes | None:
    """A customer names his address, a pairing names card and customer: what they name is theirs, unless many do."""
    pairs = []
    for tie in found.ties:
        if tie.parent != table.number or tie.child not in reach or tie.claim is Claim.ROLE:
            continue
        child = tables[tie.child].candidates[tie.column].hashes
        nodes = found.nodes[tie.child]
        wanted = (child != 0) & (nodes != NOBODY)
        key = table.candidates[tie.key]
        order = np.argsort(key.hashes, kind="stable")
        ordered = key.hashes[order]
        place = np.minimum(np.searchsorted(ordered, child), len(ordered) - 1)
        wanted &= ordered[place] == child
        mine = np.unique(np.stack([order[place[wanted]], nodes[wanted].astype(np.int64)], axis=1), axis=0)
        if len(mine) and len(mine) <= _SHARED_MEAN * len(distinct(mine[:, 0])):
            pairs.append(mine)
    if not pairs:
        return None
    owners = np.unique(np.concatenate(pairs), axis=0)
    rows, start, count = np.unique(owners[:, 0], return_index=True, return_counts=True)
    result = np.full(table.rows, NOBODY, dtype=np.int32)
    few = count <= _SHARED_BY
    result[rows[few]] = owners[start[few], 1]
    first = np.zeros(len(owners), dtype=bool)
    first[start] = True
    further = ~first & np.repeat(few, count)
    found.more[table.number] = (owners[further, 0], owners[further, 1].astype(np.int32))
    return result


__all__ = ["NOBODY", "Domain", "Nodes", "Ownership", "inside", "own"]
