"""Every kind of data in every sort of place: readable, whole, and nothing said twice."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.notify import readability
from breachdesk.notify.blocks import Heading, Items, Paragraph
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import prose_of, text_of
from breachdesk.notify.cohorts import to_kin
from breachdesk.notify.compose import compose
from breachdesk.notify.library import our_library
from breachdesk.notify.shapes import Level, Notice
from tests.notify.bakery import FACTS, cohort, organisation

LIBRARY = our_library()
ORGANISATION = organisation()
PLACES = ("US-CA", "US-MA", "US-NY", "US-RI", "US-NC", "DE", "RU", "GB", "BR", "AU", "SG", "unknown")
OPEN = {**FACTS, "breach.exfiltration": "unknown"}
CROWDS = (
    ("name", "email", "login.password_hash"),
    ("name", "address", "date_of_birth", "gov_id.us.ssn"),
    ("name", "email", "card.number", "card.code", "card.expiry"),
    ("name", "phone", "gov_id.ru.passport", "gov_id.ru.snils", "gov_id.ru.inn"),
    ("name", "health", "insurance.health", "genetic", "biometric", "sex_life", "religion", "politics"),
    tuple(LIBRARY.vocabulary.elements),
)


def letters(place: str, language: str, *, kin: bool = False) -> Iterator[Notice]:
    alone = [(name,) for name in LIBRARY.vocabulary.elements]
    for turn, elements in enumerate((*alone, *CROWDS)):
        who = cohort(place, *elements, minor=turn % 5 == 0)
        facts = OPEN if turn % 2 else FACTS
        yield compose(to_kin(who) if kin else who, language, Brief(LIBRARY, ORGANISATION, facts))


def sentences(notice: Notice) -> list[str]:
    return [part for piece in prose_of(notice) for part in re.split(r"(?<=[.!?])\s+", piece.strip()) if part]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kin", [False, True])
def test_every_letter_is_readable_whole_and_says_nothing_twice(place: str, language: str, kin: bool) -> None:
    for notice in letters(place, language, kin=kin):
        about = ", ".join(notice.cohort.elements)
        reading = readability.read(prose_of(notice), language)
        assert readability.passes(reading), (about, reading)
        assert not reading.long_sentences, [text for text in sentences(notice) if len(text.split()) > 20]
        assert 1 <= len(notice.steps) <= 7, about
        assert {step.id.startswith("kin_") for step in notice.steps} == {kin}
        twice = [text for text, times in Counter(sentences(notice)).items() if times > 1]
        assert not twice, (about, twice)
        stopped = [one.en for one in notice.checks if not one.passed and one.level is not Level.INFO]
        assert not stopped, (about, stopped)
        for block, following in zip(notice.blocks, (*notice.blocks[1:], None), strict=True):
            assert not isinstance(block, Heading) or isinstance(following, Paragraph | Items), (about, block)
        assert not re.search(r"  |\s[.,;:]|\.\.|\(\)", text_of(notice)), about
