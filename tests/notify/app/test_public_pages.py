"""What is said to everybody on its pages: how far each text is, how it reads, which law lets the public be told."""

import re
from typing import Any

import pytest

from breachdesk.case.app.sheet import facts_of
from breachdesk.notify.app.publishing import Texts
from tests.cast import AT, browser
from tests.law.app.bakery import FACTS, answer, judge, lay
from tests.notify.bakery import SAID
from tests.web.test_api import call, client

PEOPLE = [
    {"residence": "US-CA", "count": 500_001, "elements": ["name", "gov_id.us.ssn"], "minor": False},
    {"residence": "DE", "count": 300, "elements": ["name", "email", "card.number"], "minor": False},
    {"residence": "US-OH", "count": 40, "elements": ["name", "health"], "minor": True},
]
SPOKEN = {
    **SAID,
    "next_update": "2026-11-27",
    "public_notice": {"on": "2026-11-25"},
    "press_contact": {"name": "Ben Example", "phone": "+49 30 555 0199"},
}
HOSTILE = "<script>alert(1)</script>\u202egpj {organisation.name} {{7*7}}"


@pytest.fixture
def told(cast: Any) -> Any:
    """Many in California, some in Germany, patients in Ohio."""
    lay(
        cast.bakery,
        {
            **FACTS,
            "people": PEOPLE,
            "organisation": {"name": "Bakery North GmbH"},
            "entity.kinds": ["business", "hipaa_covered_entity"],
            "breach.exfiltration": "yes",
            "time.discovered": "2026-11-20T16:25:00+01:00",
        },
    )
    judge(cast.bakery)
    return cast


def page(cast: Any, path: str = "", who: str = "ada", language: str = "en", code: int = 200) -> str:
    found = browser(getattr(cast, who), language).get(f"/case/{cast.bakery.number}/notices/public/{path}")
    assert found.status_code == code, path
    return found.content.decode() if code == 200 else ""


def row(text: str, title: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text[text.index(title) :].partition("</tr>")[0]).split())


def test_the_page_says_how_far_each_text_is_and_is_linked_from_the_letters(told: Any) -> None:
    notices = browser(told.ben).get(f"/case/{told.bakery.number}/notices/").content.decode()
    assert f"/case/{told.bakery.number}/notices/public/" in notices
    text = page(told)
    assert "0 of 5 texts can go." in text
    for kind in ("banner", "social", "press", "staff", "call"):
        assert f"/notices/public/{kind}/ru/" in text
    assert "2 blanks" in row(text, "Banner for our website")
    answer(told.bakery, organisation=SPOKEN)
    assert "All texts can go." in page(told)
    assert "Все тексты готовы." in page(told, language="ru")


def test_what_is_said_in_one_text_stands_in_all_and_in_the_facts(told: Any) -> None:
    ours = Texts(told.bakery, AT)
    spoken = ours.spoken("banner", "en")
    assert spoken is not None
    assert spoken.blanks == ("[address of your page about the incident]", "[telephone]")
    here, ada = f"/case/{told.bakery.number}/notices/public/banner/en/", browser(told.ada)
    text = page(told, "banner/en/")
    field = re.search(r'name="(ask-\d+)"[^>]*maxlength="400"', text)
    assert field
    assert "At which page of your own site" in text
    assert ada.post(here, {field[1]: HOSTILE}).status_code == 302
    assert "alert(1)" in str(facts_of(told.bakery)["organisation"])
    for kind in ("banner", "social", "press", "staff", "call", "posting-us-ca"):
        shown = page(told, f"{kind}/en/")
        assert "<script>alert(1)" not in shown
        assert "\u202e" not in shown
        assert "alert(1)" in shown
        assert "{{7*7}}" in shown
    assert ada.post(here, {}).status_code == 422
    assert browser(told.cara).post(here, {field[1]: "x"}).status_code == 403
    assert browser(told.dan).post(here, {field[1]: "x"}).status_code == 404


def test_what_the_button_copies_is_the_whole_text(told: Any) -> None:
    answer(told.bakery, organisation=SPOKEN)
    text, spoken = page(told, "social/en/"), Texts(told.bakery, AT).spoken("social", "en")
    assert spoken is not None
    assert 'data-copy="plain"' in text
    assert f'<pre id="plain" lang="en">{spoken.post}</pre>' in text
    assert f"{spoken.letters} letters, 280 at most." in text


def test_what_is_open_leads_to_the_fact_that_closes_it(told: Any) -> None:
    text = page(told, "press/en/")
    assert f'/case/{told.bakery.number}/facts/harm.further_use/">Has somebody used the data?</a>' in text
    assert "Whether somebody has used the data" in text
    answer(told.bakery, harm__further_use=False)
    assert "Whether somebody has used the data" not in page(told, "press/en/")


def test_a_check_that_fails_says_what_to_do(told: Any) -> None:
    answer(told.bakery, organisation={**SPOKEN, "measures": {"en": "We take your privacy seriously.", "ru": "Чинили."}})
    text = page(told, "press/en/")
    assert "Plays it down: “take your privacy seriously”" in text
    assert "Take it out of your answer in the facts." in text


