"""What leaves the house obeys nobody: formulas, turned lines and invisible marks are inert, and nothing is lost."""

import csv
import io
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.scope.leaving import CSV, JSONL, written
from breachdesk.scope.shapes import PEOPLE

LISTS = ("names", "emails", "phones", "addresses", "elements")
TRICKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200e\u200f\u061c\ufeff\x1b\x00\x9b"


def person(*names: str) -> dict[str, Any]:
    empty = {name: [] if name in LISTS else "" for name in PEOPLE.names}
    return {**empty, "names": list(names), "records": 2, "confidence": 0.9, "date_of_birth": None}


def rows(*people: dict[str, Any]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(written(people, CSV)).decode("utf-8-sig"), newline="")))


def test_no_cell_begins_a_formula_and_every_mark_is_shown() -> None:
    hostile = ["=HYPERLINK(1)", "+1", "-2", "@SUM", "|calc", " =1", "Ada\u202egpj", "\tx", "two\r\nlines", "＝1"]
    found = [row["names"] for row in rows(*map(person, hostile))]
    assert [name[0] for name in found[:6]] == ["'"] * 6
    assert found[6] == "Ada⟨U+202E⟩gpj"
    assert found[8] == "two lines"
    assert found[9].startswith("'")
    assert rows(person("مریم\u200cسادات"))[0]["names"] == "مریم\u200cسادات"  # a joiner that Persian needs


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters() | st.sampled_from(TRICKS), max_size=40), max_size=4))
def test_whatever_stands_in_it_the_table_keeps_its_shape(names: list[str]) -> None:
    text = b"".join(written([person(*names)], CSV)).decode("utf-8-sig")
    assert not set(TRICKS) & set(text)
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in found] == [len(PEOPLE.names)] * 2
    assert not found[1][1].lstrip(" \u00a0").startswith(("=", "+", "-", "@", "\t"))
    line = b"".join(written([person(*names)], JSONL)).decode()
    assert line.count("\n") == 1
    assert not set(TRICKS) & set(line)
    kept = json.loads(line)["names"]
    assert kept == names or any("\ud800" <= one <= "\udfff" for name in names for one in name)
