"""The engine on the shelf: versions by date, dormant law, exceptions, uncertain rules, the public document."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.shelf import BadPack
from breachdesk.law import engine, facts, shelf
from breachdesk.law.shapes import Duties, Duty, Verdict
from tests.law.build import law

AT = datetime(2026, 6, 5, 12, tzinfo=UTC)
SHEET: dict[str, Any] = {
    "breach.confidentiality": True,
    "data.encrypted": False,
    "time.discovered": "2026-03-02",
    "people": [{"residence": "US-CA", "count": 9, "elements": ["name", "gov_id.us.ssn"], "minor": False}],
}


def duties(
    tmp_path: Path, rules: dict[str, dict[str, Any]], pack: dict[str, Any] | None = None, **sheet: Any
) -> Duties:
    case = {**SHEET, **{name.replace("__", "."): value for name, value in sheet.items()}}
    return engine.evaluate(facts.parse(case), law(tmp_path, rules, **(pack or {})), AT)


def one(tmp_path: Path, rule: dict[str, Any], pack: dict[str, Any] | None = None, **sheet: Any) -> Duty:
    return duties(tmp_path, {"duty": rule}, pack, **sheet).duties[0]


@pytest.mark.parametrize(
    ("discovered", "verdict", "due"),
    [
        ("2025-12-31", Verdict.OWED, None),
        ("2026-01-01", Verdict.OWED, "2026-01-11"),
        ("2019-12-31", Verdict.DORMANT, None),
        ("2020-01-01", Verdict.OWED, None),
    ],
)
def test_a_case_is_judged_by_the_law_of_its_day(
    tmp_path: Path, discovered: str, verdict: Verdict, due: str | None
) -> None:
    rule = {
        "effective": {"from": "2020-01-01"},
        "due": {"standard": {"en": "soon", "ru": "скоро"}},
        "versions": [
            {"effective": {"from": "2026-01-01"}, "due": {"n": 10, "unit": "calendar_days", "from": "time.discovered"}}
        ],
    }
    found = one(tmp_path, rule, time__discovered=discovered)
    assert found.verdict is verdict
    assert (found.due.date().isoformat() if found.due else None) == due
    assert found.standard == "soon"


def test_a_law_that_ended_asks_nothing(tmp_path: Path) -> None:
    assert one(tmp_path, {"effective": {"until": "2026-03-01"}}).verdict is Verdict.NOT_OWED
    assert one(tmp_path, {"effective": {"until": "2026-03-02"}}).verdict is Verdict.OWED


def test_a_proposed_law_sleeps_and_says_why(tmp_path: Path) -> None:
    found = one(tmp_path, {"not_in_force": {"en": "proposed only", "ru": "только проект"}})
    assert found.verdict is Verdict.DORMANT
    assert "Not in force: proposed only" in found.notes


HARM = {
    "id": "harm",
    "when": {"f": "harm.unlikely_documented", "eq": True},
    "name": {"en": "no harm", "ru": "нет вреда"},
    "cite": "Code 2",
}


@pytest.mark.parametrize(("told", "verdict"), [(True, Verdict.NOT_OWED), (False, Verdict.OWED), (None, Verdict.OWED)])
def test_an_exception_counts_when_shown_and_is_asked_for_while_it_is_not(
    tmp_path: Path, told: bool | None, verdict: Verdict
) -> None:
    found = duties(tmp_path, {"duty": {}}, {"unless": [HARM]}, harm__unlikely_documented=told)
    assert found.duties[0].verdict is verdict
    assert found.duties[0].missing == ()
    asked = [q.fact for q in found.questions]
    assert ("harm.unlikely_documented" in asked) is (told is None)
    assert any("no harm (Code 2)" in note for note in found.duties[0].notes) is (told is not False)


def test_a_rule_may_choose_which_exceptions_of_its_pack_apply(tmp_path: Path) -> None:
    assert (
        one(tmp_path, {"pack_unless": []}, {"unless": [HARM]}, harm__unlikely_documented=True).verdict is Verdict.OWED
    )
    with pytest.raises(BadPack, match="pack_unless"):
        law(tmp_path, {"duty": {"pack_unless": ["ham"]}}, unless=[HARM])


def test_an_exception_beats_a_missing_fact(tmp_path: Path) -> None:
    found = one(tmp_path, {}, {"unless": [HARM]}, harm__unlikely_documented=True, data__encrypted=None)
    assert found.verdict is Verdict.NOT_OWED


def test_an_uncertain_rule_is_never_silent(tmp_path: Path) -> None:
    assert any("counsel" in note for note in one(tmp_path, {"confidence": "uncertain"}).notes)
    assert not any("counsel" in note for note in one(tmp_path, {"confidence": "known"}).notes)


def test_a_voluntary_step_is_voluntary_and_a_law_without_a_duty_owes_nothing(tmp_path: Path) -> None:
    assert one(tmp_path, {"kind": "voluntary"}).verdict is Verdict.VOLUNTARY
    assert one(tmp_path, {"kind": "none"}).verdict is Verdict.NOT_OWED


def test_a_duty_that_does_not_arise_may_still_have_to_be_recorded(tmp_path: Path) -> None:
    rule = {"when": {"f": "risk.gdpr", "eq": "high"}, "otherwise": "record_only", "people": None}
    told = {"breach__personal_data": True, "risk__gdpr": "unlikely"}
    assert one(tmp_path, rule, **told).verdict is Verdict.RECORD_ONLY
    assert one(tmp_path, rule, **{**told, "breach__personal_data": False}).verdict is Verdict.NOT_OWED
    assert one(tmp_path, rule, **told, people=[]).verdict is Verdict.NOT_OWED


def test_a_later_filing_inherits_its_duty_and_chains_from_the_earlier_one(tmp_path: Path) -> None:
    stage = {
        "id": "final",
        "ref": "US-XX.duty/final",
        "title": {"en": "Final", "ru": "Итог"},
        "due": {
            "n": 1,
            "unit": "months",
            "from": ["time.notification_sent", {"due_of": "us.xx.duty", "assumed": True}],
        },
    }
    found = duties(tmp_path, {"duty": {"stages": [stage], "unless": [HARM]}})
    assert [d.id for d in found.duties] == ["us.xx.duty", "us.xx.duty.final"]
    assert [d.due.date().isoformat() for d in found.duties if d.due] == ["2026-04-01", "2026-05-01"]
    sent = duties(tmp_path, {"duty": {"stages": [stage]}}, time__notification_sent="2026-03-31T20:00:00-07:00")
    assert [d.due.date().isoformat() for d in sent.duties if d.due] == ["2026-04-01", "2026-04-30"]
    shown = duties(tmp_path, {"duty": {"stages": [stage], "unless": [HARM]}}, harm__unlikely_documented=True)
    assert {d.verdict for d in shown.duties} == {Verdict.NOT_OWED}


def test_terms_that_point_at_each_other_end_without_a_date(tmp_path: Path) -> None:
    circle = {
        name: {"due": {"n": 1, "unit": "calendar_days", "from": [{"due_of": f"us.xx.{other}"}]}}
        for name, other in (("a", "b"), ("b", "a"))
    }
    assert [d.due for d in duties(tmp_path, circle).duties] == [None, None]


def test_penalties_follow_people_and_identifiers() -> None:
    def said(**more: Any) -> str:
        sheet = {"breach.personal_data": True, "breach.confidentiality": True, "ru.subjects_rights_violated": True,
                 "entity.establishments": ["RU"], **{k.replace("__", "."): v for k, v in more.items()}}  # fmt: skip
        found = engine.evaluate(facts.parse(sheet), shelf.load(), AT)
        return next(d.penalty for d in found.duties if d.id == "ru.pdn.primary")

    assert "part 12" not in said(subjects__count=999)
    assert "part 12" in said(subjects__count=1000)
    assert "part 12" in said(subjects__count=10_000)
    assert "part 13" in said(subjects__count=10_001)
    assert "part 13" in said(subjects__count=100_000)
    assert "part 14" in said(subjects__count=100_001)
    assert "part 13" in said(subjects__count=500, data__identifiers_count=120_000)
    assert "part 16" in said(subjects__count=1, data__classes=["health"])
    assert "part 17" in said(subjects__count=1, data__classes=["biometric"])
    assert "part 11" in said(subjects__count=1)
    assert "part 15" in said(subjects__count=1000, ru__repeat_leak=True, data__classes=["name"])
    assert "part 18" in said(subjects__count=1000, ru__repeat_leak=True, data__classes=["health"])
    assert said(subjects__count=1000, time__detected="2025-05-29T10:00:00+03:00") == ""
    assert "part 12" in said(subjects__count=1000, time__detected="2025-05-30T10:00:00+03:00")


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"when": {"f": "risk.gpdr", "eq": "high"}}, "risk.gdpr"),
        ({"people": {"narrow": ["social_security"]}}, "social_security"),
        ({"due": {"n": 3, "unit": "hours", "from": "time.awake"}}, "time.awake"),
        ({"due": {"n": 3, "unit": "hours", "from": "subjects.count"}}, "subjects.count"),
        ({"due": {"n": 3, "unit": "hours", "from": [{"due_of": "us.xx.none"}]}}, "us.xx.none"),
        ({"due": {"n": 3, "unit": "hours"}}, "from"),
        ({"due": {"n": 3, "from": "time.aware"}}, "unit"),
        ({"due": {"n": 3, "unit": "fortnights", "from": "time.aware"}}, "unit"),
        ({"content": "no_such_set"}, "no_such_set"),
        ({"penalty_table": "penalties"}, "penalties"),
        ({"recipient": {"type": "authority", "name": "x", "route": "one_stop_shop"}}, "authorities"),
        ({"due": {"n_from": "contract.no_such_hours", "unit": "hours", "from": "time.aware"}}, "n_from"),
        ({"due": {"n_from": "breach.malicious", "unit": "hours", "from": "time.aware"}}, "whole number"),
        ({"recepient": {}}, "recepient"),
        ({"id": "us.yy.duty"}, "place on the shelf"),
        ({"checked_on": "soon"}, "checked_on"),
        ({"confidence": "certain"}, "confidence"),
        ({"due": {"zone": "Mars/Olympus"}}, "Mars"),
    ],
)
def test_a_slip_in_a_pack_is_an_error_that_names_the_file(tmp_path: Path, rule: dict[str, Any], says: str) -> None:
    with pytest.raises(BadPack, match=says) as caught:
        law(tmp_path, {"duty": rule})
    assert "duty" in str(caught.value)


def test_the_document_is_json_and_complete(tmp_path: Path) -> None:
    found = json.loads(json.dumps(engine.to_json(duties(tmp_path, {"duty": {}}))))
    assert found["format"] == "breachdesk.duties/1"
    assert found["evaluated_at"] == "2026-06-05T12:00:00Z"
    assert len(found["packs"]["sha256"]) == 64
    duty = found["duties"][0]
    assert duty["due"] == "2026-04-01T23:59:59-07:00"
    assert duty["clock"]["from"] == "time.discovered"
    assert duty["because"]
    promised = (
        "id ref kind recipient verdict people due due_latest standard clock because missing content citation sources"
        " checked_on confidence"
    )
    assert set(promised.split()) <= duty.keys()


def test_the_same_case_gives_the_same_document_in_both_languages_but_for_words() -> None:
    case = facts.parse(
        {**SHEET, "breach.personal_data": True, "time.aware": "2026-03-02T10:00:00Z", "risk.gdpr": "high"}
    )
    one, two = (engine.to_json(engine.evaluate(case, shelf.load(), AT, language=lang)) for lang in ("en", "ru"))
    wordless = ("id", "ref", "verdict", "people", "due", "due_latest", "missing", "because", "confidence")
    assert [[d[k] for k in wordless] for d in one["duties"]] == [[d[k] for k in wordless] for d in two["duties"]]
    assert [d["title"] for d in one["duties"]] != [d["title"] for d in two["duties"]]


# contracts follow no place: whether there are any is asked wherever people live
SIGNED = {"insurance.cyber_claim", "contract.customers", "entity.role", "breach.source_is_entity", "entity.kinds"}


def test_an_empty_sheet_owes_nothing_and_asks() -> None:
    found = engine.evaluate(facts.parse({}), shelf.load(), AT)
    assert not any(d.verdict in (Verdict.OWED, Verdict.HELD) for d in found.duties)
    assert all(d.missing for d in found.duties if d.verdict is Verdict.UNKNOWN)
    assert {q.fact for q in found.questions} == {"people", "entity.establishments"} | SIGNED


def test_where_it_is_open_whether_a_law_reaches_the_case_only_that_is_asked_and_more_once_it_does() -> None:
    def asked(**sheet: Any) -> set[str]:
        named = {name.replace("__", "."): value for name, value in sheet.items()}
        return {q.fact for q in engine.evaluate(facts.parse(named), shelf.load(), AT).questions}

    assert asked(
        people=[{"residence": "unknown", "count": 3, "elements": ["name"]}], entity__establishments=["AQ"]
    ) == {"people"} | SIGNED - {"entity.kinds"}
    there = asked(people=[], entity__establishments=["RU"], breach__personal_data=True)
    assert {"breach.confidentiality", "ru.subjects_rights_violated", "time.detected", "entity.cii_ru"} <= there
    assert "people" not in there


@pytest.mark.parametrize(
    ("people", "seats", "remote"),
    [
        ([("unknown", 3)], ["AQ"], True),
        ([("unknown", 3), ("MY", 1)], ["AQ"], False),
        ([("unknown", 3)], ["MY"], False),
        ([("MY", 3)], ["AQ"], False),
    ],
)
def test_what_is_open_only_for_people_without_a_known_home_says_so(
    people: list[tuple[str, int]], seats: list[str], remote: bool
) -> None:
    groups = [{"residence": place, "count": n, "elements": ["name", "gov_id"]} for place, n in people]
    sheet = facts.parse({"people": groups, "entity.establishments": seats, "breach.personal_data": True})
    found = {duty.id: duty for duty in engine.evaluate(sheet, shelf.load(), AT).duties}
    assert found["my.pdpa.jpdp"].remote is remote
    assert not any(duty.remote for duty in found.values() if duty.verdict is not Verdict.UNKNOWN)


def test_times_of_what_may_never_have_happened_are_asked_only_once_it_has() -> None:
    def asked(**sheet: Any) -> set[str]:
        case = {"people": [], "entity.establishments": ["AU"], "entity.turnover_aud": 9_000_000, **sheet}
        return {q.fact for q in engine.evaluate(facts.parse(case), shelf.load(), AT).questions}

    assert "breach.ransom_paid" in asked()
    assert "time.paid" not in asked()
    assert "time.paid" in asked(**{"breach.ransom_paid": True})


def test_a_law_that_sleeps_is_shown_only_where_it_would_be_asked_for() -> None:
    def verdict(**sheet: Any) -> Verdict:
        case = {"people": [], "entity.establishments": ["GB"], **sheet}
        found = engine.evaluate(facts.parse(case), shelf.load(), AT)
        return next(d.verdict for d in found.duties if d.id == "gb.sectors.operational")

    assert verdict(**{"entity.sector": "finance"}) is Verdict.DORMANT
    assert verdict(**{"entity.sector": "general"}) is Verdict.NOT_OWED
    assert verdict() is Verdict.NOT_OWED


def test_a_fact_on_which_an_element_hangs_is_asked_and_its_answer_counts_anew() -> None:
    def found(**more: Any) -> Any:
        case = {"breach.personal_data": True, "breach.confidentiality": True, "data.encrypted": False,
                "entity.role": "controller", "time.discovered": "2026-05-01",
                "people": [{"residence": "US-NY", "count": 7, "elements": ["name", "bank.account"]}]}  # fmt: skip
        return engine.evaluate(facts.parse({**case, **more}), shelf.load(), AT)

    asked = {q.fact: q.decides for q in found().questions}
    assert "us.ny.individuals" in asked["data.account_usable_without_code"]
    verdicts = [
        next(d.verdict for d in found(**{"data.account_usable_without_code": answer}).duties if d.id == "us.ny.ag")
        for answer in (True, False)
    ]
    assert verdicts == [Verdict.OWED, Verdict.NOT_OWED]
