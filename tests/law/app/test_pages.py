"""The duties of a case on its pages: an answer in a sentence, the ladder, each duty opened, what changed."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from breachdesk.ground import clock
from breachdesk.law.app.models import Deadline
from tests.cast import browser
from tests.law.app.bakery import BERLIN, answer, judge, lay


def page(cast: Any, path: str = "duties/", who: str = "ada", language: str = "en") -> str:
    found = browser(getattr(cast, who), language).get(f"/case/{cast.bakery.number}/{path}")
    assert found.status_code == 200, path
    return found.content.decode()


@pytest.fixture
def judged(cast: Any) -> Any:
    """Bakery North became aware ten hours ago."""
    lay(cast.bakery)
    answer(cast.bakery, time__aware=(clock.now() - timedelta(hours=10)).isoformat())
    judge(cast.bakery, clock.now())
    return cast


def test_the_page_says_what_is_due_first_and_draws_it(judged: Any) -> None:
    text = page(judged)
    assert "4 duties are owed; the nearest is due" in text
    assert 'class="picture wide"' in text
    assert f"/duties/rule/{BERLIN}/" in text
    assert "Not legal advice" in text or "no legal advice" in text.lower()


def test_it_is_told_in_russian_with_the_words_of_the_law(judged: Any) -> None:
    text = page(judged, language="ru")
    assert "Обязательны 4 обязанности" in text
    assert Deadline.objects.get(duty=BERLIN).text("title", "ru") in text


def test_a_duty_opens_with_its_clock_its_reasons_and_its_place_in_the_law(judged: Any) -> None:
    text = page(judged, f"duties/rule/{BERLIN}/")
    for heading in ("How the date came about", "What decided", "What it must say", "Where it stands in the law"):
        assert heading in text
    assert "72" in text
    assert "Article 33" in text or "Art. 33" in text


def test_a_duty_that_is_not_owed_opens_too(judged: Any) -> None:
    listed = page(judged, "duties/?verdict=not_owed")
    listed = listed.partition("<tbody>")[2]
    assert listed.count("/rule/") == 100
    assert 'rel="next"' in listed
    name = listed.partition("/rule/")[2].partition("/")[0]
    assert "Looked at and found not to apply" in page(judged, f"duties/rule/{name}/")


def test_what_does_not_exist_is_not_found(judged: Any) -> None:
    client = browser(judged.ada)
    for path in ("duties/rule/eu.gdpr.art99/", "duties/?verdict=nonsense"):
        assert client.get(f"/case/{judged.bakery.number}/{path}").status_code == 404


def test_the_line_on_top_of_every_page_of_the_case_counts_down(judged: Any) -> None:
    text = page(judged, "")
    assert Deadline.objects.get(duty=BERLIN).text("title", "en") in text
    assert "data-left" in text.partition('class="deadline"')[2].partition("</div></div>")[0]


def test_an_overdue_duty_is_red_with_a_word(judged: Any) -> None:
    Deadline.objects.filter(duty=BERLIN).update(due=clock.now() - timedelta(hours=3))
    text = page(judged)
    assert "1 duty is overdue" in text
    assert 'class="mark late"' in text


def test_before_anything_is_judged_the_page_teaches(cast: Any) -> None:
    with connection.cursor() as cursor:
        assert cast.bakery
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert "No duties worked out yet" in page(cast)


def test_while_it_is_worked_out_the_page_says_so(cast: Any) -> None:
    assert "The law is being asked" in page(cast)  # opening the case asked for it


def test_what_changed_is_told_with_its_reason_until_somebody_has_read_it(judged: Any) -> None:
    answer(judged.bakery, breach__personal_data=False)
    judge(judged.bakery, clock.now())
    text = page(judged, "duties/changes/")
    assert "No longer owed" in text
    assert "Were personal data" in text or "personal data" in text
    client = browser(judged.ada)
    client.post(f"/case/{judged.bakery.number}/duties/changes/")
    assert "Every change so far has been read" in page(judged, "duties/changes/")


def test_support_reads_the_duties_and_a_stranger_finds_none(judged: Any) -> None:
    assert page(judged, who="cara")
    assert browser(judged.dan).get(f"/case/{judged.bakery.number}/duties/").status_code == 404


def test_the_document_is_given_as_it_is(judged: Any) -> None:
    told = json.loads(page(judged, "duties/all.json"))
    assert told["format"] == "breachdesk.duties/1"


@pytest.mark.parametrize("path", ["duties/", f"duties/rule/{BERLIN}/", "duties/changes/", "duties/?verdict=not_owed"])
def test_no_page_asks_the_database_often(judged: Any, path: str) -> None:
    client = browser(judged.ada)
    client.get(f"/case/{judged.bakery.number}/{path}")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/case/{judged.bakery.number}/{path}")
    assert len(queries) <= 30
