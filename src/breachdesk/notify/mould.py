"""The letter of a cohort, drawn once, from which each person's is cast: only what is theirs is put in.

Drawing a letter takes milliseconds, casting one takes microseconds; both give the same words (tested).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from markupsafe import escape

from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation, one_line
from breachdesk.notify.shapes import Notice, NoticeCohort
from breachdesk.notify.values import Person, in_words

_OPEN, _CLOSE = "\ue000", "\ue001"  # of no alphabet: nothing a person is called
_GAP = re.compile(f"(: )?{_OPEN}([a-z]+)([0-9]*){_CLOSE}")
_NAME, _CODE, _DAY, _SAMPLE = "name", "code", "day", "sample"


class Unfilled(Exception):
    """A letter that still has a place nobody can fill: says which."""


class Cast(NamedTuple):
    """One person's letter. `text`: a paragraph is a line; `html`: a whole page."""

    text: str
    html: str


Part = str | tuple[str, int, bool]  # words, or (what, which, after a colon)


@dataclass(frozen=True, slots=True)
class Mould:
    """`notice`: with gaps where a person's values will stand; its checks are those of every letter cast from it."""

    notice: Notice
    _text: tuple[Part, ...]
    _html: tuple[Part, ...]

    @property
    def needs_code(self) -> bool:
        return any(part[0] == _CODE for part in self._text if not isinstance(part, str))

    def cast(self, person: Person, day: date) -> Cast:
        """Raises Unfilled for a letter that speaks of a code, and a person who has none; or for a person without a
        name."""
        values = self._values(person, day)
        escaped = {key: str(escape(one)) for key, one in values.items()}
        return Cast(_joined(self._text, values), _joined(self._html, escaped))

    def _values(self, person: Person, day: date) -> dict[tuple[str, int], str]:
        name, code = _one_line(person.name), _one_line(person.code)
        if not name:
            raise Unfilled("the person has no name")
        if not code and self.needs_code:
            raise Unfilled("the letter speaks of a code, and the person has none")
        cohort = self.notice.cohort
        found = {(_NAME, 0): name, (_CODE, 0): code, (_DAY, 0): in_words(day, self.notice.language, cohort.residence)}
        for place, element in enumerate(cohort.elements):
            found[_SAMPLE, place] = _one_line("; ".join(person.samples.get(element, ())))
        return found


def mould(
    cohort: NoticeCohort,
    language: str,
    *,
    library: Library,
    organisation: Organisation,
    facts: Mapping[str, Any],
    press: Press,
) -> Mould:
    """What `compose` writes to this cohort, ready to be cast for each of its people."""
    gaps = {element: (_gap(_SAMPLE, place),) for place, element in enumerate(cohort.elements)}
    person = Person(name=_gap(_NAME), samples=gaps, code=_gap(_CODE), day=_gap(_DAY))
    given = {"library": library, "organisation": organisation, "facts": facts}
    notice = compose(cohort, language, person=person, **given)  # type: ignore[arg-type]
    return Mould(notice, tuple(_parts(as_text(notice, width=None))), tuple(_parts(press.html(notice))))


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


def _joined(parts: tuple[Part, ...], values: Mapping[tuple[str, int], str]) -> str:
    """A colon before what is not there goes as well: `Passport: AB •••12`, but `Passport`."""
    words = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
        else:
            value = values[part[0], part[1]]
            words.append(f": {value}" if part[2] and value else value)
    return "".join(words)


def _one_line(text: str) -> str:
    return one_line(text.replace(_OPEN, " ").replace(_CLOSE, " "))
