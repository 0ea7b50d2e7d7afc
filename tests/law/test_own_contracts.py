"""The example of docs/guide/own-contracts.md does what the guide says, as facts and as a folder laid over ours."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.shelf import Shelf, load_yaml, shipped
from breachdesk.law import engine, facts, shelf
from breachdesk.law.schema import Story
from breachdesk.law.shapes import Duty, Verdict
from breachdesk.law.vocabulary import our_facts

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
EXAMPLE = GUIDE / "own-contracts"
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
AWARE = {"time.aware": "2026-06-01T08:00:00Z"}
INSURER = "contract.cyber-insurance.insurer"


def judged(sheet: dict[str, Any], *folders: Path) -> tuple[dict[str, Duty], set[str]]:
    """The duties by id, and the facts that are asked for."""
    found = engine.evaluate(facts.parse(sheet), shelf.load(Shelf(shipped(), *folders)), AT)
    return {duty.id: duty for duty in found.duties}, {question.fact for question in found.questions}


def test_the_answers_of_the_example_date_the_duties() -> None:
    found, _ = judged({**load_yaml(EXAMPLE / "answers.yaml"), **AWARE})
    assert found[INSURER].verdict is Verdict.OWED
    assert found[INSURER].due == datetime(2026, 6, 4, 8, tzinfo=UTC)
    assert found[INSURER + ".panel"].verdict is Verdict.OWED
    assert found[INSURER + ".consent"].verdict is Verdict.OWED
    assert found["contract.customers.notice"].due == datetime(2026, 6, 3, 8, tzinfo=UTC)


def test_without_an_answer_nothing_is_dated_and_the_papers_are_asked_for() -> None:
    found, asked = judged(AWARE)
    for name in (INSURER, "contract.customers.notice"):
        assert found[name].verdict is Verdict.UNKNOWN
        assert found[name].due is None
    assert {"insurance.cyber_claim", "contract.customers"} <= asked


def test_the_hours_are_asked_for_once_the_policy_is_known() -> None:
    _, asked = judged({**AWARE, "insurance.cyber_claim": True})
    assert "contract.insurance_notice_hours" in asked


STORIES = load_yaml(EXAMPLE / "law" / "contract" / "customers" / "stories" / "acme.yaml")


@pytest.mark.parametrize("raw", STORIES, ids=[raw["name"] for raw in STORIES])
def test_the_folder_of_the_example_adds_its_contract(raw: dict[str, Any]) -> None:
    story = Story.model_validate(raw)
    found, _ = judged(story.facts, EXAMPLE)
    (wanted,) = story.expect.items()
    duty = found[wanted[0]]
    assert duty.verdict.value == wanted[1].verdict
    assert duty.due == (datetime.fromisoformat(wanted[1].due) if wanted[1].due else None)


def test_a_file_in_the_same_place_stands_in_front_of_ours(tmp_path: Path) -> None:
    ours = "law/contract/cyber-insurance/insurer.yaml"
    own = tmp_path / ours
    own.parent.mkdir(parents=True)
    text = (shipped() / ours).read_text(encoding="utf-8")
    own.write_text(text.replace("n_from: contract.insurance_notice_hours", "n: 12"), encoding="utf-8")
    found, _ = judged({**AWARE, "insurance.cyber_claim": True}, tmp_path)
    assert found[INSURER].due == datetime(2026, 6, 1, 20, tzinfo=UTC)


def test_the_guide_names_only_facts_there_are() -> None:
    text = (GUIDE / "own-contracts.md").read_text(encoding="utf-8")
    named = {part.split(":")[0] for part in text.split("`") if part.startswith(("contract.", "insurance."))}
    assert len(named) > 5
    assert [name for name in named if our_facts().find(name) is None] == []
