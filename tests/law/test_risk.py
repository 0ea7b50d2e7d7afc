"""Severity by ENISA's own examples; risk by worked cases of the EDPB guidelines and by what must not decide alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import facts, risk, severity
from breachdesk.law.sheet import Decision, with_people

THEFT = {"breach.confidentiality": True, "breach.malicious": True, "breach.exfiltration": "yes"}
STOLEN = {"breach.confidentiality": True, "breach.malicious": True}
MISTAKE = {"breach.confidentiality": True, "breach.malicious": False}
LOCKED = {
    "breach.confidentiality": False,
    "breach.availability": True,
    "breach.malicious": True,
    "breach.exfiltration": "no",
}


def proposed(**sheet: Any) -> tuple[str, tuple[str, ...]]:
    found = risk.propose(facts.parse(sheet))
    return found.proposals["risk.gdpr"], found.missing


@pytest.mark.parametrize(
    ("what", "sheet", "expected"),
    [
        (
            "ransomware, backup, no copy taken",
            {**LOCKED, "data.backup_restored_fast": True, "data.classes": ["contact", "employment"]},
            "unlikely",
        ),
        (
            "ransomware, no backup",
            {**LOCKED, "data.backup_restored_fast": False, "data.classes": ["contact", "employment"]},
            "risk",
        ),
        (
            "hospital without records for two days",
            {**LOCKED, "data.backup_restored_fast": False, "data.classes": ["name", "health"]},
            "high",
        ),
        ("job applications taken", {**THEFT, "data.classes": ["name", "contact", "employment", "education"]}, "high"),
        ("accounts of a bank opened", {**THEFT, "data.classes": ["name", "contact", "dob", "credentials"]}, "high"),
        ("customer contacts taken by a leaver", {**THEFT, "data.classes": ["name", "contact"]}, "risk"),
        (
            "encrypted tablets stolen, copy exists",
            {**THEFT, "data.unintelligible": True, "data.classes": ["name", "dob"]},
            "unlikely",
        ),
        (
            "open laptop stolen, 100,000 people",
            {**STOLEN, "subjects.count": 100_000, "data.classes": ["name", "contact", "dob"]},
            "high",
        ),
        ("paper files of patients stolen", {**STOLEN, "data.classes": ["name", "health"]}, "high"),
        (
            "60,000 identity numbers mailed by mistake",
            {**MISTAKE, "subjects.count": 60_000, "data.classes": ["name", "contact", "national_id"]},
            "high",
        ),
        (
            "15 course members mailed by mistake",
            {**MISTAKE, "subjects.count": 15, "data.classes": ["name", "contact"]},
            "unlikely",
        ),
        (
            "wages and identity numbers taken",
            {**THEFT, "subjects.count": 99, "data.classes": ["name", "financial_status", "national_id"]},
            "high",
        ),
        (
            "passwords and purchases published",
            {**THEFT, "data.found_traded": True, "data.classes": ["credentials", "behaviour"]},
            "high",
        ),
        (
            "statement of one customer sent to another",
            {**MISTAKE, "subjects.count": 1, "data.classes": ["name", "financial_status"]},
            "risk",
        ),
        ("danger removed since", {**THEFT, "data.classes": ["credentials"], "mitigation.risk_removed": True}, "risk"),
        (
            "open to anybody by mistake",
            {**MISTAKE, "data.viewable_by_public": True, "data.classes": ["name", "contact", "dob"]},
            "high",
        ),
    ],
)
def test_risk_follows_the_kind_of_data_and_who_has_them(what: str, sheet: dict[str, Any], expected: str) -> None:
    assert proposed(**sheet)[0] == expected, what


@pytest.mark.parametrize(
    ("sheet", "missing"),
    [
        ({}, "data.classes"),
        (THEFT, "data.classes"),
        ({"data.classes": ["credentials"]}, "breach.confidentiality"),
        ({"breach.confidentiality": True, "data.classes": ["name", "contact", "dob"]}, "breach.malicious"),
        ({**MISTAKE, "data.classes": ["name", "contact"]}, "subjects.count"),
        ({**LOCKED, "data.classes": ["contact"]}, "data.backup_restored_fast"),
    ],
)
def test_a_missing_fact_that_decides_is_named_and_nothing_is_guessed(sheet: dict[str, Any], missing: str) -> None:
    value, asked = proposed(**sheet)
    assert value == "unknown"
    assert missing in asked


def test_a_missing_fact_that_cannot_change_the_band_does_not_matter() -> None:
    assert (
        proposed(**{"breach.confidentiality": True, "breach.malicious": True, "data.classes": ["health"]})[0] == "high"
    )


def test_serious_harm_is_proposed_with_it_and_factors_say_which_way() -> None:
    found = risk.propose(facts.parse({**THEFT, "data.classes": ["health"], "subjects.vulnerable": True}))
    assert found.proposals == {"risk.gdpr": "high", "risk.serious_harm": "likely"}
    assert {(f.fact, f.toward) for f in found.factors if f.weighed} == {
        ("data.classes", "higher"),
        ("subjects.vulnerable", "higher"),
        ("breach.malicious", "higher"),
    }
    assert {(f.fact, f.toward) for f in found.factors if not f.weighed} == {("breach.exfiltration", "higher")}
    assert all(f.en and f.ru and f.source for f in found.factors)


def test_what_a_human_decided_stands_beside_the_proposal() -> None:
    found = risk.to_json(risk.propose(facts.parse({**THEFT, "data.classes": ["health"], "risk.gdpr": "risk"})))
    assert (found["proposals"]["risk.gdpr"], found["decided"]) == ("high", {"risk.gdpr": "risk"})
    assert found["decisions"] == [
        {"fact": "risk.gdpr", "value": "risk", "proposed": "high", "differs": True, "by": None, "on": None, "why": None}
    ]


DECIDED = {"value": "risk", "by": "A. Meier", "on": "2026-11-20", "why": "the charts were old"}


def test_a_decision_says_who_when_and_why_and_is_the_fact_laws_ask_for() -> None:
    sheet = facts.parse({**THEFT, "data.classes": ["health"], "risk.gdpr": DECIDED})
    assert sheet.get("risk.gdpr") == "risk"
    (told,) = risk.to_json(risk.propose(sheet))["decisions"]
    assert told == {**DECIDED, "fact": "risk.gdpr", "proposed": "high", "differs": True}
    assert sheet.decisions["risk.gdpr"].line() == "A. Meier, 2026-11-20: the charts were old"
    assert Decision(why="the charts were old").line() == "the charts were old"


@pytest.mark.parametrize(("classes", "differs"), [(["health"], True), (["name", "contact"], False), (None, False)])
def test_a_decision_differs_only_from_a_proposal_that_says_otherwise(classes: list[str] | None, differs: bool) -> None:
    sheet = facts.parse({**THEFT, "data.classes": classes, "risk.gdpr": DECIDED})
    assert risk.propose(sheet).differs("risk.gdpr") is differs


def test_a_decision_outlives_what_is_derived_later() -> None:
    sheet = facts.parse({**THEFT, "data.classes": ["name"], "risk.gdpr": DECIDED})
    assert with_people(sheet.but("breach.malicious", False), ()).decisions["risk.gdpr"].by == "A. Meier"


@pytest.mark.parametrize(
    "written", [{**DECIDED, "who": "x"}, {**DECIDED, "value": "great"}, {**DECIDED, "why": 3}, {"by": "A. Meier"}]
)
def test_a_decision_that_cannot_be_read_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(facts.BadFacts, match=r"risk\.gdpr"):
        facts.parse({"risk.gdpr": written})


def test_a_decision_without_a_value_decides_nothing() -> None:
    assert "risk.gdpr" not in facts.parse({"risk.gdpr": {"value": "unknown", "by": "A. Meier"}}).facts


def worked() -> Iterator[Any]:
    for path in sorted((Path(__file__).parent / "cases" / "risk").glob("*.yaml")):
        for case in YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")):
            ways = [{**case, "sheet": {}}, *case.get("flips", [])]
            for number, way in enumerate(ways):
                told = {"sheet": {**case["sheet"], **way["sheet"]}, "risk": way["risk"], "missing": way.get("missing")}
                yield pytest.param(told, id=f"{path.stem} {case['id']}.{number}")


@pytest.mark.parametrize("case", list(worked()))
def test_the_worked_cases_end_as_the_guidelines_say(case: dict[str, Any]) -> None:
    found = risk.propose(facts.parse(case["sheet"]))
    for fact, wanted in case["risk"].items():
        assert found.proposals[fact] in (wanted if isinstance(wanted, list) else [wanted]), found.factors
    assert set(case["missing"] or ()) <= set(found.missing)


def test_all_eighteen_cases_and_ten_examples_are_there() -> None:
    ids = {case.id for case in worked() if case.id.endswith(".0")}
    assert sum("01-2021" in id_ for id_ in ids) == 18
    assert sum("annex-b" in id_ for id_ in ids) == 10


def test_how_much_sensitive_data_tell_is_asked_only_where_it_could_lower_the_proposal() -> None:
    health = {**MISTAKE, "subjects.count": 15, "data.classes": ["name", "contact", "health"]}
    assert proposed(**health) == ("risk", ("data.sensitive_insight",))
    assert proposed(**health, **{"data.sensitive_insight": "substantial"}) == ("risk", ())
    assert proposed(**health, **{"data.sensitive_insight": "general"}) == ("risk", ())
    assert proposed(**health, **{"data.sensitive_insight": "little"}) == ("unlikely", ())
    assert proposed(**{**health, **STOLEN}) == ("high", ())
    cards = {**MISTAKE, "subjects.count": 15, "data.classes": ["name", "payment_card_full", "health"]}
    assert proposed(**cards) == ("risk", ())


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ({**MISTAKE, "data.classes": ["name", "financial_status"], "subjects.count": 1}, "possible"),
        ({**MISTAKE, "data.classes": ["name", "contact", "dob"], "subjects.count": 1}, "unlikely"),
        ({**MISTAKE, "data.classes": ["name", "contact"], "subjects.count": 5000}, "unlikely"),
        ({**THEFT, "data.classes": ["name", "contact"]}, "possible"),
        ({**THEFT, "data.classes": ["name", "credentials"], "mitigation.risk_removed": True}, "possible"),
        ({**MISTAKE, "data.classes": ["health"], "subjects.count": 1, "mitigation.risk_removed": True}, "unlikely"),
        ({**MISTAKE, "data.classes": ["credentials"], "subjects.count": 1, "harm.further_use": True}, "likely"),
    ],
)
def test_serious_harm_asks_for_more_than_any_risk(sheet: dict[str, Any], expected: str) -> None:
    assert risk.propose(facts.parse(sheet)).proposals["risk.serious_harm"] == expected


def met(**sheet: Any) -> dict[str, tuple[str, str]]:
    return {test.id: (test.proposed, test.decided) for test in risk.propose(facts.parse(sheet)).tests}


def test_each_law_reads_the_proposal_by_its_own_test() -> None:
    possible = met(**THEFT, **{"data.classes": ["name", "contact"]})
    assert {id_ for id_, (answer, _) in possible.items() if answer == "met"} == {"ca", "ca-ab", "ca-qc"}
    assert {id_ for id_, (answer, _) in possible.items() if answer == "not_met"} == {"au", "nz", "sg"}
    assert set(met(**THEFT, **{"data.classes": ["health"]}).values()) == {("met", "")}
    assert set(met(**THEFT).values()) == {("unknown", "")}


def test_a_decision_is_read_by_the_same_tests_and_singapore_deems() -> None:
    decided = met(**THEFT, **{"data.classes": ["health"], "risk.serious_harm": "unlikely", "sg.prescribed_class": True})
    assert decided["au"] == ("met", "not_met")
    assert decided["sg"] == ("met", "met")


def test_every_reason_on_the_shelf_names_its_sources_in_both_languages() -> None:
    pack, harm = (our_shelf().data(f"severity/{name}.yaml") for name in ("risk", "harm"))
    tables = ("impact", "worse", "disclosure", "loss")
    rows = [row for table in tables for row in pack[table] if "why" in row]
    for row in (*rows, pack["vital"], pack["removed"], *harm["factors"]):
        assert row["why"]["en"] != row["why"]["ru"]
        assert row["sources"], row["why"]["en"]
        assert set(row["sources"]) <= set(pack["sources"]), row["why"]["en"]


@pytest.mark.parametrize(
    ("example", "sheet", "score", "band"),
    [
        ("EN-1", {**MISTAKE, "severity.recipients": "unknown", "data.classes": ["name", "contact"]}, 1.5, "low"),
        ("EN-2", {**THEFT, "data.classes": ["name", "contact"]}, 2.0, "medium"),
        (
            "EN-3",
            {
                **MISTAKE,
                "severity.recipients": "none",
                "severity.identifiability": "maximum",
                "data.classes": ["name", "financial_status"],
                "data.unintelligible": True,
            },
            3.0,
            "high",
        ),
        ("EN-4", {**THEFT, "data.found_traded": True, "data.classes": ["name", "health", "dob"]}, 5.0, "very high"),
        (
            "EN-5",
            {
                **MISTAKE,
                "severity.recipients": "known",
                "severity.identifiability": "negligible",
                "data.classes": ["health"],
            },
            1.25,
            "low",
        ),
        ("EN-6", {**MISTAKE, "data.classes": ["name", "contact"]}, 1.25, "low"),
        (
            "EN-7",
            {
                **MISTAKE,
                "severity.recipients": "unknown",
                "severity.identifiability": "significant",
                "data.classes": ["traffic"],
            },
            2.0,
            "medium",
        ),
        (
            "EN-8",
            {**THEFT, "data.classes": ["name", "payment_card_full"], "severity.identifiability": "maximum"},
            5.0,
            "very high",
        ),
        (
            "EN-9",
            {**LOCKED, "breach.permanent_loss": True, "data.classes": ["name", "financial_status", "contact"]},
            4.0,
            "very high",
        ),
        ("EN-11", {**MISTAKE, "severity.dpc": 4, "data.classes": ["name", "contact"]}, 4.25, "very high"),
        (
            "EN-13",
            {**LOCKED, "data.backup_restored_fast": True, "data.classes": ["name", "contact", "financial_status"]},
            3.5,
            "high",
        ),
        (
            "EN-14",
            {**LOCKED, "data.backup_restored_fast": False, "data.classes": ["name", "dob", "health"]},
            4.75,
            "very high",
        ),
    ],
)
def test_the_score_is_that_of_the_worked_examples(example: str, sheet: dict[str, Any], score: float, band: str) -> None:
    found = severity.score(facts.parse(sheet))
    assert (found.score, found.band) == (score, band), (example, found.steps)


def test_every_point_of_the_score_is_explained_and_flags_change_no_number() -> None:
    sheet = {**THEFT, "data.classes": ["name", "contact"], "subjects.count": 101}
    plain, flagged = (
        severity.score(facts.parse(sheet)),
        severity.score(facts.parse({**sheet, "data.unintelligible": True})),
    )
    assert plain.score == flagged.score == 2.0
    assert any("1 x 1.0 + 1.0 = 2.0" in step for step in plain.steps)
    assert len(flagged.steps) == len(plain.steps) + 1
    assert len(severity.score(facts.parse(sheet), language="ru").steps) == len(plain.steps)


def test_without_classes_there_is_no_score() -> None:
    assert severity.score(facts.parse(THEFT)).score is None
