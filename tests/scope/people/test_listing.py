"""Lines of the list: how persons are called, and which elements a row has."""

import numpy as np
import polars as pl

from breachdesk.scope.people.listing import element_sets, person_ids
from breachdesk.scope.people.rows import Bits


def test_persons_are_called_by_their_number_and_nobody_by_none() -> None:
    ids = person_ids(np.array([0, -1, 8, 12_345_677, 99_999_998], dtype=np.int32))
    ids.validate(full=True)
    assert ids.to_pylist() == ["P00000001", None, "P00000009", "P12345678", "P99999999"]
    assert person_ids(np.array([], dtype=np.int32)).to_pylist() == []


def test_a_number_with_more_digits_keeps_them_all() -> None:
    ids = person_ids(np.array([99_999_999, -1, 0], dtype=np.int32))
    assert ids.to_pylist() == ["P100000000", None, "P00000001"]


def test_each_set_of_elements_is_told_once_over_both_words() -> None:
    bits = Bits()
    names = [f"element.{place:03}" for place in range(70)]
    for name in names:
        bits(name)
    e0 = pl.Series([0b11, 0, 0b11, 0b11, 0], dtype=pl.UInt64)
    e1 = pl.Series([0, 0, 0b100, 0, 0b100], dtype=pl.UInt64)
    sets, which = element_sets(e0, e1, bits)
    first, last = names[:2], [names[66]]
    assert [sets[place] for place in which.tolist()] == [first, [], first + last, first, last]
    assert len(sets) == 4
