"""The large table for benchmarks: same bytes for a seed, right numbers, nobody's identifier twice, counts that hold."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from stdnum import iban, luhn
from stdnum.br import cpf
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ru import inn

from breachdesk.standing import bulk, identifiers
from breachdesk.standing.identifiers import Draw

ROWS = bulk.BLOCK + 500
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bulk")
    bulk.write(out, "customers.csv", seed=2026, people=ROWS)
    return out


@pytest.fixture(scope="module")
def rows(room: Path) -> Rows:
    with (room / "evidence" / "customers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_makes_the_same_bytes_however_many_processes(room: Path, tmp_path: Path) -> None:
    again = bulk.write(tmp_path / "again", "customers.csv", seed=2026, people=ROWS, processes=2)
    other = bulk.write(tmp_path / "other", "customers.csv", seed=2027, people=ROWS)
    first = (room / "evidence" / "customers.csv").read_bytes()
    assert first == again.read_bytes()
    assert first != other.read_bytes()


def test_counts_tell_how_often_each_column_is_filled(room: Path, rows: Rows) -> None:
    told = json.loads((room / "counts.json").read_text(encoding="utf-8"))
    assert told["rows"] == len(rows) == ROWS
    assert told["filled"] == {name: sum(bool(row[name]) for row in rows) for name in bulk.COLUMNS}
    assert len(bulk.COLUMNS) == 21


@pytest.mark.parametrize("name", ["customer_no", "email", "phone", "national_id", "card_number", "iban", "note"])
def test_no_two_rows_share_what_identifies_a_person(name: str, rows: Rows) -> None:
    values = [row[name] for row in rows if row[name]]
    assert len(values) > 20_000
    assert len(values) == len(set(values))


_CHECKS = {
    "US": lambda n: re.fullmatch(r"8[5-9]\d-(?!00)\d\d-(?!0000)\d{4}", n),
    "GB": nhs.is_valid,
    "FR": nir.is_valid,
    "ES": dni.is_valid,
    "BR": cpf.is_valid,
    "RU": lambda n: inn.is_valid(n) if n.isdigit() else _snils(n),
}


def _snils(number: str) -> bool:
    body = re.sub(r"\D", "", number)
    return sum(int(d) * (9 - i) for i, d in enumerate(body[:9])) % 101 % 100 == int(body[9:])


@pytest.mark.parametrize("country", _CHECKS)
def test_national_numbers_pass_their_check(country: str, rows: Rows) -> None:
    numbers = [row["national_id"] for row in rows if row["country"] == country][:400]
    assert len(numbers) == 400
    assert all(map(_CHECKS[country], numbers))


def test_cards_and_accounts_pass_their_check(rows: Rows) -> None:
    assert all(luhn.is_valid(re.sub(r"\D", "", row["card_number"])) for row in rows[:2_000] if row["card_number"])
    assert all(iban.is_valid(row["iban"], check_country=row["iban"][:2] != "GB") for row in rows[:2_000] if row["iban"])
    written = {re.sub(r"\d", "9", row["card_number"]) for row in rows if row["card_number"]}
    assert written == {"9999999999999999", "9999 9999 9999 9999", "9999-9999-9999-9999"}


@pytest.mark.parametrize("name", ["dump.sql", "inserts.sql"])
def test_dumps_hold_the_same_rows(name: str, rows: Rows, tmp_path: Path) -> None:
    text = bulk.write(tmp_path, name, seed=2026, people=1_000).read_text(encoding="utf-8")
    made = bulk.table(2026, 0, 1_000)
    assert all(text.count(email) >= 1 for email in made["email"])
    assert text.count("BN-") == 1_000
    if name == "inserts.sql":
        assert text.count("INSERT INTO") == 2
        assert "O''" in text


def test_notes_are_one_line_each_and_some_give_something_away(tmp_path: Path) -> None:
    lines = bulk.write(tmp_path, "notes.txt", seed=2026, people=2_000).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 2_000
    assert 100 < sum("@example." in line or "@mail.example." in line for line in lines) < 320


@settings(max_examples=60, deadline=None)
@given(
    first=some.integers(0, 9_000_000), shift=some.integers(0, 10**7), space=some.sampled_from([10**7, 50 * 99 * 9999])
)
def test_serial_numbers_scatter_and_never_meet(first: int, shift: int, space: int) -> None:
    rng = np.random.default_rng(1)
    near = Draw(rng, np.arange(first, first + 2_000), shift).scattered(space)
    far = Draw(rng, np.arange(first + 500_000, first + 502_000), shift).scattered(space)
    assert len(set(near.tolist()) | set(far.tolist())) == 4_000


@pytest.mark.parametrize("kind", [identifiers.nhs, identifiers.aadhaars, identifiers.cpfs, identifiers.passports])
def test_a_range_that_is_too_small_is_left_without_meeting_itself(kind: object) -> None:
    rng = np.random.default_rng(1)
    few = kind(Draw(rng, np.arange(0, 5_000)))  # type: ignore[operator]
    many = kind(Draw(rng, np.arange(9_990_000, 9_995_000)))  # type: ignore[operator]
    assert len(set(few.tolist()) | set(many.tolist())) == 10_000
