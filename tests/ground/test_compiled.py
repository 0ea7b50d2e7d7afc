"""What was parsed once is read back the same, and a change of a file is always seen."""

import json
import os
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground import shelf as on_shelf
from breachdesk.ground.shelf import BadPack, Shelf

MANY = 60


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("BREACHDESK_CACHE", str(folder))
    return folder


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs" / "law"
    folder.mkdir(parents=True)
    for number in range(MANY):
        (folder / f"{number:02}.yaml").write_text(
            f"id: n{number}\nday: 2026-11-22\nno: no\nlist: [1, 2.5, true, null]\n"
        )
    (folder / "odd.yaml").write_text("2018-05-25: the key is a day\n")
    return tmp_path / "packs"


def test_read_back_the_same(cache: Path, packs: Path) -> None:
    first = Shelf(packs).all("law")
    assert first["law/07.yaml"] == {"id": "n7", "day": date(2026, 11, 22), "no": "no", "list": [1, 2.5, True, None]}
    assert first["law/odd.yaml"] == {date(2018, 5, 25): "the key is a day"}
    [kept] = cache.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    assert Shelf(packs).all("law") == first


def test_what_is_kept_is_used_and_only_for_the_very_same_bytes(cache: Path, packs: Path) -> None:
    Shelf(packs).all("law")
    [kept] = cache.iterdir()
    told: dict[str, Any] = json.loads(kept.read_text())
    for value in told.values():
        value["id"] = "kept"
    kept.write_text(json.dumps(told))
    (packs / "law" / "07.yaml").write_text("id: changed\n")
    again = Shelf(packs).all("law")
    assert again["law/08.yaml"]["id"] == "kept"
    assert again["law/07.yaml"] == {"id": "changed"}


def test_what_lies_over_our_packs_or_is_a_copy_of_them_is_not_parsed_again(
    cache: Path, packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_shelf, "shipped", lambda: packs)
    Shelf(packs).all("law")
    [kept] = cache.iterdir()
    told: dict[str, Any] = json.loads(kept.read_text())
    for value in told.values():
        value["id"] = "kept"
    kept.write_text(json.dumps(told))
    own = tmp_path / "own"
    (own / "law").mkdir(parents=True)
    (own / "law" / "07.yaml").write_text("id: ours\n")
    both = Shelf(packs, own).all("law")
    assert (both["law/08.yaml"]["id"], both["law/07.yaml"]["id"]) == ("kept", "ours")
    copy = tmp_path / "copy"
    shutil.copytree(packs, copy)
    (copy / "law" / "09.yaml").write_text("id: n9\n")
    copied = Shelf(copy).all("law")
    assert (copied["law/08.yaml"]["id"], copied["law/09.yaml"]["id"]) == ("kept", "n9")


def test_what_is_used_stays_though_it_was_written_long_ago(cache: Path, packs: Path, tmp_path: Path) -> None:
    Shelf(packs).all("law")
    [kept] = cache.iterdir()
    os.utime(kept, (1, 1))
    for number in range(20):
        (cache / f"law-{number}-1.json").write_text("{}")
    Shelf(packs).all("law")
    other = tmp_path / "other"
    shutil.copytree(packs, other)
    Shelf(other).all("law")
    assert kept.is_file()


def test_two_who_ask_do_not_share(cache: Path, packs: Path) -> None:
    Shelf(packs).all("law")["law/01.yaml"]["id"] = "spoilt"
    assert Shelf(packs).all("law")["law/01.yaml"]["id"] == "n1"


def test_only_the_newest_stay(cache: Path, packs: Path) -> None:
    cache.mkdir(mode=0o700)
    (cache / "note.txt").write_text("not ours")
    for number in range(20):
        old = cache / f"law-{number}-1.json"
        old.write_text("{}")
        os.utime(old, (number, number))
    Shelf(packs).all("law")
    left = {file.name for file in cache.iterdir()}
    assert len(left) == 16 + 1
    assert "note.txt" in left
    assert {f"law-{number}-1.json" for number in range(5, 20)} <= left
    assert "law-4-1.json" not in left


def test_a_folder_others_may_write_to_is_not_trusted(cache: Path, packs: Path) -> None:
    cache.mkdir(mode=0o777)
    cache.chmod(0o777)
    assert Shelf(packs).all("law")["law/01.yaml"]["id"] == "n1"
    assert list(cache.iterdir()) == []


def test_rubbish_in_the_cache_is_passed_over(cache: Path, packs: Path) -> None:
    first = Shelf(packs).all("law")
    [kept] = cache.iterdir()
    kept.write_bytes(b"\xff{")
    assert Shelf(packs).all("law") == first


def test_a_bad_file_is_named_each_time(cache: Path, packs: Path) -> None:
    (packs / "law" / "03.yaml").write_text("a: [1\n")
    for _ in range(2):
        with pytest.raises(BadPack, match=r"03\.yaml"):
            Shelf(packs).all("law")
