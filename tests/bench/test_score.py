"""The scorer finds every kind of error in a small case made by hand."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench import score as scoring
from bench.score import Score

TRUTH = {
    "people": {
        "anna": {"residence": "US-CA", "elements": ["name", "email", "gov_id.us.ssn"]},
        "boris": {"residence": "RU", "elements": ["name", "email"]},
    },
    "records": {"shop.sql/users": ["anna", "boris", None], "list.csv": ["anna"]},
    "fields": {
        "shop.sql/users": {"id": None, "mail": "email", "doc": "gov_id", "sku": None},
        "list.csv": {"who": "name"},
    },
}
Told = dict[str, Any]
Rows = list[tuple[str, int, str | None]]


def _right() -> tuple[Told, Rows]:
    fields = [("id", "customer_id"), ("mail", "email"), ("doc", "login.token"), ("doc", "gov_id.us.ssn")]
    summary = {
        "sources": [
            {"source": "evidence/shop.sql/users", "fields": [{"field": f, "element": e} for f, e in fields]},
            {"source": "evidence/list.csv", "fields": [{"field": "who", "element": "name"}]},
        ],
        "people": {
            "count": 2,
            "by_element": {"name": 2, "email": 2, "gov_id.us.ssn": 1},
            "by_residence": {"US-CA": 1, "RU-MOW": 1},
        },
    }
    users, letters = "evidence/shop.sql/users", "evidence/list.csv"
    return summary, [(users, 0, "P1"), (users, 1, "P2"), (users, 2, None), (letters, 0, "P1")]


def _scored(folder: Path, change: Callable[[Told, Rows], None]) -> Score:
    summary, rows = _right()
    change(summary, rows)
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (folder / "truth.json").write_text(json.dumps(TRUTH), encoding="utf-8")
    columns = dict(zip(("source", "record", "person_id"), map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), folder / "records.parquet")
    return scoring.score(folder, folder / "truth.json")


def test_a_perfect_run_gets_full_marks(tmp_path: Path) -> None:
    result = _scored(tmp_path, lambda summary, rows: None)
    assert (result.recall, result.precision, result.mixed, result.people_error) == (1, 1, 0, 0)
    assert (result.pair_precision, result.pair_recall) == (1, 1)
    assert (result.records_given, result.records_owned) == (3, 3)
    assert result.elements_off == result.residences_off == []


def _forget_mail(summary: Told, rows: Rows) -> None:
    summary["sources"][0]["fields"].pop(1)


def _call_sku_personal(summary: Told, rows: Rows) -> None:
    summary["sources"][0]["fields"].append({"field": "sku", "element": "gov_id.us.ssn"})


def _call_mail_a_phone(summary: Told, rows: Rows) -> None:
    summary["sources"][0]["fields"][1]["element"] = "phone"


def _name_the_main_element_first(summary: Told, rows: Rows) -> None:
    fields = summary["sources"][0]["fields"]
    fields[2], fields[3] = fields[3], fields[2]


@pytest.mark.parametrize(
    ("change", "recall", "precision"),
    [
        (_forget_mail, 2 / 3, 1),
        (_call_sku_personal, 1, 3 / 4),
        (_call_mail_a_phone, 2 / 3, 2 / 3),
        (_name_the_main_element_first, 2 / 3, 2 / 3),
    ],
)
def test_errors_in_fields_cost_recall_or_precision(
    change: Callable[[Told, Rows], None], recall: float, precision: float, tmp_path: Path
) -> None:
    result = _scored(tmp_path, change)
    assert result.recall == pytest.approx(recall)
    assert result.precision == pytest.approx(precision)


def test_two_people_in_one_person_are_mixed(tmp_path: Path) -> None:
    def merge(summary: Told, rows: Rows) -> None:
        rows[1] = (rows[1][0], 1, "P1")

    result = _scored(tmp_path, merge)
    assert result.mixed == 1
    assert result.pair_precision == pytest.approx(1 / 3)


def test_a_person_taken_for_two_costs_pair_recall_but_mixes_nobody(tmp_path: Path) -> None:
    def split(summary: Told, rows: Rows) -> None:
        rows[3] = (rows[3][0], 0, "P3")
        summary["people"]["count"] = 3

    result = _scored(tmp_path, split)
    assert (result.mixed, result.pair_recall, result.people_error) == (0, 0, 0.5)


def test_rows_given_to_nobody_are_missing(tmp_path: Path) -> None:
    def drop(summary: Told, rows: Rows) -> None:
        rows[1] = (rows[1][0], 1, None)

    assert _scored(tmp_path, drop).records_given == 2


def test_counts_by_element_and_by_residence_are_compared(tmp_path: Path) -> None:
    def inflate(summary: Told, rows: Rows) -> None:
        summary["people"]["by_element"]["email"] = 9
        summary["people"]["by_residence"] = {"unknown": 2, "US-CA": 7}

    result = _scored(tmp_path, inflate)
    assert result.elements_off == ["people with email: 9, truth 2"]
    assert result.residences_off == ["people in US-CA: 7, truth 1"]


def test_the_score_says_what_was_wrong_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _scored(tmp_path, _call_sku_personal)
    assert scoring.main([str(tmp_path), str(tmp_path / "truth.json")]) == 1
    assert "sku: called gov_id.us.ssn, is nothing personal" in capsys.readouterr().out
    _scored(tmp_path, lambda summary, rows: None)
    assert scoring.main([str(tmp_path), str(tmp_path / "truth.json")]) == 0
