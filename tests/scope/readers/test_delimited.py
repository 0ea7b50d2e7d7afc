"""Delimited text: dialects, encodings, broken rows; no row lost, none moved."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.scope.readers import Limits
from tests.scope.readers.gathered import gather, only

HEADER = ("id", "name", "e_mail", "note")
ENGLISH = [("1", "Ann Example", "ann@example.org", "first"), ("2", "Zoë Müller", "zoe@example.org", "café")]
RUSSIAN = [
    ("1", "Анна Иванова", "anna@example.org", "Позвонить завтра"),
    ("2", "Пётр Кузнецов", "p@example.org", "Новый адрес"),
]
JAPANESE = [
    ("1", "山田太郎", "taro@example.org", "東京都千代田区"),
    ("2", "さとうはなこ", "hana@example.org", "カタカナ"),
]


def written(rows: list[tuple[str, ...]], **dialect: object) -> str:
    out = io.StringIO()
    csv.writer(out, **dialect).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize(
    ("rows", "encoding", "bom"),
    [
        (ENGLISH, "utf-8", b""),
        (ENGLISH, "utf-8", b"\xef\xbb\xbf"),
        (ENGLISH, "cp1252", b""),
        (ENGLISH, "utf-16-le", b"\xff\xfe"),
        (ENGLISH, "utf-16-le", b""),
        (ENGLISH, "utf-16-be", b"\xfe\xff"),
        (ENGLISH, "utf-16-be", b""),
        (RUSSIAN, "utf-8", b""),
        (RUSSIAN, "cp1251", b""),
        (RUSSIAN, "koi8-r", b""),
        (RUSSIAN, "cp866", b""),
        (RUSSIAN, "utf-16-le", b""),
        (RUSSIAN, "utf-16-be", b"\xfe\xff"),
        (JAPANESE, "cp932", b""),
        (JAPANESE, "utf-8", b""),
    ],
)
def test_the_encoding_is_found_out(tmp_path: Path, rows: list[tuple[str, ...]], encoding: str, bom: bytes) -> None:
    path = tmp_path / "people.dat"
    path.write_bytes(bom + written([HEADER, *rows * 20]).encode(encoding))
    table = only(path)
    assert table.columns == list(HEADER)
    assert table.rows == rows * 20
    assert not table.problems


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "\x01"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("header", [True, False])
def test_the_dialect_is_found_out(tmp_path: Path, delimiter: str, quoting: int, ending: str, header: bool) -> None:
    rows = [
        (str(place), f"Name {place}", f"p{place}@example.org", f'says "{place}", then;\nleaves | | ')
        for place in range(40)
    ]
    path = tmp_path / "x"
    text = written([HEADER, *rows] if header else rows, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    path.write_text(text, newline="")
    table = only(path)
    assert table.columns == (list(HEADER) if header else ["column_1", "column_2", "column_3", "column_4"])
    assert table.rows == rows
    assert not table.problems


@pytest.mark.parametrize(
    ("name", "text", "columns", "rows"),
    [
        ("old Macs", "a_b,c_d\r1,2\r3,4\r", ["a_b", "c_d"], [("1", "2"), ("3", "4")]),
        ("no line end at the end", "a_b,c_d\n1,2\n3,4", ["a_b", "c_d"], [("1", "2"), ("3", "4")]),
        ("blank lines are no rows", "a_b,c_d\n1,2\n\n3,4\n\n", ["a_b", "c_d"], [("1", "2"), ("3", "4")]),
        ("an empty row is a row", "a_b,c_d\n1,2\n,\n3,4\n", ["a_b", "c_d"], [("1", "2"), (None, None), ("3", "4")]),
        (
            "names twice and no names",
            "id,name,name,\n1,x,y,z\n2,u,v,w\n",
            ["id", "name", "name_2", "column_4"],
            [("1", "x", "y", "z"), ("2", "u", "v", "w")],
        ),
        (
            "single quotes",
            "'id','name'\n'1','O''Brien, A'\n'2','B'\n",
            ["id", "name"],
            [("1", "O'Brien, A"), ("2", "B")],
        ),
        (
            "backslash before quotes",
            'id,name\n1,"a \\"b\\", c"\n2,"d"\n',
            ["id", "name"],
            [("1", 'a "b", c'), ("2", "d")],
        ),
        (
            "remarks above the table",
            "Export of customers\nmade 2026-01-02\n\nid,name,city\n1,Ann,Paris\n2,Bob,Rome\n",
            ["id", "name", "city"],
            [("1", "Ann", "Paris"), ("2", "Bob", "Rome")],
        ),
        ("quoted empties are null", 'id,name\n1,""\n2,"x"\n', ["id", "name"], [("1", None), ("2", "x")]),
        (
            "a quote within an unquoted field",
            'id,size\n1,5" pipe\n2,7\n',
            ["id", "size"],
            [("1", '5" pipe'), ("2", "7")],
        ),
    ],
)
def test_odd_tables_are_read_right(
    tmp_path: Path, name: str, text: str, columns: list[str], rows: list[tuple[str | None, ...]]
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, newline="")
    table = only(path)
    assert (table.columns, table.rows) == (columns, rows)


def test_rows_too_short_and_too_long_are_named_and_nothing_of_them_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [f"{place},Ann {place},a{place}@example.org" for place in range(30)]
    rows[7], rows[19] = "7,Ann 7", "19,Ann, Jr,a19@example.org,more"
    path.write_text("id,name,mail\n" + "\n".join(rows) + "\n")
    table = only(path)
    assert len(table.rows) == 30
    assert table.rows[7] == ("7", "Ann 7", None, None)
    assert table.rows[19] == ("19", "Ann", " Jr", "a19@example.org,more")
    assert table.rows[20][:3] == ("20", "Ann 20", "a20@example.org")
    assert {(problem.code, problem.where) for problem in table.problems} == {
        ("short_row", "row 7"),
        ("long_row", "row 19"),
    }


def test_a_short_row_among_sound_ones_is_noticed_even_when_delimiters_stand_in_quotes(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [f'{place},"Ann, {place}",' for place in range(2000)]
    rows[1234] = '1234,"Ann, 1234"'
    path.write_text("id,name,mail\n" + "\n".join(rows) + "\n")
    table = only(path)
    assert table.count == 2000
    assert table.rows[1235] == ("1235", "Ann, 1235", None)
    assert [(problem.code, problem.where) for problem in table.problems] == [("short_row", "row 1234")]


def test_quotes_within_unquoted_fields_hide_no_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("id,size,note\n" + '1,5"b,c"\n' * 3 + "2,7,d\n" * 500)
    table = only(path)
    assert table.rows[0] == ("1", '5"b', 'c"')
    assert table.rows[-1] == ("2", "7", "d")
    assert table.count == 503


def test_a_quote_nobody_closes_costs_its_own_row_at_most(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    rows = [f'{place},"Ann, {place}",a{place}@example.org' for place in range(50_000)]
    rows[30_000] = '30000,"Ann,a30000@example.org'
    path.write_text("id,name,mail\n" + "\n".join(rows) + "\n")
    table = only(path)
    assert table.count == 50_000
    assert table.rows[29_999][:3] == ("29999", "Ann, 29999", "a29999@example.org")
    assert table.rows[30_001][:3] == ("30001", "Ann, 30001", "a30001@example.org")
    assert [(problem.code, problem.where) for problem in table.problems] == [("broken_quote", "row 30000")]


def test_lines_of_another_encoding_in_a_utf8_file_are_read_in_theirs(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    sound = "id,name\n" + "".join(f"{place},Пётр\n" for place in range(9000))
    path.write_bytes(sound.encode() + "9000,Анна Кузнецова\n9001,Ольга Иванова\n".encode("cp1251"))
    table = only(path)
    assert table.rows[-2:] == [("9000", "Анна Кузнецова"), ("9001", "Ольга Иванова")]
    assert table.codes == ["mixed_encoding"]


def test_accents_that_come_late_in_a_plain_file_decide_its_encoding_without_complaint(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(
        b"id,name\n" + b"".join(b"%d,Ann\n" % place for place in range(20_000)) + "20000,Zoë\n".encode("cp1252")
    )
    table = only(path)
    assert table.rows[-1] == ("20000", "Zoë")
    assert not table.problems


def test_nul_bytes_are_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,name\n1,An\x00n\n2,Bob\n" + b"3,Cy\n" * 50)
    table = only(path)
    assert table.rows[:2] == [("1", "Ann"), ("2", "Bob")]
    assert table.codes == ["nul_bytes"]


def test_a_line_of_ten_megabytes_is_named_and_the_rows_behind_it_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,name\n1,Ann\n2," + b"x" * 10_000_000 + b"\n3,Bob\n4,Cy\n")
    table = only(path)
    assert [row[0] for row in table.rows] == ["1", "2", "3", "4"]
    assert [(problem.code, problem.where) for problem in table.problems] == [("huge_line", "row 1")]


def test_a_line_longer_than_memory_should_hold_is_cut_and_the_rows_behind_it_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"id,name\n1,Ann\n2," + b"x" * 40_000_000 + b"\n3,Bob\n4,Cy\n")
    table = only(path, limits=Limits(line=1_000_000))
    assert [row[0] for row in table.rows] == ["1", "2", "3", "4"]
    assert "long_line" in table.codes
    assert len(table.rows[1][1] or "") < 1_000_000


def test_an_open_quote_with_megabytes_behind_it_is_no_reason_to_lose_rows(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'id,name,city\n1,"Ann,Rome\n' + b"2,Bob,Paris\n" * 300_000)
    table = only(path)
    assert table.count == 300_001
    assert table.codes == ["broken_quote"]


def test_prose_with_commas_is_text(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ann, I hope you are well, truly.\nWe met in Rome, as you know, years ago.\nYours, Bob\n" * 5)
    assert only(path).kind == "text"


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cc", "Cs"]), max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=3, max_size=30),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    newlines=st.booleans(),
)
def test_what_a_csv_writer_wrote_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], delimiter: str, quoting: int, newlines: bool
) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    body = [
        (str(place), *(f"{cell}\n." if newlines and place % 2 else cell for cell in row))
        for place, row in enumerate(rows)
    ]
    body += [(str(place), "Ann", "b@example.org", "c") for place in range(len(body), len(body) + 10)]
    path.write_text(
        written([("record_id", "a_1", "b_2", "c_3"), *body], delimiter=delimiter, quoting=quoting), newline=""
    )
    table = only(path)
    assert table.rows == [tuple(cell or None for cell in row) for row in body]
    assert not table.problems


def test_memory_stays_bounded_on_a_file_of_any_size(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "x.csv"
    line = b'123456,"Ann, Example",ann@example.org,"some words that fill the row up to a usual length"\n'
    path.write_bytes(b"id,name,mail,note\n" + line * 900_000)
    tracemalloc.start()
    sink = gather(path, keep=False, limits=Limits())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sink.tables["x.csv"].count == 900_000
    assert peak < 100 << 20
