"""When: from the event a law names to the last moment of its term, each step in words.

Hours elapse on the absolute timeline. Days, months and years are civil days of the authority's zone and end 23:59:59
there. Nothing rolls unless the law says so. When something is unknown the earliest possible end is taken.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from breachdesk.ground.clock import time_zone
from breachdesk.law import terms, workdays
from breachdesk.law.answer import Answer
from breachdesk.law.conditions import Condition as Ask
from breachdesk.law.instants import Instant, add_hours, day_end
from breachdesk.law.schema import Calendar, Condition, Due, Start, Term
from breachdesk.law.shapes import ClockSteps
from breachdesk.law.sheet import Sheet
from breachdesk.law.words import Phrases, shown

LONGEST = 100_000  # no contract gives more hours or days than that
MONDAY_TO_FRIDAY = Calendar(country="BE")  # institutions of the EU sit there; used when a pack names no calendar


@dataclass(frozen=True, slots=True)
class Deadline:
    """`due` null: the law gives no number, or the event is not recorded (then `missing` names it)."""

    due: datetime | None
    latest: datetime | None = None
    clock: ClockSteps | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Started:
    name: str
    instant: Instant
    steps: tuple[str, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clock:
    """What every term of one duty is computed with. `due_of` gives the due time of another duty."""

    sheet: Sheet
    zone: ZoneInfo
    calendar: Calendar | None
    say: Phrases
    ask: Callable[[Condition], Ask]
    due_of: Callable[[str], datetime | None]

    def deadline(self, due: Due) -> Deadline:
        if not due.zone and due.calendar is None:
            return self._deadline(due)
        zone = time_zone(due.zone) if due.zone else self.zone
        return replace(self, zone=zone, calendar=due.calendar or self.calendar)._deadline(due)

    def _deadline(self, due: Due) -> Deadline:
        found = self._soonest(due.earliest_of) if due.earliest_of else self._branch(due.terms)
        if found is None or found.clock is None:
            return found or Deadline(None)
        latest, notes = self._latest(due, found.due)
        if latest is None and not notes and found.latest is None:
            return found
        steps = (*found.clock.steps, *notes)
        return replace(found, latest=latest, clock=replace(found.clock, steps=steps))

    def _soonest(self, options: Sequence[Term]) -> Deadline:
        ends = [self._term(term) for term in options]
        best = min(ends, key=_by_due)
        missing = tuple(dict.fromkeys(fact for end in ends for fact in end.missing))
        return replace(_with(best, self.say("step.earliest_of", n=len(ends))), missing=missing)

    def _branch(self, options: Sequence[Term]) -> Deadline | None:
        """The first term whose condition holds; while that is open, the earliest of those possible."""
        possible: list[Term] = []
        missing: list[str] = []
        for term in options:
            found = self.ask(term.if_).ask(self.sheet) if term.if_ is not None else None
            if found and found.answer is Answer.NO:
                continue
            possible.append(term)
            if found is None or found.answer is Answer.YES:
                break
            missing += found.missing
        if not possible:
            return None
        if len(possible) == 1 and not missing:
            return self._term(possible[0])
        best = min((self._term(term) for term in possible), key=_by_due)
        best = _with(best, self.say("step.branch_open"))
        return replace(best, missing=tuple(dict.fromkeys((*missing, *best.missing))))

    def _term(self, term: Term) -> Deadline:
        n, doubled, open_ = self._number(term)
        if n is None and term.n_from is not None:
            return self._no_number(term, term.n_from)
        rule = self._rule(term, n)
        if n is None and term.by is None:
            return Deadline(None)
        started = self._start(term)
        if started is None:
            return self._unknown(term, rule)
        end, steps = self._end(term, n, started)
        said = (*started.steps, *doubled, *steps, *((self.say("step.received"),) if term.received else ()))
        return Deadline(end, None, ClockSteps(started.name, rule, said), (*started.missing, *open_))

    def _number(self, term: Term) -> tuple[int | None, tuple[str, ...], tuple[str, ...]]:
        n, told = self._told(term)
        if term.double_if is None or n is None:
            return n, told, ()
        found = self.ask(term.double_if).ask(self.sheet)
        if found.answer is not Answer.YES:
            return n, told, found.missing if found.answer is Answer.UNKNOWN else ()
        test = ", ".join(f"{b.fact} {b.test}" for b in found.because)
        return n * 2, (*told, self.say("step.doubled", test=test)), ()

    def _no_number(self, term: Term, fact: str) -> Deadline:
        started = self._start(term)
        missing = started.missing if started else self._unknown(term, "").missing
        steps = (*(started.steps if started else ()), self.say("step.number_unknown", fact=fact))
        name = started.name if started else fact
        return Deadline(None, None, ClockSteps(name, self.say("rule.open"), steps), (fact, *missing))

    def _told(self, term: Term) -> tuple[int | None, tuple[str, ...]]:
        """The number of the term, and where it stands when it is a fact of the sheet."""
        if term.n_from is None:
            return term.n, ()
        value = self.sheet.facts.get(term.n_from)
        if not isinstance(value, int) or value > LONGEST or term.unit is None:
            return None, ()
        return value, (self.say("step.number", fact=term.n_from, rule=self.say.term(value, term.unit)),)

    def _rule(self, term: Term, n: int | None) -> str:
        if n is not None and term.unit:
            return self.say.term(n, term.unit)
        return self.say("rule.by", date=f"{term.by.month:02}-{term.by.day:02}") if term.by else self.say("rule.none")

    def _unknown(self, term: Term, rule: str) -> Deadline:
        wanted = term.from_[0]
        if wanted.due_of and not term.from_[1:]:
            step = self.say("step.due_of_none", duty=wanted.due_of)
            return Deadline(None, None, ClockSteps(wanted.due_of, rule, (step,)))
        names = [name for entry in term.from_ if (name := entry.fact or entry.year_end_of)]
        first = names[0] if names else str(wanted.due_of)
        step = self.say("step.unknown", wanted=first, rule=rule)
        return Deadline(None, None, ClockSteps(first, rule, (step,)), tuple(names[:1]))

    def _start(self, term: Term) -> _Started | None:
        if term.pick == "first" and (filed := self._filed(term)) is not None:
            return filed
        known = [found for entry in term.from_ if (found := self._entry(entry, term)) is not None]
        if not known:
            return None
        if term.pick == "first":
            return known[0]
        choose = min if term.pick == "earliest" else max
        best = choose(known, key=lambda found: found.instant.earliest(self.zone).timestamp())
        if len(known) == 1:
            return best
        return replace(best, steps=(*best.steps, self.say(f"step.pick.{term.pick}")))

    def _filed(self, term: Term) -> _Started | None:
        """The filing a term runs from, where a receipt says when it was made: no date in a sheet knows that better."""
        for entry in term.from_:
            filed = self.sheet.filed.get(entry.due_of) if entry.due_of and entry.assumed else None
            if filed is not None and entry.due_of:
                time = shown(filed.day or filed.earliest(self.zone))
                event = term.from_[0].fact or entry.due_of  # what the law names is this very filing
                return _Started(event, filed, (self.say("step.filed", duty=entry.due_of, time=time),))
        return None

    def _entry(self, entry: Start, term: Term) -> _Started | None:
        wanted = term.from_[0].fact or term.from_[0].year_end_of or ""
        missing = (wanted,) if entry.assumed and wanted else ()
        if entry.due_of is not None:
            end = self.due_of(entry.due_of)
            if end is None:
                return None
            key = "step.due_of" if missing else "step.due_of_plain"
            step = self.say(key, wanted=wanted, duty=entry.due_of, time=shown(end.astimezone(self.zone)))
            return _Started(entry.due_of, Instant(at=end), (step,), missing)
        name = entry.fact or entry.year_end_of or ""
        value = self.sheet.facts.get(name)
        if not isinstance(value, Instant):
            return None
        if entry.year_end_of:
            day = date(value.on(self.zone).year, 12, 31)
            return _Started(name, Instant(day=day), (self.say("step.year_end", fact=name, date=day),), missing)
        time = shown(value.day or value.earliest(self.zone))
        key = "step.assumed" if missing else "step.start"
        return _Started(name, value, (self.say(key, fact=name, wanted=wanted, time=time),), missing)

    def _end(self, term: Term, n: int | None, started: _Started) -> tuple[datetime, tuple[str, ...]]:
        if term.unit == "hours" and n is not None:
            return self._hours(n, started)
        day, steps = self._days(term, n, started.instant.on(self.zone))
        if term.roll == "next_business_day":
            moved = workdays.next_open(day, workdays.working(self._calendar()))
            if moved != day:
                steps = (*steps, self.say("step.roll", date=day, next=moved))
                day = moved
        return day_end(day, self.zone), steps

    def _hours(self, n: int, started: _Started) -> tuple[datetime, tuple[str, ...]]:
        start = started.instant.earliest(self.zone)
        end = add_hours(start, n)
        steps = [self.say("step.hours", n=n, time=shown(end))]
        if started.instant.day is not None:
            steps.insert(0, self.say("step.day", fact=started.name, time=shown(start)))
        if start.utcoffset() != end.utcoffset():
            steps.append(self.say("step.hours_clock"))
        return end, tuple(steps)

    def _days(self, term: Term, n: int | None, start: date) -> tuple[date, tuple[str, ...]]:
        if term.by is not None:
            day = terms.next_date(start, term.by.month, term.by.day)
            return day, (self.say("step.by", date=day),)
        assert n is not None
        first = "_first" if term.first_day == "included" else ""
        if term.unit == "business_days":
            return self._business(n, start, first)
        if term.unit == "calendar_days":
            day = start + timedelta(days=n - bool(first))
            return day, (self.say("step.calendar_days" + first, n=n, date=day),)
        day = terms.add_months(start, n * (12 if term.unit == "years" else 1))
        return day, (self.say("step.months", n=n * (12 if term.unit == "years" else 1), date=day),)

    def _business(self, n: int, start: date, first: str) -> tuple[date, tuple[str, ...]]:
        calendar = self._calendar()
        test = workdays.working(calendar)
        before = start - timedelta(days=1) if first else start
        day = workdays.add(before, n, test)
        name = "-".join(filter(None, (calendar.country, calendar.subdivision)))
        steps = [self.say("step.business_days" + first, n=n, calendar=name, date=day)]
        between = [before + timedelta(days=i) for i in range(1, (day - before).days)]
        skipped = [d.isoformat() for d in between if not test(d)]
        if skipped:
            steps.append(self.say("step.skipped", dates=", ".join(skipped)))
        return day, tuple(steps)

    def _calendar(self) -> Calendar:
        return self.calendar or MONDAY_TO_FRIDAY

    def _latest(self, due: Due, end: datetime | None) -> tuple[datetime | None, tuple[str, ...]]:
        """The latest arguable reading, when it is later than the one to plan on."""
        if end is None:
            return None, ()
        latest, steps = end, []
        if due.latest:
            found = self._branch(due.latest)
            if found and found.due and found.due.timestamp() > latest.timestamp():
                latest = found.due
                steps.append(due.latest_note(self.say.language) if due.latest_note else shown(latest))
        if due.eu_1182:
            latest, more = self._eu_1182(due, latest)
            steps += more
        return (latest if latest.timestamp() > end.timestamp() else None), tuple(steps)

    def _eu_1182(self, due: Due, latest: datetime) -> tuple[datetime, list[str]]:
        term = next((term for term in due.terms if term.unit == "hours"), None)
        started = self._start(term) if term else None
        if term is None or term.n is None or started is None or started.instant.at is None:
            return latest, []
        start = started.instant.earliest(self.zone)
        whole = add_hours(terms.next_hour(start), term.n)
        steps = [self.say("step.eu_1182_hour", time=shown(whole))]
        second = day_end(terms.second_working_day(start.date(), workdays.working(self._calendar())), self.zone)
        if second.date() > whole.date():
            steps.append(self.say("step.eu_1182_days", time=shown(second)))
            return max(latest, second), steps
        return max(latest, whole), steps


def _with(end: Deadline, step: str) -> Deadline:
    if end.clock is None:
        return end
    return replace(end, clock=replace(end.clock, steps=(*end.clock.steps, step)))


def _by_due(end: Deadline) -> tuple[bool, float]:
    """By the absolute timeline: two times of one zone would be compared by their wall clocks."""
    return (end.due is None, end.due.timestamp() if end.due else 0.0)
