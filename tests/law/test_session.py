"""A case judged again and again says what it would say if it were judged anew."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.law import engine, facts, shelf
from breachdesk.law.sheet import Sheet, Watched
from breachdesk.law.shelf import LawShelf

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
ORDERS = {"us.ca", "us.ma", "us.wa", "us.hipaa", "us.ny", "eu.gdpr", "gb.ukgdpr", "ru.pdn", "sg.pdpa", "br.lgpd"}
PEOPLE = [
    {"residence": "US-CA", "count": 501, "elements": ["name", "gov_id.us.ssn"]},
    {"residence": "US-MA", "count": 40, "elements": ["name", "card.number"]},
    {"residence": "DE", "count": 300, "elements": ["name", "email"]},
    {"residence": "RU", "count": 20, "elements": ["name", "phone"]},
    {"residence": "unknown", "count": 7, "elements": ["name", "health"]},
]
ANSWERS: dict[str, list[Any]] = {
    "breach.personal_data": [True, False],
    "breach.confidentiality": [True, False],
    "breach.exfiltration": ["no", "possible", "yes"],
    "breach.malicious": [True, False],
    "data.encrypted": [True, False],
    "data.key_taken": [True, False],
    "data.account_usable_without_code": [True, False],
    "entity.role": ["controller", "processor"],
    "entity.establishments": [["DE"], ["US"], []],
    "entity.main_establishment": ["DE", "FR"],
    "entity.kinds": [["business"], ["hipaa_covered_entity"], ["bank"]],
    "harm.unlikely_documented": [True, False],
    "risk.gdpr": ["unlikely", "risk", "high"],
    "time.aware": ["2026-11-20T10:00:00+01:00", "2019-03-01T10:00:00Z"],
    "time.discovered": ["2026-11-19", "2025-12-30"],
    "time.individual_notice_sent": ["2026-11-21"],
    "hold.law_enforcement": [{"from": "2026-11-20", "until": None, "written": True}],
}


@cache
def law() -> LawShelf:
    return shelf.load()


@cache
def some() -> LawShelf:
    from dataclasses import replace

    orders = tuple(order for order in law().orders if order.pack.id in ORDERS)
    items = tuple(item for item in law().items if item.order.pack.id in ORDERS)
    return replace(law(), orders=orders, items=items)


answered = st.lists(
    st.sampled_from(sorted(ANSWERS)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from([*ANSWERS[name], None]))
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40)
@given(answered)
def test_each_answer_changes_what_it_would_change_from_the_start(answers: list[tuple[str, Any]]) -> None:
    session, told = engine.Session(some(), AT), {"people": PEOPLE}
    for name, value in answers:
        told = {**told, name: value} if value is not None else {k: v for k, v in told.items() if k != name}
        sheet = facts.parse(told)
        assert session.evaluate(sheet) == engine.evaluate(sheet, some(), AT)


def test_what_no_changed_fact_was_looked_at_for_is_not_judged_again() -> None:
    session, sheet = engine.Session(law(), AT), facts.parse({"people": PEOPLE, "breach.personal_data": True})
    before = {duty.id: duty for duty in session.evaluate(sheet).duties}
    after = {duty.id: duty for duty in session.evaluate(sheet.but("risk.gdpr", "high")).duties}
    kept = [id_ for id_, duty in after.items() if before.get(id_) is duty]
    assert "us.ca.individuals" in kept
    assert "eu.gdpr.art34" not in kept
    assert len(kept) > len(after) / 2


def test_time_goes_by_within_a_session() -> None:
    session, sheet = (
        engine.Session(some(), AT),
        facts.parse({"people": PEOPLE, **{k: v[0] for k, v in ANSWERS.items()}}),
    )
    session.evaluate(sheet)
    for later in (AT + timedelta(hours=1), AT + timedelta(days=40), AT.replace(year=2028), AT):
        assert session.evaluate(sheet, later) == engine.evaluate(sheet, some(), later)


def test_other_people_are_counted_anew() -> None:
    session = engine.Session(some(), AT)
    few = facts.parse({"people": PEOPLE[:1]})
    many = facts.parse({"people": [{**PEOPLE[0], "count": 499}]})
    session.evaluate(few)
    assert session.evaluate(many) == engine.evaluate(many, some(), AT)


def test_watched_facts_note_every_way_of_looking() -> None:
    watched = Watched({"a": 1})
    sheet = Sheet(watched)
    assert (sheet.get("a"), sheet.get("b"), "c" in watched, watched["a"]) == (1, None, False, 1)
    assert sheet.but("d", 2).get("d") == 2
    assert watched.seen == {"a", "b", "c", "d"}
