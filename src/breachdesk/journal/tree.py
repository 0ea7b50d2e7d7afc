"""The RFC 6962 tree as its log builds it: every whole subtree's hash is kept, so roots and proofs cost log n.

What a log claims is checked by verify.py, which shares no code with this file but the two hashes.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from breachdesk.journal.verify import leaf_hash, node_hash

__all__ = ["Frontier", "Proofs", "Tree", "leaf_hash", "node_hash"]
_EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


class Proofs(ABC):
    """What a log answers, wherever its hashes are kept: `node` gives that of a whole subtree."""

    @property
    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def node(self, level: int, index: int) -> bytes:
        """The hash over the leaves from index * 2**level, 2**level of them."""

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves (all of them when left out)."""
        size = self._size(size)
        return self._range(0, size) if size else _EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """RFC 6962 2.1.1: the path from leaf `index` (from 0) to the root over `size` leaves."""
        low, high = 0, self._size(size)
        if not 0 <= index < high:
            raise IndexError(f"no leaf {index} in a tree of {high}")
        path = []
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, size1: int, size2: int | None = None) -> list[bytes]:
        """RFC 6962 2.1.2: that the tree of `size1` leaves is the beginning of the tree of `size2`."""
        low, high, part, whole = 0, self._size(size2), size1, True
        if not 1 <= part <= high:
            raise IndexError(f"no tree of {size1} leaves within one of {high}")
        path = []
        while part != high - low:
            middle = low + _split(high - low)
            if part <= middle - low:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                part, low, whole = part - (middle - low), middle, False
        if not whole:
            path.append(self._range(low, high))
        return path[::-1]

    def _size(self, size: int | None) -> int:
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise IndexError(f"the tree has {self.size} leaves, not {size}")
        return size

    def _range(self, low: int, high: int) -> bytes:
        count = high - low
        if count & (count - 1) == 0 and low % count == 0:
            return self.node(count.bit_length() - 1, low // count)
        middle = low + _split(count)
        return node_hash(self._range(low, middle), self._range(middle, high))


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


class Tree(Proofs):
    """Leaves are hashes (32 bytes). 64 bytes of memory a leaf."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        return len(self._levels[0]) // 32

    def node(self, level: int, index: int) -> bytes:
        return bytes(self._levels[level][index * 32 : index * 32 + 32])

    def add(self, leaf: bytes) -> None:
        self._levels[0] += leaf
        node, level, count = leaf, 0, self.size
        while count % 2 == 0:
            node = node_hash(bytes(self._levels[level][-64:-32]), node)
            level, count = level + 1, count // 2
            if level == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level] += node


class Frontier:
    """What must be at hand to go on with a log kept elsewhere: the whole subtrees at its right edge, largest first.
    One for every bit of `size`."""

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if size.bit_count() != len(edge):
            raise ValueError(f"a log of {size} leaves has {size.bit_count()} subtrees at its edge, not {len(edge)}")
        self.size = size
        self.edge = list(edge)

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Every subtree that became whole by this leaf, as (level, index, hash); the leaf is the first."""
        made = [(0, self.size, leaf)]
        node, level, count = leaf, 0, self.size + 1
        while count % 2 == 0:
            node = node_hash(self.edge.pop(), node)
            level, count = level + 1, count // 2
            made.append((level, count - 1, node))
        self.edge.append(node)
        self.size += 1
        return made

    def root(self) -> bytes:
        if not self.edge:
            return _EMPTY
        node = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            node = node_hash(left, node)
        return node
