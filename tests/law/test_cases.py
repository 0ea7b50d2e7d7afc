"""Whole cases, each with every answer that matters in it (tests/law/cases)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from breachdesk.law import engine, facts, shelf
from breachdesk.law.shapes import Duties, Duty
from breachdesk.law.shelf import LawShelf

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
OFF = {"not_owed", "record_only", "dormant", "voluntary"}


@cache
def law() -> LawShelf:
    return shelf.load()


def cases() -> Iterator[Any]:
    for path in sorted(Path(__file__).with_name("cases").glob("*.yaml")):
        for case in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))["cases"]:
            yield pytest.param(case, id=f"{path.stem}: {case['id']}")


def judged(case: dict[str, Any]) -> Duties:
    return engine.evaluate(facts.parse(case["sheet"], where=case["id"]), law(), AT)


@pytest.mark.parametrize("case", list(cases()))
def test_the_case_ends_as_the_law_says(case: dict[str, Any]) -> None:
    found = judged(case)
    by_ref: dict[str, list[Duty]] = {}
    for duty in found.duties:
        by_ref.setdefault(duty.ref, []).append(duty)
    wrong = [f"{w} got {_short(by_ref[w['ref']])}" for w in case.get("expect", []) if not _right(by_ref[w["ref"]], w)]
    wrong += [f"never {r}: {_short(by_ref[r])}" for r in case.get("never", []) if not _off(by_ref[r])]
    wrong += [f"no warning of {w}" for w in case.get("warns", []) if not any(w in line for line in found.warnings)]
    assert not wrong, "\n".join(wrong)
    assert bool(found.warnings) == bool(case.get("warns"))


def _off(duties: list[Duty]) -> bool:
    return all(duty.verdict.value in OFF for duty in duties)


def _right(duties: list[Duty], wanted: dict[str, Any]) -> bool:
    return any(_fits(duty, wanted) for duty in duties)


def _fits(duty: Duty, wanted: dict[str, Any]) -> bool:
    if duty.verdict.value != wanted.get("verdict", "owed"):
        return False
    if "due" in wanted and (duty.due is None or duty.due != datetime.fromisoformat(str(wanted["due"]))):
        return False
    if "due_date" in wanted and (duty.due.date() if duty.due else None) != wanted["due_date"]:
        return False
    if "people" in wanted and duty.people != wanted["people"]:
        return False
    if not set(wanted.get("missing", ())) <= set(duty.missing):
        return False
    return str(wanted.get("to", "")).casefold() in duty.recipient.name.casefold()


def _short(duties: list[Duty]) -> list[tuple[Any, ...]]:
    return [(d.verdict.value, str(d.due), d.people, d.missing, d.recipient.name) for d in duties]
