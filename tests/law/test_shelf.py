"""A shelf that was read is not read again as long as no byte of it is another."""

from pathlib import Path

import pytest

from breachdesk.ground.shelf import BadPack, Shelf
from breachdesk.law import shelf
from tests.law.build import law


def test_the_same_files_are_read_once_and_a_changed_one_is_always_seen(tmp_path: Path) -> None:
    first = law(tmp_path, {"duty": {}})
    folder = tmp_path / "packs"
    assert shelf.load(Shelf(folder)) is first
    for name, was, now in (
        ("law/us/xx/duty.yaml", "Example Code 1", "Example Code 2"),
        ("messages/law/en.yaml", "legal:", "legal: Words of ours. #"),
        ("facts.yaml", "true", "true "),
        ("elements.yaml", "name", "name "),
        ("law/content.yaml", "{}", "{mine: []}"),
    ):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert was in text, name
        before = shelf.load(Shelf(folder))
        path.write_text(text.replace(was, now, 1), encoding="utf-8")
        assert shelf.load(Shelf(folder)) is not before, name
    assert shelf.load(Shelf(folder)).items[0].citation == "Example Code 2"
    assert "mine" in shelf.load(Shelf(folder)).content
    (folder / "law/us/xx/more.yaml").write_text("id: us.xx.more\n")
    with pytest.raises(BadPack, match="more"):
        shelf.load(Shelf(folder))


def test_a_folder_laid_over_another_and_under_it_are_two_shelves(tmp_path: Path) -> None:
    law(tmp_path, {"duty": {}})
    ours, theirs = tmp_path / "packs", tmp_path / "own"
    (theirs / "law/us/xx").mkdir(parents=True)
    text = (ours / "law/us/xx/duty.yaml").read_text(encoding="utf-8")
    (theirs / "law/us/xx/duty.yaml").write_text(text.replace("Example Code 1", "Example Code 9"), encoding="utf-8")
    citations = [shelf.load(Shelf(*folders)).items[0].citation for folders in ((ours, theirs), (theirs, ours), (ours,))]
    assert citations == ["Example Code 9", "Example Code 1", "Example Code 1"]


def test_only_few_shelves_stay_in_memory(tmp_path: Path) -> None:
    first = law(tmp_path / "0", {"duty": {}})
    for number in range(1, 4):
        law(tmp_path / str(number), {"duty": {}})
    assert shelf.load(Shelf(tmp_path / "0" / "packs")) is not first
