import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import facts, sheet, words
from breachdesk.law.facts import BadFacts
from breachdesk.law.instants import Instant
from breachdesk.law.sheet import Contradiction
from breachdesk.scope.shapes import Cohort


def parse(**raw: Any) -> sheet.Sheet:
    return facts.parse({name.replace("__", "."): value for name, value in raw.items()})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-07T10:00:00+01:00", datetime(2026, 3, 7, 9, tzinfo=UTC)),
        ("2026-03-07T10:00Z", datetime(2026, 3, 7, 10, tzinfo=UTC)),
        ({"local": "2026-03-07T10:00", "tz": "America/New_York"}, datetime(2026, 3, 7, 15, tzinfo=UTC)),
        ({"local": "2026-03-08T02:30", "tz": "America/New_York"}, datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),  # skipped
        ({"local": "2026-11-01T01:30", "tz": "America/New_York"}, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # twice
    ],
)
def test_an_instant_is_read_with_its_offset_or_zone(value: Any, expected: datetime) -> None:
    assert parse(time__aware=value).get("time.aware").at.astimezone(UTC) == expected


def test_a_date_alone_is_that_local_day() -> None:
    assert parse(time__aware="2026-03-07").get("time.aware") == Instant(day=date(2026, 3, 7))


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("time.aware", "2026-03-07T10:00:00", "offset"),
        ("time.aware", "2026-02-30", "time"),
        ("time.aware", "0026-02-20", "year"),
        ("time.aware", 20260307, "instant"),
        ("time.aware", {"local": "2026-03-07T10:00", "tz": "Mars/Olympus"}, "zone"),
        ("time.aware", {"local": "2026-03-07T10:00+01:00", "tz": "Europe/Berlin"}, "offset"),
        ("risk.gdpr", "hihg", "did you mean high"),
        ("breach.malicious", "maybe", "true or false"),
        ("subjects.count", -1, "whole number"),
        ("subjects.count", "1,000", "whole number"),
        ("subjects.count", True, "whole number"),
        ("subjects.count_in.UK", 5, "no fact"),
        ("entity.establishments", ["Germany"], "ISO 3166"),
        ("entity.kinds", ["bakery"], "one of"),
        ("data.classes", {"a": 1}, "list"),
        ("hold.law_enforcement", {"until": None}, "from"),
        ("breach.exfiltratoin", "yes", "did you mean breach.exfiltration"),
        ("people", [{"residence": "US-CA", "count": 5}], "elements"),
        ("people", [{"residence": "California", "count": 5, "elements": []}], "group 1"),
        ("people", [{"residence": "US-CA", "count": 1.5, "elements": []}], "whole number"),
        ("people", [{"residence": "US-CA", "count": {"min": 5, "max": 3}, "elements": []}], "whole number"),
        ("people", [{"residence": "US-CA", "count": 5, "elements": ["emial"]}], "did you mean email"),
        ("people", [{"residence": "US-CA", "count": 5, "elements": ["email"], "minor": 7}], "minor"),
        ("people", "list.parquet", "people list"),
    ],
)
def test_bad_input_is_named_with_what_to_do(name: str, value: Any, says: str) -> None:
    with pytest.raises(BadFacts) as caught:
        facts.parse({name: value}, where="sheet.yaml", lines={name: 3})
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("sheet.yaml:3: ")
    assert says in caught.value.problems[0]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(BadFacts) as caught:
        facts.parse({"risk.gdpr": 5, "breach.malicious": 5, "time.aware": 5})
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "text", ["a: [1", "a: 1\na: 2", '{"a": 1, "a": 2}', "- a\n- b", "{", "a: &x [*x]\nb: !!python/object:os 1"]
)
def test_a_file_that_is_no_sheet_is_refused_with_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text(text)
    with pytest.raises(BadFacts) as caught:
        facts.read(path)
    assert str(path) in caught.value.problems[0]
    assert "\n" not in caught.value.problems[0]


