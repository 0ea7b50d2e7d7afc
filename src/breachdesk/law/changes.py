"""What another evaluation says otherwise: duties that arose, fell away or moved, each with the reason.

Two evaluations are compared as documents: yesterday's and today's, before and after an answer, by old and new packs.
The reason is what the two say themselves: a fact that became known or changed, and the test it tipped; a hold that
began or ended; the event a clock runs from; the law on the shelf; time alone.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from breachdesk.ground.clock import rfc3339
from breachdesk.law.shapes import CHANGES, Duties, Duty, Verdict

_MUST = (Verdict.OWED, Verdict.HELD)
_HOLD = "hold.law_enforcement"
_NUMBER = re.compile(r"([<>≤≥=]) (\d+)(?!\S)")
_HOLDS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt, ">": operator.gt, "≤": operator.le, "≥": operator.ge, "=": operator.eq,
}  # fmt: skip
_FAR = datetime.max.replace(tzinfo=UTC)


class Kind(StrEnum):
    """In the order in which a reader wants them."""

    ADDED = "added"  # the shelf has a duty now that it did not have, and it concerns this case
    ARISEN = "arose"
    RELEASED = "released"  # it was held, and is to be done now
    MOVED = "moved"
    HELD = "held"
    REOPENED = "reopened"  # it was sure that it is owed; now a fact is missing
    FELL_AWAY = "fell_away"
    REMOVED = "removed"  # the shelf no longer has it
    PEOPLE = "people"
    OPENED = "opened"  # it may be owed now
    RULED_OUT = "ruled_out"  # it was open, and is not owed
    REWORDED = "reworded"  # the shelf says otherwise what it is, or cites it otherwise
    VERDICT = "verdict"  # between the others: voluntary, record only, not in force


class Cause(StrEnum):
    ANSWERED = "answered"  # a fact that was missing is known
    UNANSWERED = "unanswered"  # a fact that was known is missing
    CHANGED = "changed"  # a fact has another value
    HOLD_BEGAN = "hold_began"
    HOLD_ENDED = "hold_ended"
    CLOCK = "clock"  # it runs from another event, or by another term
    PACKS = "packs"  # the law on the shelf is another
    TIME = "time"  # nothing but the moment of asking


@dataclass(frozen=True, slots=True)
class Reason:
    """`test`: what the law asks of the fact (`> 500 (US-CA)`). `was` and `now` are null when unknown."""

    cause: Cause
    fact: str = ""
    was: Any = None
    now: Any = None
    test: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One duty. `before` null: there was none of the kind; `after` null: there is none any more."""

    kind: Kind
    before: Duty | None
    after: Duty | None
    reasons: tuple[Reason, ...]
    parts: tuple[str, ...] = ()  # what is worded otherwise

    @property
    def duty(self) -> Duty:
        found = self.after if self.after is not None else self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class Changes:
    before: Duties
    after: Duties
    changes: tuple[Change, ...]

    @property
    def other_packs(self) -> bool:
        return self.before.pack_sha256 != self.after.pack_sha256

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.kind in kinds)


def compare(before: Duties, after: Duties, changed: Mapping[str, tuple[Any, Any]] | None = None) -> Changes:
    """`changed`: facts of the sheet that differ, with both values, where the caller knows them."""
    other = _Comparison(before, after, changed or {})
    found = sorted(other.changes(), key=_order)
    return Changes(before, after, tuple(found))


def _order(change: Change) -> tuple[int, datetime, str]:
    due = change.duty.due or (change.before.due if change.before else None)
    return (list(Kind).index(change.kind), due or _FAR, change.duty.id)


