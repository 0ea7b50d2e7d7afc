"""The whole shelf of laws: every duty cited, checked lately, proved by its own stories in a closed vocabulary."""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import checking, engine, facts, shelf, stories, told
from breachdesk.law.schema import Expect, Story
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.words import read_telling

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@cache
def law() -> LawShelf:
    return shelf.load()


TOLD = list(stories.read(our_shelf()))
STORIES = [(one.name, one.story) for one in TOLD]


def orders_of(story: Story) -> frozenset[str]:
    return stories.orders_of(story, law())


@cache
def part(names: frozenset[str]) -> LawShelf:
    """These legal orders alone, with those their clocks refer to: the whole world for each story would take an hour."""
    return law().only(names)


def test_a_part_of_the_shelf_answers_as_the_whole() -> None:
    for name, story in STORIES[:: max(1, len(STORIES) // 12)]:
        sheet = facts.parse(story.facts, where=name)
        some = engine.evaluate(sheet, part(orders_of(story)), AT).duties
        everything = {duty.id: duty for duty in engine.evaluate(sheet, law(), AT).duties}
        assert some
        assert all(everything[duty.id] == duty for duty in some)


@pytest.mark.parametrize(("name", "story"), STORIES, ids=[name for name, _ in STORIES])
def test_a_story_ends_as_it_says(name: str, story: Story) -> None:
    wrong = stories.differences(story, part(orders_of(story)), AT, where=name)
    assert not wrong, "\n".join(map(str, wrong))


ITEMS = law().items
SAYS = read_telling(our_shelf(), "en")


@cache
def _told() -> dict[str, list[stories.Told]]:
    """Stories by the folder of their law."""
    found: dict[str, list[stories.Told]] = {}
    for one in TOLD:
        found.setdefault(one.file.partition("/stories/")[0], []).append(one)
    return found


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_duty_is_sourced_fresh_dated_told_in_both_languages_and_has_its_stories(item: Item) -> None:
    """Owed, not owed, unknown and boundary, and of a later step owed: see law/checking.py for each question."""
    beside = _told().get(item.order.path, [])
    wrong = [fault.told(SAYS) for fault in checking.item_faults(item, law(), beside, our_shelf(), date.today())]
    assert not wrong, "\n".join(wrong)


def _cyrillic(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text.casefold())


def test_every_fact_has_its_question_in_both_languages() -> None:
    for fact in law().facts.facts.values():
        assert fact.question.en, fact.name
        assert _cyrillic(fact.question.ru), fact.name
        assert fact.decides.en, fact.name
        assert _cyrillic(fact.decides.ru), fact.name


def test_authorities_are_thirty_states_and_the_german_laender() -> None:
    listed = [a.iso for order in law().orders if order.authorities for a in order.authorities.list]
    assert len({iso for iso in listed if "-" not in iso}) == 30
    assert len({iso for iso in listed if iso.startswith("DE-")}) == 16
    assert len(listed) == len(set(listed))


def test_words_stand_in_both_languages_with_the_same_places() -> None:
    en, ru = (law().phrases[language].texts for language in ("en", "ru"))
    assert en.keys() == ru.keys()
    for key in en:
        assert _places(en[key]) == _places(ru[key]), key


def _places(text: Any) -> set[str]:
    import string

    if not isinstance(text, str):
        return set()
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_story_with_a_wrong_ending_is_noticed() -> None:
    """The checks above can fail."""
    _, story = STORIES[0]
    id_ = next(iter(story.expect))
    wrong = story.model_copy(update={"expect": {id_: Expect(verdict="dormant"), id_ + "x": Expect(verdict="owed")}})
    found = stories.differences(wrong, law().only(orders_of(story)), AT)
    assert [(one.duty, one.key) for one in found] == [(id_, "verdict"), (id_ + "x", "no_duty")]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_law_told_without_a_case_lacks_no_words(language: str) -> None:
    say = read_telling(our_shelf(), language)
    for item in ITEMS:
        tell = told.tell(item, law(), say, AT.date())
        assert all(tell.reach) or item.kind == "none", item.id
        assert tell.wordings, item.id
        assert tell.clock or tell.standard or item.kind == "none" or item.versions, item.id


def test_the_words_of_the_telling_stand_in_both_languages_with_the_same_places() -> None:
    en, ru = (our_shelf().data(f"messages/shelf/{language}.yaml") for language in ("en", "ru"))
    assert en.keys() == ru.keys()
    for key, text in en.items():
        forms = (
            (text, ru[key])
            if isinstance(text, str)
            else (*text.values(), *ru[key].values())
            if isinstance(text, dict)
            else ()
        )
        assert len({frozenset(_places(form)) for form in forms}) <= 1, key
