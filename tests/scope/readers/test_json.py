"""JSON and NDJSON: nested records to dotted columns, documents of any size, lines that are broken."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.scope.readers import Limits
from tests.scope.readers.gathered import gather, only

RECORD = {
    "id": 1,
    "user": {"email": "ann@example.org", "tags": ["a", "b"]},
    "orders": [{"sku": "x", "n": 1}, {"sku": "y", "n": 2}],
    "card": 4111111111111111,
    "ok": True,
    "none": None,
    "empty": "",
}
COLUMNS = ["id", "user.email", "user.tags", "orders[].sku", "orders[].n", "card", "ok", "none", "empty"]
ROW = ("1", "ann@example.org", "a\nb", "x\ny", "1\n2", "4111111111111111", "true", None, None)


@pytest.mark.parametrize(
    ("name", "text", "tables"),
    [
        ("an array of records", json.dumps([RECORD, RECORD]), {"d": [ROW, ROW]}),
        ("an array, written over lines", json.dumps([RECORD], indent=2), {"d": [ROW]}),
        ("records line by line", json.dumps(RECORD) + "\n" + json.dumps(RECORD) + "\n", {"d": [ROW, ROW]}),
        ("one record", json.dumps({"id": 1, "name": "Ann"}), {"d": [("1", "Ann")]}),
        (
            "records behind one another",
            json.dumps({"id": 1}, indent=1) + json.dumps({"id": 2}, indent=1),
            {"d": [("1",), ("2",)]},
        ),
        (
            "an object that holds arrays",
            json.dumps({"made": "2026", "users": [{"id": 1}, {"id": 2}], "data": {"cards": [{"no": "4"}]}}),
            {"d/users": [("1",), ("2",)], "d/data.cards": [("4",)], "d": [("2026",)]},
        ),
        ("plain values", '["ann@example.org", 5, null]', {"d": [("ann@example.org",), ("5",), (None,)]}),
    ],
)
def test_json_becomes_tables(
    tmp_path: Path, name: str, text: str, tables: dict[str, list[tuple[str | None, ...]]]
) -> None:
    path = tmp_path / "d"
    path.write_text(text)
    sink = gather(path)
    assert sink.rows == tables
    assert not sink.codes


def test_columns_bear_the_path_of_their_values(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps([RECORD]))
    assert only(path).columns == COLUMNS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_the_fast_way_and_the_exact_way_agree(tmp_path: Path, encoding: str) -> None:
    records = [
        {
            "id": place,
            "user": {"name": f"Пётр {place}", "nick": None},
            "tags": ["a", str(place)],
            "sum": place * 1.5,
            "n": "x" * 20,
        }
        for place in range(500)
    ]
    fast, exact = tmp_path / "a.ndjson", tmp_path / "b.json"
    fast.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding=encoding)
    exact.write_text(json.dumps(records, ensure_ascii=False), encoding=encoding)
    one, other = only(fast), only(exact)
    assert (one.kind, other.kind) == ("ndjson", "json")
    assert one.columns == other.columns
    assert [row[:4] for row in one.rows] == [row[:4] for row in other.rows]
    assert [float(row[4] or 0) for row in one.rows] == [place * 1.5 for place in range(500)]


def test_keys_that_come_late_become_columns_and_no_row_moves(tmp_path: Path) -> None:
    path = tmp_path / "d.ndjson"
    lines = [json.dumps({"id": place, "a": "x" * 40}) for place in range(3000)]
    lines[1500] = json.dumps({"id": 1500, "late": "ann@example.org"})
    lines[2000] = json.dumps({"id": {"deep": 1}})
    path.write_text("\n".join(lines))
    table = only(path)
    place = table.columns.index("late")
    assert table.count == 3000
    assert (table.rows[1500][0], table.rows[1500][place]) == ("1500", "ann@example.org")
    assert table.rows[2999][0] == "2999"


def test_a_broken_line_is_kept_as_text_and_named(tmp_path: Path) -> None:
    path = tmp_path / "d.ndjson"
    path.write_text('{"id": 1}\n{"id": 2, "mail": "ann@exa\n{"id": 3}\n')
    table = only(path)
    assert table.columns == ["id", "unparsed"]
    assert table.rows == [("1", None), (None, '{"id": 2, "mail": "ann@exa'), ("3", None)]
    assert [(problem.code, problem.where) for problem in table.problems] == [("json_line", "row 1")]


def test_an_array_cut_off_keeps_the_records_before_the_cut(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    text = json.dumps([{"id": place, "name": "Ann"} for place in range(100)])
    path.write_text(text[: text.index('"id": 60') + 12])
    table = only(path)
    assert table.count == 60
    assert table.codes == ["truncated"]


def test_an_array_broken_in_the_middle_names_the_place(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(
        json.dumps([{"id": 1}, {"id": 2}])[:-1] + ', {"id" 3}, ' + json.dumps({"id": 4, "x": "y" * 200}) + "]"
    )
    table = only(path)
    assert table.rows == [("1",), ("2",)]
    assert table.codes == ["json_broken"]


def test_nesting_without_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text('[{"id": 1}, ' + "[" * 200_000 + "]" * 200_000 + "]")
    table = only(path)
    assert table.rows == [("1",)]
    assert table.codes == ["json_depth"]


def test_keys_that_are_values_do_not_become_a_column_each(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps([{f"key{place}": "v"} for place in range(5300)]))
    table = only(path)
    assert table.count == 5300
    assert len(table.columns) <= 5001
    assert table.rows[5299][-1] == "v"


def test_a_document_larger_than_a_step_is_read_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "d.json"
    path.write_text(json.dumps({"users": [{"id": place, "note": "x" * 3000} for place in range(3000)]}))
    table = only(path)
    assert table.count == 3000
    assert table.rows[2999][0] == "2999"


def test_a_line_of_ten_megabytes_is_named_and_read(tmp_path: Path) -> None:
    path = tmp_path / "d.ndjson"
    path.write_text('{"id": 1}\n' + json.dumps({"id": 2, "note": "x" * 10_000_000}) + '\n{"id": 3}\n')
    table = only(path)
    assert [row[0] for row in table.rows] == ["1", "2", "3"]
    assert table.codes == ["huge_line"]


def test_a_line_beyond_every_bound_is_cut_and_those_behind_it_read(tmp_path: Path) -> None:
    path = tmp_path / "d.ndjson"
    path.write_text('{"id": 1}\n' + json.dumps({"id": 2, "note": "x" * 20_000_000}) + '\n{"id": 3}\n')
    table = only(path, limits=Limits(line=1 << 20))
    assert [row[0] for row in table.rows] == ["1", None, "3"]
    assert table.codes == ["long_line"]


LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
)
KEY = st.text(st.characters(categories=["Ll"], max_codepoint=1200), min_size=1, max_size=5)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            KEY,
            st.one_of(LEAF, st.lists(LEAF, max_size=3), st.dictionaries(KEY, LEAF, max_size=3)),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_lines_and_array_give_the_same_table(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    records = [{"id": place, **record} for place, record in enumerate(records)]
    (folder / "a.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records))
    (folder / "b.json").write_text(json.dumps(records, indent=1))
    sink = gather(folder)
    one, other = sink.tables["a.ndjson"], sink.tables["b.json"]
    for left, right in zip(one.rows, other.rows, strict=True):
        filled = {name: cell for name, cell in zip(one.columns, left, strict=True) if cell is not None}
        assert filled == {name: cell for name, cell in zip(other.columns, right, strict=True) if cell is not None}