@dataclass(frozen=True, slots=True)
class _Comparison:
    before: Duties
    after: Duties
    changed: Mapping[str, tuple[Any, Any]]

    def changes(self) -> Iterator[Change]:
        for was, now in _pairs(self.before.duties, self.after.duties):
            kind = self._kind(was, now)
            if kind is not None:
                yield Change(kind, was, now, self._reasons(was, now), _parts(was, now))

    def _kind(self, was: Duty | None, now: Duty | None) -> Kind | None:
        if was is None or now is None:
            there = now or was
            if there is None or there.verdict is Verdict.NOT_OWED:
                return None
            return Kind.ADDED if now else Kind.REMOVED
        if was.verdict is not now.verdict:
            return _turned(was.verdict, now.verdict)
        alive = was.verdict in (*_MUST, Verdict.UNKNOWN, Verdict.VOLUNTARY)
        if alive and _ends(was) != _ends(now):
            return Kind.MOVED
        if alive and was.people != now.people:
            return Kind.PEOPLE
        return Kind.REWORDED if was.verdict is not Verdict.NOT_OWED and _parts(was, now) else None

    def _reasons(self, was: Duty | None, now: Duty | None) -> tuple[Reason, ...]:
        other_packs = self.before.pack_sha256 != self.after.pack_sha256
        packs = (Reason(Cause.PACKS, was=_called(self.before, self.after), now=_called(self.after, self.before)),)
        if was is None or now is None:
            return packs if other_packs else ()
        found = [*_held(was, now), *self._facts(was, now), *_clock(was, now)]
        by_facts = any(reason.cause is not Cause.CLOCK for reason in found)
        if other_packs and (not by_facts or _tests(was) != _tests(now) or _parts(was, now)):
            found += packs
        if not found and self.before.evaluated_at != self.after.evaluated_at:
            found.append(
                Reason(Cause.TIME, was=rfc3339(self.before.evaluated_at), now=rfc3339(self.after.evaluated_at))
            )
        return tuple(found)

    def _facts(self, was: Duty, now: Duty) -> Iterator[Reason]:
        """Facts by which the two were judged. Those the caller knows to differ come first, and are enough."""
        said = list(_tipped(list(_told(was, now))))
        for fact, (old, new) in self.changed.items():
            if any(reason.fact == fact for reason in said):
                continue
            start = {clock.start for clock in (was.clock, now.clock) if clock is not None}
            if fact in (*was.missing, *now.missing) or fact in start:
                yield Reason(_cause(old, new), fact, old, new)
        known = [reason for reason in said if reason.fact in self.changed]
        yield from known or said


def _tipped(said: Sequence[Reason]) -> Iterator[Reason]:
    """Of several tests of one number only those it crossed, else the first: 499 and 501 are both more than 1."""
    crossed = {reason.fact for reason in said if _crosses(reason)}
    seen: set[str] = set()
    for reason in said:
        if _crosses(reason) or (reason.fact not in crossed and reason.fact not in seen):
            seen.add(reason.fact)
            yield reason


def _crosses(reason: Reason) -> bool:
    found = _NUMBER.match(reason.test)
    if found is None or not isinstance(reason.was, int) or not isinstance(reason.now, int):
        return False
    holds, limit = _HOLDS[found[1]], int(found[2])
    return holds(reason.was, limit) is not holds(reason.now, limit)


def _cause(was: Any, now: Any) -> Cause:
    return Cause.ANSWERED if was is None else Cause.UNANSWERED if now is None else Cause.CHANGED


def _called(packs: Duties, other: Duties) -> str:
    """Their date; of the same date their digest."""
    return packs.pack_version if packs.pack_version != other.pack_version else packs.pack_sha256[:12]


def _turned(was: Verdict, now: Verdict) -> Kind:
    if now is Verdict.HELD:
        return Kind.HELD
    if now is Verdict.OWED:
        return Kind.RELEASED if was is Verdict.HELD else Kind.ARISEN
    if now is Verdict.UNKNOWN:
        return Kind.REOPENED if was in _MUST else Kind.OPENED
    if was in _MUST:
        return Kind.FELL_AWAY
    return Kind.RULED_OUT if was is Verdict.UNKNOWN and now is Verdict.NOT_OWED else Kind.VERDICT


def _pairs(before: Sequence[Duty], after: Sequence[Duty]) -> Iterator[tuple[Duty | None, Duty | None]]:
    """The same duty in both. One that goes to several authorities (`eu.gdpr.art33.es`) while it is owed, and to nobody
    in particular while it is not (`eu.gdpr.art33`), is the same."""
    old, new = {duty.id: duty for duty in before}, {duty.id: duty for duty in after}
    for name, duty in old.items():
        if name in new:
            yield duty, new[name]
        else:
            stem = name.rpartition(".")[0]
            whole = new.get(stem) if stem not in old else None
            parts = [one for id_, one in new.items() if id_ not in old and id_.rpartition(".")[0] == name]
            if whole is not None and whole.ref == duty.ref:
                yield duty, whole
            elif not any(part.ref == duty.ref for part in parts):
                yield duty, None
    for name, duty in new.items():
        if name in old:
            continue
        stem = name.rpartition(".")[0]
        whole = old.get(stem) if stem not in new else None
        parts = [one for id_, one in old.items() if id_ not in new and id_.rpartition(".")[0] == name]
        if whole is not None and whole.ref == duty.ref:
            yield whole, duty
        elif not any(part.ref == duty.ref for part in parts):
            yield None, duty


