"""Duties in the order a person must act: what is late, what is soon, which share one rung of the ladder."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from breachdesk.ground import places
from breachdesk.law.shapes import Duty, Verdict
from breachdesk.report.words import Words

SOON = timedelta(hours=24)
LAST = datetime.max.replace(tzinfo=UTC)

#: The order in which verdicts are read.
ORDER = (
    Verdict.OWED,
    Verdict.UNKNOWN,
    Verdict.HELD,
    Verdict.RECORD_ONLY,
    Verdict.VOLUNTARY,
    Verdict.DORMANT,
    Verdict.NOT_OWED,
)


class State(StrEnum):
    """How a duty looks. Only LATE is red; SOON is amber and has its own shape."""

    LATE = "late"
    SOON = "soon"
    OWED = "owed"
    UNKNOWN = "unknown"
    HELD = "held"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Rung:
    """Duties of one kind of recipient due at the same local moment."""

    duties: tuple[Duty, ...]
    due: datetime
    state: State
    label: str
    recipient: str
    people: int | None
    place: str  # whose law asks; "" where the label names several


def state_of(duty: Duty, now: datetime) -> State:
    if duty.verdict is Verdict.HELD:
        return State.HELD
    if duty.verdict is Verdict.UNKNOWN:
        return State.UNKNOWN
    if duty.verdict is not Verdict.OWED:
        return State.QUIET
    if duty.due is None or duty.due - now > SOON:
        return State.OWED
    return State.LATE if duty.due < now else State.SOON


def by_due(duties: Iterable[Duty]) -> list[Duty]:
    """Dated ones first, the nearest on top; those without a date after them."""
    return sorted(duties, key=lambda duty: (duty.due or LAST, duty.jurisdiction, duty.id))


def place_of(duty: Duty, words: Words) -> str:
    """Where the duty comes from, in words."""
    return places.title(duty.jurisdiction, words.language)


def climb(duties: Iterable[Duty], words: Words, now: datetime, filed: Collection[str] = ()) -> list[Rung]:
    """Every duty that has a date and may have to be done, as rungs from the nearest to the farthest; without those of
    places where nobody is known to live, and those that were `filed`."""
    groups: dict[tuple[object, ...], list[Duty]] = {}
    for duty in by_due(duties):
        if (
            duty.due is None
            or duty.remote
            or duty.id in filed
            or duty.verdict not in (Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD)
        ):
            continue
        key = (duty.due.replace(tzinfo=None), duty.recipient.type, duty.verdict)
        groups.setdefault(key, []).append(duty)
    return sorted((_rung(group, words, now) for group in groups.values()), key=lambda rung: rung.due)


def _rung(group: list[Duty], words: Words, now: datetime) -> Rung:
    first = group[0]
    assert first.due is not None
    known = [duty.people for duty in group if duty.people is not None]
    label, recipient = first.title, first.recipient.name
    if len(group) > 1:
        where = ", ".join(dict.fromkeys(place_of(duty, words) for duty in group))
        label = words.say("ladder.group", len(group), places=where)
        recipient = ", ".join(dict.fromkeys(duty.recipient.name for duty in group))
    return Rung(
        duties=tuple(group),
        due=first.due,
        state=state_of(first, now),
        label=label,
        recipient=recipient,
        people=sum(known) if known else None,
        place=place_of(first, words) if len(group) == 1 else "",
    )
