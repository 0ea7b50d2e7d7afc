"""Sealed evidence read in a process of its own: what it keeps, and what it leaves behind."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from breachdesk.ground.keys import Key, new_key
from breachdesk.ground.sealing import SealedReader
from breachdesk.scope import child
from breachdesk.vault.store import Vault

FIRST = b"id,name,email,country\n1,Ada Petrova,ada@example.org,DE\n2,Ben Ode,ben@example.org,FR\n"
SECOND = FIRST + b"3,Cara Lund,cara@example.org,SE\n"


def _order(tmp_path: Path, vault: Vault, key: Key, run: str, before: str = "") -> dict[str, Any]:
    return {
        "key": key.secret.hex(),
        "items": [{"sealed": str(vault.place("c", f"item-{run}")), "label": "E-001", "name": "shop.csv"}],
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
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    done = _asked(_order(tmp_path, vault, key, "one"))
    assert done.returncode != 0
    assert "SealBroken" in done.stderr
    assert not (tmp_path / "work").exists()


def test_a_person_has_the_same_mark_in_every_reading_and_another_in_every_case() -> None:
    ada = {"names": ["Ada"], "emails": ["B@x.org", "ada@x.org"], "phones": [], "addresses": [], "date_of_birth": None}
    same = {**ada, "names": ["A. Petrova"], "emails": ["ada@x.org", "b@x.org"]}
    one, other = new_key(), new_key()
    assert child.mark_of({**ada, "emails": ["ada@x.org"]}, one) == child.mark_of({**same, "emails": ["ADA@x.org"]}, one)
    assert child.mark_of(ada, one) != child.mark_of(ada, other)
    nameless = {"names": [], "emails": None, "phones": None, "addresses": None, "date_of_birth": None}
    assert len(child.mark_of(nameless, one)) == 32
