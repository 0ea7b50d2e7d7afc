"""What is said to everybody: banner, statement, post, briefing, script.

Composed from the facts of the case as letters are, from blocks of `packs/messages/public`, blank where only a human can
say something (docs/formats/public-text.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.places import country_of
from breachdesk.ground.shelf import BadPack, Shelf, our_shelf
from breachdesk.notify.advice import Words, choose_steps, rows_for, rows_serving, steps_when_lost
from breachdesk.notify.blocks import Block, Heading, Item, Items, Kind, Span
from breachdesk.notify.brief import Brief
from breachdesk.notify.conditions import conditions, holds
from breachdesk.notify.library import CheckRow, Library, Part, our_library
from breachdesk.notify.organisation import Organisation
from breachdesk.notify.own import IN_PUBLIC, Outline, nearest
from breachdesk.notify.shapes import Ask, AskKind, Notice, NoticeCohort, Step
from breachdesk.notify.template import Filled, Template, fill, parse
from breachdesk.notify.values import Values, link

FOLDER = "messages/public"
POSTING = "posting"
_ALL = ("all",)
MOST_STEPS = 4  # in a text that is not read to the end
MOST_ELEMENTS = 5  # in a banner: the gravest
#: Holes that only texts for everybody have; of these, what is whole blocks.
PUBLIC_HOLES = ("open", "steps.few", "elements.few", "press.lines", "case.lines")
PUBLIC_WHOLE = frozenset(("open", "steps.few", "elements.few"))
#: What is open as long as nobody has said it, in the order in which it is told.
OPEN = ("count", "data", "taken", "begin", "how", "who", "used")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Row):
    heading: str
    when: tuple[str, ...] = ()


class Text(_Row):
    """A kind of text. `limit`: letters as it is copied; `untitled`: the title is no part of it."""

    titles: tuple[Title, ...]
    parts: tuple[Part, ...]
    limit: int | None = None
    untitled: bool = False


class Posting(_Row):
    """How the letter of a law becomes a public notice: blocks left out, the block of the toll-free number."""

    without: tuple[str, ...]
    free_call: str


class Point(_Row):
    """Found by one of the patterns of the language; `way_out`: the page about the incident or a step stands in it."""

    what: Words
    write: Words
    signs: dict[str, tuple[str, ...]]
    way_out: bool = False


class Want(_Row):
    points: tuple[Point, ...]


class OpenRow(_Row):
    """`fact`: what answers it; `ask`: the question, where `messages/asks.yaml` has none."""

    fact: str
    ask: Words | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    """`kinds`: in the order they are shown. `do`: name of a check -> what to do when it fails."""

    kinds: dict[str, Text]
    posting: Posting
    templates: dict[tuple[str, str], Template]  # (language, block)
    headings: dict[str, dict[str, str]]
    phrases: dict[str, dict[str, str]]
    wants: dict[str, Want]
    owes: dict[str, tuple[str, ...]]
    admission: dict[str, tuple[str, ...]]
    checks: dict[str, CheckRow]
    do: dict[str, Words]
    until: Words
    open: dict[str, OpenRow]


def load(shelf: Shelf, library: Library) -> Pack:
    """Read and check the pack. Raises BadPack or pydantic's ValidationError, naming the file."""
    laid, wanted = shelf.data(f"{FOLDER}/layouts.yaml"), shelf.data(f"{FOLDER}/wants.yaml")
    pack = Pack(
        kinds={name: Text.model_validate(row) for name, row in laid["kinds"].items()},
        posting=Posting.model_validate(laid["posting"]),
        templates={
            (language, path.removeprefix(f"{FOLDER}/{language}/").removesuffix(".md")): parse(shelf.text(path), path)
            for language in LANGUAGES
            for path, _ in shelf.files(f"{FOLDER}/{language}", ".md")
        },
        headings={language: shelf.data(f"{FOLDER}/{language}/headings.yaml") for language in LANGUAGES},
        phrases={language: shelf.data(f"{FOLDER}/{language}/phrases.yaml") for language in LANGUAGES},
        wants={name: Want.model_validate(row) for name, row in wanted["wants"].items()},
        owes={name: tuple(row) for name, row in wanted["owes"].items()},
        admission={language: tuple(row) for language, row in wanted["admission"].items()},
        checks={name: CheckRow.model_validate(row) for name, row in wanted["checks"].items()},
        do={name: Words.model_validate(row) for name, row in wanted["do"].items()},
        until=Words.model_validate(wanted["days"]),
        open={name: OpenRow.model_validate(row) for name, row in wanted["open"].items()},
    )
    _whole(pack, library)
    return pack


