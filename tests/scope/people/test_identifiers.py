"""Values that came twice come back; what has a value of its own stays on disk."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.sealing import new_key
from breachdesk.scope.people.identifiers import Identifiers, Repeated
from breachdesk.scope.people.resolve import Kind
from breachdesk.scope.people.rows import Identity, Words
from breachdesk.scope.spool import Chest

VALUES = st.lists(st.integers(1, 2**64 - 1), min_size=1, max_size=40, unique=True)


def words(*values: int) -> Words:
    return np.array(values, dtype=np.uint64)


@given(VALUES, st.lists(st.integers(0, 39), max_size=40), st.integers(1, 7))
def test_no_value_that_came_twice_is_missed_however_they_come(values: list[int], again: list[int], size: int) -> None:
    repeated = Repeated(expected=100)
    twice = [values[place % len(values)] for place in again]
    stream = values + twice
    for at in range(0, len(stream), size):
        repeated.add(int(Kind.EMAIL), words(*stream[at : at + size]))
    assert repeated.has(int(Kind.EMAIL), words(*twice, values[0]))[: len(twice)].all()


def test_few_values_that_came_once_are_named() -> None:
    chance = np.random.default_rng(7)
    values = chance.integers(1, 2**63, 200_000, dtype=np.uint64)
    repeated = Repeated(expected=len(values))
    for part in np.split(values, 20):
        repeated.add(int(Kind.EMAIL), part)
    assert repeated.has(int(Kind.EMAIL), values).mean() < 0.1


def test_telephone_numbers_in_a_row_are_spread(tmp_path: Path) -> None:
    numbers = np.arange(79_120_000_000, 79_120_100_000, dtype=np.uint64)
    repeated = Repeated(expected=len(numbers))
    repeated.add(int(Kind.PHONE), numbers)
    assert repeated.has(int(Kind.PHONE), numbers).mean() < 0.1


def identity(*found: tuple[int, Kind, int, int]) -> Identity:
    return Identity(
        np.array([row for row, *_ in found], dtype=np.int64),
        np.array([int(kind) for _, kind, _, _ in found], dtype=np.uint8),
        words(*(value for _, _, value, _ in found)),
        words(*(paper for *_, paper in found)),
    )


@pytest.fixture
def identifiers(tmp_path: Path) -> Identifiers:
    """Rows 0 to 3 of nodes 10, 11, nobody and 13; a mailbox that 10 and 13 share."""
    kept = Identifiers(Chest(tmp_path, new_key()), expected=10)
    nodes = np.array([10, 11, -1, 13], dtype=np.int32)
    kept.take(nodes, identity((0, Kind.EMAIL, 5, 0), (1, Kind.EMAIL, 6, 0), (2, Kind.EMAIL, 5, 0)), None)
    kept.take(nodes, identity((3, Kind.EMAIL, 5, 0), (3, Kind.GOV_ID, 8, 77), (1, Kind.PHONE, 9, 0)), None)
    return kept


def test_what_two_nodes_have_comes_back_and_what_nobody_has_does_not(identifiers: Identifiers) -> None:
    identifiers.close()
    assert identifiers.repeated().select("node", "value").rows() == [(10, 5), (13, 5)]


def test_a_value_known_from_elsewhere_brings_back_who_has_it(identifiers: Identifiers) -> None:
    identifiers.expect(int(Kind.PHONE), words(9), surely=True)
    identifiers.close()
    assert set(identifiers.repeated()["node"]) == {10, 11, 13}


def test_what_tells_people_apart_is_given_for_those_asked_for(identifiers: Identifiers) -> None:
    identifiers.close()
    told = identifiers.telling(np.array([11, 13], dtype=np.int32))
    assert told.rows() == [(11, 2, 6, 0), (13, 2, 5, 0), (13, 1, 8, 77)]
    assert identifiers.telling(np.array([], dtype=np.int32)).is_empty()


def test_a_table_lends_only_the_kinds_it_was_asked_for(tmp_path: Path) -> None:
    kept = Identifiers(Chest(tmp_path, new_key()), expected=10)
    nodes = np.array([1, 2], dtype=np.int32)
    both = identity((0, Kind.EMAIL, 5, 0), (1, Kind.EMAIL, 5, 0), (0, Kind.PHONE, 6, 0), (1, Kind.PHONE, 6, 0))
    kept.take(nodes, both, frozenset({"phone"}))
    kept.close()
    assert set(kept.repeated()["kind"]) == {int(Kind.PHONE)}
