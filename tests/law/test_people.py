"""Which people a law protects, and how many: name rules, combinations, residence nobody knows, minors."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breachdesk.law import engine, facts
from breachdesk.law.shapes import Duty, Verdict
from tests.law.build import law

AT = datetime(2026, 6, 1, tzinfo=UTC)
READABLE = {"breach.confidentiality": True, "data.encrypted": False, "time.discovered": "2026-05-01"}


def group(residence: str, count: Any, *elements: str, minor: Any = False) -> dict[str, Any]:
    return {"residence": residence, "count": count, "elements": list(elements), "minor": minor}


def judge(tmp_path: Path, people: Any, rule: dict[str, Any] | None = None, pack: Any = None, **sheet: Any) -> Duty:
    shelf = law(tmp_path, {"duty": rule or {}}, **(pack or {}))
    case = {
        **READABLE,
        **({"people": people} if people is not None else {}),
        **{k.replace("__", "."): v for k, v in sheet.items()},
    }
    return engine.evaluate(facts.parse(case), shelf, AT).duties[0]


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        (("name", "gov_id.us.ssn"), Verdict.OWED),
        (("gov_id.us.ssn",), Verdict.NOT_OWED),  # no name
        (("name",), Verdict.NOT_OWED),
        (("name", "card.number"), Verdict.NOT_OWED),  # no code
        (("name", "card.number", "card.code"), Verdict.OWED),
        (("name", "card.number", "card.expiry"), Verdict.OWED),
        (("card.number", "card.code"), Verdict.NOT_OWED),
        (("email", "login.password"), Verdict.OWED),  # needs no name
        (("email", "login.password_hash"), Verdict.NOT_OWED),
        (("login.username", "login.security_answer"), Verdict.OWED),
        (("login.password",), Verdict.NOT_OWED),
        ((), Verdict.NOT_OWED),
    ],
)
def test_lost_elements_trigger_by_name_rule_and_combination(
    tmp_path: Path, elements: tuple[str, ...], expected: Verdict
) -> None:
    assert judge(tmp_path, [group("US-CA", 1, *elements)]).verdict is expected


@pytest.mark.parametrize(
    ("op", "n", "count", "expected"),
    [
        ("gt", 500, 500, Verdict.NOT_OWED),
        ("gt", 500, 501, Verdict.OWED),
        ("gte", 500, 499, Verdict.NOT_OWED),
        ("gte", 500, 500, Verdict.OWED),
        ("lt", 500, 499, Verdict.OWED),
        ("lt", 500, 500, Verdict.NOT_OWED),
    ],
)
def test_a_threshold_means_what_it_says(tmp_path: Path, op: str, n: int, count: int, expected: Verdict) -> None:
    rule = {"people": {"threshold": {"op": op, "n": n}}}
    found = judge(tmp_path, [group("US-CA", count, "name", "gov_id.us.ssn")], rule)
    assert (found.verdict, found.people) == (expected, count)


def test_only_people_whose_loss_triggers_the_law_are_counted(tmp_path: Path) -> None:
    people = [
        group("US-CA", 400, "name", "gov_id.us.ssn"),
        group("US-CA", 400, "name", "email"),
        group("US-NY", 400, "name", "gov_id.us.ssn"),
    ]
    found = judge(tmp_path, people, {"people": {"threshold": {"op": "gt", "n": 500}}})
    assert (found.verdict, found.people) == (Verdict.NOT_OWED, 400)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [("residents", Verdict.NOT_OWED), ("total", Verdict.OWED), ("one_state", Verdict.NOT_OWED)],
)
def test_a_threshold_counts_residents_everybody_or_the_fullest_state(
    tmp_path: Path, counts: str, expected: Verdict
) -> None:
    people = [group("US-CA", 300, "name", "gov_id.us.ssn"), group("US-NY", 301, "name", "gov_id.us.ssn")]
    rule = {"people": {"threshold": {"op": "gt", "n": 500, "counts": counts}}}
    assert judge(tmp_path, people, rule).verdict is expected


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (
            [group("US-CA", 499, "name", "gov_id.us.ssn"), group("unknown", 1, "name", "gov_id.us.ssn")],
            Verdict.NOT_OWED,
        ),
        ([group("US-CA", 499, "name", "gov_id.us.ssn"), group("unknown", 2, "name", "gov_id.us.ssn")], Verdict.UNKNOWN),
        ([group("US-CA", 499, "name", "gov_id.us.ssn"), group("US", 2, "name", "gov_id.us.ssn")], Verdict.UNKNOWN),
        ([group("US-CA", 499, "name", "gov_id.us.ssn"), group("DE", 2, "name", "gov_id.us.ssn")], Verdict.NOT_OWED),
        ([group("US-CA", 499, "name", "gov_id.us.ssn"), group("unknown", 2, "name")], Verdict.NOT_OWED),
        ([group("US-CA", 501, "name", "gov_id.us.ssn"), group("unknown", 9, "name", "gov_id.us.ssn")], Verdict.OWED),
        ([group("US-CA", {"min": 480, "max": 510}, "name", "gov_id.us.ssn")], Verdict.UNKNOWN),
        ([group("US-CA", {"min": 501, "max": 510}, "name", "gov_id.us.ssn")], Verdict.OWED),
    ],
)
def test_people_of_unknown_residence_widen_the_upper_bound_only(tmp_path: Path, people: Any, expected: Verdict) -> None:
    found = judge(tmp_path, people, {"people": {"threshold": {"op": "gt", "n": 500}}})
    assert found.verdict is expected
    assert (found.missing == ("people",)) is (expected is Verdict.UNKNOWN)


def test_without_people_the_state_is_open_and_asks_who_they_are(tmp_path: Path) -> None:
    found = judge(tmp_path, None)
    assert (found.verdict, found.missing) == (Verdict.UNKNOWN, ("people",))
    assert judge(tmp_path, None, subjects__count=300, subjects__count_in={"DE": 300}).verdict is Verdict.NOT_OWED
    assert judge(tmp_path, None, subjects__count=301, subjects__count_in={"DE": 300}).verdict is Verdict.UNKNOWN
    assert judge(tmp_path, [], None).verdict is Verdict.NOT_OWED


def test_counts_without_a_list_settle_thresholds_that_cannot_be_reached(tmp_path: Path) -> None:
    rule = {"people": {"threshold": {"op": "gt", "n": 500}}}
    assert judge(tmp_path, None, rule, subjects__count_in={"US-CA": 500}).verdict is Verdict.NOT_OWED
    assert judge(tmp_path, None, rule, subjects__count_in={"US-CA": 501}).verdict is Verdict.UNKNOWN
    anyone = {"people": {"lost": {"any": True}, "threshold": {"op": "gt", "n": 500}}}
    assert judge(tmp_path, None, anyone, subjects__count_in={"US-CA": 501}).verdict is Verdict.OWED


@pytest.mark.parametrize(
    ("sheet", "pack", "expected", "missing"),
    [
        ({}, {}, Verdict.OWED, ()),
        ({"data.encrypted": True, "data.key_taken": False}, {}, Verdict.NOT_OWED, ()),
        ({"data.encrypted": True, "data.key_taken": True}, {}, Verdict.OWED, ()),
        ({"data.encrypted": True}, {}, Verdict.UNKNOWN, ("data.key_taken",)),
        ({"data.encrypted": None}, {}, Verdict.UNKNOWN, ("data.encrypted",)),
        ({"data.encrypted": None, "data.unintelligible": True}, {}, Verdict.NOT_OWED, ()),
        ({"data.encrypted": True, "data.key_taken": True}, {"lost_with_key": False}, Verdict.NOT_OWED, ()),
        ({"data.encrypted": True, "data.key_taken": True}, {"lost_with_key": None}, Verdict.OWED, ()),
        (
            {"data.encrypted": True, "data.key_taken": False},
            {"minimum_bits": 128},
            Verdict.UNKNOWN,
            ("data.encryption_bits",),
        ),
        (
            {"data.encrypted": True, "data.key_taken": False, "data.encryption_bits": 127},
            {"minimum_bits": 128},
            Verdict.OWED,
            (),
        ),
        (
            {"data.encrypted": True, "data.key_taken": False, "data.encryption_bits": 128},
            {"minimum_bits": 128},
            Verdict.NOT_OWED,
            (),
        ),
        ({"data.encrypted": False, "data.password_protected": True}, {}, Verdict.OWED, ()),
        ({"data.encrypted": True, "data.key_taken": False}, {"safe_harbour": False}, Verdict.OWED, ()),
    ],
)
def test_encryption_saves_unless_the_key_went_too(
    tmp_path: Path, sheet: dict[str, Any], pack: dict[str, Any], expected: Verdict, missing: tuple[str, ...]
) -> None:
    names = {name.replace(".", "__"): value for name, value in sheet.items()}
    found = judge(
        tmp_path,
        [group("US-CA", 1, "name", "gov_id.us.ssn")],
        None,
        {"encryption": {"lost_with_key": True, **pack}},
        **names,
    )
    assert (found.verdict, found.missing) == (expected, missing)
    assert any("Ask counsel" in note for note in found.notes) is (pack.get("lost_with_key", True) is None)


def test_an_element_protected_from_a_day_on_is_not_before(tmp_path: Path) -> None:
    pack = {"personal_information": {"with_name": [{"element": "biometric", "from": "2026-05-01"}]}}
    people = [group("US-CA", 1, "name", "biometric")]
    assert judge(tmp_path, people, None, pack, time__discovered="2026-04-30").verdict is Verdict.NOT_OWED
    assert judge(tmp_path, people, None, pack, time__discovered="2026-05-01").verdict is Verdict.OWED


def test_an_element_under_a_condition_asks_for_the_fact_that_settles_it(tmp_path: Path) -> None:
    usable = {"f": "data.account_usable_without_code", "eq": True}
    pack = {"personal_information": {"with_name": [{"element": "payment_card_alone", "if": usable}]}}
    people = [group("US-CA", 1, "name", "card.number")]
    open_ = judge(tmp_path, people, None, pack)
    assert (open_.verdict, open_.missing) == (Verdict.UNKNOWN, ("data.account_usable_without_code",))
    assert judge(tmp_path, people, None, pack, data__account_usable_without_code=True).verdict is Verdict.OWED
    assert judge(tmp_path, people, None, pack, data__account_usable_without_code=False).verdict is Verdict.NOT_OWED


@pytest.mark.parametrize(
    ("minors", "expected"), [("all", (Verdict.OWED, 7)), ("only", (Verdict.OWED, 3)), ("without", (Verdict.OWED, 4))]
)
def test_minors_are_counted_apart_where_a_law_wants_it(
    tmp_path: Path, minors: str, expected: tuple[Verdict, int]
) -> None:
    people = [
        group("US-CA", 3, "name", "gov_id.us.ssn", minor=True),
        group("US-CA", 4, "name", "gov_id.us.ssn", minor=False),
    ]
    found = judge(tmp_path, people, {"people": {"minors": minors}})
    assert (found.verdict, found.people) == expected


def test_people_of_unknown_age_leave_a_duty_for_minors_open(tmp_path: Path) -> None:
    found = judge(
        tmp_path, [group("US-CA", 3, "name", "gov_id.us.ssn", minor="unknown")], {"people": {"minors": "only"}}
    )
    assert (found.verdict, found.people) == (Verdict.UNKNOWN, 3)


def test_an_offer_is_owed_only_to_those_who_lost_what_it_protects(tmp_path: Path) -> None:
    people = [group("US-CA", 3, "name", "gov_id.us.ssn"), group("US-CA", 4, "email", "login.password")]
    found = judge(tmp_path, people, {"kind": "offer", "people": {"narrow": ["ssn"]}})
    assert (found.verdict, found.people) == (Verdict.OWED, 3)
