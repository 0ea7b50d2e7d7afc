"""Different values in order: the answer of numpy's own `unique`, whatever comes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from breachdesk.scope.ordered import distinct


@given(arrays(np.uint64, st.integers(0, 60), elements=st.integers(0, 20)))
def test_each_value_once_and_ascending(values: np.ndarray) -> None:
    before = values.copy()
    found = distinct(values)
    assert found.tolist() == sorted(set(values.tolist()))
    assert found.dtype == values.dtype
    assert (values == before).all()
