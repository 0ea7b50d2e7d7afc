"""A time axis of several pieces: where something happened it is true to scale, a long silence is drawn short."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

_CROWDED = 28  # units: nearer than this, two marks with their words are hard to tell apart
_WORTH = 3  # a silence is shortened when it takes this many times its short form, or more
_PAD = 14
_DAY = 1440
#: Steps between ticks: minutes within a day, then days, months, years.
_MINUTES = (1, 5, 15, 30, 60, 180, 360, 720)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 3, 6)
_YEARS = (1, 2, 5, 10, 25, 50, 100, 250, 1000)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece true to scale. Runs follow each other; between two of them lies a silence."""

    start: datetime
    end: datetime
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Step:
    """How far ticks are apart; one of the four is not zero."""

    minutes: int = 0
    days: int = 0
    months: int = 0
    years: int = 0


@dataclass(frozen=True, slots=True)
class Axis:
    runs: tuple[Run, ...]
    scale: float  # units for a second

    def x(self, instant: datetime) -> float:
        """The place of an instant; what lies outside stands at the nearer end."""
        last = self.runs[0]
        if instant <= last.start:
            return last.left
        for run in self.runs:
            if instant < run.start:
                return _between(instant, (last.end, run.start), (last.right, run.left))
            if instant <= run.end:
                return _between(instant, (run.start, run.end), (run.left, run.right))
            last = run
        return last.right

    @property
    def silences(self) -> list[tuple[Run, Run]]:
        return list(pairwise(self.runs))

    def step(self, apart: float) -> Step:
        """The smallest step whose ticks stand at least `apart` units from each other."""
        for seconds, step in _steps():
            if seconds * self.scale >= apart:
                return step
        return Step(years=_YEARS[-1])

    def ticks(self, step: Step, zone: tzinfo) -> list[list[datetime]]:
        """For each run the ticks within it, as times of the zone."""
        return [
            [
                tick
                for tick in _ticks(local(run.start, zone), local(run.end, zone), step)
                if run.start <= tick <= run.end
            ]
            for run in self.runs
        ]


def axis(
    instants: Sequence[datetime], left: float, right: float, short: Callable[[timedelta], float], *, least: timedelta
) -> Axis:
    """An axis from the first to the last of `instants`; `short` says how wide a silence is when it is shortened."""
    points = sorted(set(instants))
    if points[-1] - points[0] < least:
        return _built([points], left, right, short)
    gaps = [later - sooner for sooner, later in pairwise(points)]
    silent = _silent(gaps, right - left, short)
    runs = [[points[0]]]
    for place, point in enumerate(points[1:]):
        if place in silent:
            runs.append([point])
        else:
            runs[-1].append(point)
    return _built(runs, left, right, short)


def _silent(gaps: Sequence[timedelta], length: float, short: Callable[[timedelta], float]) -> set[int]:
    """The gaps to shorten: one after the other from the longest, while half of what is left stands crowded."""
    silent: set[int] = set()
    room = length - 2 * _PAD
    while len(gaps) - len(silent) > 1:
        rest = [place for place in range(len(gaps)) if place not in silent]
        scale = room / sum(gaps[place].total_seconds() for place in rest)
        longest = max(rest, key=lambda place: gaps[place])
        widths = sorted(gaps[place].total_seconds() * scale for place in rest if place != longest)
        cost = short(gaps[longest]) + 2 * _PAD
        if widths[(len(widths) - 1) // 2] >= _CROWDED or gaps[longest].total_seconds() * scale < _WORTH * cost:
            break
        if room - cost < length / 2:
            break
        silent.add(longest)
        room -= cost
    return silent


def _built(runs: Sequence[Sequence[datetime]], left: float, right: float, short: Callable[[timedelta], float]) -> Axis:
    silences = [short(after[0] - before[-1]) for before, after in pairwise(runs)]
    seconds = sum((run[-1] - run[0]).total_seconds() for run in runs)
    scale = (right - left - sum(silences) - 2 * _PAD * len(runs)) / seconds if seconds else 0.0
    built, x = [], left
    for run, silence in zip(runs, [*silences, 0.0], strict=True):
        start = x + _PAD
        end = start + (run[-1] - run[0]).total_seconds() * scale
        built.append(Run(run[0], run[-1], start, end))
        x = end + _PAD + silence
    return Axis(tuple(built), scale)


def local(instant: datetime, zone: tzinfo) -> datetime:
    """The instant in a zone; at the very ends of the calendar, where no zone reaches, as it is."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant


def _between(instant: datetime, times: tuple[datetime, datetime], places: tuple[float, float]) -> float:
    whole = (times[1] - times[0]).total_seconds()
    share = (instant - times[0]).total_seconds() / whole if whole else 0
    return places[0] + (places[1] - places[0]) * share


def _steps() -> Iterator[tuple[float, Step]]:
    for minutes in _MINUTES:
        yield minutes * 60, Step(minutes=minutes)
    for days in _DAYS:
        yield days * 86400, Step(days=days)
    for months in _MONTHS:
        yield months * 28 * 86400, Step(months=months)
    for years in _YEARS:
        yield years * 365 * 86400, Step(years=years)


def _ticks(start: datetime, end: datetime, step: Step) -> Iterator[datetime]:
    for day in _days(start.date(), end.date(), step):
        for minutes in range(0, _DAY, step.minutes or _DAY):
            yield datetime.combine(day, time(minutes // 60, minutes % 60), start.tzinfo)


def _days(start: date, end: date, step: Step) -> Iterator[date]:
    if step.months or step.years:
        apart = step.months or 12 * step.years
        first = start.year * 12 + start.month - 1
        for month in range(first - first % apart, end.year * 12 + end.month, apart):
            if month >= 12:
                yield date(month // 12, month % 12 + 1, 1)
        return
    apart = step.days or 1
    # weeks begin on a Monday: day 1 of the calendar is one
    for number in range(start.toordinal(), end.toordinal() + 1):
        if (number - 1) % apart == 0:
            yield date.fromordinal(number)
