"""Worked cases with known answers that lie beside the checkout."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from ruamel.yaml import YAML

from breachdesk.law import engine, facts, risk, shelf
from breachdesk.law.shapes import Duty
from breachdesk.law.shelf import LawShelf
from tests.corpus import corpus

pytestmark = pytest.mark.corpus
OFF = {"not_owed", "record_only", "dormant", "voluntary"}
AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@cache
def law() -> LawShelf:
    return shelf.load()


def stories(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = YAML(typ="safe", pure=True).load(
        corpus("law", "golden", name).read_text(encoding="utf-8")
    )
    return found


@pytest.mark.parametrize("name", ["stories-us.yaml", "stories-world.yaml"])
def test_every_duty_of_a_law_on_the_shelf_ends_as_the_worked_case_says(name: str) -> None:
    refs = {item.ref for item in law().items}
    tried, wrong = 0, []
    for story in stories(name):
        by_ref: dict[str, list[Duty]] = {}
        for duty in engine.evaluate(facts.parse(story["sheet"], where=story["id"]), law(), AT).duties:
            by_ref.setdefault(duty.ref, []).append(duty)
        for wanted in story.get("expect", []):
            if wanted["ref"] in refs:
                tried += 1
                wrong += [f"{story['id']}: {wanted} {by_ref[wanted['ref']]}"] * (
                    not _right(by_ref[wanted["ref"]], wanted)
                )
        for never in set(story.get("never", [])) & refs:
            tried += 1
            wrong += [f"{story['id']}: {never}"] * any(d.verdict.value not in OFF for d in by_ref[never])
    assert not wrong, "\n".join(wrong)
    assert tried >= 20


def _right(duties: list[Duty], wanted: dict[str, Any]) -> bool:
    hits = [d for d in duties if d.verdict.value == wanted.get("verdict", "owed")]
    if "due" in wanted:
        hits = [d for d in hits if d.due and d.due == datetime.fromisoformat(wanted["due"])]
    if "due_date" in wanted:
        hits = [d for d in hits if d.due and d.due.date().isoformat() == wanted["due_date"]]
    if "to" in wanted:
        hits = [d for d in hits if wanted["to"].casefold() in d.recipient.name.casefold()]
    return bool(hits)


def test_the_risk_of_the_worked_cases_is_proposed() -> None:
    for story in stories("stories-risk.yaml"):
        found = risk.propose(facts.parse(story["sheet"])).proposals
        for fact, values in story["risk"].items():
            assert found[fact] in values, story["id"]
