"""Adding a detector is adding one file; a bad file says what is wrong with it and where."""

from pathlib import Path

import pytest

from breachdesk.ground.shelf import BadPack, Shelf, shipped
from breachdesk.scope.detectors import Judge, Marker, load
from tests.scope.detectors.judging import batch

LIBRARY_CARD = """
id: xx.library_card
element: customer_id
confidence: 0.9
terms: [library card, biblio*]
header:
  words: [library card]
values:
  pattern: '^LC-[0-9]{6}$'
  alone: 0.9
text:
  anchors: ['{terms}']
  pattern: '(?i)(?:{terms})\\W{0,3}(LC-[0-9]{6})'
  confidence: 0.9
examples:
  hits: [{header: library_card, values: [LC-000001]}]
  misses: [{header: c, values: [LC-1]}]
"""


def shelf(folder: Path, text: str, name: str = "xx/library_card.yaml") -> Shelf:
    path = folder / "detectors" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return Shelf(shipped(), folder)


def test_one_file_is_a_detector_of_columns_and_of_text(tmp_path: Path) -> None:
    found = load(shelf(tmp_path, LIBRARY_CARD))
    cells = {
        "c": ["LC-123456", "LC-654321"] * 20,
        "remark": ["my Bibliothek LC-123456 was lost somewhere", "another remark of no interest at all"] * 20,
    }
    judge = Judge("", found)
    judge.see(batch(cells))
    columns = judge.verdict()
    assert columns[0].plan == ("xx.library_card",)
    spans = Marker(columns, found).mark(batch(cells)).spans.to_pylist()
    assert {(one["column"], one["detector"], one["start"], one["end"]) for one in spans} == {
        ("remark", "xx.library_card", 14, 23)
    }


def test_a_file_of_ones_own_stands_in_front_of_ours(tmp_path: Path) -> None:
    text = (
        (shipped() / "detectors/us/ssn.yaml").read_text(encoding="utf-8").replace("confidence: 0.98", "confidence: 0.5")
    )
    assert load(shelf(tmp_path, text, "us/ssn.yaml"))["us.ssn"].pack.confidence == 0.5


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("'^LC-[0-9]{6}$'", "'(LC)\\1'", "not an RE2 pattern"),
        ("'^LC-[0-9]{6}$'", "'^LC-[0-9]{2,400}$'", "repeats bounded above 40"),
        ("  alone: 0.9\n", "  check: mod99\n", "no check is called mod99"),
        ("  alone: 0.9\n", "  alone: 9\n", "values.alone"),
        ("element: customer_id", "element: shoe_size", "elements.yaml has no element shoe_size"),
        ("id: xx.library_card", "id: xx.card", "rename one of them"),
        ("  confidence: 0.9\nexamples", "  speed: 1\nexamples", "text.speed"),
        ("examples:", "specimens: []\nexamples:", "specimens"),
    ],
)
def test_a_bad_file_says_what_is_wrong_and_which_it_is(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in LIBRARY_CARD
    with pytest.raises(BadPack, match=r"xx/library_card\.yaml") as error:
        load(shelf(tmp_path, LIBRARY_CARD.replace(old, new, 1)))
    assert told in str(error.value)
