"""Exposure timeline: since when, how long, what did they touch?

At a desk: lanes, one for each system, under one time axis; the time in which data lay open is a soft band behind them.
On a phone: the same happenings as a list down a rail. A long silence is drawn short, with a break, in both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from babel.dates import format_datetime
from markupsafe import Markup

from breachdesk.report.happenings import (
    Exposure,
    Happening,
    Kind,
    exposure,
    finding,
    in_order,
    span_words,
    window,
)
from breachdesk.report.pictures.axis import Axis, Step, axis, local
from breachdesk.report.pictures.canvas import MARK, NARROW, WIDE, Canvas, Told, alone, both, breadth, fit, lines
from breachdesk.report.words import Words

__all__ = ["Exposure", "Happening", "Kind", "draw", "exposure", "finding", "in_order", "key", "shape", "window"]

MOST_LANES = 16
MOST_ROWS = 40
_TIERS = 5  # rows of labels in one lane
_TIER = 26
_LABEL = 250.0
_SIZE = 13
_LEAST = timedelta(minutes=10)
_AXIS = 40.0
_TOP = _AXIS + 6  # of the ground, with the caption of the exposure


@dataclass(frozen=True, slots=True)
class _Scene:
    """What both forms draw from: the happenings in sight with their numbers, and the ends of what is seen."""

    shown: tuple[tuple[int, Happening], ...]
    open_time: Exposure | None
    words: Words
    now: datetime
    zone: tzinfo
    start: datetime
    end: datetime

    def clip(self, instant: datetime) -> datetime:
        return min(max(instant, self.start), self.end)

    def sees(self, instant: datetime) -> bool:
        return self.start <= instant <= self.end

    def axis(self, left: float, right: float) -> Axis:
        instants = [self.clip(end) for _, one in self.shown for end in (one.at, one.end)]
        if self.sees(self.now):
            instants.append(self.now)
        return axis(instants or [self.start, self.end], left, right, self.short, least=_LEAST)

    def short(self, silence: timedelta) -> float:
        return max(breadth(self.silence(silence), 12) + 10, 34.0)

    def silence(self, silence: timedelta) -> str:
        return self.words.span(int(silence.total_seconds() // 60))

    def stamp(self, name: str, instant: datetime) -> str:
        form = self.words.say(f"happenings.tick_{name}")
        return str(format_datetime(local(instant, self.zone).replace(tzinfo=None), form, locale=self.words.locale))

    def band(self) -> tuple[datetime, datetime] | None:
        """The part of the exposure that is in sight."""
        if self.open_time is None:
            return None
        began, ended = self.open_time.began, self.open_time.ended or max(self.now, self.open_time.began)
        return (self.clip(began), self.clip(ended)) if began <= self.end and ended >= self.start else None


def draw(
    happenings: Sequence[Happening],
    words: Words,
    now: datetime,
    zone: tzinfo,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Markup:
    """`start` and `end` zoom. Numbers and the finding stay those of all `happenings`, as the table beside has them."""
    told = Told("happenings", words.say("happenings.title"), finding(happenings, words, now, zone))
    scene = _scene(happenings, words, now, zone, (start, end))
    return both(_wide(scene, told), _narrow(scene, told)) if scene else Markup("")


def _scene(
    happenings: Sequence[Happening],
    words: Words,
    now: datetime,
    zone: tzinfo,
    zoom: tuple[datetime | None, datetime | None],
) -> _Scene | None:
    if not happenings:
        return None
    open_time = exposure(happenings)
    ends = [end for one in happenings for end in (one.at, one.end)]
    if open_time is not None and open_time.ended is None:
        ends.append(now)
    start, end = zoom[0] or min(ends), zoom[1] or max(ends)
    if start > end:
        return None
    seen = {id(one) for one in window(happenings, start, end)}
    shown = tuple((number, one) for number, one in enumerate(in_order(happenings), 1) if id(one) in seen)
    return _Scene(shown, open_time, words, now, zone, start, end) if shown else None


# --- at a desk


@dataclass(slots=True)
class _Lane:
    """A lane and what is taken in it: for each tier the stretches that hold a mark or a word."""

    name: str
    taken: list[list[tuple[float, float]]] = field(default_factory=list)
    bare: bool = False  # some marks found no room for a word; they stand as strokes on a line of their own

    def place(self, start: float, end: float) -> int | None:
        """The first tier with room from `start` to `end`, taken at once."""
        for tier in range(_TIERS):
            if tier == len(self.taken):
                self.taken.append([])
            if all(end + 6 <= other or start - 6 >= until for other, until in self.taken[tier]):
                self.taken[tier].append((start, end))
                return tier
        return None

    @property
    def tiers(self) -> int:
        return sum(bool(tier) for tier in self.taken)

    @property
    def height(self) -> float:
        return max(self.tiers * _TIER + (20 if self.bare else 0), _TIER) + 10


@dataclass(frozen=True, slots=True)
class _Placed:
    happening: Happening
    lane: int
    tier: int
    left: float
    right: float
    text: str = ""
    text_x: float = 0


def _wide(scene: _Scene, told: Told) -> Markup:
    names = _lane_names(scene)
    lanes = [_Lane(name) for name in names[:MOST_LANES]]
    titles = [name or scene.words.say("happenings.whole") for name in names[:MOST_LANES]]
    label_room = min(max(breadth(title, 14, heavy=True) for title in titles) + 20, 180.0)
    line = scene.axis(label_room, WIDE)
    placed = _place(scene, lanes, line, label_room)
    tops, y = [], _TOP + 24
    for lane in lanes:
        tops.append(y)
        y += lane.height
    sheet = Canvas(WIDE)
    _ground(sheet, scene, line, y)
    _ticks(sheet, scene, line)
    for title, top, lane in zip(titles, tops, lanes, strict=True):
        sheet.line(0, top, WIDE, top, "lane")
        for row, part in enumerate(lines(title, label_room - 14, 14, 2 if lane.height > _TIER + 10 else 1, heavy=True)):
            sheet.text(0, top + 22 + row * 18, part, "t-lane" if lane.name else "t-lane whole", size=14)
    sheet.line(0, y, WIDE, y, "lane")
    for one in placed:
        if one.text:
            _happening(sheet, one, tops[one.lane] + 18 + one.tier * _TIER)
        else:
            _stroke(sheet, one, tops[one.lane] + 14 + lanes[one.lane].tiers * _TIER)
    _below(sheet, scene, line, y, len(names) - len(lanes), sum(not one.text for one in placed))
    return sheet.done(told, "wide")


def _lane_names(scene: _Scene) -> list[str]:
    """The whole case first, then the systems as they come in."""
    names = list(dict.fromkeys(one.lane for _, one in scene.shown))
    return sorted(names, key=lambda name: name != "")


def _place(scene: _Scene, lanes: Sequence[_Lane], line: Axis, left: float) -> list[_Placed]:
    rows = {lane.name: row for row, lane in enumerate(lanes)}
    placed = []
    for number, one in scene.shown:
        if one.lane in rows:
            row = rows[one.lane]
            mark = (line.x(scene.clip(one.at)), line.x(scene.clip(one.end)))
            placed.append(_placed(one, number, row, lanes[row], mark, left))
    return placed


def _placed(one: Happening, number: int, row: int, lane: _Lane, mark: tuple[float, float], left: float) -> _Placed:
    """With its words where there is room for them, else with its number, else as a mark alone."""
    start, end = mark
    for text in (fit(one.title, _LABEL, _SIZE), str(number)):
        wide = breadth(text, _SIZE)
        ways = [(start - 9, end + 14 + wide, end + 13), (start - 14 - wide, end + 9, start - 13 - wide)]
        if end - start > wide + 24:
            ways.insert(0, (start - 9, end + 4, start + 14))
        for first, last, text_x in ways:
            if first < left - 4 or last > WIDE:
                continue
            tier = lane.place(first, last)
            if tier is not None:
                return _Placed(one, row, tier, start, end, text, text_x)
    lane.bare = True
    return _Placed(one, row, 0, start, end)


def _ground(sheet: Canvas, scene: _Scene, line: Axis, bottom: float) -> None:
    """Behind the happenings: the time of exposure, the breaks, the present."""
    band = scene.band()
    if band is not None and scene.open_time is not None:
        left, right = line.x(band[0]), line.x(band[1])
        sheet.box(left, _TOP, right - left, bottom - _TOP, "exposure")
        if scene.sees(scene.open_time.began):
            sheet.line(left, _TOP, left, bottom, "exposure-end" if scene.open_time.sure else "exposure-end unsure")
        if scene.open_time.ended is not None and scene.sees(scene.open_time.ended):
            sheet.line(right, _TOP, right, bottom, "exposure-end")
        _caption(sheet, scene, (left, right), line)
    for before, after in line.silences:
        half = scene.short(after.start - before.end) / 2
        for x in ((before.right + after.left) / 2 - half, (before.right + after.left) / 2 + half):
            sheet.line(x, _TOP, x, bottom, "silence")
    if scene.sees(scene.now):
        sheet.line(line.x(scene.now), _AXIS, line.x(scene.now), bottom + 6, "present")


def _caption(sheet: Canvas, scene: _Scene, band: tuple[float, float], line: Axis) -> None:
    assert scene.open_time is not None
    ended = scene.open_time.ended
    span = span_words(scene.open_time.began, ended or scene.now, scene.words)
    said = scene.words.say("happenings.exposed" if ended else "happenings.exposed_still", span=span)
    wide = breadth(said, _SIZE, heavy=True)
    first, last = line.runs[0].left - _SIZE, float(WIDE)
    if band[1] - band[0] >= wide + 12:
        x = band[0] + 8
    elif band[1] + 8 + wide <= last:
        x = band[1] + 8
    else:
        x = max(first, min(band[0], band[1]) - 8 - wide)
    sheet.text(x, _TOP + 16, said, "t-exposed", size=_SIZE)


def _ticks(sheet: Canvas, scene: _Scene, line: Axis) -> None:
    y, step = _AXIS, line.step(58)
    for run in line.runs:
        sheet.line(run.left - 13, y, run.right + 13, y, "axis")
    for before, after in line.silences:
        middle = (before.right + after.left) / 2
        half = scene.short(after.start - before.end) / 2
        for x in (middle - half, middle + half):
            sheet.path(f"M{x - 3:.1f} {y + 6} L{x + 3:.1f} {y - 6}", "break")
        said = scene.silence(after.start - before.end)
        sheet.text(middle, y + 4, said, "t-tick middle", size=12)
    days, clocks, firsts = _Row(14), _Row(29), []
    for run, ticks in zip(line.runs, line.ticks(step, scene.zone), strict=True):
        for tick in ticks:
            sheet.line(line.x(tick), y - 4, line.x(tick), y, "axis")
        if step.minutes:
            firsts.append(ticks[0] if ticks else run.start)
            for day in (tick for tick in ticks if tick.hour == tick.minute == 0):
                days.put(sheet, line.x(day), scene.stamp(_day_form(scene), day), "t-tick strong", heavy=True)
        for tick in ticks or [run.start]:
            name = _form(step, scene) if ticks or step.minutes else _day_form(scene)
            clocks.put(sheet, line.x(tick), scene.stamp(name, tick), "t-tick")
    for first in firsts:
        days.put(sheet, line.x(first), scene.stamp(_day_form(scene), first), "t-tick strong", heavy=True)


def _form(step: Step, scene: _Scene) -> str:
    if step.minutes:
        return "clock"
    if step.days:
        return _day_form(scene)
    return "month" if step.months else "year"


def _day_form(scene: _Scene) -> str:
    return "day" if scene.start.year == scene.end.year == scene.now.year else "day_year"


@dataclass(slots=True)
class _Row:
    """Labels along the axis; one that would touch an earlier one is left out."""

    y: float
    taken: list[tuple[float, float]] = field(default_factory=list)

    def put(self, sheet: Canvas, x: float, said: str, look: str, *, heavy: bool = False) -> None:
        half = breadth(said, 12, heavy=heavy) / 2
        x = min(max(x, half), WIDE - half)
        if any(x - half < end + 8 and x + half > start - 8 for start, end in self.taken):
            return
        sheet.text(x, self.y, said, f"{look} middle", size=12)
        self.taken.append((x - half, x + half))


def _happening(sheet: Canvas, one: _Placed, y: float) -> None:
    happening = one.happening
    sure = "" if happening.sure else " unsure"
    if one.right > one.left:
        sheet.box(one.left, y - 9, max(one.right - one.left, 2), 18, f"span {happening.kind}{sure}", radius=3)
    mark(sheet, one.left, y, happening.kind, sure=happening.sure)
    sheet.hinted(one.text_x, y + 4.5, one.text, happening.title, "t-happening", size=_SIZE)


def _stroke(sheet: Canvas, one: _Placed, y: float) -> None:
    sheet.box(one.left - 1, y - 7, max(one.right - one.left, 2), 14, f"stroke {one.happening.kind}")


def _below(sheet: Canvas, scene: _Scene, line: Axis, y: float, lanes: int, bare: int) -> None:
    said = scene.words.say("ladder.now")
    if scene.sees(scene.now):
        half = breadth(said, _SIZE, heavy=True) / 2
        x = min(max(line.x(scene.now), half), WIDE - half)
        sheet.text(x, y + 19, said, "t-small strong middle", size=_SIZE)
    notes = [scene.words.say("happenings.more_lanes", lanes)] if lanes else []
    if bare:
        notes.append(scene.words.say("happenings.bare", bare))
    for place, note in enumerate(notes):
        sheet.text(0, y + 38 + place * 18, note, "t-small", room=WIDE, size=_SIZE)


# --- on a phone


def _narrow(scene: _Scene, told: Told) -> Markup:
    sheet, shown = Canvas(NARROW), scene.shown[:MOST_ROWS]
    line = scene.axis(0, WIDE)
    breaks = {before.end: after.start - before.end for before, after in line.silences}
    rows = _rows(scene, shown, breaks)
    heights = {at: y for y, at, _, _ in rows}
    bottom = rows[-1][0] + 8
    band = scene.band()
    if band is not None and scene.open_time is not None:
        top = _down(heights, band[0])
        end = _down(heights, band[1]) if band[1] <= rows[-1][1] else bottom
        sheet.box(_RAIL - 11, top - 11, 22, end - top + 22, "exposure", radius=11)
    sheet.line(_RAIL, rows[0][0], _RAIL, rows[-1][0], "axis")
    for y, at, one, silence in rows:
        if silence is not None:
            _broken(sheet, y, scene.silence(silence))
        elif one is None:
            sheet.line(_RAIL - 11, y, _RAIL + 11, y, "present")
            now = scene.words.placed(local(at, scene.zone))
            sheet.text(34, y + 4.5, f"{scene.words.say('ladder.now')} · {now}", "t-small strong", size=_SIZE)
        else:
            _row(sheet, scene, one, y)
    if len(scene.shown) > len(shown):
        more = scene.words.say("happenings.more", len(scene.shown) - len(shown))
        sheet.text(34, sheet.height + 20, more, "t-small", room=NARROW - 34, size=_SIZE)
    return sheet.done(told, "narrow")


_RAIL = 12


def _rows(
    scene: _Scene, shown: Sequence[tuple[int, Happening]], breaks: dict[datetime, timedelta]
) -> list[tuple[float, datetime, Happening | None, timedelta | None]]:
    """Down the rail: a happening, the present (neither), or a silence, each with its height and its time."""
    stops: list[tuple[datetime, Happening | None]] = [(scene.clip(one.at), one) for _, one in shown]
    if scene.sees(scene.now) and (len(shown) == len(scene.shown) or scene.now <= stops[-1][0]):
        stops.append((scene.now, None))
    stops.sort(key=lambda stop: stop[0])
    rows: list[tuple[float, datetime, Happening | None, timedelta | None]] = []
    y, left = 14.0, dict(breaks)
    for place, (at, one) in enumerate(stops):
        for start in sorted(start for start in left if start < at):
            rows.append((y, start, None, left.pop(start)))
            y += 34
        rows.append((y, at, one, None))
        last = place == len(stops) - 1
        y += (_tall(scene, one) if one else 34) + (0 if last else 8)
    return rows


def _tall(scene: _Scene, one: Happening) -> float:
    return 28 + 18 * len(lines(one.title, NARROW - 34, 15, heavy=True)) + (17 if one.lane else 0)


def _down(heights: dict[datetime, float], at: datetime) -> float:
    """The height of the last row at or before an instant."""
    before = [y for stop, y in heights.items() if stop <= at]
    return max(before) if before else min(heights.values())


def _row(sheet: Canvas, scene: _Scene, one: Happening, y: float) -> None:
    room = NARROW - 34
    mark(sheet, _RAIL, y, one.kind, sure=one.sure)
    when = scene.words.moment(local(one.at, scene.zone), seen_from=scene.now)
    if one.end > one.at:
        same = local(one.end, scene.zone).date() == local(one.at, scene.zone).date()
        until = scene.stamp("clock", one.end) if same else scene.words.moment(local(one.end, scene.zone))
        when = f"{when} – {until}"
    if not one.sure:
        when = f"{when} · {scene.words.say('happenings.unsure')}"
    sheet.text(34, y + 4.5, when, "t-small", room=room, size=_SIZE)
    y += 23
    for part in lines(one.title, room, 15, heavy=True):
        sheet.text(34, y, part, "t-label", size=15)
        y += 18
    if one.lane:
        sheet.text(34, y, one.lane, "t-small", room=room, size=_SIZE)


def _broken(sheet: Canvas, y: float, said: str) -> None:
    sheet.box(_RAIL - 3, y - 4, 6, 8, "silence-ground")
    for at in (y - 4, y + 4):
        sheet.path(f"M{_RAIL - 7} {at + 3:.1f} L{_RAIL + 7} {at - 3:.1f}", "break")
    sheet.text(34, y + 4.5, said, "t-tick", size=12)


# --- marks


def mark(sheet: Canvas, x: float, y: float, kind: Kind, *, sure: bool = True) -> None:
    """One shape per kind: colour is never alone. What is not certain is hollow."""
    look = f"happening {kind}" if sure else f"happening {kind} unsure"
    if kind is Kind.ACT:
        sheet.dot(x, y, 6, look)
    elif kind is Kind.OTHER:
        sheet.dot(x, y, 4.5, look)
    else:
        sheet.drawn(x, y, _SHAPES[kind], look)


_SHAPES = {
    Kind.FIRST_ACCESS: "M-6 -8 L8 0 L-6 8 Z",
    Kind.DISCOVERY: "M0 -8 L8 0 L0 8 L-8 0 Z",
    Kind.AWARE: "M-6.5 -6.5 H6.5 V6.5 H-6.5 Z",
    Kind.CONTAINMENT: "M-7 -7 Q-3 -6.5 0 -8.5 Q3 -6.5 7 -7 V0 Q6 6 0 9 Q-6 6 -7 0 Z",
    Kind.NOTICE: "M-8 -6 H8 V6 H-8 Z M-8 -6 L0 1 L8 -6",
}


def key(words: Words, happenings: Sequence[Happening]) -> list[tuple[Markup, str]]:
    """The legend: only the shapes that stand in the picture."""
    present = {one.kind for one in happenings}
    found = [(shape(kind), words.say(f"happenings.key_{kind}")) for kind in Kind if kind in present]
    if not all(one.sure for one in happenings):
        found.append((shape(Kind.ACT, sure=False), words.say("happenings.key_unsure")))
    return found


def shape(kind: Kind, *, sure: bool = True) -> Markup:
    """The mark alone, for legends and lists; it says nothing to a screen reader, the words beside it do."""
    sheet = Canvas(MARK)
    mark(sheet, 10, 10, kind, sure=sure)
    return alone(sheet)
