"""The canonical JSON that verify.py writes with the standard library alone is that of RFC 8785."""

import json
import math

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from breachdesk.journal.verify import canonical

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | NUMBERS | TEXT
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5))


@given(VALUES)
def test_it_writes_what_the_library_writes(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(NUMBERS)
@example(5e-324)
@example(1e21)
@example(1e-6)
@example(1e-7)
@example(-0.0)
@example(123456789012345680000.0)
def test_it_writes_numbers_as_the_library_does(value: float) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_it_wrote_it_reads_and_writes_again(value: object) -> None:
    small = json.loads(json.dumps(value), parse_float=lambda text: 0)
    assert canonical(json.loads(canonical(small))) == canonical(small)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 2**53, -(2**53), "\ud800", {"\ud800": 1}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)
