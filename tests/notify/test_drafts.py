"""Notices on disk: all languages and forms, resumable, indexed, with nothing personal in a name."""

import json
from pathlib import Path
from typing import Any

import pytest

from breachdesk.law.shapes import Recipient, Verdict
from breachdesk.notify import drafts
from breachdesk.notify.brief import Brief
from breachdesk.notify.drafts import duties_about, merge_asks, write_notices
from breachdesk.notify.library import our_library
from breachdesk.notify.shapes import Ask, AskKind, NoticesIndex
from breachdesk.scope.shapes import Cohort
from tests.notify.bakery import brief, cohort, duties, duty

PEOPLE = [
    Cohort("US-CA", frozenset({"name", "gov_id.us.ssn"}), "en", "no", 5),
    Cohort("US-CA", frozenset({"name", "gov_id.us.ssn"}), "ru", "unknown", 2),
    Cohort("DE", frozenset({"name", "email"}), "de", "yes", 40),
]
INDIVIDUALS = Recipient("individuals", "people")
OURS = brief()


def write(pack: Path, ours: Brief = OURS, **other: Any) -> NoticesIndex:
    return write_notices(pack, PEOPLE, ours, **other)


def test_every_cohort_has_every_form_in_every_language(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    index = write(tmp_path, progress=lambda done, all_: steps.append((done, all_)))
    assert [entry.cohort.count for entry in index.entries] == [40, 7]
    for entry in index.entries:
        assert sorted(path.name for path in (tmp_path / "notices" / entry.cohort.slug).iterdir()) == [
            *("en.html", "en.pdf", "en.txt", "ru.html", "ru.pdf", "ru.txt")
        ]
        for files in entry.files.values():
            for path in files.values():
                assert (tmp_path / path).stat().st_size > 500
    assert steps == [(1, 2), (2, 2)]
    assert index.written == 13


def test_a_second_run_keeps_what_is_the_same_and_mends_what_is_not(tmp_path: Path) -> None:
    first = write(tmp_path)
    broken = tmp_path / first.entries[0].files["en"]["pdf"]
    broken.write_bytes(b"%PDF half")
    again = write(tmp_path)
    assert (again.written, again.kept) == (1, first.written - 1)
    assert broken.stat().st_size > 500
    assert not list(tmp_path.rglob("*.part"))


def test_several_processes_write_the_same_files_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_WORTH_STARTING", 2)
    names = list(our_library().vocabulary.elements)[:4]
    people = [Cohort("DE", frozenset({name, "name"}), "de", "no", 1 + place) for place, name in enumerate(names)]
    alone = write_notices(tmp_path / "alone", people, OURS)
    several = write_notices(tmp_path / "several", people, OURS, workers=2)
    assert several == alone
    for path in (tmp_path / "alone").rglob("*.*"):
        assert (tmp_path / "several" / path.relative_to(tmp_path / "alone")).read_bytes() == path.read_bytes()


def test_a_sign_no_font_has_is_told_and_stops_nothing(tmp_path: Path) -> None:
    index = write(tmp_path, brief(name="\u0378"))
    assert index.written == 13
    for entry in index.entries:
        assert "all.pdf" in {one.code for one in entry.checks["en"] if not one.passed}
    passed = write(tmp_path).entries[0].checks["ru"]
    assert [one.passed for one in passed if one.code == "all.pdf"] == [True]


def test_the_index_is_a_public_document(tmp_path: Path) -> None:
    write(tmp_path, brief(phone=None, contact=None))
    found = json.loads((tmp_path / "notices" / "index.json").read_bytes())
    assert found["format"] == "breachdesk.notices/1"
    assert found["cohorts"][0]["residence"] == "DE"
    assert found["cohorts"][0]["ready"] is False
    assert {"id", "kind", "where", "en", "ru"} == set(found["asks"][0])
    assert found["asks"][0]["id"] == "organisation.phone"


def test_a_letter_is_ready_when_nothing_is_blank_and_nothing_says_stop(tmp_path: Path) -> None:
    assert all(entry.ready for entry in write(tmp_path).entries)
    assert not any(entry.ready for entry in write(tmp_path, brief(incident_page=None)).entries)


def test_a_letter_names_the_duties_it_does_and_the_strongest_of_them(tmp_path: Path) -> None:
    all_ = duties(
        duty("US-CA.individuals", "US-CA", recipient=INDIVIDUALS),
        duty("US-CA.credit_monitoring", "US-CA", recipient=INDIVIDUALS, verdict=Verdict.UNKNOWN),
        duty("US-NY.individuals", "US-NY", recipient=INDIVIDUALS),
        duty("US-CA.ag", "US-CA"),
        duty("eu-gdpr-34-subjects", "EU", recipient=INDIVIDUALS, verdict=Verdict.NOT_OWED),
    )
    german, californian = write(tmp_path, duties=all_).entries
    assert (californian.duties, californian.verdict) == (("us-ca.individuals", "us-ca.credit_monitoring"), Verdict.OWED)
    assert (german.duties, german.verdict) == (("eu-gdpr-34-subjects",), Verdict.NOT_OWED)


def test_a_duty_of_another_country_of_the_eea_is_not_done_by_this_letter() -> None:
    all_ = duties(
        *(duty("eu-gdpr-34-subjects", place, id=place, recipient=INDIVIDUALS) for place in ("DE", "FR", "EU"))
    )
    assert [one.id for one in duties_about(cohort("DE", "name"), ("gdpr",), our_library(), all_)] == ["DE", "EU"]


def test_asks_are_merged_and_what_most_drafts_need_comes_first() -> None:
    asks = [
        Ask("a", "one", "A?", "А?"),
        Ask("b", "one", "B?", "Б?"),
        Ask("b", "two", "B?", "Б?"),
        Ask("b", "two", "B?", "Б?"),
        Ask("c", "one", "C?", "В?", AskKind.CONFIRM),
    ]
    assert [(ask.id, ask.where) for ask in merge_asks(asks)] == [("b", "2 drafts"), ("a", "one"), ("c", "one")]
