"""A leaked sample against our own data: matched by value and not by name of columns, dated, and never told in clear."""

import csv
import json
import random
import resource
from pathlib import Path
from typing import Any

import pytest

from breachdesk.scope.compare import MOST_ROWS, compare

HEAD = ("id", "name", "mail", "phone", "city", "created_at")
TOWNS = ("Berlin", "Paris", "Oslo", "Roma")


def customer(number: int, **other: str) -> list[str]:
    row = {
        "id": f"C-{number:07}",
        "name": f"Ada {number}",
        "mail": f"ada{number}@example.org",
        "phone": f"+49 30 {1_000_000 + number}",
        "city": TOWNS[number % len(TOWNS)],
        "created_at": f"2026-{1 + number % 9:02}-{1 + number % 28:02}T10:00:00Z",
    }
    return list((row | other).values())


def table(path: Path, rows: Any, head: Any = HEAD) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return path


def test_the_sample_is_found_by_its_values_whatever_its_columns_are_called(tmp_path: Path) -> None:
    own = table(tmp_path / "own.csv", map(customer, range(2000)))
    other = table(tmp_path / "staff.csv", ([f"S{n}", f"staff{n}@bakery.example"] for n in range(500)), ("nr", "email"))
    rows = [
        [f" ADA{n}@Example.org ", f"+49 (30) {1_000_000 + n}", f"ada  {n}", TOWNS[n % 4]] for n in range(100, 140)
    ] + [["mallory@example.net", "+1 555 0100 999", "mallory", "Oslo"]]
    sample = table(tmp_path / "leak.csv", rows, ("e", "tel", "who", "where"))
    found = compare(sample, {"E-001": own, "E-002": other})
    assert [one["item"] for one in found["tables"]] == ["E-001"]
    best = found["tables"][0]
    assert (best["rows"], best["found"], best["full"], best["partly"], best["missing"]) == (2000, 40, 40, 0, 1)
    assert {(one["name"], one["own"]) for one in best["columns"]} == {
        ("e", "mail"), ("tel", "phone"), ("who", "name"), ("where", "city"),
    }  # fmt: skip
    newest = max(customer(n)[-1][:10] for n in range(100, 140))
    assert best["newest"] == [{"column": "created_at", "day": newest}]
    assert not any(word in json.dumps(found).lower() for word in ("ada1", "@example", "1000"))


def test_names_that_many_have_do_not_decide(tmp_path: Path) -> None:
    """Every first name of the sample stands in our table, half of its addresses do: the addresses tell rows apart."""
    own = table(
        tmp_path / "own.csv", ([f"Johann {n % 40}", f"j{n}@example.org"] for n in range(400)), ("first", "mail")
    )
    rows = [[f"Johann {n}", f"j{n}@example.org" if n % 2 else f"x{n}@example.net"] for n in range(40)]
    best = compare(table(tmp_path / "leak.csv", rows, ("vorname", "e-mail")), {"E-001": own})["tables"][0]
    assert (best["key"], best["own_key"], best["found"], best["full"], best["missing"]) == (
        "e-mail",
        "mail",
        20,
        20,
        20,
    )


def test_rows_that_differ_are_counted_and_named_by_their_number(tmp_path: Path) -> None:
    own = table(tmp_path / "own.csv", map(customer, range(100)))
    sample = table(tmp_path / "leak.csv", [customer(n, **({"city": "Nowhere"} if n == 7 else {})) for n in range(20)])
    best = compare(sample, {"E-001": own})["tables"][0]
    assert (best["full"], best["partly"], best["differing"]) == (19, 1, [8])


def test_two_exports_date_the_copy_between_them(tmp_path: Path) -> None:
    """Three customers moved between the exports: the sample has their old towns, so it was copied before."""
    old = table(tmp_path / "old.csv", map(customer, range(100)))
    new = table(tmp_path / "new.csv", [customer(n, **({"city": "Wien"} if n < 3 else {})) for n in range(100)])
    sample = table(tmp_path / "leak.csv", map(customer, range(30)))
    found = compare(sample, {"E-001": old, "E-002": new})
    assert found["between"] == [{"older": "E-001", "newer": "E-002", "changed": 3, "as_older": 3, "as_newer": 0}]
    assert [one["item"] for one in found["tables"]] == ["E-001", "E-002"]


def test_an_invented_sample_is_found_nowhere(tmp_path: Path) -> None:
    own = table(tmp_path / "own.csv", map(customer, range(1000)))
    draw = random.Random(7)
    rows = [[f"x{draw.getrandbits(60)}@example.com", f"+7 999 {draw.randrange(10**7):07}"] for _ in range(200)]
    found = compare(table(tmp_path / "leak.csv", rows, ("email", "phone")), {"E-001": own})
    assert found["tables"] == []
    assert found["keys"] == ["email", "phone"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 5000, b"just a letter to you", b"a\n", b'{"broken": [', b"a,b\n,\n,\n", b"\xff\xfe\xff"],
)
def test_what_is_no_table_says_so_and_raises_nothing(tmp_path: Path, content: bytes) -> None:
    own = table(tmp_path / "own.csv", map(customer, range(50)))
    (tmp_path / "leak.csv").write_bytes(content)
    assert compare(tmp_path / "leak.csv", {"E-001": own})["tables"] == []
    assert compare(own, {"E-001": tmp_path / "leak.csv"})["tables"] == []


def test_a_large_export_is_read_in_bounded_memory(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    with own.open("w", newline="") as file:
        write = csv.writer(file).writerow
        write(HEAD)
        for number in range(300_000):
            write(customer(number))
    sample = table(tmp_path / "leak.csv", map(customer, range(0, 300_000, 30)))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    best = compare(sample, {"E-001": own})["tables"][0]
    assert best["full"] == 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600_000  # KiB
    assert MOST_ROWS >= 10_000
