"""The whole shelf of laws: every duty cited, checked lately, proved by its own stories in a closed vocabulary."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import engine, facts, instants, shelf, workdays
from breachdesk.law.schema import Expect, Story
from breachdesk.law.shapes import Duty
from breachdesk.law.shelf import Item, LawShelf

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KINDS = {"owed", "not_owed", "unknown", "boundary"}


@cache
def law() -> LawShelf:
    return shelf.load()


def stories() -> Iterator[tuple[str, Story]]:
    for path, document in our_shelf().all("law").items():
        if "/stories/" in path:
            for raw in document:
                story = Story.model_validate(raw)
                yield f"{path.removeprefix('law/')}: {story.name}", story


STORIES = list(stories())
ORDERS = frozenset(order.pack.id for order in law().orders)


def orders_of(story: Story) -> frozenset[str]:
    """The legal orders whose duties a story names."""
    return frozenset(
        max((one for one in ORDERS if f"{id_}.".startswith(f"{one}.")), key=len, default="") for id_ in story.expect
    )


@cache
def part(names: frozenset[str]) -> LawShelf:
    """These legal orders alone, with those their clocks refer to: the whole world for each story would take an hour."""
    wanted = set(names)
    while True:
        items = [item for item in law().items if item.order.pack.id in wanted]
        more = {law().by_id[name].order.pack.id for item in items for name in _referred(item)}
        if more <= wanted:
            orders = tuple(order for order in law().orders if order.pack.id in wanted)
            return replace(law(), orders=orders, items=tuple(items))
        wanted |= more


def _referred(item: Item) -> Iterator[str]:
    for due in (item.due, *(version.due for version in item.versions if version.due)):
        for term in (*due.terms, *due.earliest_of, *due.latest):
            yield from (start.due_of for start in term.from_ if start.due_of is not None)


def test_a_part_of_the_shelf_answers_as_the_whole() -> None:
    for name, story in STORIES[:: max(1, len(STORIES) // 12)]:
        sheet = facts.parse(story.facts, where=name)
        some = engine.evaluate(sheet, part(orders_of(story)), AT).duties
        everything = {duty.id: duty for duty in engine.evaluate(sheet, law(), AT).duties}
        assert some
        assert all(everything[duty.id] == duty for duty in some)


@pytest.mark.parametrize(("name", "story"), STORIES, ids=[name for name, _ in STORIES])
def test_a_story_ends_as_it_says(name: str, story: Story) -> None:
    at = instants.parse(story.at).earliest(ZoneInfo("UTC")) if story.at else AT
    found = engine.evaluate(facts.parse(story.facts, where=name), part(orders_of(story)), at)
    by_id = {duty.id: duty for duty in found.duties}
    wrong = [line for id_, wanted in story.expect.items() for line in _differences(by_id, id_, wanted)]
    assert not wrong, "\n".join(wrong)


def _differences(by_id: dict[str, Duty], id_: str, wanted: Expect) -> Iterator[str]:
    duty = by_id.get(id_)
    if duty is None:
        near = [name for name in by_id if name.startswith(id_)]
        yield f"{id_}: no such duty; there are {near}"
        return
    if duty.verdict.value != wanted.verdict:
        yield f"{id_}: {wanted.verdict} expected, got {duty.verdict.value} {duty.because} missing {duty.missing}"
    if wanted.due is not None and not _same(duty.due, wanted.due):
        yield f"{id_}: due {wanted.due}, got {duty.due} {duty.clock}"
    if wanted.due_latest is not None and not _same(duty.due_latest, wanted.due_latest):
        yield f"{id_}: latest {wanted.due_latest}, got {duty.due_latest}"
    if wanted.people is not None and duty.people != wanted.people:
        yield f"{id_}: {wanted.people} people, got {duty.people}"
    if wanted.missing is not None and not set(wanted.missing) <= set(duty.missing):
        yield f"{id_}: missing {wanted.missing}, got {duty.missing}"
    if wanted.to is not None and wanted.to.casefold() not in duty.recipient.name.casefold():
        yield f"{id_}: to {wanted.to}, got {duty.recipient.name}"


def _same(got: datetime | None, wanted: str) -> bool:
    if got is None:
        return False
    if len(wanted) == len("2026-01-01"):
        return got.date().isoformat() == wanted
    return got == datetime.fromisoformat(wanted)


@cache
def _tellings() -> dict[str, list[tuple[str, str, str]]]:
    """By the duty's id and by its beginnings: (id told of, kind of story, verdict)."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    for _, story in STORIES:
        for id_, wanted in story.expect.items():
            parts = id_.split(".")
            for size in range(1, len(parts) + 1):
                found.setdefault(".".join(parts[:size]), []).append((id_, story.kind, wanted.verdict))
    return found


