from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from breachdesk.law import engine, facts, shelf
from breachdesk.law.shapes import Duty
from breachdesk.law.shelf import LawShelf

CASE = {
    "breach.personal_data": True,
    "entity.role": "controller",
    "risk.gdpr": "risk",
    "time.aware": "2026-07-08T12:00:00Z",
}


@cache
def law() -> LawShelf:
    return shelf.load()


def told(**sheet: Any) -> dict[str, Duty]:
    case = facts.parse({**CASE, **{name.replace("__", "."): value for name, value in sheet.items()}})
    found = engine.evaluate(case, law(), datetime(2026, 7, 9, tzinfo=UTC)).duties
    return {d.id: d for d in found if d.ref == "eu-gdpr-33-sa"}


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ({"main_establishment": "IE", "establishments": ["IE", "FR"]}, {"": "Data Protection Commission"}),
        ({"main_establishment": "FR"}, {"": "CNIL"}),
        ({"establishments": ["PL", "US"]}, {"": "Prezes UODO"}),
        ({"main_establishment": "DE-BY", "establishments": ["DE"]}, {"": "BayLDA"}),
        ({"main_establishment": "DE", "establishments": ["DE"]}, {"": "Datenschutzaufsicht"}),
        ({"main_establishment": "US", "establishments": ["US"]}, {".es": "AEPD", ".no": "Datatilsynet"}),
        ({"establishments": ["US"]}, {".es": "AEPD", ".no": "Datatilsynet"}),
        ({"establishments": ["US"], "representative_eu": "IE"}, {".es": "AEPD", ".no": "Datatilsynet"}),
        (
            {"main_establishment": "US", "establishments": ["US", "IT"]},
            {".es": "AEPD", ".it": "Garante", ".no": "Datatilsynet"},
        ),
        ({"establishments": ["FR", "DE"]}, {"": "Competent"}),
        ({}, {"": "Competent"}),
    ],
)
def test_the_authority_is_the_lead_one_or_every_one(sheet: dict[str, Any], expected: dict[str, str]) -> None:
    entity = {f"entity__{name}": value for name, value in sheet.items()}
    found = told(**entity, subjects__count=60, subjects__count_in={"ES": 50, "NO": 10})
    assert {id_.removeprefix("eu.gdpr.art33") for id_ in found} == expected.keys()
    for suffix, name in expected.items():
        assert name in found[f"eu.gdpr.art33{suffix}"].recipient.name


def test_an_open_route_names_the_candidates_and_asks_for_the_main_establishment() -> None:
    found = told(entity__establishments=["FR", "DE"])["eu.gdpr.art33"]
    assert found.missing == ("entity.main_establishment",)
    assert any("CNIL" in note and "DE" in note for note in found.notes)


def test_one_resident_abroad_needs_no_suffix() -> None:
    found = told(entity__establishments=["US"], subjects__count=5, subjects__count_in={"IS": 5})
    assert found["eu.gdpr.art33"].recipient.name == "Personuvernd"


def test_the_due_time_is_shown_in_the_zone_of_the_authority() -> None:
    found = told(entity__main_establishment="PT")["eu.gdpr.art33"]
    assert found.due is not None
    assert found.due.isoformat() == "2026-07-11T13:00:00+01:00"


def test_a_public_body_tells_the_authority_of_its_own_state() -> None:
    found = told(entity__main_establishment="AT", entity__sector="public_body")["eu.gdpr.art33"]
    assert any("55(2)" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("eu.gdpr.art33", "eu.gdpr.art33"),
        ("eu.gdpr.art33.es", "eu.gdpr.art33"),
        ("eu.dora.major.intermediate", "eu.dora.major.intermediate"),
        ("eu.dora.major.gone", None),  # a step the shelf no longer has is not the duty it was a step of
        ("nowhere", None),
    ],
)
def test_an_id_means_a_duty_or_one_of_the_authorities_it_goes_to(name: str, owner: str | None) -> None:
    found = law().owner(name)
    assert (found and found.id) == owner