def _whole(pack: Pack, library: Library) -> None:
    """Every name used is a name that exists."""
    for name, kind in pack.kinds.items():
        for language in LANGUAGES:
            for part in kind.parts:
                if part.block and not _template(pack, library, language, part.block):
                    raise BadPack(f"{FOLDER}/layouts.yaml: {name}: no {language}/{part.block}.md")
            for heading in [*(one.heading for one in kind.titles), *(one.heading for one in kind.parts if one.heading)]:
                if heading not in pack.headings[language]:
                    raise BadPack(f"{FOLDER}/{language}/headings.yaml: no heading {heading}")
    if set(pack.open) != set(OPEN):
        raise BadPack(f"{FOLDER}/wants.yaml: open: these must stand there, and no other: {', '.join(OPEN)}")
    for name, row in pack.open.items():
        if row.ask is None and row.fact not in library.asks:
            raise BadPack(f"{FOLDER}/wants.yaml: open: {name}: give the question as ask: {{en: ..., ru: ...}}")
    for name in (*pack.kinds, POSTING):
        if unknown := set(pack.owes.get(name, ("nothing",))) - pack.wants.keys():
            raise BadPack(f"{FOLDER}/wants.yaml: owes: {name}: no such point: {', '.join(sorted(unknown))}")


def _template(pack: Pack, library: Library, language: str, block: str) -> Template | None:
    return pack.templates.get((language, block)) or library.templates.get((language, block))


def name_of(pack: Pack, language: str, block: str) -> str:
    """How own.py calls a block of a text for everybody: one of letters by their name."""
    return f"{IN_PUBLIC}{block}" if (language, block) in pack.templates else block


def worded(pack: Pack, library: Library, language: str, block: str, slug: str, rules: tuple[str, ...]) -> Template:
    """What a block says: in the words of the case where it has any."""
    own = nearest(library.own, name_of(pack, language, block), language, slug, rules)
    ours = pack.templates.get((language, block))
    return own.template if own else ours or library.templates[language, block]


@cache
def our_pack() -> Pack:
    return load(our_shelf(), our_library())


# --- whom it concerns


def everybody(cohorts: Iterable[NoticeCohort], library: Library, *, residence: str | None = None) -> NoticeCohort:
    """All these people as one. `residence`: as given; else their place or their country, or empty where they live in
    several. Minor only when all of them are."""
    rows = list(cohorts)
    return NoticeCohort(
        slug="public",
        residence=_common(row.residence for row in rows) if residence is None else residence,
        elements=tuple(library.vocabulary.sort({element for row in rows for element in row.elements})),
        minor=bool(rows) and all(row.minor for row in rows),
        count=sum(row.count for row in rows),
    )


def _common(residences: Iterable[str]) -> str:
    places = set(residences)
    if len(places) == 1:
        return places.pop()
    countries = {country_of(place) for place in places}
    return countries.pop() if len(countries) == 1 else ""


# --- the texts


def compose_public(kind: str, cohorts: Iterable[NoticeCohort], language: str, brief: Brief, pack: Pack) -> Notice:
    """One text of `pack.kinds` for everybody, in `language` (`en`, `ru`); not checked (public_check.check_public)."""
    values, said = _begun(kind, cohorts, language, brief, pack)
    text = pack.kinds[kind]
    title = next(one.heading for one in text.titles if holds(one.when, said))
    blocks: list[Block] = []
    for part in text.parts:
        if not holds(part.when, said):
            continue
        if part.heading:
            blocks.append(Heading(pack.headings[language][part.heading]))
        else:
            blocks += fill(worded(pack, brief.library, language, part.block, kind, _ALL), values, role=part.block)
    return Notice(
        cohort=values.cohort,
        language=language,
        rules=_ALL,
        layout=kind,
        title=pack.headings[language][title],
        blocks=tuple(blocks),
        steps=values.steps,
        asks=(*values.asks.values(), *_asked(values, pack)),
    )


def outline_public(kind: str, cohorts: Iterable[NoticeCohort], language: str, brief: Brief, pack: Pack) -> Outline:
    _, said = _begun(kind, cohorts, language, brief, pack)
    blocks = [part.block for part in pack.kinds[kind].parts if part.block and holds(part.when, said)]
    return Outline(_ALL, tuple(name_of(pack, language, block) for block in blocks))


