"""What a pack may say is written down: docs/formats/notice.md and advice.md."""

from pathlib import Path

import pytest

from breachdesk.notify.advice import ElementRow, Resource, StepRow
from breachdesk.notify.conditions import conditions
from breachdesk.notify.library import NoticeRule, our_library
from breachdesk.notify.organisation import KEYS
from tests.notify.bakery import FACTS, SAID, cohort, organisation

FORMATS = Path(__file__).parents[2] / "docs" / "formats"
NOTICE = (FORMATS / "notice.md").read_text(encoding="utf-8")
ADVICE = (FORMATS / "advice.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_the_organisation_is_documented_and_can_be_asked_for(key: str) -> None:
    assert f"\n  {key}: " in NOTICE
    inner = KEYS[key]
    names = [f"organisation.{key}.{name}" for name in inner] if isinstance(inner, dict) else [f"organisation.{key}"]
    assert set(names) <= our_library().asks.keys()


def test_every_condition_is_documented() -> None:
    held = {**FACTS, "hold.law_enforcement": {"from": "2026-11-20"}}
    said = organisation(
        **{**SAID, "planned": "p", "delay_reason": "d", "police": {"told": True}, "privacy_contact": {"name": "A"}}
    )
    everything = conditions(
        cohort("US-NY", "login.password", minor=True), (), said, held, has_regulator=True, has_state_agency=True
    ) | conditions(cohort("US-NY", "gov_id.us.ssn"), (), said, {**FACTS, "hold.law_enforcement": None})
    assert len(everything) >= 16
    assert not [name for name in everything if f"`{name}`" not in NOTICE]


@pytest.mark.parametrize("field", NoticeRule.model_fields)
def test_every_key_of_a_rule_is_documented(field: str) -> None:
    assert f"\n{field}: " in NOTICE or f"\n{field}:\n" in NOTICE


@pytest.mark.parametrize("row", [ElementRow, StepRow, Resource])
def test_every_key_of_advice_is_documented(row: type[ElementRow | StepRow | Resource]) -> None:
    keys = [field.alias or name for name, field in row.model_fields.items()]
    assert not [key for key in keys if f"`{key}`" not in ADVICE]


def test_every_kind_of_resource_is_documented() -> None:
    kinds = {one.kind for rows in our_library().advice.resources.values() for one in rows}
    assert not [kind for kind in kinds if f"`{kind}`" not in ADVICE]
