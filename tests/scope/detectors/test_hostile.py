"""Cells that a criminal wrote: huge, twisted, made to hang a scanner. Nothing raises and time stays linear."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from breachdesk.scope.detectors import Judge, Marker
from tests.scope.detectors.judging import batch, column, detectors, in_text, marks

MEGABYTE = 1 << 20
BOMBS = {
    "digits": "1" * MEGABYTE,
    "card-like digits": "4111 1111 1111 1111 " * (MEGABYTE // 20),
    "at signs": "@" * MEGABYTE,
    "nearly mail": "a@" * (MEGABYTE // 2),
    "dots": "a.b" * (MEGABYTE // 3),
    "spaces": " " * MEGABYTE,
    "password after password": "password: x " * (MEGABYTE // 12),
    "open key": "-----BEGIN PRIVATE KEY-----" + "A" * MEGABYTE,
    "groups of an address": "1:" * (MEGABYTE // 2),
    "phones": "+1 202 555 0142 " * (MEGABYTE // 16),
    "capitals": "Aa " * (MEGABYTE // 3),
    "word after word": "my name is " * (MEGABYTE // 11),
}


def seconds(text: str) -> float:
    """Of work, not of waiting: other programs may run beside."""
    start = time.process_time()
    marks({"remark": [text, "some other words stand here in a row", None]})
    return time.process_time() - start


@pytest.mark.parametrize("bomb", BOMBS)
def test_four_times_the_text_takes_about_four_times_the_time(bomb: str) -> None:
    text = BOMBS[bomb]
    seconds("warm up the scanner with a line of text")
    quarter, whole = seconds(text[: len(text) // 4]), seconds(text)
    assert whole < 8 * quarter + 0.5


def test_a_cell_of_ten_megabytes_is_searched_to_its_end() -> None:
    text = "some words of no interest " * (10 * MEGABYTE // 26) + "write to ada@example.org"
    found = marks({"remark": [text, "some other words stand here in a row"]}).spans.to_pylist()
    assert [(one["row"], one["element"], text[one["start"] : one["end"]]) for one in found] == [
        (0, "email", "ada@example.org")
    ]


def test_a_flood_of_findings_in_one_cell_does_not_drown_the_next() -> None:
    flood = "ada@example.org " * 200_000
    found = marks({"remark": [flood, "then write to bob@example.org please, he answers"]}).spans.to_pylist()
    assert [one["element"] for one in found if one["row"] == 1] == ["email"]


@pytest.mark.parametrize(
    "text",
    [
        "write to\x00ada@example.org\x00 now please",
        "write to \u202eada@example.org\u202c now please",
        "write to \u200bada@example.org now please",
        "\ufeffwrite to ada@example.org now please",
    ],
)
def test_signs_that_hide_do_not_hide_an_address(text: str) -> None:
    assert "email" in [element for element, _ in in_text(text)]


def test_letters_of_another_script_make_no_identifier() -> None:
    assert column("c7", ["АВ123456С"] * 50).main is None  # Cyrillic А, В, С in the shape of a NINO


@pytest.mark.parametrize(
    "value", ["9" * 400, "-1", "1e308", "0x" + "f" * 300, "٤١١١١١١١١١١١١١١١", "NaN", "\x00", "\ud7ff"]
)
@pytest.mark.parametrize("header", ["card_number", "ssn", "dob", "phone", "iban", "email", "ip", "national_id", "c7"])
def test_strange_values_under_any_header_raise_nothing(header: str, value: str) -> None:
    found = column(header, [value] * 30)
    assert found.filled == 30


@pytest.mark.parametrize(
    "header", ["", " ", "\x00", "a" * 10_000, "email" * 3_000, "💳", ".", "..", "ssn.ssn.ssn", "\n"]
)
def test_strange_headers_raise_nothing(header: str) -> None:
    assert column(header, ["ada@example.org"] * 5).main == "email"


@settings(max_examples=150, deadline=None)
@given(some.lists(some.lists(some.none() | some.text(max_size=40), min_size=2, max_size=2), min_size=1, max_size=20))
def test_whatever_stands_in_cells_is_judged_and_marked(rows: list[list[str | None]]) -> None:
    cells = {"a": [_valid(row[0]) for row in rows], "phone": [_valid(row[1]) for row in rows]}
    judge = Judge("t", detectors())
    judge.see(batch(cells))
    for one in Marker(judge.verdict(), detectors()).mark(batch(cells)).spans.to_pylist():
        cell = cells[one["column"]][one["row"]]
        assert cell is not None
        assert 0 <= one["start"] < one["end"] <= len(cell)


def _valid(cell: str | None) -> str | None:
    return None if cell is None else cell.encode("utf-8", "replace").decode()
