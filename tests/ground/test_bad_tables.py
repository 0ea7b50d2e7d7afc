"""Files an organisation lays over ours: whatever stands in them, one line says which file, where, and what to do."""

from pathlib import Path

import pytest

from breachdesk.ground.shelf import BadPack, Shelf, shipped
from breachdesk.law import shelf

ROW = "{type: bool, en: A, ru: B, decides: {en: a, ru: b}}"
BROKEN = {
    ("facts.yaml", ""): "facts.yaml: `facts` is a table",
    ("facts.yaml", "[]"): "facts.yaml: `facts` is a table",
    ("facts.yaml", "facts: []"): "facts.yaml: `facts` is a table",
    ("facts.yaml", f"facts:\n  a: {ROW}\n  b: 5"): "facts.yaml:3: b: named values are expected",
    ("facts.yaml", "facts:\n  a:\n    type: bul\n    en: A\n    ru: B"): "facts.yaml:3: a.type: input should be",
    ("facts.yaml", "facts:\n  a: {type: bool, en: A, ru: B}"): "facts.yaml:2: a.decides: is not there",
    ("facts.yaml", f"facts:\n  a: {ROW[:-1]}, colour: x}}"): "facts.yaml:2: a.colour: is no key of a row",
    ("facts.yaml", "facts: {a: [}"): "facts.yaml: not readable as YAML",
    ("facts.yaml", f"facts: {{breach.personal_data: {ROW}}}"): "no fact is called 'risk.gdpr'",
    ("elements.yaml", "5"): "elements.yaml: `elements` is a table",
    ("elements.yaml", "elements: {x: {en: A, ru: B, us: 5}}"): "elements.yaml:1: x.us: a list is expected",
    ("elements.yaml", "elements: {}\ncombinations:\n  a: {all: [name]}"): "elements.yaml:3: a.us: is not there",
    ("elements.yaml", "elements: {name: {en: A, ru: B}}\ncombinations: {}"): "no kind of data is called",
    ("messages/law/en.yaml", "5"): "messages/law/en.yaml: is a table of words",
    ("messages/law/ru.yaml", "[]"): "messages/law/ru.yaml: is a table of words",
}  # fmt: skip


@pytest.mark.parametrize(("file", "text"), BROKEN)
def test_a_broken_table_is_one_line_with_file_and_place(file: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadPack) as refused:
        shelf.load(Shelf(shipped(), tmp_path))
    assert BROKEN[file, text] in str(refused.value)
    assert "\n" not in str(refused.value)


def test_words_that_are_laid_over_ours_need_not_be_whole(tmp_path: Path) -> None:
    """A file written for an earlier version lacks a key of this one: ours stands in, on the night it is needed."""
    path = tmp_path / "messages/law/en.yaml"
    path.parent.mkdir(parents=True)
    path.write_text('verdict.owed: "must be done"\n', encoding="utf-8")
    say = shelf.load(Shelf(shipped(), tmp_path)).phrases["en"]
    assert (say("verdict.owed"), say("verdict.unknown")) == ("must be done", "open")
