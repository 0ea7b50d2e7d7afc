"""The difference of two evaluations: what arose, fell away, moved, and why."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breachdesk.law import changes, engine, facts
from breachdesk.law.changes import Cause, Changes, Kind, Reason
from breachdesk.law.document import BadDocument, from_json
from breachdesk.law.engine import to_json
from breachdesk.law.shapes import Duties
from breachdesk.law.shelf import LawShelf
from tests.law.build import law

AT = datetime(2026, 3, 3, tzinfo=UTC)
CASE: dict[str, Any] = {"breach.confidentiality": True, "data.encrypted": False, "time.discovered": "2026-03-02"}


def people(n: int) -> list[dict[str, Any]]:
    return [{"residence": "US-CA", "count": n, "elements": ["name", "gov_id.us.ssn"], "minor": False}]


def judged(shelf: LawShelf, at: datetime = AT, **facts_: Any) -> Duties:
    told = {name.replace("__", "."): value for name, value in facts_.items()}
    return engine.evaluate(facts.parse({**CASE, "people": people(9), **told}), shelf, at)


def only(found: Changes) -> tuple[Kind, list[Reason]]:
    (change,) = found.changes
    return change.kind, list(change.reasons)


@pytest.mark.parametrize(
    ("was", "now", "kind"), [(499, 501, Kind.ARISEN), (501, 499, Kind.FELL_AWAY), (501, 502, Kind.PEOPLE)]
)
def test_a_number_that_crosses_a_threshold_is_the_reason(tmp_path: Path, was: int, now: int, kind: Kind) -> None:
    shelf = law(tmp_path, {"duty": {"people": {"threshold": {"op": "gt", "n": 500}}}})
    got, reasons = only(changes.compare(judged(shelf, people=people(was)), judged(shelf, people=people(now))))
    assert got is kind
    test = "≥ 1 (US-CA)" if kind is Kind.PEOPLE else "> 500 (US-CA)"
    assert reasons == [Reason(Cause.CHANGED, "people", was, now, test)]


def test_a_fact_that_became_known_is_the_reason(tmp_path: Path) -> None:
    shelf = law(tmp_path, {"duty": {"when": {"f": "risk.gdpr", "eq": "high"}}})
    open_, high, low = judged(shelf), judged(shelf, risk__gdpr="high"), judged(shelf, risk__gdpr="risk")
    answered = Reason(Cause.ANSWERED, "risk.gdpr", None, "high", "= high")
    assert only(changes.compare(open_, high)) == (Kind.ARISEN, [answered])
    assert only(changes.compare(high, open_)) == (
        Kind.REOPENED,
        [Reason(Cause.UNANSWERED, "risk.gdpr", "high", None, "= high")],
    )
    assert only(changes.compare(open_, low))[0] is Kind.RULED_OUT
    assert only(changes.compare(low, open_))[0] is Kind.OPENED
    assert only(changes.compare(high, low)) == (
        Kind.FELL_AWAY,
        [Reason(Cause.CHANGED, "risk.gdpr", "high", "risk", "= high")],
    )


def test_a_clock_that_runs_from_another_event_moves_the_date(tmp_path: Path) -> None:
    start = {
        "due": {
            "n": 3,
            "unit": "calendar_days",
            "from": ["time.determined", {"fact": "time.discovered", "assumed": True}],
        }
    }
    shelf = law(tmp_path, {"duty": start})
    kind, reasons = only(changes.compare(judged(shelf), judged(shelf, time__determined="2026-03-05")))
    assert kind is Kind.MOVED
    assert [(one.cause, one.was, one.now) for one in reasons] == [(Cause.CLOCK, "time.discovered", "time.determined")]


def test_a_fact_the_caller_knows_to_differ_is_named_when_only_the_date_shows_it(tmp_path: Path) -> None:
    shelf = law(tmp_path, {"duty": {}})
    before, after = judged(shelf), judged(shelf, time__discovered="2026-03-01")
    changed = {"time.discovered": ("2026-03-02", "2026-03-01")}
    kind, reasons = only(changes.compare(before, after, changed))
    assert kind is Kind.MOVED
    assert reasons == [Reason(Cause.CHANGED, "time.discovered", "2026-03-02", "2026-03-01")]


def test_a_hold_that_ends_by_the_clock_alone_is_told_as_that(tmp_path: Path) -> None:
    shelf = law(tmp_path, {"duty": {}})
    hold = {"from": "2026-03-02T10:00:00Z", "until": "2026-03-10T10:00:00Z", "written": True}
    before = judged(shelf, hold__law_enforcement=hold)
    after = judged(shelf, datetime(2026, 3, 11, tzinfo=UTC), hold__law_enforcement=hold)
    kind, reasons = only(changes.compare(before, after))
    assert (kind, reasons[0].cause) == (Kind.RELEASED, Cause.HOLD_ENDED)
    kind, reasons = only(changes.compare(judged(shelf), before))
    assert (kind, reasons[0].cause) == (Kind.HELD, Cause.HOLD_BEGAN)


def test_time_alone_is_a_reason_of_its_own(tmp_path: Path) -> None:
    shelf = law(tmp_path, {"duty": {"effective": {"from": "2026-03-10"}}})
    sheet = facts.parse({"breach.confidentiality": True, "data.encrypted": False, "people": people(9)})
    before = engine.evaluate(sheet, shelf, AT)
    after = engine.evaluate(sheet, shelf, datetime(2026, 3, 11, 12, tzinfo=UTC))
    kind, reasons = only(changes.compare(before, after))
    assert kind is Kind.ARISEN
    assert Cause.TIME in [one.cause for one in reasons]


def test_other_packs_are_named_as_the_reason(tmp_path: Path) -> None:
    old = law(tmp_path / "old", {"duty": {}, "gone": {}})
    new = law(
        tmp_path / "new", {"duty": {"due": {"n": 10, "unit": "calendar_days", "from": "time.discovered"}}, "more": {}}
    )
    found = changes.compare(judged(old), judged(new))
    assert {(change.duty.id, change.kind) for change in found.changes} == {
        ("us.xx.duty", Kind.MOVED),
        ("us.xx.gone", Kind.REMOVED),
        ("us.xx.more", Kind.ADDED),
    }
    assert all(change.reasons[-1].cause is Cause.PACKS for change in found.changes)
    assert found.other_packs


def test_a_duty_of_one_authority_is_the_same_as_that_of_nobody_in_particular(tmp_path: Path) -> None:
    before, after = judged(law(tmp_path, {"duty": {}}), data__encrypted=True), judged(law(tmp_path, {"duty": {}}))
    one = after.duties[0]
    parts = tuple(replace(one, id=f"{one.id}.{iso}") for iso in ("de", "fr"))
    found = changes.compare(before, replace(after, duties=parts))
    assert [(change.duty.id, change.kind) for change in found.changes] == [
        (f"{one.id}.de", Kind.ARISEN),
        (f"{one.id}.fr", Kind.ARISEN),
    ]
    assert len(changes.compare(replace(after, duties=parts), before).changes) == 2


def test_the_same_twice_is_no_change_also_through_a_document(tmp_path: Path) -> None:
    shelf = law(tmp_path, {"duty": {}, "other": {"when": {"f": "entity.establishments", "has_any": ["DE", "FR"]}}})
    once = judged(shelf, entity__establishments=["FR", "DE"])
    again = from_json(json.loads(json.dumps(to_json(once))))
    assert changes.compare(again, once).changes == ()
    assert to_json(again) == to_json(once)
    document = changes.to_json(changes.compare(again, judged(shelf, data__encrypted=True, data__key_taken=False)))
    assert document["format"] == "breachdesk.changes/1"
    assert json.loads(json.dumps(document)) == document


@pytest.mark.parametrize("wrong", [None, [], {}, {"format": "breachdesk.risk/1"}, {"format": "breachdesk.duties/1"}])
def test_what_is_no_such_document_is_refused(wrong: Any) -> None:
    with pytest.raises(BadDocument):
        from_json(wrong)


def test_damaged_documents_are_refused_not_misread(tmp_path: Path) -> None:
    whole = to_json(judged(law(tmp_path, {"duty": {}})))
    for name, wrong in (("verdict", "maybe"), ("due", "soon"), ("due", "2026-03-02T10:00:00"), ("because", 5)):
        damaged = json.loads(json.dumps(whole))
        damaged["duties"][0][name] = wrong
        with pytest.raises(BadDocument):
            from_json(damaged)
