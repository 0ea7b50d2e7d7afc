"""Facts and people in, duties out: each with a deadline, a recipient, contents and reasons."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import TypeVar

from breachdesk.ground.clock import time_zone
from breachdesk.law import coverage, holding, overlay, penalties
from breachdesk.law.clocks import Clock, Deadline
from breachdesk.law.document import to_json
from breachdesk.law.judgement import Judge, Judged, in_force, known_on, texts
from breachdesk.law.questions import Asked, flips, rank, waits
from breachdesk.law.routing import Addressee, addressees
from breachdesk.law.schema import Calendar, Text
from breachdesk.law.shapes import Confidence, Duties, Duty, Verdict
from breachdesk.law.sheet import Sheet, Watched
from breachdesk.law.shelf import Item, LawShelf
from breachdesk.law.vocabulary import Fact
from breachdesk.law.words import Phrases

__all__ = ["Session", "duties", "evaluate", "to_json"]

T = TypeVar("T")
_DATED = (Verdict.OWED, Verdict.UNKNOWN, Verdict.VOLUNTARY)


def evaluate(sheet: Sheet, law: LawShelf, at: datetime, *, language: str = "en") -> Duties:
    """Every duty on the shelf, judged for one case at one moment (`at`, aware). Words in `language` (en, ru)."""
    return Session(law, at, language=language).evaluate(sheet)


class Session:
    """A case judged again and again while its facts come in. What looked at no fact that has changed is kept as it was,
    so an answer shows its consequences at once; the duties are those `evaluate` would give."""

    def __init__(self, law: LawShelf, at: datetime, *, language: str = "en") -> None:
        self._law = law
        self._at = _aware(at)
        self._say = law.phrases[language]
        self._last: _Case | None = None

    def evaluate(self, sheet: Sheet, at: datetime | None = None) -> Duties:
        """`at`: another moment than that of the session from now on."""
        if at is not None:
            self._at = _aware(at)
        case = _Case(sheet, Watched(sheet.facts), self._law, self._at, self._say)
        if self._last is not None:
            case.follow(self._last)
        self._last = case
        return case.answer()


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("the moment of evaluation needs an offset")
    return at


@dataclass
class _Looked:
    """What was found out about one item, and the facts that were looked for on the way: whether it is owed (`seen`)
    and, apart from that, by whom, to whom and when (`dated`)."""

    seen: set[str] = field(default_factory=set)
    dated: set[str] = field(default_factory=set)
    state: int = -1  # of the law: how many of its turns lie behind the day that counts
    worded: Item | None = None
    judged: Judged | None = None
    made: tuple[Duty, ...] | None = None
    flips: dict[str, bool] = field(default_factory=dict)

    def undated(self) -> "_Looked":
        return replace(self, dated=set(), made=None)


def duties(sheet: Sheet, law: LawShelf, at: datetime, *, language: str = "en") -> tuple[Duty, ...]:
    """The duties alone, without what to ask next: for those who ask thousands of cases."""
    case = _Case(sheet, Watched(sheet.facts), law, _aware(at), law.phrases[language])
    return tuple(duty for item in law.items for duty in case.made(item))


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of an item in every case alike. It holds the item, so that its id stays its own."""

    item: Item
    title: str
    standard: str
    content: tuple[str, ...]
    sources: tuple[str, ...]
    checked_on: str
    notes: tuple[str, ...]


