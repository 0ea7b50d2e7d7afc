"""Names brought to one form, and who could be the same person."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.scope.people import names

WORDS = st.text("abcdeijklmnopruvy", min_size=1, max_size=9)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


def fold(name: str) -> str | None:
    return names.fold(pl.Series([name])).item()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Petrov, Ivan", "Ivan Petrov"),
        ("Dr. Anna Berg", "anna berg"),
        ("Jürgen Großmann", "JURGEN GROSSMANN"),
        ("O'Brien Sean", "OBrien  Sean"),
        ("Щербаков Юрий", "Shcherbakov Yuriy"),
        ("Ёлкина Анна", "Елкина Анна"),
    ],
)
def test_one_name_written_two_ways_folds_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_what_holds_no_letter_is_no_name() -> None:
    assert fold(" - 42 ") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anna Berg", "Anna Berg", True),
        ("A. Berg", "Anna Berg", True),
        ("Anna Maria Berg", "Anna Berg", True),
        ("Katherine Johnson", "Kathreine Johnson", True),
        ("Anna Berg", "Ben Berg", False),
        ("Anna Berg", "Anna Bauer", False),
        ("Daniel Weber", "Daniela Weber", False),
        ("Mario Rossi", "Maria Rossi", False),
        ("John Smith", "Jane Smith", False),
        ("A. B.", "Anna Berg", False),
        ("山田太郎", "Taro Yamada", True),
    ],
)
def test_names_are_alike_when_every_word_of_the_shorter_has_its_partner(one: str, other: str, same: bool) -> None:
    a, b = fold(one), fold(other)
    assert a is not None
    assert b is not None
    assert names.alike(a, b) is same
    assert names.alike(b, a) is same


@pytest.mark.parametrize(("one", "other"), [("Berg", "Berg"), ("山田太郎", "Taro Yamada"), ("Anna Berg", "Ben Berg")])
def test_a_weak_tie_asks_for_two_whole_words_in_one_script(one: str, other: str) -> None:
    a, b = fold(one), fold(other)
    assert a is not None
    assert b is not None
    assert not names.surely(a, b)


@given(NAMES, NAMES)
def test_likeness_has_no_direction(one: str, other: str) -> None:
    assert names.alike(one, other) == names.alike(other, one)


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(name: str) -> None:
    once = fold(name)
    assert once is None or fold(once) == once