def test_each_law_says_whether_the_public_may_be_told_and_what_that_takes(told: Any) -> None:
    text = page(told)
    california = row(text, "California, Civil Code")
    assert "allowed" in california
    assert "500,001 people, more than 500,000." in california
    assert "for 30 days at least" in california
    assert "perhaps" in row(text, "HIPAA, 45 CFR")
    assert "perhaps" in row(text, "GDPR Article 34")
    assert text.index("California, Civil Code") < text.index("GDPR Article 34")
    assert "how you looked for addresses" in text  # the proof
    assert "What does one letter cost" in text
    answer(
        told.bakery,
        organisation={**SPOKEN, "letters": {"cost_cents": 95, "without_address": 0}},
    )
    text = page(told)
    assert "it has to stand until 25 December 2026 at least" in re.sub(r"\s|&nbsp;", " ", text)
    assert "does not allow it as things stand" in text or "do not allow it as things stand" in text
    assert "As things stand this law does not allow" in page(told, "posting-hipaa/en/")


def test_who_lacks_an_address_is_not_guessed_to_live_somewhere(told: Any) -> None:
    answer(told.bakery, organisation={**SPOKEN, "letters": {"cost_cents": 1, "without_address": 12}})
    text = page(told)
    assert "Addresses are missing for 12 people in all." in row(text, "HIPAA, 45 CFR")
    answer(told.bakery, organisation={**SPOKEN, "letters": {"cost_cents": 1, "without_address": 9}})
    assert "HIPAA, 45 CFR" in page(told).partition("as things stand")[2]  # nine are too few wherever they live
    answer(told.bakery, people=PEOPLE[2:], organisation={**SPOKEN, "letters": {"without_address": 12}})
    assert "For the 12 people whose address you lack." in row(page(told), "HIPAA, 45 CFR")


def test_what_decides_a_law_is_said_on_the_page(told: Any) -> None:
    text, here = page(told), f"/case/{told.bakery.number}/notices/public/"
    names = re.findall(r'type="number" name="(ask-\d+)"', text)
    assert len(names) == 2
    assert browser(told.ada).post(here, {names[0]: "95", names[1]: "0"}).status_code == 302
    assert set(facts_of(told.bakery)["organisation"]["letters"].values()) == {95, 0}
    assert browser(told.ada).post(here, {"ask-0": "many"}).status_code == 422
    assert browser(told.cara).post(here, {names[0]: "1"}).status_code == 403


def test_a_duty_to_tell_the_media_stands_beside_its_text(told: Any) -> None:
    answer(told.bakery, people=[{**PEOPLE[2], "count": 501}], data__encrypted=False)
    judge(told.bakery)
    text = page(told)
    assert f"/case/{told.bakery.number}/duties/rule/us.hipaa.media/" in text
    assert "The statement to the press is the text for this." in text


@pytest.mark.parametrize(("ending", "start"), [("html", "<!doctype html>"), ("txt", "Personal data")])
def test_a_text_leaves_as_a_file_and_says_when_it_is_a_draft(ending: str, start: str, told: Any) -> None:
    top = f"/case/{told.bakery.number}/notices/public/press/en/"
    found = browser(told.ben).get(f"{top}{ending}")
    assert "attachment" in found.headers["Content-Disposition"]
    assert "Draft. Not published yet." in found.content.decode()
    answer(told.bakery, organisation=SPOKEN)
    whole = browser(told.ben).get(f"{top}{ending}").content.decode()
    assert whole.startswith(start)
    assert "Draft" not in whole
    assert browser(told.ben).get(f"{top}pdf").status_code == 404


def test_texts_there_are_none_of_are_not_there(told: Any) -> None:
    for path in ("nothing/en/", "press/xx/", "posting-us-ny/en/", "posting-ru/en/", "posting-/en/"):
        page(told, path, code=404)
    page(told, "", who="dan", code=404)
    page(told, "press/en/", who="dan", code=404)


def test_before_anybody_is_counted_the_texts_say_what_is_open(cast: Any) -> None:
    text = page(cast)
    assert "None of the laws of these people speaks of it" in text
    assert "How many people are affected" in page(cast, "press/en/")


def test_programs_read_and_answer_the_same(told: Any) -> None:
    ada, top = client(told.ada), f"/cases/{told.bakery.number}/notices/public"
    read = call(ada, "GET", top).json()
    assert [one["kind"] for one in read["texts"] if one["language"] == "en"] == list(Texts(told.bakery, AT).kinds)
    law = read["laws"][0]
    assert (law["rule"], law["allowed"], law["people"], law["until"]) == ("us-ca", "yes", 500_001, None)
    assert [way["days"] for way in law["ways"]] == [None, 30, None]
    text = call(ada, "GET", f"{top}/{law['kind']}/ru").json()
    assert not text["ready"]
    assert "Написать каждому мы не можем" in text["text"]
    said = {"organisation.incident_page": "https://example.org/incident"}
    after = call(ada, "PUT", f"{top}/social/en/answers", answers=said).json()
    assert after["ready"]
    assert after["letters"] == len(after["text"]) <= after["limit"] == 280
    found = call(ada, "GET", f"{top}/social/en/file?ending=txt")
    assert found.content.decode().strip() == after["text"]
    assert call(ada, "GET", f"{top}/nothing/en").status_code == 404
    assert call(ada, "GET", f"{top}/press/xx").status_code == 422
    assert call(client(told.dan), "GET", top).status_code == 404
