"""How many people real databases hold, known beforehand; and the standing breach against its truth."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from breachdesk.ground.elements import covers
from breachdesk.standing import breach
from tests.corpus import corpus
from tests.scope.conftest import read, rows


def people(out: Path, *parts: str) -> Mapping[str, Any]:
    return read(out, corpus("data", "db", *parts)).document["people"]  # type: ignore[no-any-return]


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["Chinook_MySql.sql", "Chinook_Sqlite.sql", "Chinook_Sqlite.sqlite"])
def test_chinook_has_its_customers_and_its_staff_in_every_form(tmp_path: Path, name: str) -> None:
    found = people(tmp_path / "out", "chinook", name)
    assert (found["count"], found["name_only"]) == (59 + 8, 0)
    assert (found["by_source"][f"{name}/Customer"], found["by_source"][f"{name}/Employee"]) == (59, 8)
    assert found["by_source"][f"{name}/Invoice"] == 59
    assert found["by_residence"]["US-CA"] == 3
    assert found["by_residence"]["BR"] == 5


@pytest.mark.corpus
def test_pagila_has_customers_and_staff_and_keeps_its_actors_apart(tmp_path: Path) -> None:
    found = people(tmp_path / "out", "pagila", "pagila.sql")
    assert (found["count"], found["name_only"]) == (599 + 2, 200)
    assert (found["by_source"]["pagila.sql/customer"], found["by_source"]["pagila.sql/staff"]) == (599, 2)
    assert "pagila.sql/actor" not in found["by_source"]
    assert found["by_source"]["pagila.sql/rental"] == 599
    # Residence over address, city and country, but for three of Yugoslavia and "Runion".
    assert (found["by_residence"]["unknown"], found["by_residence"]["IN"]) == (3, 60)


@pytest.mark.corpus
def test_adventureworks_has_one_person_per_key_with_something_personal(tmp_path: Path) -> None:
    """19,972 keys have a mailbox, a password or a telephone; 805 more stand for shops with an address alone."""
    found = people(tmp_path / "out", "adventureworks")
    assert (found["count"], found["address_only"]) == (19_972, 805)
    assert found["by_source"]["Sales_CreditCard.csv"] == 19_118  # over the table that pairs cards with people
    assert found["by_element"]["card.number"] == 19_118
    assert found["by_element"]["login.password_hash"] == 19_972


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any]]:
    folder = tmp_path_factory.mktemp("standing")
    breach.write(folder, seed=7, people=600, processes=1)
    read(folder / "out", folder / "evidence")
    return folder / "out", json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def test_every_field_of_the_standing_breach_is_called_what_it_is(standing: tuple[Path, Mapping[str, Any]]) -> None:
    out, truth = standing
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    called = {
        (one["source"], field["field"]): field["element"] for one in summary["sources"] for field in one["fields"]
    }
    hits = false = 0
    for source, fields in truth["fields"].items():
        for field, element in fields.items():
            found = called.get((source, field))
            if element is not None:
                assert found is not None, (source, field, element)
                assert covers(element, found) or covers(found, element), (source, field, element, found)
                hits += 1
            else:
                false += found not in (None, "customer_id")
    assert hits / (hits + false) >= 0.99


def test_nobody_of_the_standing_breach_is_mixed_with_another(standing: tuple[Path, Mapping[str, Any]]) -> None:
    out, truth = standing
    told: dict[str, Counter[str]] = {}
    for one in pq.read_table(out / "records.parquet", columns=["source", "record", "person_id"]).to_pylist():
        known = truth["records"].get(one["source"])
        who = known[one["record"]] if known and one["record"] < len(known) else None
        if who is not None and one["person_id"] is not None:
            told.setdefault(one["person_id"], Counter())[who] += 1
    assert [person for person, names in told.items() if len(names) > 1] == []
    assert abs(len(told) / len(truth["people"]) - 1) <= 0.03
    assert {who for names in told.values() for who in names} == set(truth["people"])


def test_the_people_of_the_standing_breach_live_where_they_live(standing: tuple[Path, Mapping[str, Any]]) -> None:
    out, truth = standing
    lives = {one["person_id"]: one["residence"] for one in rows(out / "people.parquet")}
    home: dict[str, set[object]] = {}
    for one in rows(out / "records.parquet"):
        known = truth["records"].get(one["source"])
        who = known[one["record"]] if known and one["record"] < len(known) else None  # type: ignore[index, operator]
        if who is not None and one["person_id"] is not None:
            home.setdefault(who, set()).add(lives[one["person_id"]])
    right = sum(
        any(_within(place, truth["people"][who]["residence"]) for place in places) for who, places in home.items()
    )
    assert right / len(truth["people"]) >= 0.98  # some name nothing but a city such as Portland, some a switchboard


def _within(place: object, home: str) -> bool:
    return str(place) == home or str(place).startswith(f"{home}-")