def _begun(
    kind: str, cohorts: Iterable[NoticeCohort], language: str, brief: Brief, pack: Pack
) -> tuple["PublicValues", frozenset[str]]:
    """What fills it, and the conditions that hold in it."""
    rows, (library, organisation, facts) = list(cohorts), brief
    people = everybody(rows, library)
    lost = facts.get("breach.confidentiality") is False
    steps = (
        steps_when_lost(library.advice, people.residence, language)
        if lost
        else choose_steps(library.advice, people.elements, people.residence, language)
    )
    where, unsaid = f"notices/public/{kind}/{language}", still_open(people, organisation, facts)
    values = PublicValues(*brief, people, language, where, steps, phrases=pack.phrases[language], open=unsaid)
    day_known = "begin" not in values.open
    said = conditions(people, (library.rules["all"],), organisation, facts) | {
        *(["lost"] if lost else []),
        *(["open"] if values.open else []),
        *(["counted"] if _counted(facts) else []),
        *(["data-known"] if people.elements else []),
        *(["day-known"] if day_known else []),
        *(["children"] if any(row.minor for row in rows) else []),
    }
    between = not lost and "exposed-range" in said
    said |= {"range"} if between else {"day"} if day_known else set()
    return values, frozenset(said)


def _asked(values: "PublicValues", pack: Pack) -> Iterator[Ask]:
    """What would close an open point; it stops nothing, for nobody may know it yet. Only where the text tells them."""
    if not values.told_open:
        return
    for name in values.open:
        row = pack.open[name]
        words = row.ask or values.library.asks[row.fact].ask
        if row.fact not in values.asks:
            yield Ask(row.fact, values.where, words.en, words.ru, AskKind.CONFIRM)


def still_open(people: NoticeCohort, organisation: Organisation, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What nobody knows yet, of OPEN."""
    lost = facts.get("breach.confidentiality") is False
    asked = {
        "count": not _counted(facts),
        "data": not people.elements,
        "taken": not lost and facts.get("breach.exfiltration") not in ("yes", "no"),
        "begin": "exposed.from" not in organisation.days and facts.get("time.occurred") is None,
        "how": not organisation.known("cause"),
        "who": facts.get("breach.malicious") is not False and not organisation.known("acquirer"),
        "used": not lost and facts.get("harm.further_use") is None,
    }
    return tuple(name for name in OPEN if asked[name])


def _counted(facts: Mapping[str, Any]) -> bool:
    count = facts.get("subjects.count")
    return isinstance(count, int) and not isinstance(count, bool) and count > 0


@dataclass(slots=True)
class PublicValues(Values):
    """Fills what only texts for everybody ask for, and all that letters ask for. `open`: of OPEN."""

    phrases: Mapping[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    told_open: bool = False

    def __call__(self, name: str) -> Filled:
        match name:
            case "open":
                self.told_open = True
                items = tuple(Item((Span(self.phrases[f"open.{one}"]),)) for one in self.open)
                return Filled(blocks=(Items(items, role="open"),))
            case "steps.few":
                few = tuple(Item((Span(step.text),)) for step in self._few())
                return Filled(blocks=(Items(few, ordered=True, role="steps"),))
            case "elements.few":
                few = tuple(Item((Span(self.title(one), Kind.NAME),)) for one in self._gravest())
                return Filled(blocks=(Items(few, role="elements-few"),))
            case "press.lines":
                return self._lines("press_contact")
            case "case.lines":
                return self._lines("contact")
        return Values.__call__(self, name)

    def _few(self) -> tuple[Step, ...]:
        """One step for each of the gravest kinds of data, then what everybody should do, whatever was lost."""
        advice = self.library.advice
        always = [step for step in self.steps if step.id in advice.rules.always]
        rows = rows_for(advice, self.cohort.elements)
        kept: list[Step] = []
        served: set[int] = set()
        for step in self.steps:
            mine = {number for number, row in enumerate(rows) if step.id in row.steps}
            if step not in always and not mine & served and len(kept) + len(always) < MOST_STEPS:
                kept.append(step)
                served |= mine
        return tuple([*kept, *always][:MOST_STEPS]) or self.steps[:MOST_STEPS]

    def _gravest(self) -> tuple[str, ...]:
        """In the order of the vocabulary, but only those with which most harm can be done."""
        advice = self.library.advice
        served = rows_serving(advice, self.cohort.elements)
        weight = {one: advice.elements[row].severity for row, ones in served.items() for one in ones}
        kept = sorted(self.cohort.elements, key=lambda one: -weight.get(one, 0))[:MOST_ELEMENTS]
        return tuple(one for one in self.cohort.elements if one in kept)

    def _lines(self, who: str) -> Filled:
        """Name, telephone and address of somebody in one line; the telephone is asked for where nothing is known."""
        spans: list[Span] = []
        for part in ("name", "phone", "email"):
            text = self.organisation.text(f"{who}.{part}", self.language)
            if text:
                spans += [Span(", ", Kind.NAME)] if spans else []
                spans.append(Span(text.replace("\n\n", ", "), Kind.NAME, url=link(part, text)))
        return Filled(tuple(spans)) if spans else self.blank(f"organisation.{who}.phone")