def test_bytes_that_are_no_text_and_absent_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_bytes(b"\xff\xfe\x00a")
    for bad in (path, tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(BadFacts):
            facts.read(bad)


def test_the_line_of_a_wrong_fact_is_told(tmp_path: Path) -> None:
    path = tmp_path / "facts.yaml"
    path.write_text("breach.malicious: true\n\nrisk.gdpr: hgih\n")
    with pytest.raises(BadFacts, match=r"facts\.yaml:3: risk\.gdpr"):
        facts.read(path)


def test_json_and_yaml_say_the_same(tmp_path: Path) -> None:
    raw = {"breach.exfiltration": "no", "time.aware": "2026-03-07T10:00:00+01:00", "subjects.count_in": {"NO": 5}}
    (tmp_path / "a.json").write_text(json.dumps(raw))
    (tmp_path / "a.yaml").write_text(
        "breach.exfiltration: no\ntime.aware: 2026-03-07T10:00:00+01:00\nsubjects.count_in: {NO: 5}\n"
    )
    one, two = (facts.read(tmp_path / name) for name in ("a.json", "a.yaml"))
    assert one.get("breach.exfiltration") == two.get("breach.exfiltration") == "no"
    assert one.get("time.aware").at == two.get("time.aware").at
    assert one.get("subjects.count_in.NO") == two.get("subjects.count_in.NO")


@pytest.mark.parametrize("value", [None, "unknown"])
def test_null_and_unknown_are_a_missing_fact(value: Any) -> None:
    assert parse(risk__gdpr=value).get("risk.gdpr") is None


def test_classes_and_counts_follow_from_the_people() -> None:
    case = parse(
        people=[
            {"residence": "US-CA", "count": 3, "elements": ["name", "gov_id.us.ssn"], "minor": False},
            {"residence": "DE", "count": 2, "elements": ["email", "health"], "minor": True},
        ],
        subjects__count=99,
    )
    assert case.get("data.classes") == {"name", "national_id", "contact", "health", "child"}
    assert (case.get("subjects.count").low, case.get("subjects.count_in.US").low) == (5, 3)
    assert case.get("subjects.vulnerable") is True
    assert case.contradictions == (Contradiction("listed", "subjects.count"),)


@pytest.mark.parametrize(
    ("written", "kept"), [("PR", "US-PR"), ("US-PR", "US-PR"), ("RE", "FR-974"), ("AX", "FI-01"), ("HK", "HK")]
)
def test_a_place_with_two_codes_is_one_place(written: str, kept: str) -> None:
    group = {"residence": written, "count": 3, "elements": ["name"]}
    assert facts.parse({"people": [group]}).people.by_residence.keys() == {kept}
    assert facts.parse({"entity.establishments": [written]}).get("entity.establishments") == {kept}
    counted = facts.parse({"subjects.count_in": {written: 3}})
    assert counted.get(f"subjects.count_in.{written}").low == counted.get(f"subjects.count_in.{kept}").low == 3


def test_nobody_lost_nothing() -> None:
    case = parse(people=[])
    assert case.get("data.classes") == frozenset()
    assert case.get("subjects.count").high == 0


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, None),
        ({"data.encrypted": False}, False),
        ({"data.encrypted": True}, None),
        ({"data.encrypted": True, "data.key_taken": False}, True),
        ({"data.encrypted": True, "data.key_taken": True}, False),
        ({"data.encrypted": False, "data.unintelligible": True}, True),
    ],
)
def test_unintelligible_follows_from_encryption_unless_told(told: dict[str, bool], expected: bool | None) -> None:
    assert facts.parse(told).get("data.unintelligible") is expected


def test_times_in_the_wrong_order_are_a_warning_not_an_error() -> None:
    case = parse(time__occurred="2026-03-09T00:00:00Z", time__aware="2026-03-07T00:00:00Z")
    english, russian = (case.warnings(words.read(our_shelf(), language)) for language in ("en", "ru"))
    assert english == ("time.aware lies before time.occurred; correct one of them",)
    assert russian == ("time.aware раньше, чем time.occurred; исправьте одно из двух",)
    assert not parse(time__occurred="2026-03-07", time__aware="2026-03-07T01:00:00+13:00").contradictions


def test_scope_replaces_the_people_and_what_followed_from_them() -> None:
    case = parse(people=[{"residence": "DE", "count": 2, "elements": ["health"], "minor": False}], risk__gdpr="high")
    new = sheet.with_people(
        case, [Cohort("FR", frozenset({"email"}), "fr", "no", 7), Cohort("FR", frozenset({"email"}), "en", "no", 1)]
    )
    assert new.get("data.classes") == {"contact"}
    assert new.get("subjects.count").low == 8
    assert new.people.groups is not None
    assert len(new.people.groups) == 1
    assert new.get("risk.gdpr") == "high"


@given(
    st.dictionaries(
        st.text(max_size=30),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5),
    )
)
def test_whatever_a_sheet_holds_it_is_read_or_refused(raw: dict[str, Any]) -> None:
    problems: tuple[str, ...] = ()
    try:
        facts.parse(raw)
    except BadFacts as error:
        problems = error.problems
    assert all(problem.startswith("facts: ") for problem in problems)


def test_a_date_no_calendar_has_is_named_with_its_line() -> None:
    with pytest.raises(BadFacts) as found:
        facts.load("breach.personal_data: true\ntime.discovered: 2026-02-30\n", "sheet.yaml")
    assert found.value.problems == (
        "sheet.yaml:2: a date or time that cannot be (day is out of range for month); correct it",
    )


def test_what_is_not_known_of_a_hold_is_unknown_and_its_beginning_is_needed() -> None:
    hold = facts.parse({"hold.law_enforcement": {"from": "2026-03-10", "until": "unknown", "written": "unknown"}}).hold
    assert hold is not None
    assert (hold.until, hold.written) == (None, None)
    with pytest.raises(BadFacts, match="`from`"):
        facts.parse({"hold.law_enforcement": {"from": None, "until": "2026-03-10"}})


@pytest.mark.parametrize("code", ["XK", "AE-DIFC", "AE-ADGM", "QA-QFC", "AE-DU"])
def test_a_place_with_a_law_of_its_own_is_a_place(code: str) -> None:
    case = parse(**{"entity.establishments": [code], "subjects.count_in": {code: 3}})
    assert case.people.here((code,)).exact


def test_a_zone_nobody_knows_is_none() -> None:
    with pytest.raises(BadFacts, match="ISO 3166"):
        parse(entity__establishments=["AE-XYZ"])
