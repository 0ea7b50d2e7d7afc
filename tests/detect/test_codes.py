"""Return codes: typed by people, kept without being kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.detect import codes


def test_a_code_reads_in_fours_and_comes_back_however_it_is_typed() -> None:
    code = codes.new_code()
    assert [len(part) for part in code.split(" ")] == [4, 4, 4, 4]
    digits = code.replace(" ", "")
    for typed in (code, digits, f"  {code}\n", code.replace(" ", "-"), f"No. {code}."):
        assert codes.plain(typed) == digits


def test_codes_do_not_repeat() -> None:
    assert len({codes.new_code() for _ in range(2000)}) == 2000


@given(st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_caught_before_anything_is_looked_up(place: int, by: int) -> None:
    digits = codes.plain(codes.new_code())
    wrong = f"{digits[:place]}{(int(digits[place]) + by) % 10}{digits[place + 1 :]}"
    assert codes.plain(wrong) == ""


@pytest.mark.parametrize("typed", ["", "1234", "x" * 16, "1" * 17, "\u0661" * 16, "'; DROP TABLE signal; --"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.plain(typed) == ""


def test_what_is_kept_tells_nothing_without_the_secret() -> None:
    digits = codes.plain(codes.new_code())
    kept = codes.kept(digits, "one secret")
    assert digits not in kept
    assert kept == codes.kept(digits, "one secret") != codes.kept(digits, "another secret")
