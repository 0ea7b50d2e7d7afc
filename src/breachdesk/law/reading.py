"""Clocks in words: `72 hours from the moment you became reasonably certain of the breach`. Nothing is reckoned here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton

from breachdesk.ground import places
from breachdesk.law.saying import Speaker
from breachdesk.law.schema import Due, Start, Term

HOURS = {"hours": 1, "calendar_days": 24, "business_days": 24, "months": 30 * 24, "years": 365 * 24}
_MANY = 5  # a number whose word has the form of many in every language


@dataclass(frozen=True, slots=True)
class Number:
    """A term with a number. `hours` is what it is sorted by: see HOURS."""

    words: str
    hours: int
    unit: str


@dataclass(frozen=True, slots=True)
class Reader:
    speaker: Speaker
    calendar: str = ""

    def due(self, due: Due) -> tuple[str, ...]:
        """Each branch and what hangs on it, one sentence each; empty where the law gives no number."""
        found: list[str] = []
        if due.earliest_of:
            clocks = "; ".join(self._clock(term) for term in due.earliest_of)
            found.append(self._say("clock.earliest_of", clocks=clocks))
            found += [more for term in due.earliest_of for more in self._more(term)]
        for at, term in enumerate(due.terms):
            clock = self._clock(term)
            if term.if_ is not None:
                asked = self.speaker.raw(term.if_).flat()
                clock = self._say("clock.if", condition=asked, clock=clock)
            elif at:
                clock = self._say("clock.else", clock=clock)
            if _numbered(term) or len(due.terms) > 1:
                found += [clock, *self._more(term)]
        if found:
            found += [self._say("clock.latest", clock=self._clock(term)) for term in due.latest if _numbered(term)]
            found += [self.speaker.text(due.latest_note)] if due.latest_note else []
            found += [self._say("clock.eu_1182")] if due.eu_1182 else []
        return tuple(dict.fromkeys(found))

    def numbers(self, due: Due) -> tuple[Number, ...]:
        """Every number of hours or days of it, the shortest first."""
        found = [
            Number(self.speaker.say.term(term.n, term.unit), term.n * HOURS[term.unit], term.unit)
            for term in (*due.terms, *due.earliest_of)
            if term.n is not None and term.unit is not None
        ]
        return tuple(sorted(found, key=lambda one: (one.hours, one.unit)))

    def _clock(self, term: Term) -> str:
        if term.by is not None:
            day = format_skeleton("MMMMd", date(2024, term.by.month, term.by.day), locale=self._language)
            return self._say("clock.by", date=day, event=self._event(term.from_[0]))
        length = self._length(term)
        if not length:
            return self._say("clock.none")
        told = self._from(term.from_[0], length)
        if term.pick != "first" and len(term.from_) > 1:
            events = self._events(term.from_)
            return f"{told} {self._say(f'clock.pick_{term.pick}', events=events)}"
        return told

    def _length(self, term: Term) -> str:
        """`72 hours`; of a number that was agreed, where it stands; `` where there is none."""
        if term.unit is None:
            return ""
        if term.n_from is not None:
            unit = self.speaker.say.unit(term.unit, _MANY)
            return self._say("clock.agreed", unit=unit, question=self.speaker.question(term.n_from))
        return self.speaker.say.term(term.n, term.unit) if term.n is not None else ""

    def _from(self, start: Start, term: str) -> str:
        if start.due_of is not None:
            return self._say("clock.due_of", term=term, duty=self._duty(start.due_of))
        if start.year_end_of is not None:
            return self._say("clock.year_end", term=term, event=self.event(start.year_end_of))
        return self._say("clock.from", term=term, event=self.event(str(start.fact)))

    def _event(self, start: Start) -> str:
        if start.due_of is not None:
            return self._say("clock.by_due_of", duty=self._duty(start.due_of))
        if start.year_end_of is not None:
            return self._say("clock.by_year_end", event=self.event(start.year_end_of))
        return self._say("clock.by_event", event=self.event(str(start.fact)))

    def _events(self, starts: Sequence[Start]) -> str:
        named = [self.event(s.fact) if s.fact else self._event(s) for s in starts]
        return self._say("event.or").join(named)

    def event(self, fact: str) -> str:
        """`time.aware` -> what completes "from the moment ..."."""
        if f"event.{fact}" in self.speaker.say.texts:
            return self._say(f"event.{fact}")
        return self._say("event.other", question=self.speaker.question(fact))

    def _more(self, term: Term) -> list[str]:
        found = []
        stand_ins = [start for start in term.from_ if start.assumed]
        if stand_ins and term.pick == "first":
            found.append(self._say("clock.stand_in", events=self._events(stand_ins)))
        if term.unit == "business_days" and self.calendar:
            found.append(self._say("clock.business", calendar=places.title(self.calendar, self._language)))
        if term.first_day == "included":
            found.append(self._say("clock.first_day"))
        if term.roll == "next_business_day":
            found.append(self._say("clock.roll"))
        if term.received:
            found.append(self._say("clock.received"))
        if term.double_if is not None:
            found.append(self._say("clock.double", condition=self.speaker.raw(term.double_if).flat()))
        return found

    def _duty(self, name: str) -> str:
        return self.speaker.text(self.speaker.law.by_id[name].title)

    def _say(self, key: str, **filling: object) -> str:
        return self.speaker.say(key, **filling)

    @property
    def _language(self) -> str:
        return self.speaker.say.language


def _numbered(term: Term) -> bool:
    return term.n is not None or term.n_from is not None or term.by is not None
