"""The checks of the shelf, said to a lawyer: written as a law is written, sourced, fresh, in both languages, proved by
its stories. `breachdesk law check` and the tests of the shelf ask the same questions here."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from ruamel.yaml.error import MarkedYAMLError

from breachdesk.ground import elements
from breachdesk.ground.shelf import BadPack, BadTable, Shelf
from breachdesk.law import faults, overlay, stories, vocabulary
from breachdesk.law import shelf as laws
from breachdesk.law.facts import BadFacts
from breachdesk.law.faults import BadLaw, Fault
from breachdesk.law.schema import Authorities, Pack, Penalties, Rule, Story, Text
from breachdesk.law.shelf import PACK, ROOT, STORIES, Item, LawShelf
from breachdesk.law.stories import Difference, Told

FRESH = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at and what is wrong. `tried` is how many stories were: none while the law cannot be read."""

    files: int
    duties: int
    tried: int
    faults: tuple[Fault, ...]
    readable: bool = True


def touched(folder: Path) -> frozenset[str] | None:
    """The folders of legal orders that an organisation's own packs say something of; None when what they change is
    asked by every law: facts, kinds of data, contents of notices."""
    own = [name for name, _ in Shelf(folder).files(ROOT)]
    if any((folder / name).is_file() for name in overlay.BESIDE) or any(name.count("/") < 2 for name in own):
        return None
    return frozenset(map(_order_of, own))


def check(
    shelf: Shelf, under: str, at: datetime, *, language: str = "en", only: Collection[str] | None = None
) -> Checked:
    """Everything below a folder (or one file) of the shelf; with `only`, of these folders of legal orders alone, and
    of orders whose clocks run from theirs. What quotes a law or a question does so in `language`."""
    files = [name for name, _ in shelf.files(ROOT) if name == under or name.startswith(f"{under.rstrip('/')}/")]
    if only is not None:
        files = [name for name in files if _order_of(name) in only]
    tables = list(_tables(shelf))
    known = None if tables else vocabulary.read(shelf)
    found = tables or [fault for file in files for fault in _written(shelf, file, known)]
    if found:
        return Checked(len(files), 0, 0, tuple(found), readable=False)
    try:
        law = laws.load(shelf)
    except BadLaw as error:
        return Checked(len(files), 0, 0, (error.fault,), readable=False)
    except BadPack as error:
        return Checked(len(files), 0, 0, (Fault(under, 0, "other", {"name": "-", "text": str(error)}),), readable=False)
    folders = set(map(_order_of, files)) | (laws.refer_to(law, only) if only is not None else set())
    items = [item for item in law.items if item.order.path in folders and _wanted(item, under)]
    told = [story for folder in sorted(folders) for story in stories.beside(shelf, folder)]
    for item in items:
        found += item_faults(item, law, told, shelf, at.date())
    mine = [story for story in told if _about(story, items, under)]
    for story in mine:
        found += story_faults(story, law, shelf, at, language)
    return Checked(len(files), len(items), len(mine), tuple(found))


def _tables(shelf: Shelf) -> Iterator[Fault]:
    """What laws are asked about, and of what: without them no law can be read."""
    for file, read in ((vocabulary.FILE, vocabulary.read), (elements.FILE, elements.read)):
        try:
            read(shelf)
        except BadTable as error:
            yield Fault(error.file, error.line, "table", {"text": error.what})
        except BadPack as error:
            yield _unreadable(error, file)


def _wanted(item: Item, under: str) -> bool:
    """Of one file only what it says."""
    return not under.endswith(".yaml") or under.endswith(f"/{PACK}") or under in (item.file, _stories_of(item))


def _about(story: Told, items: Iterable[Item], under: str) -> bool:
    return not under.endswith(".yaml") or any(stories.of_item((story,), item.id) for item in items)


def _stories_of(item: Item) -> str:
    return f"{item.order.path}/{STORIES}/{item.file.rpartition('/')[2]}"


# --- as it is written


def _written(shelf: Shelf, file: str, known: vocabulary.Facts | None) -> Iterator[Fault]:
    try:
        data = shelf.data(file)
    except BadPack as error:
        yield _unreadable(error, file)
        return
    if f"/{STORIES}/" in file:
        for number, raw in enumerate(data or ()):
            yield from faults.validated(Story, raw, shelf, file, (number,))
        return
    kind = _kind(file)
    if kind is None:
        return
    wrong = list(faults.validated(kind, data, shelf, file))
    yield from wrong
    if not wrong and known is not None:
        yield from faults.asked(data, known, shelf, file)


def _order_of(file: str) -> str:
    """The folder of the legal order that a file belongs to."""
    return file.rpartition("/")[0].removesuffix(f"/{STORIES}")


def _kind(file: str) -> type[BaseModel] | None:
    name = file.rpartition("/")[2]
    if file.count("/") < 2:
        return None  # content.yaml
    if name == PACK:
        return Pack
    if name.startswith("authorities"):
        return Authorities
    return Penalties if name.startswith("penalties") else Rule


def _unreadable(error: BadPack, file: str) -> Fault:
    cause = error.__cause__
    mark = cause.problem_mark or cause.context_mark if isinstance(cause, MarkedYAMLError) else None
    text = (cause.problem or cause.context or "") if isinstance(cause, MarkedYAMLError) else str(error)
    return Fault(file, mark.line + 1 if mark is not None else 0, "yaml", {"text": text})


# --- what every duty needs


def item_faults(item: Item, law: LawShelf, told: Iterable[Told], shelf: Shelf, today: date) -> Iterator[Fault]:
    for keys, key, filling in (*_said(item, law, today), *_stories(item, law, told)):
        yield faults.fault(shelf, item.file, keys, key, **filling)


