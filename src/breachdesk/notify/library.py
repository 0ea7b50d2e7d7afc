"""The shelf of letters, read once: advice, blocks, layouts, content rules, questions to humans."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from breachdesk.ground.elements import Vocabulary
from breachdesk.ground.elements import read as read_vocabulary
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.places import country_of
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.notify.advice import Advice, Words, load_advice
from breachdesk.notify.own import Own, nearest
from breachdesk.notify.shapes import Level
from breachdesk.notify.template import Template, parse

LETTERS = "messages/notice-to-person"
EARLY = "early"  # a rule, and a layout: the warning that goes before much is established


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Row):
    """A heading, or a block; `when`: every condition must hold (`not:x` turns one round)."""

    heading: str = ""
    block: str = ""
    when: tuple[str, ...] = ()


class Layout(_Row):
    title: str
    parts: tuple[Part, ...]


class AskRow(_Row):
    """`blank` stands in the draft; `ask` is the question."""

    blank: Words
    ask: Words


class Must(_Row):
    """A point of points.yaml the letter must make. `elements`: only when one of them was lost; `when`: conditions."""

    point: str
    level: Level = Level.STOP
    elements: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    citation: str = ""


class MustNot(_Row):
    """Patterns that may not stand in the letter. `words` names lists in words.yaml."""

    id: str
    words: str
    level: Level = Level.STOP
    except_roles: tuple[str, ...] = ()
    when: tuple[str, ...] = ()  # only under these conditions
    citation: str = ""


class Services(_Row):
    """Free identity services that must be offered."""

    months: int
    elements: tuple[str, ...]
    only_if_source: bool = False


class Channel(_Row):
    """A way in which the letter may go. `only`: its condition, a word of checks.yaml."""

    way: str
    only: str = ""


class Substitute(_Row):
    """When many may be told in public instead, and how. All `parts` are needed; no sum, no number: see the notes."""

    cost_over: int | None = None
    currency: str = "USD"
    people_over: int | None = None
    without_address: bool = True  # also where addresses are missing
    people_without_address: int = 1  # so many of them
    parts: tuple[str, ...]
    website_days: int | None = None
    toll_free_days: int | None = None
    confidence: str
    citation: str = ""
    sources: tuple[str, ...] = ()
    notes: tuple[Words, ...] = ()


class Example(_Row):
    """A letter of examples.yaml that passes; `without` these paragraphs, or with `added` words, the check `says` so."""

    letter: str
    elements: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    added: str = ""
    says: str


class NoticeRule(_Row):
    id: str
    title: Words
    citation: str
    checked_on: Any
    confidence: str
    sources: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # ISO codes or groups of advice/rules.yaml; a country covers its parts
    except_places: tuple[str, ...] = ()
    entity_kinds: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()  # duties it is about, with * at the end for stages
    layout: str = ""
    languages: tuple[str, ...] = ()  # the law asks for one of these; others go beside it
    headings: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    exact_title: dict[str, str] = Field(default_factory=dict)
    smallest_type_points: float | None = None
    most_words: int | None = None
    services: Services | None = None
    must_state: tuple[Must, ...] = ()
    must_not_state: tuple[MustNot, ...] = ()
    channels: tuple[Channel, ...] = ()
    substitute: Substitute | None = None
    examples: tuple[Example, ...] = ()
    notes: tuple[Words, ...] = ()


class Sign(_Row):
    """Patterns by language, and of any language: one of them must be found."""

    en: tuple[str, ...] = ()
    ru: tuple[str, ...] = ()
    any: tuple[str, ...] = ()

    def patterns(self, language: str) -> tuple[str, ...]:
        return (*self.any, *(self.ru if language == "ru" else self.en))


class PointRow(_Row):
    """How a check finds a point. In a letter of ours: all of `values` and `resources`, and one of the patterns.
    In a letter of somebody else: resources, and one of each group of `signs`; `doubt` and `human` ask a human."""

    what: Words
    values: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_kinds: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    any_role: tuple[str, ...] = ()
    write: Words
    signs: tuple[Sign, ...] = ()
    doubt: bool = False
    human: bool = False
    patterns: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class CheckRow(_Row):
    """Words of a check: what it looks at, and what is said when it fails (`{detail}`)."""

    looks: Words
    failed: Words


@dataclass(frozen=True, slots=True)
class Library:
    vocabulary: Vocabulary
    advice: Advice
    layouts: dict[str, Layout]
    templates: dict[tuple[str, str], Template]  # (language, block)
    headings: dict[str, dict[str, str]]  # language -> heading -> words
    phrases: dict[str, dict[str, str]]
    asks: dict[str, AskRow]
    rules: dict[str, NoticeRule]
    points: dict[str, PointRow]
    words: dict[str, dict[str, tuple[str, ...]]]
    checks: dict[str, CheckRow]
    shelf: Shelf
    own: tuple[Own, ...] = ()  # words of one case in place of these

    def template(self, language: str, block: str, slug: str, rules: Iterable[str]) -> Template:
        """What a block says in the letter to these people, under these rules."""
        own = nearest(self.own, block, language, slug, rules)
        return own.template if own else self.templates[language, block]

    def rules_for(self, residence: str, entity_kinds: frozenset[str] = frozenset()) -> tuple[NoticeRule, ...]:
        """The rules a letter to people living there must obey: of the place first, then of the kind of sender."""
        near = [rule for rule in self.rules.values() if rule.id != "all" and self._there(rule.places, residence)]
        near.sort(key=lambda rule: -max((len(place) for place in rule.places if "-" in place), default=0))
        kinds = [
            rule
            for rule in self.rules.values()
            if entity_kinds & set(rule.entity_kinds)
            and country_of(residence) == "US"
            and not self._there(rule.except_places, residence)
        ]
        kept = [rule for rule in near if not self._there(rule.except_places, residence)]
        return (*kept, *kinds, self.rules["all"])

    def early_rules(self, rules: Iterable[NoticeRule]) -> tuple[NoticeRule, ...]:
        """What an early warning must obey where these rules hold: its own, and what they forbid. What they want said is
        for the full letter."""
        forbids = [
            rule.model_copy(
                update={"must_state": (), "headings": {}, "exact_title": {}, "services": None, "layout": ""}
            )
            for rule in rules
            if rule.id != "all"
        ]
        return (self.rules[EARLY], *forbids)

    def _there(self, places: tuple[str, ...], residence: str) -> bool:
        country = country_of(residence)
        groups = self.advice.rules.groups
        return any(place in (residence, country) or country in groups.get(place, ()) for place in places)


def load(shelf: Shelf) -> Library:
    """Read and check every pack of letters. Raises BadPack or pydantic's ValidationError, naming the file."""
    rules = {
        rule.id: rule
        for path, _ in shelf.files("notice-rules/rules")
        if (rule := NoticeRule.model_validate(shelf.data(path)))
    }
    library = Library(
        vocabulary=read_vocabulary(shelf),
        advice=load_advice(shelf),
        layouts={
            name: Layout.model_validate(row) for name, row in shelf.data(f"{LETTERS}/layouts.yaml")["layouts"].items()
        },
        templates={
            (language, path.removeprefix(f"{LETTERS}/{language}/").removesuffix(".md")): parse(shelf.text(path), path)
            for language in LANGUAGES
            for path, _ in shelf.files(f"{LETTERS}/{language}", ".md")
        },
        headings={language: shelf.data(f"{LETTERS}/{language}/headings.yaml") for language in LANGUAGES},
        phrases={language: shelf.data(f"{LETTERS}/{language}/phrases.yaml") for language in LANGUAGES},
        asks={name: AskRow.model_validate(row) for name, row in shelf.data("messages/asks.yaml")["asks"].items()},
        rules=rules,
        points={
            name: PointRow.model_validate(row) for name, row in shelf.data("notice-rules/points.yaml")["points"].items()
        },
        words={
            name: {language: tuple(found) for language, found in row.items()}
            for name, row in shelf.data("notice-rules/words.yaml")["words"].items()
        },
        checks={
            name: CheckRow.model_validate(row) for name, row in shelf.data("notice-rules/checks.yaml")["checks"].items()
        },
        shelf=shelf,
    )
    _whole(library)
    return library


def _whole(library: Library) -> None:
    """Every name used is a name that exists."""
    for name, layout in library.layouts.items():
        for part in layout.parts:
            for language in LANGUAGES:
                if part.block and (language, part.block) not in library.templates:
                    raise BadPack(f"{LETTERS}/layouts.yaml: {name}: no {language}/{part.block}.md")
                if part.heading and part.heading not in library.headings[language]:
                    raise BadPack(f"{LETTERS}/{language}/headings.yaml: no heading {part.heading}")
    for rule in library.rules.values():
        unknown = [must.point for must in rule.must_state if must.point not in library.points]
        unknown += [must.words for must in rule.must_not_state if must.words not in library.words]
        if rule.layout and rule.layout not in library.layouts:
            unknown.append(rule.layout)
        if unknown:
            raise BadPack(f"notice-rules/rules: {rule.id}: no such name: {', '.join(unknown)}")


@cache
def our_library() -> Library:
    return load(our_shelf())
