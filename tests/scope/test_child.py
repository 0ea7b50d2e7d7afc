"""Sealed evidence read in a process of its own: what it keeps, and what it leaves behind."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.keys import Key, new_key
from breachdesk.ground.sealing import SealedReader
from breachdesk.scope import child, kept
from breachdesk.vault.store import Vault

FIRST = b"id,name,email,country\n1,Ada Petrova,ada@example.org,DE\n2,Ben Ode,ben@example.org,FR\n"
SECOND = FIRST + b"3,Cara Lund,cara@example.org,SE\n"


def _order(
    tmp_path: Path, vault: Vault, key: Key, run: str, before: str = "", name: str = "shop.csv"
) -> dict[str, Any]:
    return {
        "key": key.secret.hex(),
        "items": [{"sealed": str(vault.place("c", f"item-{run}")), "label": "E-001", "name": name}],
        "work": str(tmp_path / "work"),
        "out": str(tmp_path / run),
        "before": before,
    }


def _asked(order: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "breachdesk.scope.child"]
    return subprocess.run(command, input=json.dumps(order) + "\n", capture_output=True, text=True, timeout=120)


def test_it_counts_people_keeps_no_value_and_leaves_no_clear_text(tmp_path: Path) -> None:
    vault, key = Vault(tmp_path / "vault"), new_key()
    vault.seal("c", "item-one", io.BytesIO(FIRST), key)
    done = _asked(_order(tmp_path, vault, key, "one"))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])["result"]
    assert result["people"] == 2
    assert sum(row["count"] for row in result["cohorts"]) == 2
    assert all("email" in row["elements"] for row in result["cohorts"])
    assert [one["source"] for one in result["summary"]["sources"]] == ["E-001/shop.csv"]
    assert result["new"] is None
    for word in ("Petrova", "ada@example.org", key.secret.hex()):
        assert word not in done.stdout + done.stderr
    assert not (tmp_path / "work").exists()
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert left
    assert all(b"Petrova" not in path.read_bytes() for path in left)


def test_who_was_not_on_the_earlier_list_is_new(tmp_path: Path) -> None:
    vault, key = Vault(tmp_path / "vault"), new_key()
    vault.seal("c", "item-one", io.BytesIO(FIRST), key)
    vault.seal("c", "item-two", io.BytesIO(SECOND), key)
    child.work(_order(tmp_path, vault, key, "one"))
    result = child.work(_order(tmp_path, vault, key, "two", str(tmp_path / "one" / "people.parquet")))
    assert (result["people"], result["new"]) == (3, 1)
    assert len(SealedReader(tmp_path / "two" / "new.ids", key).read().split()) == 1


def test_evidence_changed_since_it_was_sealed_is_not_read(tmp_path: Path) -> None:
    vault, key = Vault(tmp_path / "vault"), new_key()
    vault.seal("c", "item-one", io.BytesIO(FIRST), key)
    path = vault.place("c", "item-one")
    sealed = path.read_bytes()
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    done = _asked(_order(tmp_path, vault, key, "one"))
    assert done.returncode != 0
    assert "SealBroken" in done.stderr
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("name", ["../shop.csv", "/etc/passwd", "a/b", "..", ""])
def test_evidence_is_unsealed_into_its_own_folder_and_nowhere_else(tmp_path: Path, name: str) -> None:
    vault, key = Vault(tmp_path / "vault"), new_key()
    vault.seal("c", "item-one", io.BytesIO(FIRST), key)
    order = _order(tmp_path, vault, key, "one")
    order["items"][0]["name"] = name
    with pytest.raises(ValueError, match="without folders"):
        child.work(order)
    assert not (tmp_path / "work").exists()


def test_asked_to_end_it_leaves_no_clear_text(tmp_path: Path) -> None:
    vault, key = Vault(tmp_path / "vault"), new_key()
    many = b"".join(b"%d,Ada %d,ada%d@example.org,DE\n" % (n, n, n) for n in range(400_000))
    vault.seal("c", "item-one", io.BytesIO(FIRST[:22] + many), key)
    order = _order(tmp_path, vault, key, "one")
    reader = subprocess.Popen(
        [sys.executable, "-m", "breachdesk.scope.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write(json.dumps(order) + "\n")
    reader.stdin.close()
    assert "step" in json.loads(reader.stdout.readline())  # it is reading: the clear text lies there
    assert (tmp_path / "work" / "evidence" / "E-001" / "shop.csv").exists()
    reader.terminate()
    assert reader.wait(60) == 143
    reader.stdout.close()
    assert not (tmp_path / "work").exists()


def test_a_correction_moves_people_without_reading_again(tmp_path: Path) -> None:
    vault, key = Vault(tmp_path / "vault"), new_key()
    vault.seal("c", "item-one", io.BytesIO(FIRST), key)
    order = _order(tmp_path, vault, key, "one", name="customers.csv")
    child.work(order)
    vault.forget("c", "item-one")  # nothing is read again
    said = {"persons": {kept.mark("ADA@example.org").hex(): "AT"}, "places": {"FR": "BE"}}
    result = child.work({**order, "again": True, "corrections": said})
    assert {row["residence"]: row["count"] for row in result["cohorts"]} == {"AT": 1, "BE": 1}
    with kept.PeopleList(tmp_path / "one", key) as people:
        assert people.places == {"AT": 1, "BE": 1}
        assert [one["emails"] for one in people.page(0, 10, "AT")] == [["ada@example.org"]]
        assert people.page(0, 10, "DE") == []
        assert people.find("ben@example.org")[0]["residence_basis"] == "corrected"
        assert people.find("Ben Ode")[0]["person_id"] == people.find(people.rows([1])[0]["person_id"])[0]["person_id"]
        assert people.find("nobody@example.org") == []


def test_a_list_of_many_is_leafed_through_by_place(tmp_path: Path) -> None:
    rows = "".join(f"{n},Person {n},p{n}@example.org,{('DE', 'FR', 'SE')[n % 3]}\n" for n in range(7_000))
    vault, key = Vault(tmp_path / "vault"), new_key()
    vault.seal("c", "item-one", io.BytesIO(b"id,name,email,country\n" + rows.encode()), key)
    child.work(_order(tmp_path, vault, key, "one", name="customers.csv"))
    with kept.PeopleList(tmp_path / "one", key) as people:
        assert people.count == 7_000
        assert people.places == {"DE": 2_334, "FR": 2_333, "SE": 2_333}
        last = people.page(2_300, 50, "SE")
        assert len(last) == 33
        assert {one["residence"] for one in last} == {"SE"}
        assert [one["row"] for one in people.page(6_990, 50)] == list(range(6_990, 7_000))
        assert people.find("P6999@EXAMPLE.org")[0]["row"] == 6_999
