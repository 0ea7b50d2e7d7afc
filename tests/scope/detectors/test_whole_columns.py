"""A column is judged by all its rows: late ones, batches in any cut, lists that do not begin with their kind."""

import pyarrow as pa
import pytest

from breachdesk.scope.detectors import Column, Judge, Marker
from tests.scope.detectors.judging import batch, detectors
from tests.scope.detectors.values import values

ROWS = 120_000


def seen(header: str, cells: list[str | None], size: int) -> tuple[Column, Judge]:
    judge = Judge("", detectors())
    whole = batch({header: cells})
    for start in range(0, len(cells), size):
        judge.see(whole.slice(start, size))
    return judge.verdict()[0], judge


def test_a_few_late_rows_of_a_mixed_column_are_counted() -> None:
    cells: list[str | None] = [*(values("nino") * (ROWS // 200)), *values("cpf") * 5]
    found, _ = seen("national_id", cells, 16_384)
    assert {one.element: one.count for one in found.elements} == {"gov_id.gb.nino": ROWS, "gov_id.br.cpf": 1_000}


def test_one_late_mail_address_among_numbers_is_marked() -> None:
    cells: list[str | None] = [str(place) for place in range(ROWS)]
    cells[-1] = "ada@example.org"
    found, _ = seen("quantity", cells, 16_384)
    marker = Marker([found], detectors())
    rows = [
        one["row"] + start
        for start in range(0, ROWS, 16_384)
        for one in marker.mark(batch({"quantity": cells}).slice(start, 16_384)).spans.to_pylist()
    ]
    assert rows == [ROWS - 1]
    assert [(one.element, one.count) for one in marker.fields()] == [("email", 1)]


def test_a_column_that_begins_with_blanks_is_judged_by_what_follows() -> None:
    cells: list[str | None] = [None] * ROWS + list(values("snils"))
    found, _ = seen("c7", cells, 16_384)
    assert found.main == "gov_id.ru.snils"


@pytest.mark.parametrize("kind", ["email", "ssn", "card, grouped", "bcrypt", "name", "birth, ISO"])
def test_the_judgement_does_not_depend_on_how_rows_are_cut(kind: str) -> None:
    cells: list[str | None] = list(values(kind))
    whole, _ = seen("c7", cells, len(cells))
    pieces, _ = seen("c7", cells, 7)
    assert (whole.main, whole.filled, whole.elements[-1].count) == (
        pieces.main,
        pieces.filled,
        pieces.elements[-1].count,
    )


def test_the_marker_marks_exactly_the_rows_the_judge_counted() -> None:
    columns = {
        "password": values("md5"),
        "national_id": values("nino")[:100] + values("cpf")[:100],
        "mail": values("email"),
    }
    judge = Judge("users", detectors())
    judge.see(batch(columns))
    marker = Marker(judge.verdict(), detectors())
    masks = marker.mark(batch(columns)).masks
    told = {(one.field, one.element): one.count for column in judge.verdict() for one in column.elements}
    assert {key: int(mask.sum()) for key, mask in masks.items()} == told
    assert {(one.field, one.element): one.count for one in marker.fields()} == told


def test_cells_without_the_shape_are_left_unmarked_and_searched() -> None:
    cells: list[str | None] = list(values("birth, ISO"))
    cells[3], cells[150] = "not told", "see ada@example.org"
    judge = Judge("", detectors())
    judge.see(batch({"date_of_birth": cells}))
    marks = Marker(judge.verdict(), detectors()).mark(batch({"date_of_birth": cells}))
    mask = marks.masks["date_of_birth", "date_of_birth"]
    assert [place for place, marked in enumerate(mask) if not marked] == [3, 150]
    assert [(one["row"], one["element"]) for one in marks.spans.to_pylist()] == [(150, "email")]


def test_cells_of_several_lines_are_judged_by_the_first() -> None:
    cells = [f"{value}\nsecond line of it" for value in values("iban")]
    found, _ = seen("iban", list(cells), len(cells))
    assert (found.main, found.elements[-1].count) == ("bank.iban", len(cells))


def test_long_cells_under_a_header_of_remarks_are_remarks_too() -> None:
    cells: list[str | None] = ["word " * 400, "short remark about the bread", None]
    judge = Judge("", detectors())
    judge.see(batch({"comment": cells}))
    columns = judge.verdict()
    assert columns[0].main == "messages"
    mask = Marker(columns, detectors()).mark(batch({"comment": cells})).masks["comment", "messages"]
    assert mask.tolist() == [True, True, False]
    assert columns[0].elements[-1].count == 2


def test_distinct_values_are_estimated_within_a_tenth() -> None:
    found, _ = seen("c7", [f"v{place % 60_000}" for place in range(ROWS)], 16_384)
    assert 54_000 < found.distinct_estimate < 66_000


def test_a_column_that_comes_late_was_null_before() -> None:
    judge = Judge("", detectors())
    judge.see(batch({"a": ["1", "2"]}))
    judge.see(
        pa.record_batch(
            {"a": pa.array(["3"], pa.large_string()), "mail": pa.array(["ada@example.org"], pa.large_string())}
        )
    )
    assert [(one.name, one.filled, one.main) for one in judge.verdict()] == [("a", 3, None), ("mail", 1, "email")]
