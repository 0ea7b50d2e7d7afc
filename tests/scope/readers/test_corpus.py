"""Real databases, in all the forms they come in."""

from collections import Counter
from pathlib import Path

import pytest

from tests.corpus import corpus
from tests.scope.readers.gathered import Gathered, gather

pytestmark = pytest.mark.corpus

CHINOOK = {
    "Album": 347, "Artist": 275, "Customer": 59, "Employee": 8, "Genre": 25, "Invoice": 412,
    "InvoiceLine": 2240, "MediaType": 5, "Playlist": 18, "PlaylistTrack": 8715, "Track": 3503,
}  # fmt: skip


def tables(sink: Gathered) -> dict[str, Counter[tuple[str | None, ...]]]:
    return {source.split("/")[-1]: Counter(table.rows) for source, table in sink.tables.items()}


@pytest.mark.parametrize("name", ["Chinook_MySql.sql", "Chinook_Sqlite.sql", "Chinook_Sqlite.sqlite"])
def test_chinook_in_three_forms_has_the_same_tables(name: str) -> None:
    sink = gather(corpus("data", "db", "chinook", name))
    assert {source.split("/")[-1]: table.count for source, table in sink.tables.items()} == CHINOOK
    assert not sink.codes
    customer = sink.tables[f"{name}/Customer"]
    assert customer.declared.primary == ("CustomerId",)
    assert [key.table for key in customer.declared.foreign] == ["Employee"]


def test_chinook_in_three_forms_has_the_same_people() -> None:
    names = ("Chinook_MySql.sql", "Chinook_Sqlite.sql", "Chinook_Sqlite.sqlite")
    found = [tables(gather(corpus("data", "db", "chinook", name))) for name in names]
    assert found[0]["Customer"] == found[1]["Customer"] == found[2]["Customer"]
    assert found[1] == found[2]


def test_pagila_has_its_rows_and_its_keys() -> None:
    sink = gather(corpus("data", "db", "pagila", "pagila.sql"))
    counts = {source.split("/")[-1]: table.count for source, table in sink.tables.items()}
    assert counts["customer"] == 599
    assert counts["staff"] == 2
    assert counts["actor"] == 200
    assert counts["address"] == 603
    assert sum(count for name, count in counts.items() if name.startswith("payment_p")) == 16_049
    customer = sink.tables["pagila.sql/customer"].declared
    assert customer.primary == ("customer_id",)
    assert {key.table for key in customer.foreign} == {"address", "store"}
    assert not sink.codes


def test_adventureworks_loses_no_row_and_no_accent() -> None:
    folder = corpus("data", "db", "adventureworks")
    sink = gather(folder)
    for name, table in sink.tables.items():
        lines = Path(folder / name).read_bytes().count(b"\n")
        assert table.count == lines - 1, name
        assert not table.problems, name
    employees = sink.tables["HumanResources_vEmployee.csv"]
    place = employees.columns.index("LastName")
    assert "Sánchez" in {row[place] for row in employees.rows}
