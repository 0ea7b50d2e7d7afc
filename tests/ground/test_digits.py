"""What is a whole number, and what only looks like one."""

import pytest

from breachdesk.ground.digits import whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("999999999999999", 999_999_999_999_999)])
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "+1", "1.0", " 1", "1e3", "9" * 5000])
def test_everything_else_is_none(text: str) -> None:
    assert whole(text) is None
