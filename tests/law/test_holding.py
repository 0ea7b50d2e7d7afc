"""Delay for law enforcement: held, released, too late, oral, and what is left of the term."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from breachdesk.law import engine, facts
from breachdesk.law.shapes import Duty, Verdict
from tests.law.build import law

SEVEN = {"n": 7, "unit": "business_days"}


def judge(tmp_path: Path, at: str, hold: dict[str, Any] | None, rule: dict[str, Any], **more: Any) -> Duty:
    shelf = law(tmp_path, {"duty": more}, hold={"allowed": True, **rule})
    sheet = {
        "breach.confidentiality": True,
        "data.encrypted": False,
        "time.discovered": "2026-03-02",
        "people": [{"residence": "US-CA", "count": 9, "elements": ["name", "gov_id.us.ssn"], "minor": False}],
        **({"hold.law_enforcement": hold} if hold else {}),
    }
    return engine.evaluate(facts.parse(sheet), shelf, datetime.fromisoformat(at)).duties[0]


@pytest.mark.parametrize(
    ("hold", "rule", "verdict", "due"),
    [
        (None, {}, Verdict.OWED, "2026-04-01"),
        ({"from": "2026-03-10", "until": None, "written": True}, {}, Verdict.HELD, None),
        ({"from": "2026-03-10", "until": "2026-07-01", "written": True}, {}, Verdict.HELD, None),
        (
            {"from": "2026-03-10", "until": "2026-05-20", "written": True},
            {"after_release": SEVEN},
            Verdict.OWED,
            "2026-06-01",
        ),
        ({"from": "2026-03-10", "until": "2026-05-20", "written": True}, {}, Verdict.OWED, None),
        ({"from": "2026-03-10", "until": "2026-03-20", "written": True}, {}, Verdict.OWED, "2026-04-01"),
        (
            {"from": "2026-03-10", "until": "2026-03-12", "written": True},
            {"after_release": SEVEN},
            Verdict.OWED,
            "2026-04-01",
        ),
        (
            {"from": "2026-03-10", "until": "2026-03-30", "written": True},
            {"after_release": SEVEN},
            Verdict.OWED,
            "2026-04-09",  # 31 March is a holiday of California
        ),
        ({"from": "2026-04-02", "until": None, "written": True}, {}, Verdict.OWED, "2026-04-01"),  # the term was over
        ({"from": "2026-06-09", "until": None, "written": True}, {}, Verdict.OWED, "2026-04-01"),  # not yet begun
        ({"from": "2026-03-10", "until": None, "written": True}, {"allowed": False}, Verdict.OWED, "2026-04-01"),
        ({"from": "2026-03-10", "until": None, "written": False}, {"written": True}, Verdict.OWED, "2026-04-01"),
        ({"from": "2026-03-10", "until": None}, {"written": True}, Verdict.OWED, "2026-04-01"),
        ({"from": "2026-03-10", "until": None, "written": False}, {"oral_days": 30}, Verdict.OWED, None),
        ({"from": "2026-03-10", "until": None, "written": True}, {"oral_days": 30}, Verdict.HELD, None),
        ({"from": "2026-03-10", "until": None, "written": True}, {"longest_days": 60}, Verdict.OWED, None),
    ],
)
def test_a_hold_suspends_the_term_and_its_release_starts_what_the_law_gives(
    tmp_path: Path, hold: dict[str, Any] | None, rule: dict[str, Any], verdict: Verdict, due: str | None
) -> None:
    found = judge(tmp_path, "2026-06-05T12:00:00Z", hold, rule)
    assert found.verdict is verdict
    assert (found.due.date().isoformat() if found.due else None) == due


def test_a_filing_to_an_authority_is_not_held_unless_its_law_says_so(tmp_path: Path) -> None:
    hold = {"from": "2026-03-10", "until": None, "written": True}
    office = {"recipient": {"type": "attorney_general", "name": "AG", "channel": "form"}}
    assert judge(tmp_path, "2026-06-05T12:00:00Z", hold, {}, **office).verdict is Verdict.OWED
    assert judge(tmp_path, "2026-06-05T12:00:00Z", hold, {}, **office, held=True).verdict is Verdict.HELD


def test_the_steps_say_that_it_was_held_and_until_when(tmp_path: Path) -> None:
    hold = {"from": "2026-03-10", "until": "2026-05-20", "written": True}
    found = judge(tmp_path, "2026-06-05T12:00:00Z", hold, {"after_release": SEVEN})
    assert found.clock is not None
    assert any("2026-05-20" in step and "7 business days" in step for step in found.clock.steps)
    assert any("2026-05-25" in step for step in found.clock.steps)  # Memorial Day is skipped, and said so
