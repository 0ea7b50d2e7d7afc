from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from breachdesk.law import engine, facts
from breachdesk.law.shapes import Question
from tests.law.build import law

AT = datetime(2026, 3, 3, tzinfo=UTC)
PEOPLE = [{"residence": "US-CA", "count": 9, "elements": ["name", "gov_id.us.ssn"], "minor": False}]


def asked(tmp_path: Path, rules: dict[str, Any], **sheet: Any) -> tuple[Question, ...]:
    case = {"breach.confidentiality": True, "data.encrypted": False, "time.discovered": "2026-03-02", "people": PEOPLE,
            **{k.replace("__", "."): v for k, v in sheet.items()}}  # fmt: skip
    return engine.evaluate(facts.parse(case), law(tmp_path, rules), AT).questions


def days(n: int, when: Any = None) -> dict[str, Any]:
    return {"due": {"n": n, "unit": "calendar_days", "from": "time.discovered"}, **({"when": when} if when else {})}


def test_the_nearest_deadline_is_asked_for_first(tmp_path: Path) -> None:
    rules = {
        "late": days(60, {"f": "breach.malicious", "eq": True}),
        "soon": days(3, {"f": "risk.gdpr", "eq": "high"}),
        "middle": days(30, {"f": "breach.malicious", "eq": True}),
    }
    found = asked(tmp_path, rules)
    assert [q.fact for q in found] == ["risk.gdpr", "breach.malicious"]
    assert [q.soonest_due.date().isoformat() for q in found if q.soonest_due] == ["2026-03-05", "2026-04-01"]
    assert found[1].decides == ("us.xx.late", "us.xx.middle")


def test_a_fact_that_cannot_change_anything_is_not_asked_for(tmp_path: Path) -> None:
    either = {"any": [{"f": "breach.malicious", "eq": True}, {"f": "breach.malicious", "eq": False}]}
    both = {"all": [either, {"f": "risk.gdpr", "eq": "high"}]}
    assert [q.fact for q in asked(tmp_path, {"duty": days(3, both)})] == ["risk.gdpr"]


def test_an_owed_duty_asks_for_the_event_its_term_waits_for(tmp_path: Path) -> None:
    found = asked(tmp_path, {"duty": {"due": {"n": 3, "unit": "calendar_days", "from": "time.determined"}}})
    assert [(q.fact, q.decides, q.soonest_due) for q in found] == [("time.determined", ("us.xx.duty",), None)]


def test_nothing_is_asked_when_everything_is_settled(tmp_path: Path) -> None:
    assert asked(tmp_path, {"duty": days(3)}) == ()
    assert asked(tmp_path, {"duty": days(3, {"f": "risk.gdpr", "eq": "high"})}, breach__confidentiality=False) == ()


def test_a_number_is_tried_on_both_sides_of_what_the_law_compares_it_with(tmp_path: Path) -> None:
    found = asked(tmp_path, {"duty": days(3, {"f": "data.identifiers_count", "gt": 10000})})
    assert [q.fact for q in found] == ["data.identifiers_count"]


def test_questions_stand_in_both_languages_and_name_the_place(tmp_path: Path) -> None:
    found = asked(tmp_path, {"duty": days(3, {"f": "subjects.count_in.DE", "gt": 5})}, people=None)
    texts = {q.fact: (q.en, q.ru) for q in found}
    assert "people" in texts
    assert all(en and ru and en != ru for en, ru in texts.values())
