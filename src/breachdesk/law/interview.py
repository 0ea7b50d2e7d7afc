"""Which question comes next: what every case needs first, then what decides the nearest deadline; once each.

What somebody does not know yet is asked again after all others, once. Nothing is asked that decides nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from breachdesk.law.shapes import Duties, Duty, Question, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import Item, LawShelf, raw_conditions

_LIVE = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY)
_TO_COME = frozenset(("time.individual_notice_planned", "time.us_ag_delay_ends"))


@dataclass(frozen=True, slots=True)
class Next:
    """`again`: it was asked before, and nobody knew. `left`: how many questions are open, this one too."""

    question: Question
    again: bool
    left: int


@dataclass
class Interview:
    """The order of questions of one sitting. `unknown`: what nobody knew in an earlier one."""

    law: LawShelf
    first: tuple[str, ...]
    unknown: set[str] = field(default_factory=set)
    _given_up: set[str] = field(default_factory=set)

    def next(self, sheet: Sheet, found: Duties) -> Next | None:
        """None: nothing that is still open would be known now."""
        open_ = [question for question in self.ranked(sheet, found) if question.fact not in self._given_up]
        fresh = [question for question in open_ if question.fact not in self.unknown]
        if fresh:
            return Next(fresh[0], False, len(open_))
        return Next(open_[0], True, len(open_)) if open_ else None

    def ranked(self, sheet: Sheet, found: Duties) -> list[Question]:
        """All open questions: those of every case, then the nearest deadline first."""
        ranked = {question.fact: question for question in found.questions}
        openers = [self._opener(name, sheet, found, ranked.get(name)) for name in self.first]
        begin = [question for question in openers if question is not None]
        names = {question.fact for question in begin}
        return [*begin, *(question for name, question in ranked.items() if name not in names)]

    def unknown_yet(self, fact: str, *, again: bool) -> None:
        """Nobody knows: it is put behind the others, and after it was asked again left for another sitting."""
        if again:
            self._given_up.add(fact)
        self.unknown.add(fact)

    def answered(self, fact: str) -> None:
        self.unknown.discard(fact)
        self._given_up.discard(fact)

    def _opener(self, name: str, sheet: Sheet, found: Duties, ranked: Question | None) -> Question | None:
        fact = self.law.facts.find(name)
        if fact is None or ranked is not None or name in sheet.facts or name == "people":
            return ranked
        waiting = [duty for duty in found.duties if duty.verdict in _LIVE and self._looks(duty, name)]
        if not waiting:
            return None
        due = min((duty.due for duty in waiting if duty.due is not None), default=None)
        return Question(name, fact.question.en, fact.question.ru, tuple(duty.id for duty in waiting), due)

    def _looks(self, duty: Duty, name: str) -> bool:
        """Whether the duty hangs on the fact, or its clock may run from it."""
        users = self._users.get(name, frozenset())
        item = self.law.owner(duty.id)
        return item is not None and item.id in users

    @cached_property
    def _users(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(
                item.id for item in self.law.items if name in looks_at(item, self.law) or name in _starts(item)
            )
            for name in self.first
        }


def looks_at(item: Item, law: LawShelf) -> set[str]:
    """Every fact that can decide a duty."""
    return set().union(*(law.looked(raw) for raw in raw_conditions(item)))


def _starts(item: Item) -> set[str]:
    """The events its clock may run from."""
    dues = (item.due, *(version.due for version in item.versions if version.due is not None))
    terms = (term for due in dues for term in (*due.terms, *due.earliest_of, *due.latest))
    return {start.fact for term in terms for start in term.from_ if start.fact is not None}


def still_to_come(name: str, at: datetime | None, now: datetime) -> bool:
    """Whether an event that must have happened is said to lie in the future: more than any time zone explains."""
    return at is not None and name.startswith("time.") and name not in _TO_COME and at > now
