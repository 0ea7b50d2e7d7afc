"""SQLite files and Parquet."""

import sqlite3
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from breachdesk.scope.shapes import ForeignKey, Keys
from tests.scope.readers.gathered import gather, only, peak_memory


def shop(path: Path, rows: int = 3) -> None:
    base = sqlite3.connect(path)
    base.executescript(
        "CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT);"
        'CREATE TABLE "my people" (id INTEGER, mail TEXT, city INTEGER REFERENCES city(id), paid REAL, raw BLOB,'
        " PRIMARY KEY (id, mail));"
        'CREATE VIEW v AS SELECT mail FROM "my people";'
    )
    base.execute("INSERT INTO city VALUES (1, 'Rome')")
    base.executemany(
        'INSERT INTO "my people" VALUES (?, ?, 1, ?, ?)',
        [
            (place, f"p{place}@example.org", 1.5, b"\xff\x00" if place % 2 else "текст".encode())
            for place in range(rows)
        ],
    )
    base.commit()
    base.close()


def test_sqlite_tables_and_declared_keys(tmp_path: Path) -> None:
    path = tmp_path / "whatever.bin"
    shop(path)
    before = path.read_bytes()
    sink = gather(path)
    assert list(sink.tables) == ["whatever.bin/city", "whatever.bin/my people"]
    people = sink.tables["whatever.bin/my people"]
    assert people.rows == [
        ("0", "p0@example.org", "1", "1.5", "текст"),
        ("1", "p1@example.org", "1", "1.5", "0xFF00"),
        ("2", "p2@example.org", "1", "1.5", "текст"),
    ]
    assert people.declared == Keys(("id", "mail"), (ForeignKey(("city",), "city", ("id",)),))
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["whatever.bin"]


def test_rows_still_in_the_write_ahead_log_are_read_and_the_evidence_is_not_touched(tmp_path: Path) -> None:
    live, seized, scratch = tmp_path / "live", tmp_path / "seized", tmp_path / "scratch"
    for folder in (live, seized, scratch):
        folder.mkdir()
    base = sqlite3.connect(live / "a.db")
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("CREATE TABLE t (mail TEXT)")
    base.execute("INSERT INTO t VALUES ('ann@example.org')")
    base.commit()
    for file in live.iterdir():
        (seized / file.name).write_bytes(file.read_bytes())
    base.close()
    before = {file.name: file.read_bytes() for file in seized.iterdir()}
    assert (seized / "a.db-wal").stat().st_size > 0
    sink = gather(seized, scratch=scratch)
    assert sink.rows == {"a.db/t": [("ann@example.org",)]}
    assert not sink.codes
    assert {file.name: file.read_bytes() for file in seized.iterdir()} == before
    assert not list(scratch.iterdir())


def test_rows_before_and_behind_a_broken_page_are_read_and_the_page_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, mail TEXT)")
    base.executemany(
        "INSERT INTO t VALUES (?, ?)", [(place, f"p{place}@example.org" + "x" * 80) for place in range(5000)]
    )
    base.commit()
    base.close()
    raw = bytearray(path.read_bytes())
    page = len(raw) // 4096 // 2 * 4096
    raw[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(raw)
    (tmp_path / "good.csv").write_text("id,mail\n1,a@example.org\n2,b@example.org\n")
    sink = gather(tmp_path)
    table = sink.tables["a.db/t"]
    ids = {int(row[0] or 0) for row in table.rows}
    assert len(ids) == table.count
    assert {0, 4999} <= ids
    assert 4900 <= len(ids) < 5000
    assert table.codes == ["sqlite_page"]
    assert sink.tables["good.csv"].count == 2


def test_an_encrypted_or_overwritten_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"SQLite format 3\x00" + bytes(range(1, 256)) * 40)
    sink = gather(path)
    assert not sink.tables
    assert list(sink.codes) == ["a.db"]
    assert sink.codes["a.db"][0] in ("sqlite_locked", "sqlite_page")


def test_nothing_in_a_schema_runs(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE t (a TEXT, b TEXT GENERATED ALWAYS AS (hex(zeroblob(10))) VIRTUAL)")
    base.execute("INSERT INTO t (a) VALUES ('ann@example.org')")
    base.execute("CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END")
    base.execute("CREATE VIRTUAL TABLE words USING fts5(body)")
    base.commit()
    base.close()
    sink = gather(path)
    assert sink.tables["a.db/t"].rows[0][0] == "ann@example.org"
    assert "a.db/words" not in sink.tables


def test_parquet_of_every_type_becomes_text(tmp_path: Path) -> None:
    path = tmp_path / "x"
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int64()),
            "name": pa.array(["Zoë", ""]),
            "paid": pa.array([1.5, 3.0]),
            "exact": pa.array([Decimal("1.10"), None]),
            "born": pa.array([date(1980, 1, 2), None]),
            "seen": pa.array([datetime(2026, 1, 2, 3, 4, 5), None], pa.timestamp("s")),
            "ok": pa.array([True, False]),
            "raw": pa.array([b"\xff", b"text"]),
            "kind": pa.array(["a", "b"]).dictionary_encode(),
            "user": pa.array([{"mail": "ann@example.org", "tags": ["x", "y"]}, {"mail": None, "tags": []}]),
        }
    )
    pq.write_table(table, path)
    found = only(path)
    assert found.kind == "parquet"
    assert found.columns == [
        "id",
        "name",
        "paid",
        "exact",
        "born",
        "seen",
        "ok",
        "raw",
        "kind",
        "user.mail",
        "user.tags",
    ]
    assert found.rows == [
        (
            "1",
            "Zoë",
            "1.5",
            "1.10",
            "1980-01-02",
            "2026-01-02 03:04:05",
            "true",
            "0xFF",
            "a",
            "ann@example.org",
            "x\ny",
        ),
        ("2", None, "3", None, None, None, "false", "text", "b", None, None),
    ]


def test_a_parquet_file_of_repeated_long_values_does_not_make_memory_grow(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    codes = pa.array([0] * 4_000, pa.int32())
    pq.write_table(pa.table({"a": pa.DictionaryArray.from_arrays(codes, pa.array(["x" * 100_000]))}), path)
    assert path.stat().st_size < 1_000_000
    count, peak = peak_memory(path)
    assert count == 4_000
    assert peak < 320 << 20


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"a": [str(place) for place in range(1000)]}), path)
    path.write_bytes(path.read_bytes()[:-50])
    (tmp_path / "y.parquet").write_bytes(b"PARE" + b"\x01" * 200)
    assert gather(tmp_path).codes == {"x.parquet": ["corrupt"], "y.parquet": ["encrypted"]}
