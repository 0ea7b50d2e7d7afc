"""Identifiers of nodes, kept sealed on disk; only those that could join two nodes come back to memory.

Of ten million customers nearly all have a mailbox of their own. A filter of a few bits a value tells which values came
more than once (it never misses one, and names some that did not), and only those are looked at again.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from breachdesk.scope.people.resolve import Ints, Kind, Material
from breachdesk.scope.people.rows import Identity, Words
from breachdesk.scope.spool import Chest

_SPOOL = "identifiers"
_BITS = 16  # of the filter for each value expected
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SCHEMA = {"node": pl.Int32, "kind": pl.UInt8, "value": pl.UInt64, "paper": pl.UInt64}


class Repeated:
    """Which values came more than once."""

    def __init__(self, expected: int) -> None:
        power = max(16, (expected * _BITS).bit_length())
        self._once = np.zeros(1 << (power - 3), dtype=np.uint8)
        self._twice = np.zeros(1 << (power - 3), dtype=np.uint8)
        self._shift = np.uint64(64 - power)

    def add(self, kind: npt.NDArray[np.uint8] | int, values: Words) -> None:
        slots = np.sort(self._slots(kind, values))
        same = np.zeros(len(slots), dtype=bool)
        same[1:] = slots[1:] == slots[:-1]
        again = slots[same | self._in(self._once, slots)]
        _set(self._once, slots)
        _set(self._twice, again)

    def has(self, kind: npt.NDArray[np.uint8] | int, values: Words) -> npt.NDArray[np.bool_]:
        return self._in(self._twice, self._slots(kind, values))

    def _slots(self, kind: npt.NDArray[np.uint8] | int, values: Words) -> Words:
        mixed: Words = ((values + np.asarray(kind, dtype=np.uint64)) * _MIX) >> self._shift
        return mixed

    @staticmethod
    def _in(bits: npt.NDArray[np.uint8], slots: Words) -> npt.NDArray[np.bool_]:
        found: npt.NDArray[np.bool_] = (bits[slots >> np.uint64(3)] >> (slots & np.uint64(7)).astype(np.uint8)) & 1 > 0
        return found


def _set(bits: npt.NDArray[np.uint8], slots: Words) -> None:
    np.bitwise_or.at(bits, slots >> np.uint64(3), np.uint8(1) << (slots & np.uint64(7)).astype(np.uint8))


class Identifiers:
    """What the second pass learns about nodes, in the order of the evidence."""

    def __init__(self, chest: Chest, expected: int) -> None:
        self._chest = chest
        self._repeated = Repeated(expected)
        self._spool = chest.open(_SPOOL)

    def take(self, nodes: Ints, found: Identity, kinds: frozenset[str] | None) -> None:
        """Identifiers of rows whose nodes are given (-1: nobody); only of some kinds where a table lends them."""
        if not len(found.row):
            return
        node = nodes[found.row]
        wanted = node >= 0
        if kinds is not None:
            named = {Kind.EMAIL: "email", Kind.PHONE: "phone", Kind.GOV_ID: "gov_id"}
            wanted &= np.isin(found.kind, [int(kind) for kind, name in named.items() if name in kinds])
        if not wanted.any():
            return
        kind, value = found.kind[wanted], found.value[wanted]
        self._repeated.add(kind, value)
        columns = {"node": node[wanted], "kind": kind, "value": value, "paper": found.paper[wanted]}
        self._spool.write(pa.record_batch([pa.array(column) for column in columns.values()], names=list(columns)))

    def expect(self, kind: npt.NDArray[np.uint8] | int, values: Words, *, surely: bool = False) -> None:
        """Values that are known from elsewhere (keys, lines of text); `surely` brings back whoever has one."""
        self._repeated.add(kind, values)
        if surely:
            self._repeated.add(kind, values)

    def may_repeat(self, kind: Kind, values: Words) -> npt.NDArray[np.bool_]:
        return self._repeated.has(int(kind), values)

    def close(self) -> None:
        self._spool.close()

    def discard(self) -> None:
        self._spool.discard()

    def repeated(self) -> pl.DataFrame:
        """node, kind, value, paper of whatever may have come twice."""
        return self._chosen(lambda frame: self._repeated.has(frame["kind"].to_numpy(), frame["value"].to_numpy()))

    def forget_filter(self) -> None:
        self._repeated = Repeated(0)

    def telling(self, nodes: Ints) -> pl.DataFrame:
        """node, kind, value, paper of all papers and mailboxes of some nodes: what tells people apart."""
        if not len(nodes):
            return pl.DataFrame(schema=_SCHEMA)
        wanted = np.zeros(int(nodes.max()) + 2, dtype=bool)
        wanted[nodes] = True

        def chosen(frame: pl.DataFrame) -> npt.NDArray[np.bool_]:
            mine: npt.NDArray[np.bool_] = wanted[np.minimum(frame["node"].to_numpy(), len(wanted) - 1)]
            return mine & np.isin(frame["kind"].to_numpy(), (int(Kind.GOV_ID), int(Kind.EMAIL)))

        return self._chosen(chosen)

    def _chosen(self, choose: Callable[[pl.DataFrame], npt.NDArray[np.bool_]]) -> pl.DataFrame:
        parts = [pl.DataFrame(schema=_SCHEMA)]
        for batch in self._chest.batches(_SPOOL):
            frame = pl.from_arrow(pa.Table.from_batches([batch]))
            assert isinstance(frame, pl.DataFrame)
            chosen = choose(frame)
            if chosen.any():
                parts.append(frame.filter(pl.Series(chosen)))
        return pl.concat(parts)


def material(
    count: int,
    found: Sequence[pl.DataFrame],
    telling: Callable[[Ints], pl.DataFrame],
    named: npt.NDArray[np.bool_],
    names: Callable[[Ints], pl.Series],
    born: Ints,
) -> Material:
    """`found`: node, kind, value (and more) of what may join; kept is what at least two have."""
    both = pl.concat([frame.select("node", "kind", "value") for frame in found]).unique()
    both = both.filter(pl.len().over("kind", "value") > 1).sort("node", "kind", "value")
    told = telling(both["node"].unique().sort().to_numpy())
    papers = told.filter(pl.col("paper") != 0).select("node", "paper", "value").unique()
    mails = told.filter(pl.col("kind") == int(Kind.EMAIL)).select("node", "value").unique()
    return Material(
        count,
        both["node"].to_numpy(),
        both["kind"].to_numpy(),
        both["value"].to_numpy(),
        named,
        names,
        born,
        papers,
        mails,
    )
