"""A log kept elsewhere goes on from its right edge alone, and its proofs come from the subtrees it made."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.journal.tree import Frontier, Proofs, Tree


def _leaf(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


class _Kept(Proofs):
    """The subtrees a frontier made, as a database would hold them."""

    def __init__(self) -> None:
        self.frontier = Frontier()
        self.nodes: dict[tuple[int, int], bytes] = {}

    @property
    def size(self) -> int:
        return self.frontier.size

    def node(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def add(self, leaf: bytes) -> None:
        self.nodes |= {(level, index): node for level, index, node in self.frontier.add(leaf)}


@given(st.integers(0, 70))
def test_roots_and_proofs_are_those_of_the_whole_tree(size: int) -> None:
    tree, kept = Tree(), _Kept()
    for number in range(size):
        tree.add(_leaf(number))
        kept.add(_leaf(number))
    assert kept.frontier.root() == kept.root() == tree.root()
    for index in range(size):
        assert kept.inclusion(index) == tree.inclusion(index)
        assert kept.consistency(index + 1) == tree.consistency(index + 1)


@given(st.integers(1, 60))
def test_it_goes_on_from_what_was_kept_of_it(size: int) -> None:
    first = Frontier()
    for number in range(size):
        first.add(_leaf(number))
    again = Frontier(first.size, first.edge)
    first.add(_leaf(size))
    again.add(_leaf(size))
    assert again.root() == first.root()


def test_an_edge_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="2 subtrees at its edge, not 1"):
        Frontier(3, [_leaf(1)])
