"""Facts on their pages: asked in order, answered in words, unclear answers said clearly, versions kept."""

from typing import Any

import pytest

from breachdesk.case.app.models import Answer
from breachdesk.case.app.sheet import facts_of
from breachdesk.ground import clock
from tests.cast import browser
from tests.law.app.bakery import answer, judge


def say(cast: Any, fact: str, who: str = "ada", language: str = "en", **said: Any) -> Any:
    client = browser(getattr(cast, who), language)
    return client.post(f"/case/{cast.bakery.number}/facts/{fact}/", said)


@pytest.mark.parametrize(
    ("fact", "said", "value"),
    [
        ("data.encrypted", {"option": "no"}, False),
        ("breach.exfiltration", {"option": "likely"}, "likely"),
        ("entity.kinds", {"options": ["bank", "insurer"]}, ["bank", "insurer"]),
        ("time.discovered", {"text": "2026-11-19 22:40"}, "2026-11-19T22:40:00+01:00"),
        ("entity.establishments", {"text": "Германия, FR"}, ["DE", "FR"]),
    ],
)
def test_an_answer_in_words_becomes_a_value_of_the_sheet(cast: Any, fact: str, said: Any, value: Any) -> None:
    assert say(cast, fact, language="ru", **said, source="лог").status_code == 302
    found = facts_of(cast.bakery)[fact]
    assert (found["local"] if isinstance(found, dict) and isinstance(value, str) else found) in (
        value,
        value[:19] if isinstance(value, str) else value,
    )
    assert Answer.objects.get(fact=fact).source == "лог"


def test_an_unclear_answer_is_said_clearly_and_nothing_is_kept(cast: Any) -> None:
    shown = say(cast, "time.discovered", text="the other day")
    assert shown.status_code == 200
    assert 'role="alert"' in shown.content.decode()
    assert "the other day" in shown.content.decode()
    assert say(cast, "entity.kinds", options=["no such kind"]).status_code == 200
    assert not Answer.objects.exists()


def test_nobody_knows_is_an_answer_with_a_version(cast: Any) -> None:
    say(cast, "data.key_taken", option="yes", why="it lay beside the dump")
    say(cast, "data.key_taken", option="unknown")
    page = browser(cast.ben).get(f"/case/{cast.bakery.number}/facts/data.key_taken/").content.decode()
    assert "it was asked, and nobody knows yet" in page.lower()
    assert "it lay beside the dump" in page
    assert "data.key_taken" not in facts_of(cast.bakery)


def test_questions_come_in_the_order_of_what_they_decide(cast: Any) -> None:
    answer(cast.bakery, breach__personal_data=True)
    judge(cast.bakery, clock.now())
    page = browser(cast.ada).get(f"/case/{cast.bakery.number}/facts/").content.decode()
    assert "Answer the first question" in page
    assert page.index("What to find out next") < page.index("What is known")


def test_who_may_not_answer_may_still_read(cast: Any) -> None:
    assert say(cast, "data.encrypted", who="cara", option="yes").status_code == 403
    page = browser(cast.cara).get(f"/case/{cast.bakery.number}/facts/data.encrypted/").content.decode()
    assert "Keep the answer" not in page
    assert browser(cast.ada).get(f"/case/{cast.bakery.number}/facts/no.such.fact/").status_code == 404


def test_who_is_affected_is_answered_by_the_evidence(cast: Any) -> None:
    number = cast.bakery.number
    assert browser(cast.ada).get(f"/case/{number}/facts/people/")["Location"] == f"/case/{number}/people/"