def _held(was: Duty, now: Duty) -> Iterator[Reason]:
    if was.verdict is Verdict.HELD and now.verdict is not Verdict.HELD:
        yield Reason(Cause.HOLD_ENDED, _HOLD)
    elif now.verdict is Verdict.HELD and was.verdict is not Verdict.HELD:
        yield Reason(Cause.HOLD_BEGAN, _HOLD)


def _told(was: Duty, now: Duty) -> Iterator[Reason]:
    """From what each was judged by: the same test with another value, then what became known, then what is missing."""
    old = {(b.fact, b.test): b.value for b in was.because}
    new = {(b.fact, b.test): b.value for b in now.because}
    seen = set()
    for (fact, test), value in new.items():
        if (fact, test) in old:
            if old[fact, test] != value:
                seen.add(fact)
                yield Reason(Cause.CHANGED, fact, old[fact, test], value, test)
        elif fact in was.missing and fact not in now.missing:
            seen.add(fact)
            yield Reason(Cause.ANSWERED, fact, None, value, test)
    for (fact, test), value in old.items():
        if fact in now.missing and fact not in was.missing and fact not in seen:
            seen.add(fact)
            yield Reason(Cause.UNANSWERED, fact, value, None, test)
    known = {fact: value for (fact, _), value in old.items()}
    for (fact, test), value in new.items():
        if fact not in seen and fact in known and known[fact] != value:
            seen.add(fact)
            yield Reason(Cause.CHANGED, fact, known[fact], value, test)


def _clock(was: Duty, now: Duty) -> Iterator[Reason]:
    if (
        _ends(was) == _ends(now)
        or was.clock is None
        or now.clock is None
        or _HOLD in (was.clock.start, now.clock.start)
    ):
        return
    if was.clock.start != now.clock.start:
        yield Reason(Cause.CLOCK, now.clock.start, was.clock.start, now.clock.start, now.clock.rule)
    elif was.clock.rule != now.clock.rule:
        yield Reason(Cause.CLOCK, now.clock.start, was.clock.rule, now.clock.rule)


def _ends(duty: Duty) -> tuple[str | None, str | None]:
    """To the second, as documents hold them."""
    due, latest = (rfc3339(end) if end is not None else None for end in (duty.due, duty.due_latest))
    return due, latest


def _tests(duty: Duty) -> frozenset[tuple[str, str]]:
    return frozenset((one.fact, one.test) for one in duty.because)


def _parts(was: Duty | None, now: Duty | None) -> tuple[str, ...]:
    """What the shelf says otherwise of the duty itself; only what does not hang on the language it was read in."""
    if was is None or now is None:
        return ()
    wanted = ("citation", "sources", "checked_on", "confidence", "kind", "ref", "jurisdiction")
    return tuple(name for name in wanted if getattr(was, name) != getattr(now, name))


def to_json(found: Changes) -> dict[str, Any]:
    """The public document `breachdesk.changes/1` (docs/formats/changes.md)."""
    return {
        "format": CHANGES,
        "before": _side(found.before),
        "after": _side(found.after),
        "changes": [_change(change) for change in found.changes],
        "legal": found.after.legal,
        "warnings": list(found.after.warnings),
    }


def _side(duties: Duties) -> dict[str, Any]:
    return {
        "evaluated_at": rfc3339(duties.evaluated_at),
        "packs": {"version": duties.pack_version, "sha256": duties.pack_sha256},
    }


def _change(change: Change) -> dict[str, Any]:
    duty = change.duty
    return {
        "id": duty.id,
        "kind": change.kind.value,
        "title": duty.title,
        "recipient": duty.recipient.name,
        "citation": duty.citation,
        "was": _state(change.before),
        "now": _state(change.after),
        "reasons": [
            {"cause": one.cause.value, "fact": one.fact or None, "was": one.was, "now": one.now, "test": one.test}
            for one in change.reasons
        ],
        "reworded": list(change.parts),
    }


def _state(duty: Duty | None) -> dict[str, Any] | None:
    if duty is None:
        return None
    return {
        "verdict": duty.verdict.value,
        "due": _instant(duty.due),
        "due_latest": _instant(duty.due_latest),
        "people": duty.people,
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.replace(microsecond=0).isoformat() if moment is not None else None
