"""Delay for law enforcement: while it lasts nothing is due; then the term the law gives, or what is left of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from breachdesk.law.clocks import Clock, Deadline
from breachdesk.law.instants import Instant
from breachdesk.law.schema import Due, Hold, Start, Term
from breachdesk.law.shapes import ClockSteps
from breachdesk.law.words import shown

FACT = "hold.law_enforcement"


@dataclass(frozen=True, slots=True)
class Held:
    """`active`: held at the moment of asking. `deadline`: what it does to the term."""

    active: bool
    deadline: Deadline
    notes: tuple[str, ...] = ()


def apply(rule: Hold, deadline: Deadline, clock: Clock, at: datetime) -> Held | None:
    """None when there is no hold, or none this law heeds."""
    hold = clock.sheet.hold
    if hold is None or hold.start is None or not rule.allowed:
        return None
    if rule.written and not hold.written:
        return Held(False, deadline, (clock.say("note.hold_written"),))
    start, until, notes = _span(rule, clock)
    if start > at or (deadline.due is not None and _after_that(start, deadline.due)):
        return None
    if until is None or until > at:
        key = "step.hold" if until is None else "step.hold_until"
        step = clock.say(key, start=shown(start), until=shown(until) if until else "")
        return Held(True, Deadline(None, None, ClockSteps(FACT, clock.say("rule.none"), (step,))), notes)
    return Held(False, _released(rule, deadline, clock, until), notes)


def _span(rule: Hold, clock: Clock) -> tuple[datetime, datetime | None, tuple[str, ...]]:
    """From when to when it counts. An oral or overlong request ends by itself."""
    hold = clock.sheet.hold
    assert hold is not None
    assert hold.start is not None
    start = hold.start.earliest(clock.zone)
    ends = [hold.until.earliest(clock.zone)] if hold.until is not None else []
    notes: tuple[str, ...] = ()
    if rule.oral_days is not None and not hold.written:
        ends.append(start + timedelta(days=rule.oral_days))
        notes = (clock.say("note.hold_oral", n=rule.oral_days),)
    if rule.longest_days is not None:
        ends.append(start + timedelta(days=rule.longest_days))
    return start, min(ends) if ends else None, notes


def _released(rule: Hold, deadline: Deadline, clock: Clock, until: datetime) -> Deadline:
    if rule.after_release is not None:
        after = _after(rule, clock, until)
        if deadline.due is not None and after.due is not None and not _after_that(after.due, deadline.due):
            return _with(deadline, clock.say("step.released_before"))
        return replace(after, missing=())
    if deadline.due is not None and _after_that(deadline.due, until):
        return _with(deadline, clock.say("step.released_before"))
    step = clock.say("step.released_plain", until=until.date())
    return Deadline(None, None, ClockSteps(FACT, clock.say("rule.none"), (step,)), ())


def _after(rule: Hold, clock: Clock, until: datetime) -> Deadline:
    """The term from the end of the hold, computed by the same clock on a sheet where that end is an event."""
    term = rule.after_release
    assert term is not None
    sheet = replace(clock.sheet, facts={**clock.sheet.facts, FACT: Instant(at=until)})
    counted = replace(clock, sheet=sheet).deadline(
        Due(terms=(Term.model_validate({"n": term.n, "unit": term.unit, "from": (Start(fact=FACT),)}),))
    )
    if counted.due is None or counted.clock is None:
        return counted
    unit = clock.say.unit(term.unit, term.n)
    step = clock.say("step.released", until=until.date(), n=term.n, unit=unit, time=shown(counted.due))
    return replace(counted, clock=replace(counted.clock, steps=(*counted.clock.steps, step)))


def _with(deadline: Deadline, step: str) -> Deadline:
    if deadline.clock is None:
        return deadline
    return replace(deadline, clock=replace(deadline.clock, steps=(*deadline.clock.steps, step)))


def _after_that(moment: datetime, other: datetime) -> bool:
    """On the absolute timeline; two times of one zone would be compared by their wall clocks."""
    return moment.timestamp() > other.timestamp()
