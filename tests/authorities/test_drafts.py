"""Filings on disk: HTML and JSON per duty, sample letters attached, nothing read as markup."""

import html
import json
from pathlib import Path
from typing import Any

import pytest

from breachdesk.authorities.drafts import file_name, write_filings
from breachdesk.authorities.forms import load_forms
from breachdesk.authorities.shapes import FilingsIndex
from breachdesk.ground.shelf import our_shelf
from breachdesk.law.shapes import Duties, Recipient, Verdict
from breachdesk.notify.brief import Brief
from breachdesk.notify.drafts import write_notices
from breachdesk.notify.library import our_library
from breachdesk.notify.organisation import read_organisation
from breachdesk.scope.shapes import Cohort
from tests.notify.bakery import AT, FACTS, SAID, duties, duty

PEOPLE = [
    Cohort("US-CA", frozenset({"name", "gov_id.us.ssn"}), "en", "no", 5),
    Cohort("US-CA", frozenset({"name"}), "en", "no", 50),
    Cohort("DE", frozenset({"name", "email"}), "de", "no", 40),
]
OWED = duties(
    duty("US-CA.ag", "US-CA", id="us.ca.ag"),
    duty("eu-gdpr-33-sa", "EU", id="eu.gdpr.art33", due=AT),
    duty("eu-gdpr-33-sa/further information", "EU", id="eu.gdpr.art33.further"),
    duty("US-TX.ag", "US-TX", id="us.tx.ag", verdict=Verdict.NOT_OWED),
    duty("US-NY.ag", "US-NY", id="us.ny.ag", verdict=Verdict.UNKNOWN),
    duty("jp-appi", "JP", id="jp.appi"),
    duty("US-CA.individuals", "US-CA", recipient=Recipient("individuals", "people")),
)


def write(
    pack: Path, said: dict[str, Any] = SAID, notices: Any = None, receipts: Any = (), of: Duties = OWED
) -> FilingsIndex:
    facts = {**FACTS, "organisation": said}
    return write_filings(
        pack,
        {"en": of, "ru": of},
        forms=load_forms(our_shelf()),
        library=our_library(),
        organisation=read_organisation(facts),
        facts=facts,
        cohorts=PEOPLE,
        summary={},
        at=AT,
        notices=notices,
        receipts=receipts,
    )


def test_what_is_owed_or_undecided_is_drafted_and_what_has_no_form_is_made_from_the_law(tmp_path: Path) -> None:
    index = write(tmp_path)
    assert [entry.filing.duty for entry in index.entries] == ["eu.gdpr.art33", "jp.appi", "us.ca.ag", "us.ny.ag"]
    assert [entry.filing.own for entry in index.entries] == [True, False, True, True]
    names = {f"{one.filing.duty}.{kind}" for one in index.entries for kind in ("html", "json", "docx")}
    assert {path.name for path in (tmp_path / "filings").iterdir()} == names


def test_a_duty_open_only_for_people_whose_home_nobody_knows_gets_no_draft(tmp_path: Path) -> None:
    far = duties(
        duty("US-CA.ag", "US-CA", id="us.ca.ag", verdict=Verdict.UNKNOWN, remote=True),
        duty("US-NY.ag", "US-NY", id="us.ny.ag", verdict=Verdict.UNKNOWN),
        duty("jp-appi", "JP", id="jp.appi", verdict=Verdict.UNKNOWN),  # without a form: only when it is owed
    )
    assert [one.filing.duty for one in write(tmp_path, of=far).entries] == ["us.ny.ag"]


def test_a_later_step_of_a_duty_with_a_form_uses_that_form(tmp_path: Path) -> None:
    assert "eu.gdpr.art33.further" in [one.id for one in OWED.duties]
    assert "eu.gdpr.art33.further" not in [one.filing.duty for one in write(tmp_path).entries]


def test_the_json_is_the_public_document(tmp_path: Path) -> None:
    write(tmp_path)
    found = json.loads((tmp_path / "filings" / "eu.gdpr.art33.json").read_bytes())
    assert found["format"] == "breachdesk.filing/1"
    assert (found["verdict"], found["due"], found["filed"], found["own_form"]) == ("owed", AT.isoformat(), [], True)
    keys = {"id", "label", "label_en", "label_ru", "value", "state", "required", "rows", "facts", "citation", "was"}
    assert keys == set(found["fields"][0])


def test_page_and_document_say_the_same(tmp_path: Path) -> None:
    for entry in write(tmp_path).entries:
        found = json.loads((tmp_path / entry.json).read_bytes())
        page = html.unescape((tmp_path / entry.html).read_text(encoding="utf-8"))
        said = [found["title"], found["authority"], found["citation"], *found["notes"]]
        said += [one["label"] for one in (*found["fields"], *found["attachments"])]
        said += [line for field in found["fields"] if not field["rows"] for line in field["value"].split("\n")]
        said += [cell for field in found["fields"] for row in field["rows"] for cell in row]
        assert not [text for text in said if text not in page], entry.filing.duty


def test_a_letter_of_the_eea_goes_with_the_notification_to_its_authority(tmp_path: Path) -> None:
    facts = {**FACTS, "organisation": SAID}
    children = Cohort("DE", frozenset({"name"}), "de", "yes", 900)
    notices = write_notices(tmp_path, [*PEOPLE, children], Brief(our_library(), read_organisation(facts), facts))
    made = next(one.filing for one in write(tmp_path, notices=notices).entries if one.filing.duty == "eu.gdpr.art33")
    grown_up = next(e for e in notices.entries if e.cohort.residence == "DE" and not e.cohort.minor)
    assert made.attachments[0].path == grown_up.files["en"]["pdf"]


def test_a_second_run_writes_nothing_new(tmp_path: Path) -> None:
    first = write(tmp_path)
    again = write(tmp_path)
    assert (first.written, again.written, again.kept) == (12, 0, 12)


def test_the_letter_most_people_get_is_the_sample(tmp_path: Path) -> None:
    facts = {**FACTS, "organisation": SAID}
    notices = write_notices(tmp_path, PEOPLE, Brief(our_library(), read_organisation(facts), facts))
    made = next(entry.filing for entry in write(tmp_path, notices=notices).entries if entry.filing.duty == "us.ca.ag")
    (sample,) = made.attachments
    assert sample.path is not None
    assert (tmp_path / sample.path).is_file()
    assert sample.path == next(e for e in notices.entries if e.cohort.count == 50).files["en"]["pdf"]
    assert f'href="../{sample.path}"' in (tmp_path / "filings" / "us.ca.ag.html").read_text(encoding="utf-8")


def test_without_letters_the_sample_is_to_be_brought(tmp_path: Path) -> None:
    made = next(entry.filing for entry in write(tmp_path).entries if entry.filing.duty == "us.ca.ag")
    assert made.attachments[0].path is None


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{ 7*7 }}{% x %}", 'a"onload="x', "x\u202ey\x00z"])
def test_hostile_words_stay_words(tmp_path: Path, hostile: str) -> None:
    write(tmp_path, {**SAID, "name": hostile, "what_happened": hostile})
    page = (tmp_path / "filings" / "eu.gdpr.art33.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert 'a"onload' not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "default-src 'none'" in page


@pytest.mark.parametrize(
    ("duty_id", "name"), [("us.ca.ag", "us.ca.ag"), ("../../etc/x", "etc-x"), ("a b/ü", "a-b"), ("...", "duty")]
)
def test_a_duty_id_is_a_safe_file_name(duty_id: str, name: str) -> None:
    assert file_name(duty_id) == name
