"""Cells: the plain ones stay, the untidy ones are brought in order, each for itself."""

import polars as pl
import pytest

from breachdesk.scope.people.cells import amended, joined, tidy


@pytest.mark.parametrize(
    ("parts", "separator", "line"),
    [
        (["Ada", "Lovelace"], " ", "Ada Lovelace"),
        ([" Ada", "Lovelace "], " ", "Ada Lovelace"),
        (["Ada \t King", None], " ", "Ada King"),
        (["Ada", "\u00a0"], " ", "Ada"),
        (["", "Lovelace"], " ", "Lovelace"),
        (["", None], " ", None),
        ([None, None], " ", None),
        (["Main 1", "", "US"], ", ", "Main 1, US"),
        (["Main 1 ", " Austin", "US"], ", ", "Main 1, Austin, US"),
        (["", "", "US"], ", ", "US"),
        (["Main 1", "Austin", " "], ", ", "Main 1, Austin"),
        (["Main 1\nflat 2", "Austin", None], ", ", "Main 1 flat 2, Austin"),
        (["Main , 1", ", Austin", None], ", ", "Main , 1, , Austin"),
    ],
)
def test_parts_make_one_tidy_line_whatever_stands_in_the_rows_around(
    parts: list[str | None], separator: str, line: str | None
) -> None:
    columns = [pl.Series(["x", part, None], dtype=pl.String) for part in parts]
    assert joined(columns, separator).to_list() == [separator.join("x" * len(parts)), line, None]


def test_one_column_is_tidied() -> None:
    assert tidy(pl.Series([" a  b ", "c", "  ", None])).to_list() == ["a b", "c", None, None]


def test_only_odd_cells_are_changed_and_the_column_given_stays_as_it_was() -> None:
    cells = pl.Series(["a", "b", None])
    odd = pl.Series([False, True, None])
    assert amended(cells, odd, lambda few: few.str.to_uppercase()).to_list() == ["a", "B", None]
    assert cells.to_list() == ["a", "b", None]