def _told(item: Item) -> dict[str, set[str]]:
    """Kinds of story, and verdicts, that a duty has."""
    found: dict[str, set[str]] = {"kinds": set(), "verdicts": set()}
    for id_, kind, verdict in _tellings().get(item.id, ()):
        if id_ == item.id or (item.recipient.route and id_ not in law().by_id):
            found["verdicts"].add(verdict)
            found["kinds"].add(kind)
    return found


ITEMS = law().items


@pytest.mark.parametrize("item", [i for i in ITEMS if i.id == i.rule.id], ids=lambda item: item.id)
def test_every_duty_has_its_four_stories(item: Item) -> None:
    told = _told(item)
    if item.kind == "none":  # the law asks nothing: it can only be not owed
        assert "not_owed" in told["verdicts"]
        return
    if item.rule.not_in_force is not None:  # waits for its day: it can only be dormant where it would be owed
        assert {"dormant", "not_owed"} <= told["verdicts"]
        return
    positive = {"voluntary"} if item.kind == "voluntary" else {"owed"}
    assert positive & told["verdicts"], "no story in which it is owed"
    assert {"not_owed", "record_only"} & told["verdicts"], "no story in which it is not owed"
    assert "unknown" in told["verdicts"], "no story in which a missing fact decides"
    assert told["kinds"] >= {"boundary"}, "no story at its boundary"


@pytest.mark.parametrize("item", [i for i in ITEMS if i.id != i.rule.id], ids=lambda item: item.id)
def test_every_stage_has_a_story_in_which_it_is_owed(item: Item) -> None:
    assert {"voluntary" if item.kind == "voluntary" else "owed"} & _told(item)["verdicts"]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_duty_is_sourced_and_checked_within_a_year(item: Item) -> None:
    assert item.citation
    assert item.rule.sources
    assert all(source.url or source.what for source in item.rule.sources)
    assert item.rule.checked_on >= date.today() - timedelta(days=366)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_recipient_can_be_reached(item: Item) -> None:
    assert item.recipient.name("en")
    assert item.recipient.channel or item.recipient.type in ("internal", "individuals")


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_duty_says_when(item: Item) -> None:
    numbers = [term for term in (*item.due.terms, *item.due.earliest_of) if term.n is not None or term.by]
    versioned = any(version.due is not None for version in item.versions)
    assert numbers or item.due.standard or versioned or item.kind == "none"


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_every_duty_speaks_both_languages(item: Item) -> None:
    for words in (item.title, *item.notes, *law().contents(item.content), *item.rule.must_not_include):
        assert words.en.strip()
        assert words.ru.strip()
    assert item.title.en != item.title.ru
    assert _cyrillic(item.title.ru)


def _cyrillic(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text.casefold())


def test_every_fact_has_its_question_in_both_languages() -> None:
    for fact in law().facts.facts.values():
        assert fact.question.en, fact.name
        assert _cyrillic(fact.question.ru), fact.name
        assert fact.decides.en, fact.name
        assert _cyrillic(fact.decides.ru), fact.name


def test_every_calendar_is_known() -> None:
    for order in law().orders:
        if order.pack.calendar is not None:
            workdays.check(order.pack.calendar)


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
    name, story = STORIES[0]
    id_ = next(iter(story.expect))
    found = engine.evaluate(facts.parse(story.facts, where=name), law(), AT)
    by_id = {duty.id: replace(duty, verdict=duty.verdict) for duty in found.duties}
    assert list(_differences(by_id, id_, Expect(verdict="dormant")))
    assert list(_differences(by_id, id_ + "x", Expect(verdict="owed")))
