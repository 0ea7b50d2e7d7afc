"""The early warning: short, easy to read, and it says nothing that is not established."""

import re
from typing import Any

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify import readability
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.check import prose_of, text_of
from breachdesk.notify.compose import compose
from breachdesk.notify.library import our_library
from breachdesk.notify.shapes import Level, Notice
from tests.notify.bakery import FACTS, brief, cohort
from tests.notify.test_every_letter import CROWDS, PLACES

LIBRARY = our_library()
KNOWN = {
    "en": "An outsider got into our shop system in the night. We shut it down.",
    "ru": "Ночью посторонний проник в систему магазина. Мы её отключили.",
}
OPEN = {**FACTS, "breach.exfiltration": "unknown", "breach.confidentiality": None}


def warning(
    place: str, *elements: str, language: str = "en", facts: Any = OPEN, minor: bool = False, **said: Any
) -> Notice:
    own = {"next_update": "2026-12-01", **said}
    own["early"] = {"known": KNOWN, **own.pop("early", {})}
    who = cohort(place, *(elements or ("name", "email")), minor=minor)
    return compose(who, language, brief(facts, **own), early=True)


def failed(notice: Notice) -> set[str]:
    return {one.code for one in notice.checks if not one.passed and one.level is not Level.INFO}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
def test_every_warning_is_short_whole_and_readable(place: str, language: str) -> None:
    for turn, elements in enumerate((*((name,) for name in LIBRARY.vocabulary.elements), *CROWDS)):
        for facts in (OPEN, FACTS):
            notice = warning(place, *elements, language=language, facts=facts, minor=turn % 5 == 0)
            assert not failed(notice), (elements, failed(notice))
            assert not texts_of(notice.blocks, Kind.BLANK)
            assert readability.passes(readability.read(prose_of(notice), language))
            assert 1 <= len(notice.steps) <= 3
            assert not re.search("exposed|leaked|stolen|раскрыт|ут[её]к", " ".join(step.text for step in notice.steps))


def test_it_says_what_is_known_and_not_what_comes_first_and_when_more_comes() -> None:
    text = text_of(warning("DE"))
    for words in (KNOWN["en"], "do not know yet", "This is an early warning", "full letter", "1 December 2026",
                  "https://example.org/incident", "E-mail address", "19 November 2026"):  # fmt: skip
        assert words in text, words
    assert text_of(warning("DE")) != text_of(compose(
        cohort("DE", "name", "email"), "en", brief()
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("language", "known", "code"),
    [
        ("en", "Your data was stolen last night.", "early.claims_taken"),
        ("en", "A man copied the customer files.", "early.claims_taken"),
        ("en", "The files have been published.", "early.claims_taken"),
        ("en", "Your address was exposed.", "early.claims_seen"),
        ("en", "Your cards are safe.", "early.claims_safe"),
        ("en", "No data was taken.", "early.claims_safe"),
        ("ru", "Ваши данные похитили.", "early.claims_taken"),
        ("ru", "Посторонний скопировал таблицы.", "early.claims_taken"),
        ("ru", "Ваши данные были открыты посторонним.", "early.claims_seen"),
        ("ru", "Карты в безопасности.", "early.claims_safe"),
    ],
)
def test_what_is_not_established_may_not_be_said(language: str, known: str, code: str) -> None:
    said = {"known": {**KNOWN, language: known}}
    assert code in failed(warning("DE", language=language, early=said))


@pytest.mark.parametrize(
    ("language", "known"),
    [
        ("en", "We do not know whether data was copied. It may have been taken."),
        ("en", "A laptop with a copy of our shop went missing. If files were copied, we will tell you."),
        ("ru", "Мы не знаем, скопировал ли кто-то данные. Их могли похитить."),
    ],
)
def test_that_something_is_open_may_be_said(language: str, known: str) -> None:
    assert not failed(warning("DE", language=language, early={"known": {**KNOWN, language: known}}))


def test_what_is_established_may_be_said() -> None:
    taken = {**OPEN, "breach.exfiltration": "yes"}
    said = {"known": {**KNOWN, "en": "Your data was stolen last night."}}
    assert not failed(warning("DE", facts=taken, early=said))
    seen = {**OPEN, "breach.confidentiality": True}
    assert not failed(warning("DE", facts=seen, early={"known": {**KNOWN, "en": "Your address was exposed."}}))
    assert failed(warning("DE", facts=seen, early=said)) == {"early.claims_taken"}


def test_what_a_law_forbids_in_a_letter_it_forbids_in_a_warning_and_what_it_wants_is_for_the_full_letter() -> None:
    boston = warning("US-MA", "name", "gov_id.us.ssn")
    assert KNOWN["en"] not in text_of(boston)
    assert "us-ma" in boston.rules
    assert {one.code for one in boston.checks} >= {"us-ma.nature_of_breach", "us-ma.number_of_people"}
    assert not any(one.code.startswith("us-ca.") and "head" in one.code for one in warning("US-CA").checks)


@pytest.mark.parametrize("missing", ["next_update", "incident_page", "early"])
def test_what_nobody_has_said_is_a_blank_and_stops_it(missing: str) -> None:
    given: dict[str, Any] = {missing: None} if missing != "early" else {"early": {"known": {}}}
    notice = warning("DE", **given)
    assert texts_of(notice.blocks, Kind.BLANK)
    assert "all.blanks" in failed(notice)
