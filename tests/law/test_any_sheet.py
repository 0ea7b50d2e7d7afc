"""Any sheet that can be written: the engine answers, and explains itself; more facts never make it less sure."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from breachdesk.ground import elements
from breachdesk.law import engine, facts, risk, shelf
from breachdesk.law.conditions import All, Condition, Leaf, Not, Some
from breachdesk.law.facts import BadFacts
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.law.shelf import LawShelf
from breachdesk.law.vocabulary import Fact, FactType, our_facts

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PLACES = ["DE", "FR", "DE-BY", "GB", "RU", "BR", "SG", "AU", "US", "US-CA", "US-NY", "US-TX", "US-MA", "US-WA", "AQ"]
WORDS = {name: fact for name, fact in our_facts().facts.items() if fact.type is not FactType.FREE}
ALWAYS = ("breach.personal_data", "people", "entity.establishments")  # without these hardly a law would reach
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ASKED = [Verdict.OWED, Verdict.HELD, Verdict.VOLUNTARY]


@cache
def law() -> LawShelf:
    return shelf.load()


def answered(sheet: dict[str, Any]) -> Duties:
    return engine.evaluate(facts.parse(sheet), law(), AT)


moments = st.one_of(
    st.datetimes(datetime(2024, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC)).map(datetime.isoformat),
    st.dates(datetime(2024, 6, 1).date(), datetime(2027, 6, 1).date()).map(str),
    st.datetimes(datetime(2024, 6, 1), datetime(2027, 6, 1)).map(
        lambda moment: {"local": moment.isoformat(), "tz": "America/Sao_Paulo"}
    ),
)
cohorts = st.fixed_dictionaries(
    {
        "residence": st.sampled_from([*PLACES, "unknown"]),
        "count": st.one_of(st.sampled_from([0, 1, 249, 250, 499, 500, 501, 1000, 1001, 10001]), st.integers(0, 10**7)),
        "elements": st.lists(st.sampled_from(sorted(elements.vocabulary().elements)), max_size=6),
        "minor": st.sampled_from([True, False, "unknown"]),
    }
)


def value(fact: Fact) -> st.SearchStrategy[Any]:
    match fact.type:
        case FactType.BOOL:
            return st.booleans()
        case FactType.INT:
            return st.integers(0, 2_000_000)
        case FactType.MONEY:
            return st.floats(0, 1e12, allow_nan=False)
        case FactType.ENUM:
            return st.sampled_from(fact.options)
        case FactType.SET:
            return st.lists(st.sampled_from(fact.options), max_size=4)
        case FactType.PLACE:
            return st.sampled_from(PLACES)
        case FactType.PLACES:
            return st.lists(st.sampled_from(PLACES), max_size=3)
        case FactType.HOLD:
            return st.fixed_dictionaries(
                {"from": moments, "until": st.none() | moments, "written": st.none() | st.booleans()}
            )
        case FactType.PEOPLE:
            return st.lists(cohorts, max_size=5)
    return moments


def name(written: str) -> str:
    return written.replace("<ISO>", "US-CA")


sheets = st.lists(st.sampled_from(sorted(WORDS)), unique=True, max_size=30).flatmap(
    lambda chosen: st.fixed_dictionaries({name(n): value(WORDS[n]) for n in (*ALWAYS, *chosen)})
)


@SLOW
@given(sheets)
def test_every_sheet_is_answered_and_every_answer_explains_itself(sheet: dict[str, Any]) -> None:
    found = answered(sheet)
    json.dumps(engine.to_json(found), allow_nan=False)
    for duty in found.duties:
        assert _explained(duty), duty
    for question in found.questions:
        assert question.decides
        assert question.en
        assert question.ru
    dated = [question.soonest_due for question in found.questions if question.soonest_due]
    assert dated == sorted(dated)
    risk.to_json(risk.propose(facts.parse(sheet)))


def _explained(duty: Duty) -> bool:
    if duty.verdict is Verdict.UNKNOWN and not duty.missing:
        return False
    if duty.verdict in (*ASKED, Verdict.NOT_OWED) and duty.kind != "none" and not (duty.because or duty.notes):
        return False
    if duty.due is not None and (duty.due.tzinfo is None or duty.clock is None or not duty.clock.steps):
        return False
    if duty.verdict in (Verdict.NOT_OWED, Verdict.DORMANT, Verdict.RECORD_ONLY) and duty.due is not None:
        return False
    if duty.due_latest is not None and (duty.due is None or duty.due_latest < duty.due):
        return False
    timely = duty.due or duty.standard or duty.missing or duty.verdict not in ASKED or duty.clock
    return bool(timely and duty.title and duty.citation and duty.sources and duty.checked_on and duty.confidence)


# facts that open another question when they are known: which law was in force, whether the key went with the copy,
# who the people are; a seat that the list of seats leaves out; a kind of organisation that alone brings a federal rule
OPENING = (
    "time.", "data.encrypted", "data.unintelligible", "data.key_taken", "people", "subjects.", "hold.",
    "entity.main_establishment", "entity.kinds",
)  # fmt: skip


@SLOW
@given(sheets, st.data())
def test_one_more_fact_never_makes_a_known_answer_open(sheet: dict[str, Any], data: st.DataObject) -> None:
    more = [known for known in sheet if not known.startswith(opening())]
    assume(more)
    added = data.draw(st.sampled_from(more))
    before = {d.id: d for d in answered({k: v for k, v in sheet.items() if k != added}).duties}
    for duty in answered(sheet).duties:
        earlier = before.get(duty.id)
        if earlier is not None and earlier.verdict is not Verdict.UNKNOWN:
            assert duty.verdict is not Verdict.UNKNOWN, (added, earlier, duty)


@cache
def opening() -> tuple[str, ...]:
    """Those, and facts of which a law asks whether they are known at all."""
    tested = [leaf.fact for one in law().parsed.values() for leaf in leaves(one) if leaf.op == "known"]
    return (*OPENING, *tested)


def leaves(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case Leaf():
            yield condition
        case All(parts) | Some(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)


@SLOW
@given(sheets, st.data())
def test_what_is_settled_stays_so_whatever_else_becomes_known(sheet: dict[str, Any], data: st.DataObject) -> None:
    """Unknown is no guess: a fact that was not needed for an answer cannot turn it. Only an exception that is shown
    takes an owed duty away."""
    more = [known for known in sheet if not known.startswith(opening())]
    assume(more)
    hidden = data.draw(st.lists(st.sampled_from(more), min_size=1, unique=True))
    before = {d.id: d for d in answered({k: v for k, v in sheet.items() if k not in hidden}).duties}
    for duty in answered(sheet).duties:
        earlier = before.get(duty.id)
        if earlier is None or earlier.verdict is duty.verdict:
            continue
        if earlier.verdict is Verdict.NOT_OWED:
            # a law not in force asks nothing either way: it is dormant where it would ask
            assert duty.verdict in (Verdict.RECORD_ONLY, Verdict.DORMANT), (hidden, earlier, duty)
        if earlier.verdict in ASKED and duty.verdict not in ASKED:
            item = law().owner(duty.id)
            assert item is not None
            shown = {name for one in item.unless for name in law().looked(one.when)}
            assert shown & set(hidden), (hidden, earlier, duty)


@pytest.mark.parametrize("written", WORDS)
def test_every_fact_may_stand_alone(written: str) -> None:
    example = {
        FactType.BOOL: True, FactType.INT: 7, FactType.MONEY: {"amount": 5, "currency": "EUR"}, FactType.PLACE: "DE",
        FactType.PLACES: ["DE"], FactType.INSTANT: "2026-03-07T10:00:00+01:00", FactType.PEOPLE: [],
        FactType.HOLD: {"from": "2026-03-10", "until": None, "written": True},
    }  # fmt: skip
    fact = WORDS[written]
    chosen = example.get(fact.type, fact.options[:1] if fact.type is FactType.SET else (fact.options or ("",))[0])
    assert answered({name(written): list(chosen) if isinstance(chosen, tuple) else chosen}).duties


WRONG = [[], {"a": 1}, "perhaps", -1, 3.5, "2026-13-40"]


@pytest.mark.parametrize("written", WORDS)
def test_a_value_of_the_wrong_type_is_one_clear_line(written: str) -> None:
    refused = [problems for wrong in WRONG if (problems := _problems({name(written): wrong}))]
    assert len(refused) >= 3
    for (line,) in refused:
        assert name(written) in line
        assert "\n" not in line


def _problems(sheet: dict[str, Any]) -> tuple[str, ...]:
    try:
        facts.parse(sheet)
    except BadFacts as error:
        return error.problems
    return ()