Place = tuple[tuple[str | int, ...], str, dict[str, Any]]


def _said(item: Item, law: LawShelf, today: date) -> Iterator[Place]:
    rule, name = item.rule, {"name": item.id}
    if not item.citation:
        yield ("citation",), "no_citation", name
    if not rule.sources or not all(source.url or source.what for source in rule.sources):
        yield ("sources",), "no_source", name
    if rule.checked_on < today - FRESH:
        yield ("checked_on",), "stale", {**name, "day": rule.checked_on}
    if not item.recipient.name.en.strip():
        yield ("recipient",), "no_recipient", name
    if not item.recipient.channel and item.recipient.type not in ("internal", "individuals"):
        yield ("recipient",), "no_channel", name
    if not _dated(item):
        yield ("due",), "no_when", name
    for text in (item.title, *item.notes, *law.contents(item.content), *rule.must_not_include):
        if not text.en.strip() or not text.ru.strip() or (text is item.title and not _translated(text)):
            yield ("title",), "one_language", {**name, "text": text.en or text.ru}


def _dated(item: Item) -> bool:
    numbered = any(
        term.n is not None or term.n_from is not None or term.by for term in (*item.due.terms, *item.due.earliest_of)
    )
    versioned = any(version.due is not None for version in item.versions)
    return numbered or item.due.standard is not None or versioned or item.kind == "none"


def _translated(text: Text) -> bool:
    return text.en != text.ru and any("а" <= letter <= "я" for letter in text.ru.casefold())


def _stories(item: Item, law: LawShelf, told: Iterable[Told]) -> Iterator[Place]:
    kinds, verdicts = _told(item, law, told)
    place: dict[str, Any] = {"name": item.id, "file": _stories_of(item)}
    positive = "voluntary" if item.kind == "voluntary" else "owed"
    if item.id != item.rule.id:
        wanted = [positive]
    elif item.kind == "none":  # the law asks nothing: it can only be not owed
        wanted = ["not_owed"]
    elif item.rule.not_in_force is not None:  # waits for its day: dormant where it would be owed
        wanted = ["dormant", "not_owed"]
    else:
        wanted = [positive, "not_owed", "unknown"]
        if "boundary" not in kinds:
            yield (), "no_boundary", place
    for verdict in wanted:
        if verdict not in verdicts and not (verdict == "not_owed" and "record_only" in verdicts and len(wanted) > 2):
            yield (), "no_story", {**place, "kind": verdict}


def _told(item: Item, law: LawShelf, told: Iterable[Told]) -> tuple[set[str], set[str]]:
    kinds, verdicts = set(), set()
    for one in told:
        for id_, wanted in one.story.expect.items():
            routed = item.recipient.route and id_.startswith(f"{item.id}.") and id_ not in law.by_id
            if id_ == item.id or routed:
                kinds.add(one.story.kind)
                verdicts.add(wanted.verdict)
    return {str(kind) for kind in kinds}, verdicts


# --- stories


def story_faults(told: Told, law: LawShelf, shelf: Shelf, at: datetime, language: str = "en") -> Iterator[Fault]:
    part = law.only(stories.orders_of(told.story, law))
    try:
        differences = _differences(told, part, at.astimezone(UTC), language)
    except (BadFacts, ValueError) as error:
        text = "; ".join(line.rpartition(f"{told.file}: ")[2] for line in str(error).splitlines())
        place = faults.fault(shelf, told.file, (told.number, "facts"), "story_facts")
        yield Fault(place.file, place.line, place.key, {"story": told.story.name, "text": text})
        return
    for one in differences:
        why = [_decided(fact, one.duty, law, shelf, language) for fact in one.facts]
        ends = [_ending(end, law, language) if one.key == "verdict" else end for end in (one.wanted, one.got)]
        filling = {"story": told.story.name, "duty": one.duty, "wanted": ends[0], "got": ends[1]}
        keys = (told.number, "expect", one.duty)
        reason = "; ".join(filter(None, (one.reason, *why))) or "-"
        yield faults.fault(shelf, told.file, keys, f"story_{one.key}", **filling, reason=reason)


def _differences(told: Told, law: LawShelf, at: datetime, language: str) -> tuple[Difference, ...]:
    """Stories name recipients in English, so they are tried in English; the steps of clocks are told in `language`."""
    found = stories.differences(told.story, law, at, where=told.file)
    if not found or language == "en":
        return found
    again = stories.differences(told.story, law, at, where=told.file, language=language)
    steps = {(one.duty, one.key): one.reason for one in again}
    return tuple(replace(one, reason=steps.get((one.duty, one.key), one.reason)) for one in found)


def _ending(verdict: str, law: LawShelf, language: str) -> str:
    """A verdict in words, with its name in the file where that is another."""
    said = law.phrases[language](f"verdict.{verdict}")
    return said if said == verdict else f"{said} ({verdict})"


def _decided(fact: str, duty: str, law: LawShelf, shelf: Shelf, language: str) -> str:
    """A fact that decided, as its question, and the lines of the law that ask for it."""
    known = law.facts.find(fact)
    question = f"{known.question(language)} [{fact}]" if known is not None else fact
    item = max((item for item in law.items if f"{duty}.".startswith(f"{item.id}.")), key=lambda i: len(i.id))
    asked = re.compile(rf"\bf: *[\"']?{re.escape(fact)}(?![\w.])")
    lines = [
        f"{file}:{number}"
        for file in (item.file, f"{item.order.path}/{PACK}")
        for number, line in enumerate(shelf.find(file).read_text(encoding="utf-8").splitlines(), start=1)
        if asked.search(line)
    ]
    return f"{question} ← {', '.join(lines)}" if lines else question
