"""What happened in a breach, moment by moment, and what follows from it: since when, how long, what was touched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from breachdesk.ground.visible import visible
from breachdesk.report.pictures.axis import local
from breachdesk.report.words import Words

_NAMED = 5
_NAME = 40
_NAME_SHORT = 22


class Kind(StrEnum):
    FIRST_ACCESS = "first_access"
    ACT = "act"
    DISCOVERY = "discovery"
    AWARE = "aware"
    CONTAINMENT = "containment"
    NOTICE = "notice"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Happening:
    """`lane` is the name of a system, or empty for the whole case; `until` makes a span of a moment."""

    at: datetime
    until: datetime | None
    lane: str
    title: str
    kind: Kind
    sure: bool = True

    @property
    def end(self) -> datetime:
        return max(self.at, self.until) if self.until else self.at


@dataclass(frozen=True, slots=True)
class Exposure:
    """The time in which data lay open. `entry`: it begins with a first access, not merely with the first act known."""

    began: datetime
    entry: bool
    sure: bool
    ended: datetime | None


def in_order(happenings: Sequence[Happening]) -> list[Happening]:
    """As the picture numbers them, from 1: by time; what happens at once stays in the order given."""
    return sorted(happenings, key=lambda one: one.at)


def window(happenings: Sequence[Happening], start: datetime, end: datetime) -> list[Happening]:
    """Those that overlap the time from `start` to `end`, both included."""
    return [one for one in happenings if one.at <= end and one.end >= start]


def exposure(happenings: Sequence[Happening]) -> Exposure | None:
    """From the first access, else the first act known, until every system touched is contained."""
    entries = [one for one in happenings if one.kind is Kind.FIRST_ACCESS]
    acts = [one for one in happenings if one.kind is Kind.ACT]
    if not entries and not acts:
        return None
    first = min(entries or acts, key=lambda one: one.at)
    return Exposure(first.at, bool(entries), first.sure, _ended(happenings, entries + acts))


def _ended(happenings: Sequence[Happening], touching: Sequence[Happening]) -> datetime | None:
    """The case contained as a whole, or each of its systems; an act thereafter opens it again."""
    contained: dict[str, datetime] = {}
    for one in happenings:
        if one.kind is Kind.CONTAINMENT:
            contained[one.lane] = max(one.end, contained.get(one.lane, one.end))
    lanes = {one.lane for one in touching}
    if "" in contained:
        ended = contained[""]
    elif lanes <= set(contained):
        ended = max(contained[lane] for lane in lanes)
    else:
        return None
    return ended if all(one.end <= ended for one in touching) else None


def finding(happenings: Sequence[Happening], words: Words, now: datetime, zone: tzinfo) -> str:
    """What the timeline says, in words."""
    if not happenings:
        return words.say("happenings.alt_none")
    open_time = exposure(happenings)
    found = min((one.at for one in happenings if one.kind is Kind.DISCOVERY), default=None)

    def moment(instant: datetime) -> str:
        return words.placed(local(instant, zone), seen_from=now)

    if open_time is None:
        say = [words.say("happenings.alt_unknown")]
    else:
        how = ("first" if open_time.sure else "first_unsure") if open_time.entry else "act"
        say = [words.say(f"happenings.alt_{how}", moment=moment(open_time.began))]
    if found is not None:
        later = open_time is not None and found > open_time.began
        span = span_words(open_time.began, found, words) if open_time and later else ""
        say.append(words.say(f"happenings.alt_found{'_later' if later else ''}", moment=moment(found), span=span))
    if open_time is not None:
        say.append(_length(open_time, words, now, zone))
    touched = _touched(happenings)
    if touched:
        names = ", ".join(
            visible(name, longest=_NAME_SHORT if len(name) > _NAME else _NAME) for name in touched[:_NAMED]
        )
        more = len(touched) > _NAMED
        say.append(words.say("happenings.alt_touched", len(touched), names=f"{names}, …" if more else names))
    return " ".join(say)


def _length(open_time: Exposure, words: Words, now: datetime, zone: tzinfo) -> str:
    if open_time.ended is not None:
        return words.say(
            "happenings.alt_closed",
            span=span_words(open_time.began, open_time.ended, words),
            moment=words.placed(local(open_time.ended, zone), seen_from=now),
        )
    return words.say("happenings.alt_open", span=span_words(open_time.began, now, words))


def span_words(start: datetime, end: datetime, words: Words) -> str:
    return words.span(max(int((end - start).total_seconds() // 60), 0))


def _touched(happenings: Sequence[Happening]) -> list[str]:
    """The systems something was done on, in the order it was done."""
    acts = [one for one in in_order(happenings) if one.kind in (Kind.FIRST_ACCESS, Kind.ACT) and one.lane]
    return list(dict.fromkeys(one.lane for one in acts))