@dataclass
class _Case:
    """One evaluation: each item is worded, judged and dated once."""

    sheet: Sheet
    facts: Watched
    law: LawShelf
    at: datetime
    say: Phrases
    _looked: dict[str, _Looked] = field(default_factory=dict)
    _dating: set[str] = field(default_factory=set)
    _days: dict[str, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sheet = replace(self.sheet, facts=self.facts)

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.sheet, self.law, self.say)

    def follow(self, before: "_Case") -> None:
        """Take over what cannot have changed."""
        if (self.sheet.people, self.sheet.filed) != (before.sheet.people, before.sheet.filed):
            return
        now, then = dict(self.facts), dict(before.facts)
        changed = {name for name in now.keys() | then.keys() if now.get(name) != then.get(name)}
        self.sheet = replace(self.sheet, people=before.sheet.people)
        self.judge.follow(before.judge, changed)
        for item in self.law.items:
            one = before._looked.get(item.id)
            if one is not None and one.seen.isdisjoint(changed) and one.state == self._state(item):
                same = self.at == before.at and one.dated.isdisjoint(changed)
                self._looked[item.id] = one if same else one.undated()

    def answer(self) -> Duties:
        asked: list[Asked] = []
        for item in self.law.items:
            made, looked = self.made(item), self._of(item)
            assert looked.worded is not None
            assert looked.judged is not None
            asked += [Asked(duty, looked.worded, looked.judged) for duty in made]
        return Duties(
            evaluated_at=self.at,
            pack_version=self.law.version,
            pack_sha256=self.law.sha256,
            duties=tuple(one.duty for one in asked),
            questions=rank(asked, self.law, self.flips),
            legal=self.say("legal"),
            warnings=(
                *overlay.warnings(self.law.laid, self.say),
                *self.sheet.warnings(self.say),
                *coverage.warnings(self.sheet, self.law, self.say),
            ),
        )

    def _watched(self, seen: set[str], find: Callable[[], T]) -> T:
        """Whatever fact is looked for meanwhile joins `seen`."""
        outer, self.facts.seen = self.facts.seen, seen
        try:
            return find()
        finally:
            self.facts.seen = outer

    def _of(self, item: Item) -> _Looked:
        looked = self._looked.get(item.id)
        if looked is None:
            looked = self._looked[item.id] = _Looked()
        return looked

    def day(self, item: Item) -> date:
        """The day whose law counts. Not watched: another day of the same state of the law changes nothing."""
        zone = item.order.pack.zone
        if zone not in self._days:
            outer, self.facts.seen = self.facts.seen, set()
            self._days[zone] = known_on(self.sheet, self.at, time_zone(zone))
            self.facts.seen = outer
        return self._days[zone]

    def _state(self, item: Item) -> int:
        return self.law.state(item, self.day(item))

    def made(self, item: Item) -> tuple[Duty, ...]:
        looked = self._of(item)
        if looked.judged is None:
            self._watched(looked.seen, partial(self._judge, item, looked))
        if looked.made is None:
            self._watched(looked.dated, partial(self._make, looked))
        assert looked.made is not None
        return looked.made

    def _judge(self, item: Item, looked: _Looked) -> None:
        day = self.day(item)
        looked.state = self._state(item)
        looked.worded = self._worded(item, looked.state, day)
        looked.judged = self.judge.judge(looked.worded, day)

    def _worded(self, item: Item, state: int, day: date) -> Item:
        known = self.law.worded.get((item.id, state))
        if known is None:
            known = self.law.worded[item.id, state] = in_force(item, day)
        return known

    def _make(self, looked: _Looked) -> None:
        assert looked.worded is not None
        assert looked.judged is not None
        looked.made = tuple(self.duties(looked.worded, looked.judged))

    def flips(self, one: Asked, fact: Fact, name: str) -> bool:
        """Whether a fact decides a duty."""
        if waits(one, fact, name):
            return True
        looked = self._of(one.item)
        if name not in looked.flips:
            day = self.day(one.item)
            looked.flips[name] = self._watched(looked.seen, partial(flips, one, fact, name, self.judge, day))
        return looked.flips[name]

    def due_of(self, name: str) -> datetime | None:
        """Due time of another duty, the earliest when it goes to several. A circle of such references has no end."""
        if name in self._dating:
            return None
        self._dating.add(name)
        try:
            ends = [duty.due for duty in self.made(self.law.by_id[name]) if duty.due is not None]
        finally:
            self._dating.discard(name)
        looked = self._looked[name]
        self.facts.seen.update(looked.seen, looked.dated)
        return min(ends) if ends else None

    def duties(self, worded: Item, judged: Judged) -> Iterator[Duty]:
        active = judged.verdict in _DATED
        for to in addressees(worded, self.sheet, self.say) if active else addressees(worded, self.sheet, self.say)[:1]:
            yield self._duty(worded, judged, to, active)

    def _duty(self, item: Item, judged: Judged, to: Addressee, active: bool) -> Duty:
        clock = self._clock(item, to)
        deadline = clock.deadline(item.due) if active else Deadline(None)
        held = holding.apply(item.order.pack.hold, deadline, clock, self.at) if active and item.held else None
        if held is not None:
            deadline = held.deadline
        verdict = Verdict.HELD if held and held.active and judged.verdict is Verdict.OWED else judged.verdict
        open_ = (*deadline.missing, *to.missing) if active else ()
        said = self._said(item, active)
        return Duty(
            id=item.id + (f".{to.suffix}" if to.suffix and active else ""),
            ref=item.ref,
            title=said.title,
            jurisdiction=item.order.pack.jurisdiction,
            kind=item.kind,
            recipient=to.recipient,
            verdict=verdict,
            people=_people(judged),
            due=deadline.due,
            due_latest=deadline.latest,
            standard=said.standard,
            clock=deadline.clock,
            because=judged.because,
            missing=tuple(dict.fromkeys((*judged.missing, *open_))),
            content=said.content,
            citation=item.citation,
            sources=said.sources,
            checked_on=said.checked_on,
            confidence=item.confidence,
            notes=(*judged.notes, *self._hold_notes(item, held), *to.notes, *said.notes),
            remote=verdict is Verdict.UNKNOWN and judged.far == ("people",),
            penalty=penalties.penalty(item, self.sheet, self.law, self.say, self.day(item)) if active else "",
        )

    def _said(self, item: Item, active: bool) -> "_Said":
        key = (id(item), self.say.language, active)
        known = self.law.said.get(key)
        if known is None:
            language = self.say.language
            known = self.law.said[key] = _Said(
                item=item,
                title=item.title(language),
                standard=item.due.standard(language) if item.due.standard else "",
                content=texts(self.law.contents(item.content), language),
                sources=tuple(" ".join(filter(None, (s.url, s.what))) for s in item.rule.sources),
                checked_on=item.rule.checked_on.isoformat(),
                notes=self._notes(item, active),
            )
        return known

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
        shared = texts(self._shared(item), self.say.language) if active else ()
        return tuple(dict.fromkeys((*uncertain, *texts(item.notes, self.say.language), *prohibited, *shared)))

    @staticmethod
    def _shared(item: Item) -> tuple[Text, ...]:
        """What the legal order says of all its duties, and where it defines protected data and encryption."""
        pack = item.order.pack
        defined = (pack.personal_information, pack.encryption) if item.triggered else ()
        return (*(one.note for one in defined if one is not None and one.note is not None), *pack.notes)


def _people(judged: Judged) -> int | None:
    """The number known; of an open duty the most there may be."""
    bounds = judged.people
    if bounds is None:
        return None
    if judged.verdict is Verdict.UNKNOWN:
        return bounds.high
    return bounds.low
