"""The text message says who writes, what was lost, where to read what to do, how to tell it is genuine; and no more."""

import re
from typing import Any

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify import gsm
from breachdesk.notify.blocks import Kind, texts_of
from breachdesk.notify.library import our_library
from breachdesk.notify.shapes import Level, Notice
from breachdesk.notify.short import bad_link, compose_short, our_short, short_text
from tests.notify.bakery import FACTS, brief, cohort

ELEMENTS = ("name", "email", "phone", "card.number")


def composed(
    residence: str = "DE",
    language: str = "en",
    *,
    elements: tuple[str, ...] = ELEMENTS,
    facts: Any = FACTS,
    minor: bool = False,
    most_parts: int = 3,
    early: bool = False,
    **said: Any,
) -> Notice:
    return compose_short(
        cohort(residence, *elements, minor=minor), language, brief(facts, **said), our_short(),
        most_parts=most_parts, early=early,
    )  # fmt: skip


def stops(notice: Notice) -> set[str]:
    return {one.code for one in notice.checks if not one.passed and one.level is Level.STOP}


def test_in_english() -> None:
    notice = composed()
    assert short_text(notice) == (
        "Bakery North Ltd: data about you was stolen from us: name, e-mail, phone, bank card. Ask your bank for a new "
        "card. What to do: example.org/incident, +49 30 555 0101. In doubt? Type this address yourself. We never ask "
        "for passwords, codes or money."
    )
    assert not stops(notice)
    assert gsm.length(short_text(notice)).parts == 2


def test_in_russian_three_parts_are_little_so_only_the_page_is_named() -> None:
    notice = composed(language="ru")
    assert short_text(notice) == (
        "ООО «Пекарня Север»: у нас похитили данные о вас: имя, эл. почта, телефон, карта. Что делать: "
        "example.org/incident. Сомневаетесь? Наберите адрес сами. Паролей и кодов не просим."
    )
    assert not stops(notice)
    roomy = short_text(composed(language="ru", most_parts=5))
    assert "Замените карту в банке." in roomy
    assert "+49 30 555 0101" in roomy


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("element", sorted(our_library().vocabulary.elements))
def test_every_kind_of_data_has_a_short_name_and_its_text_goes(element: str, language: str, minor: bool) -> None:
    notice = composed(language=language, elements=("name", element), minor=minor)
    assert our_short().name_of(element, language)
    assert not stops(notice), (short_text(notice), stops(notice))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("residence", ["US-MA", "US-CA", "US-OR", "RU", "BR", "JP", "GB", "AU"])
def test_no_law_is_broken_by_its_words(residence: str, language: str) -> None:
    for taken in ("yes", "no"):
        notice = composed(residence, language, facts={**FACTS, "breach.exfiltration": taken})
        assert not stops(notice), (short_text(notice), stops(notice))


def test_where_the_law_forbids_to_say_how_it_is_not_said() -> None:
    assert "stolen" not in short_text(composed("US-MA"))
    assert "stolen" in short_text(composed("US-CA"))


def test_what_was_only_lost_is_not_called_stolen() -> None:
    facts = {**FACTS, "breach.confidentiality": False}
    assert "we lost data about you" in short_text(composed(facts=facts))


@pytest.mark.parametrize("minor", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("residence", ["DE", "US-MA", "RU"])
def test_an_early_warning_claims_nothing_that_is_not_known(residence: str, language: str, minor: bool) -> None:
    notice = composed(residence, language, minor=minor, early=True, facts={**FACTS, "breach.exfiltration": "unknown"})
    assert not stops(notice), (short_text(notice), stops(notice))
    assert ("may be at risk" if language == "en" else "под угрозой могут быть") in short_text(notice)
    assert not re.search("stolen|похитили|lost data", short_text(notice))


def test_more_parts_than_are_allowed_stop_it() -> None:
    long = composed(name="The Very Long Named Bakery of the North and of the East and of Everything " * 5)
    assert stops(long) == {"short.parts"}
    (check,) = [one for one in long.checks if one.code == "short.parts"]
    assert check.en.startswith("Too long: 4 parts, at most 3.")
    assert not stops(composed(name="The Very Long Named Bakery of the North" * 3, short_name="Bakery North"))


@pytest.mark.parametrize(
    "page",
    [
        "http://example.org/incident", "https://bit.ly/3abc", "https://example.org/login", "https://login.example.org/x",
        "https://example.org/sign-in/?next=x", "https://example.org/i?token=1", "https://a:b@example.org/",
        "https://example.org/my/account", "https://localhost/x", "https://[::1", "https://www.clck.ru/abc",
    ],
)  # fmt: skip
def test_a_link_to_sign_in_or_through_a_shortener_stops_it(page: str) -> None:
    assert "short.link" in stops(composed(incident_page=page))


@pytest.mark.parametrize("page", ["https://example.org/incident", "example.org/mystery", "https://пекарня.example/о"])
def test_a_page_of_ones_own_may_stand_in_it(page: str) -> None:
    assert not bad_link(page, our_short().said.shorteners, our_short().said.sign_in)


def test_what_nobody_said_stops_it() -> None:
    notice = composed(name=None)
    assert texts_of(notice.blocks, Kind.BLANK)
    nothing = dict.fromkeys(("incident_page", "phone", "contact", "web"))
    assert "all.blanks" in stops(composed(**nothing))
    only_phone = composed(incident_page=None)
    assert "Find our number yourself" in short_text(only_phone)
    assert not stops(only_phone)


def test_nothing_hidden_and_no_value_of_anybody_goes() -> None:
    text = short_text(composed(short_name="Bakery\u202e North\u200b\n{names}"))
    assert text.isprintable()
    assert text.startswith("Bakery North {names}:")
    leaking = "Card 4111 1111 1111 1111 shop of all the northern bakers, who ask to be called by everybody at once"
    assert "all.values" in stops(composed(short_name=leaking))
    assert not re.search(r"https?://", text)
