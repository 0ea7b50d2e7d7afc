"""The letters of a case on their pages: who gets which, how it reads, what is wrong with it, what is left to say."""

import re
from typing import Any

import pytest

from breachdesk.case.app.sheet import facts_of
from breachdesk.notify.app import asks, writing
from breachdesk.notify.app.writing import Letters
from tests.cast import browser
from tests.law.app.bakery import FACTS, answer, judge, lay
from tests.web.test_api import call, client

PEOPLE = [
    {"residence": "DE", "count": 300, "elements": ["name", "email", "card.number"], "minor": False},
    {"residence": "US-CA", "count": 40, "elements": ["name", "gov_id.us.ssn"], "minor": False},
    {"residence": "RU", "count": 7, "elements": ["name", "phone"], "minor": True},
]
HOSTILE = "<script>alert(1)</script>\u202egpj {organisation.name} {{7*7}}"


@pytest.fixture
def told(cast: Any) -> Any:
    """Three kinds of people, as somebody wrote them down."""
    lay(cast.bakery, {**FACTS, "people": PEOPLE, "organisation": {"name": "Bakery North GmbH"}})
    judge(cast.bakery)
    return cast


def page(cast: Any, path: str = "", who: str = "ada", language: str = "en", code: int = 200) -> str:
    found = browser(getattr(cast, who), language).get(f"/case/{cast.bakery.number}/notices/{path}")
    assert found.status_code == code, path
    return "".join(found.content.decode()) if code == 200 else ""


def slugs(cast: Any) -> dict[str, str]:
    return {one.residence: one.slug for one in Letters(cast.bakery).cohorts}


def test_who_gets_which_letter_is_told_most_people_first(told: Any) -> None:
    text = page(told)
    assert "3 different letters for 347 people" in text
    assert text.index("Germany") < text.index("California") < text.index(">Russia<")
    assert "to their guardians" in text
    assert "347 человек" in page(told, language="ru")


def test_letters_of_one_place_are_found_together(told: Any) -> None:
    text = page(told, "?place=US-CA")
    assert "California (US) · 40" in text
    assert f"notices/{slugs(told)['US-CA']}/en/" in text
    assert f"notices/{slugs(told)['DE']}/en/" not in text
    for nowhere in ("?place=XX", "?place=", "?place=%00"):
        assert f"notices/{slugs(told)['DE']}/en/" in page(told, nowhere)


def test_while_nobody_is_counted_the_page_says_what_comes_first(cast: Any) -> None:
    assert "who is affected" in page(cast)


def test_a_letter_reads_as_its_law_asks_and_says_what_is_missing(told: Any) -> None:
    text = page(told, f"{slugs(told)['US-CA']}/en/")
    for heading in ("Notice of Data Breach", "What Happened", "What Information Was Involved", "What You Can Do"):
        assert heading in text
    assert "Social Security" in text
    assert "only you can say" in text
    assert "us.ca" in text  # the duty it answers
    letters = Letters(told.bakery)
    rules = letters.write(letters.cohorts[0], "ru").notice.rules
    duties = writing.duties_of(told.bakery, letters.cohorts[0], rules, "ru")
    assert any(re.search("[а-я]", one.title) for one in duties)
    assert "Ваши" in page(told, f"{slugs(told)['RU']}/ru/") or "Данные" in page(told, f"{slugs(told)['RU']}/ru/")


def test_what_is_said_here_stands_in_every_letter_and_in_the_facts(told: Any) -> None:
    here = f"{slugs(told)['DE']}/en/"
    before = Letters(told.bakery)
    cohort = before.of(slugs(told)["DE"])
    assert cohort is not None
    blanks = before.write(cohort, "en").blanks
    asked = [one for one in asks.questions(before.write(cohort, "en").notice.asks, "en", "en") if one.kind != "fact"]
    given = {f"ask-{n}": HOSTILE for n, one in enumerate(asked) if one.key == "what_happened"}
    assert given
    client_ = browser(told.ada)
    assert client_.post(f"/case/{told.bakery.number}/notices/{here}", given).status_code == 302
    assert "alert(1)" in facts_of(told.bakery)["organisation"]["what_happened"]["en"]
    for residence in ("DE", "US-CA"):
        text = page(told, f"{slugs(told)[residence]}/en/")
        assert "<script>alert(1)" not in text
        assert "\u202e" not in text
        assert "alert(1)" in text
    after = Letters(told.bakery)
    again = after.of(cohort.slug)
    assert again is not None
    assert len(after.write(again, "en").blanks) == len(blanks) - 1
    assert client_.post(f"/case/{told.bakery.number}/notices/{here}", {}).status_code == 422
    assert browser(told.cara).post(f"/case/{told.bakery.number}/notices/{here}", given).status_code == 403


@pytest.mark.parametrize(("kind", "start"), [("pdf", b"%PDF"), ("html", b"<!doctype html>"), ("txt", b"")])
def test_a_draft_leaves_as_a_file_that_says_it_is_one(kind: str, start: bytes, told: Any) -> None:
    top = f"/case/{told.bakery.number}/notices/{slugs(told)['DE']}/ru/"
    found = browser(told.ben).get(f"{top}{kind}")
    assert found.content.startswith(start)
    assert "attachment" in found.headers["Content-Disposition"]
    if kind != "pdf":
        assert "ЧЕРНОВИК" in found.content.decode().upper()
    assert browser(told.ben).get(f"{top}exe").status_code == 404


def test_letters_there_are_none_of_are_not_there(told: Any) -> None:
    page(told, "nobody/en/", code=404)
    page(told, f"{slugs(told)['DE']}/xx/", code=404)
    page(told, "", who="dan", code=404)


def test_a_fact_changes_the_letters(told: Any) -> None:
    here = f"{slugs(told)['DE']}/en/"
    assert "lost" not in Letters(told.bakery).write(Letters(told.bakery).cohorts[0], "en").notice.layout
    answer(told.bakery, breach__confidentiality=False)
    assert Letters(told.bakery).write(Letters(told.bakery).cohorts[0], "en").notice.layout == "lost"
    assert page(told, here)


def test_programs_read_and_answer_the_same(told: Any) -> None:
    ada, top = client(told.ada), f"/cases/{told.bakery.number}/notices"
    rows = call(ada, "GET", top).json()
    assert [(one["residence"], one["count"]) for one in rows] == [("DE", 300), ("US-CA", 40), ("RU", 7)]
    where = f"{top}/{rows[0]['slug']}/en"
    read = call(ada, "GET", where).json()
    assert not read["ready"]
    assert read["blanks"]
    assert "Bakery North" in read["text"]
    wanted = next(one["id"] for one in read["questions"] if one["kind"] == "prose")
    after = call(ada, "PUT", f"{where}/answers", answers={wanted: "A copy was taken on 3 November."}).json()
    assert wanted not in {one["id"] for one in after["questions"]}
    refused = call(ada, "PUT", f"{where}/answers", answers={"organisation.nonsense": "x"})
    assert refused.json()["refused"] == "api.refused.no_row"
    assert call(ada, "GET", f"{top}/nobody/en").status_code == 404
