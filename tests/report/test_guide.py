"""The guide to the report speaks with the words of the page."""

from pathlib import Path

import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.law.shapes import Verdict
from breachdesk.report import words

_RAW = (Path(__file__).resolve().parents[2] / "docs/guide/reading-the-report.md").read_text(encoding="utf-8")
GUIDE = " ".join(_RAW.split())  # whatever line a sentence breaks on
EN = words.read(our_shelf(), "en")


@pytest.mark.parametrize("verdict", Verdict)
def test_each_group_of_duties_is_explained_under_its_own_name(verdict):
    assert f"| {EN.say(f'duties.{verdict.value}')} |" in GUIDE


@pytest.mark.parametrize(
    "key",
    ["who.title", "what_lost.title", "questions.title", "unsure.title", "journal.title", "drafts.title", "asks.title"],
)
def test_each_part_of_the_page_is_explained_under_its_own_name(key):
    assert f"## {EN.say(key)}" in GUIDE or f"**{EN.say(key)}**" in GUIDE


@pytest.mark.parametrize("key", ["ladder.table", "who.abroad", "drafts.ready", "unfinished.title"])
def test_what_the_guide_quotes_is_what_the_page_says(key):
    assert EN.say(key).casefold() in GUIDE.casefold()
