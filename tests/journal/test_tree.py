"""The tree a log builds and the verifier that judges it agree, and the verifier is fooled by nobody's vectors."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.journal.tree import Tree, leaf_hash, node_hash
from breachdesk.journal.verify import Frontier, consistency_holds, inclusion_holds
from tests.corpus import corpus


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word."""
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


def grown(count: int) -> Tree:
    tree = Tree()
    for number in range(count):
        tree.add(leaf_hash(b"event %d" % number))
    return tree


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 13, 37, 64, 65])
def test_the_root_is_the_one_of_the_definition(count: int) -> None:
    leaves = [b"event %d" % number for number in range(count)]
    frontier = Frontier()
    for leaf in leaves:
        frontier.add(leaf_hash(leaf))
    assert grown(count).root() == frontier.root() == by_definition(leaves)


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert (
        Tree().root()
        == Frontier().root()
        == bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )


@given(st.integers(1, 300), st.data())
def test_every_leaf_is_proven_in_every_tree_and_nowhere_else(size: int, data: st.DataObject) -> None:
    tree = grown(size)
    at = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, at - 1))
    leaf, proof, root = leaf_hash(b"event %d" % index), tree.inclusion(index, at), tree.root(at)
    assert inclusion_holds(index, at, leaf, proof, root)
    assert not inclusion_holds(index, at, leaf_hash(b"event %d" % (index + 1)), proof, root)
    assert not inclusion_holds(index, at, leaf, [*proof, root], root)
    other = data.draw(st.integers(0, at - 1))
    assert inclusion_holds(other, at, leaf, proof, root) is (other == index)


@given(st.integers(1, 300), st.data())
def test_every_beginning_is_consistent_with_every_later_tree(size: int, data: st.DataObject) -> None:
    tree = grown(size)
    later = data.draw(st.integers(1, size))
    earlier = data.draw(st.integers(1, later))
    proof = tree.consistency(earlier, later)
    assert consistency_holds(earlier, later, tree.root(earlier), tree.root(later), proof)
    assert not consistency_holds(earlier, later, leaf_hash(b"fork"), tree.root(later), proof)
    assert not consistency_holds(earlier, later, tree.root(earlier), leaf_hash(b"fork"), proof)
    if proof:
        assert not consistency_holds(earlier, later, tree.root(earlier), tree.root(later), proof[:-1])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (0, 9)])
def test_what_is_not_in_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(IndexError):
        grown(3).inclusion(index, size)


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _vectors(name: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(corpus("data", "rfc6962-vectors", name).read_text())
    return read


@pytest.mark.corpus
def test_all_196_vectors_of_others_are_answered_right_with_the_four_traps() -> None:
    wrong, asked = [], 0
    for case in _vectors("inclusion.json"):
        asked += 1
        path = [_bytes(item) for item in case["proof"] or []]
        answer = inclusion_holds(
            case["leafIdx"], case["treeSize"], _bytes(case["leafHash"]), path, _bytes(case["root"])
        )
        if answer is case["wantErr"]:
            wrong.append(case["_file"])
    for case in _vectors("consistency.json"):
        asked += 1
        path = [_bytes(item) for item in case["proof"] or []]
        roots = _bytes(case["root1"]), _bytes(case["root2"])
        if consistency_holds(case["size1"], case["size2"], *roots, path) is case["wantErr"]:
            wrong.append(case["_file"])
    assert (asked, wrong) == (196, [])
