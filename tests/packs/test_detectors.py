"""The whole shelf of detectors: every one has hits and misses, and they come out."""

import re
from functools import cache

import pyarrow as pa
import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.scope.detectors import Column, Detectors, Judge, Marker, load
from breachdesk.scope.detectors.pack import ColumnExample, TextExample

# Values that make a neighbouring column what its header says, from reserved ranges.
BESIDE = {"email": "ada@example.org", "country": "GB", "phone": "+1 202 555 0142"}


@cache
def detectors() -> Detectors:
    return load(our_shelf())


def examples(side: str) -> list[pytest.param]:
    return [
        pytest.param(one.id, example, id=f"{one.id}-{place}")
        for one in detectors().by_id.values()
        for place, example in enumerate(getattr(one.pack.examples, side))
    ]


def judged(example: ColumnExample) -> Column:
    names = [example.header, *example.beside]
    rows = len(example.values)
    columns = [list(example.values), *([BESIDE[name]] * rows for name in example.beside)]
    batch = pa.record_batch([pa.array(column, pa.large_string()) for column in columns], names=names)
    judge = Judge(example.table, detectors())
    judge.see(batch)
    return judge.verdict()[0]


def spans(text: str) -> list[tuple[str, str]]:
    judge = Judge("lines.txt", detectors())
    batch = pa.record_batch(
        [pa.array([text + " and so on with some words", "a b c d e f g"], pa.large_string())], names=["text"]
    )
    judge.see(batch)
    found = Marker(judge.verdict(), detectors()).mark(batch).spans.to_pylist()
    return [(one["element"], text[one["start"] : one["end"]]) for one in found]


@pytest.mark.parametrize(("name", "example"), examples("hits"))
def test_every_hit_is_found(name: str, example: ColumnExample | TextExample) -> None:
    element = detectors()[name].element
    if isinstance(example, TextExample):
        assert [text for found, text in spans(example.text) if found == element] == list(example.found)
        return
    column = judged(example)
    assert column.main == element, column
    if example.table or not example.header[1:]:
        assert column.elements[-1].count == len(example.values)


@pytest.mark.parametrize(("name", "example"), examples("misses"))
def test_no_miss_is_found(name: str, example: ColumnExample | TextExample) -> None:
    element = detectors()[name].element
    if isinstance(example, TextExample):
        assert element not in [found for found, _ in spans(example.text)]
        return
    assert judged(example).main != element


@pytest.mark.parametrize("name", sorted(detectors().by_id))
def test_every_detector_has_a_hit_and_a_miss_for_what_it_does(name: str) -> None:
    pack = detectors()[name].pack
    assert pack.examples.hits
    assert pack.examples.misses
    if pack.text is not None:
        assert any(isinstance(example, TextExample) for example in pack.examples.hits)
        assert any(isinstance(example, TextExample) for example in pack.examples.misses)


RESERVED_MAIL = re.compile(r"@(?:[\w-]+\.)*(?:example\.(?:org|com|net)|example)\b", re.I)


@pytest.mark.parametrize("name", sorted(detectors().by_id))
def test_examples_come_from_reserved_ranges(name: str) -> None:
    for example in (*detectors()[name].pack.examples.hits, *detectors()[name].pack.examples.misses):
        said = [example.text] if isinstance(example, TextExample) else list(example.values)
        for value in said:
            for mail in re.findall(r"\S@[\w.-]+\.\w+", value):
                assert RESERVED_MAIL.search(mail), mail
            for ssn in re.findall(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)", value):
                assert ssn[0] == "9" or ssn[:3] in ("000", "666"), ssn
