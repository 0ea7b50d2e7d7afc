"""What a detector file may say is written down, and the example there is true: docs/formats/detector.md."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from breachdesk.ground.shelf import Shelf, shipped
from breachdesk.scope.detectors import Judge, Marker, load
from breachdesk.scope.detectors.checks import CHECKS
from breachdesk.scope.detectors.pack import ColumnExample, DetectorPack, HeaderPack, TextExample, TextPack, ValuesPack
from tests.scope.detectors.judging import batch

PAGE = (Path(__file__).resolve().parents[3] / "docs/formats/detector.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("shape", [DetectorPack, HeaderPack, ValuesPack, TextPack])
def test_every_key_is_written_down(shape: type[BaseModel]) -> None:
    assert [name for name in shape.model_fields if f"`{name}`" not in PAGE] == []


def test_every_check_named_there_exists() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `check` |"))
    assert set(re.findall(r"`(\w+)`", row)) - {"check"} <= CHECKS.keys()


def test_the_file_shown_there_is_a_detector_whose_examples_hold(tmp_path: Path) -> None:
    text = re.search(r"```yaml\n(.*?)```", PAGE, re.S)
    assert text is not None
    path = tmp_path / "detectors" / "xx" / "library_card.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text[1], encoding="utf-8")
    detectors = load(Shelf(shipped(), tmp_path))
    pack = detectors["xx.library_card"].pack
    for wanted, examples in ((True, pack.examples.hits), (False, pack.examples.misses)):
        for example in examples:
            if isinstance(example, ColumnExample):
                judge = Judge(example.table, detectors)
                judge.see(batch({example.header: example.values}))
                assert (judge.verdict()[0].plan == ("xx.library_card",)) is wanted, example
                continue
            assert isinstance(example, TextExample)
            judge = Judge("", detectors)
            judge.see(batch({"remark": [example.text, "some other words that people wrote here"]}))
            spans = Marker(judge.verdict(), detectors).mark(batch({"remark": [example.text, None]})).spans.to_pylist()
            found = [example.text[one["start"] : one["end"]] for one in spans if one["detector"] == "xx.library_card"]
            assert found == list(example.found), example
