"""Facts and people in, duties out: each with a deadline, a recipient, contents and reasons."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from breachdesk.law import coverage, exposure, holding
from breachdesk.law.clocks import Clock, Deadline
from breachdesk.law.document import to_json
from breachdesk.law.judgement import Judge, Judged, in_force, known_on, texts
from breachdesk.law.questions import Asked, rank
from breachdesk.law.routing import Addressee, addressees
from breachdesk.law.schema import Calendar
from breachdesk.law.shapes import Confidence, Duties, Duty, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.words import Phrases

__all__ = ["evaluate", "to_json"]

_DATED = (Verdict.OWED, Verdict.UNKNOWN, Verdict.VOLUNTARY)


def evaluate(sheet: Sheet, law: LawShelf, at: datetime, *, language: str = "en") -> Duties:
    """Every duty on the shelf, judged for one case at one moment (`at`, aware). Words in `language` (en, ru)."""
    if at.tzinfo is None:
        raise ValueError("the moment of evaluation needs an offset")
    case = _Case(sheet, law, at, law.phrases[language])
    made = [pair for item in law.items for pair in case.duties(item)]
    asked = [Asked(duty, case.worded(item), case.judged(item)) for item, duty in made]
    return Duties(
        evaluated_at=at,
        pack_version=law.version,
        pack_sha256=law.sha256,
        duties=tuple(duty for _, duty in made),
        questions=rank(asked, case.judge, case.day),
        warnings=(*sheet.warnings, *coverage.warnings(sheet, law, case.say)),
    )


@dataclass
class _Case:
    """One evaluation: each item is worded, judged and dated once."""

    sheet: Sheet
    law: LawShelf
    at: datetime
    say: Phrases
    _worded: dict[str, Item] = field(default_factory=dict)
    _judged: dict[str, Judged] = field(default_factory=dict)
    _due: dict[str, datetime | None] = field(default_factory=dict)

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.sheet, self.law, self.say)

    def day(self, item: Item) -> date:
        return known_on(self.sheet, self.at, ZoneInfo(item.order.pack.zone))

    def worded(self, item: Item) -> Item:
        if item.id not in self._worded:
            self._worded[item.id] = in_force(item, self.day(item))
        return self._worded[item.id]

    def judged(self, item: Item) -> Judged:
        if item.id not in self._judged:
            self._judged[item.id] = self.judge.judge(self.worded(item), self.day(item))
        return self._judged[item.id]

    def due_of(self, name: str) -> datetime | None:
        """Due time of another duty, the earliest when it goes to several. A circle of such references has no end."""
        if name not in self._due:
            self._due[name] = None
            ends = [duty.due for _, duty in self.duties(self.law.by_id[name]) if duty.due is not None]
            self._due[name] = min(ends) if ends else None
        return self._due[name]

    def duties(self, item: Item) -> Iterator[tuple[Item, Duty]]:
        judged, worded = self.judged(item), self.worded(item)
        active = judged.verdict in _DATED
        for to in addressees(worded, self.sheet, self.say) if active else addressees(worded, self.sheet, self.say)[:1]:
            yield item, self._duty(worded, judged, to, active)

    def _duty(self, item: Item, judged: Judged, to: Addressee, active: bool) -> Duty:
        clock = self._clock(item, to)
        deadline = clock.deadline(item.due) if active else Deadline(None)
        held = holding.apply(item.order.pack.hold, deadline, clock, self.at) if active and item.held else None
        if held is not None:
            deadline = held.deadline
        verdict = Verdict.HELD if held and held.active and judged.verdict is Verdict.OWED else judged.verdict
        open_ = (*deadline.missing, *to.missing) if active else ()
        return Duty(
            id=item.id + (f".{to.suffix}" if to.suffix and active else ""),
            ref=item.ref,
            title=item.title(self.say.language),
            jurisdiction=item.order.pack.jurisdiction,
            kind=item.kind,
            recipient=to.recipient,
            verdict=verdict,
            people=_people(judged),
            due=deadline.due,
            due_latest=deadline.latest,
            standard=item.due.standard(self.say.language) if item.due.standard else "",
            clock=deadline.clock,
            because=judged.because,
            missing=tuple(dict.fromkeys((*judged.missing, *open_))),
            content=texts(self.law.contents(item.content), self.say.language),
            citation=item.citation,
            sources=tuple(" ".join(filter(None, (s.url, s.what))) for s in item.rule.sources),
            checked_on=item.rule.checked_on.isoformat(),
            confidence=item.confidence,
            notes=(*judged.notes, *self._hold_notes(item, held), *to.notes, *self._notes(item, active)),
            penalty=exposure.penalty(item, self.sheet, self.law, self.say, self.day(item)) if active else "",
        )

    def _clock(self, item: Item, to: Addressee) -> Clock:
        calendar = item.order.pack.calendar or (Calendar(country=to.country) if to.country else None)
        return Clock(self.sheet, to.zone, calendar, self.say, self.law.ask, self.due_of)

    def _hold_notes(self, item: Item, held: holding.Held | None) -> tuple[str, ...]:
        note = item.order.pack.hold.note
        return (*held.notes, *((note(self.say.language),) if note else ())) if held else ()

    def _notes(self, item: Item, active: bool) -> tuple[str, ...]:
        """Traps of the duty, then of its legal order; an uncertain rule always says so."""
        uncertain = (self.say("note.uncertain"),) if item.confidence is Confidence.UNCERTAIN else ()
        never = texts(item.rule.must_not_include, self.say.language)
        prohibited = (self.say("note.must_not", items="; ".join(never)),) if never else ()
        shared = texts(item.order.pack.notes, self.say.language) if active else ()
        return (*uncertain, *texts(item.notes, self.say.language), *prohibited, *shared)


def _people(judged: Judged) -> int | None:
    """The number known; of an open duty the most there may be."""
    bounds = judged.people
    if bounds is None:
        return None
    if judged.verdict is Verdict.UNKNOWN:
        return bounds.high
    return bounds.low
