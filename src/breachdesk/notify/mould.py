"""The letter of a cohort, drawn once, from which each person's is cast: only what is theirs is put in.

Drawing a letter takes milliseconds, casting one takes microseconds; both give the same words (tested). A mould can be
written down, as a document of the approved wording: what was approved is what is cast, whatever the facts become.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from markupsafe import escape

from breachdesk.notify.blocks import Block
from breachdesk.notify.brief import Brief
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.organisation import one_line
from breachdesk.notify.shapes import Notice, NoticeCohort
from breachdesk.notify.values import Person, in_words

_OPEN, _CLOSE = "\ue000", "\ue001"  # of no alphabet: nothing a person is called
_GAP = re.compile(f"(: )?{_OPEN}([a-z]+)([0-9]*){_CLOSE}")
_PLANNED = ("time.individual_notice_sent", "time.individual_notice_planned")
_MARKUP = frozenset("&<>\"'")
_NAME, _CODE, _DAY, _SAMPLE = "name", "code", "day", "sample"


class Unfilled(Exception):
    """A letter that still has a place nobody can fill: says which."""


class Cast(NamedTuple):
    """One person's letter. `text`: a paragraph is a line; `html`: a whole page."""

    text: str
    html: str


Values = dict[tuple[str, int], str]
Gap = tuple[str, int, bool]  # (what, which, after a colon)
Part = str | Gap


@dataclass(frozen=True, slots=True)
class Mould:
    """One letter with gaps where a person's values will stand. `elements`: what was lost, in the order of the letter;
    a person's samples go by them. `short`: what the same people are told by text message, where the sending goes by
    that way too; it has no gaps."""

    slug: str
    residence: str
    language: str
    title: str
    elements: tuple[str, ...]
    text: tuple[Part, ...]
    html: tuple[Part, ...]
    short: str = ""
    blocks: tuple[Block, ...] = ()  # with gaps in their texts, for letters on paper (paper.py); none: it goes on none
    page: str = ""  # the word before the number of a page

    @property
    def needs_code(self) -> bool:
        return any(part[0] == _CODE for part in self.text if not isinstance(part, str))

    def cast(self, person: Person, day: date | str) -> Cast:
        """`day`: of sending, or words in its place. Raises Unfilled for a person without a name; and for one without a
        code, when the letter speaks of it."""
        values = self.values(person, day)
        return Cast(_joined(self.text, values), _joined(self.html, as_markup(values)))

    def values(self, person: Person, day: date | str) -> Values:
        """What stands in the gaps, by (what, which). Raises as `cast`."""
        name, code = _one_line(person.name), _one_line(person.code)
        if not name:
            raise Unfilled("the person has no name")
        if not code and self.needs_code:
            raise Unfilled("the letter speaks of a code, and the person has none")
        said = day if isinstance(day, str) else in_words(day, self.language, self.residence)
        found = {(_NAME, 0): name, (_CODE, 0): code, (_DAY, 0): said}
        for place, element in enumerate(self.elements):
            found[_SAMPLE, place] = _one_line("; ".join(person.samples.get(element, ())))
        return found


def as_markup(values: Values) -> Values:
    """The same for a page: nothing in it is read as markup."""
    if _MARKUP.isdisjoint("".join(values.values())):
        return values
    return {key: str(escape(one)) for key, one in values.items()}


def filled(part: Gap, values: Values) -> str:
    """What stands in a gap. A colon before what is not there goes as well: `Passport: AB •••12`, but `Passport`."""
    value = values[part[0], part[1]]
    return f": {value}" if part[2] and value else value


def gapped(cohort: NoticeCohort, language: str, brief: Brief, *, early: bool = False) -> Notice:
    """What `compose` writes to this cohort, with gaps for what is a person's own. Its checks are those of every letter
    cast from it. It is dated on the day it goes, whatever day was planned."""
    gaps = {element: (_gap(_SAMPLE, place),) for place, element in enumerate(cohort.elements)}
    person = Person(name=_gap(_NAME), samples=gaps, code=_gap(_CODE), day=_gap(_DAY))
    undated = {name: value for name, value in brief.facts.items() if name not in _PLANNED}
    return compose(cohort, language, brief._replace(facts=undated), person=person, early=early)


def mould(notice: Notice, press: Press, short: str = "", *, on_paper: bool = False) -> Mould:
    """What is cast, of a notice with gaps. `on_paper`: letters on paper too."""
    cohort = notice.cohort
    text, page = as_text(notice, width=None), press.html(notice)
    title, parts = notice.title, (tuple(_parts(text)), tuple(_parts(page)))
    paper = (notice.blocks, press.words.get(notice.language, {}).get("page", "")) if on_paper else ((), "")
    return Mould(cohort.slug, cohort.residence, notice.language, title, cohort.elements, *parts, short, *paper)


def filled_in(text: str, values: Values) -> str:
    """A text of a notice with gaps, with what stands in them."""
    return _joined(tuple(_parts(text)), values) if _OPEN in text else text


def parts_of(text: str) -> tuple[Part, ...]:
    """A text of a notice with gaps, as it is written down."""
    return tuple(part for part in _parts(text) if part)


def text_of(parts: Iterable[Part]) -> str:
    """What `parts_of` took apart."""
    return "".join(
        part if isinstance(part, str) else f"{': ' if part[2] else ''}{_gap(part[0], part[1])}" for part in parts
    )


def _gap(what: str, which: int = 0) -> str:
    return f"{_OPEN}{what}{which}{_CLOSE}"


def _parts(text: str) -> Iterator[Part]:
    done = 0
    for found in _GAP.finditer(text):
        if found.start() > done:
            yield text[done : found.start()]
        yield found[2], int(found[3]), found[1] is not None
        done = found.end()
    yield text[done:]


def _joined(parts: tuple[Part, ...], values: Values) -> str:
    return "".join([part if isinstance(part, str) else filled(part, values) for part in parts])


def _one_line(text: str) -> str:
    if text.isprintable() and "  " not in text and text.strip() == text:
        return text  # as almost all are: nothing hidden in it, and no gap of ours
    return one_line(text.replace(_OPEN, " ").replace(_CLOSE, " "))
