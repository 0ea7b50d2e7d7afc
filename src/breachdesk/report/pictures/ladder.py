"""Deadline ladder: what must I do, in which order, and how late am I if nothing happens?

A true time axis (logarithmic, so that hours and months both show) stands on the left; evenly spaced rungs on the right,
each tied to its place on the axis. The bar is as wide as the people concerned.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from markupsafe import Markup

from breachdesk.law.shapes import Verdict
from breachdesk.report.pictures.canvas import MARK, NARROW, WIDE, Canvas, Told, alone, both, breadth, lines
from breachdesk.report.rungs import SOON, Rung, State
from breachdesk.report.words import Words

MOST = 14
_ROW = 50
_TICKS_MINUTES = (6 * 60, 24 * 60, 72 * 60, 7 * 1440, 30 * 1440, 90 * 1440, 365 * 1440)


def draw(rungs: Sequence[Rung], words: Words, now: datetime) -> Markup:
    if not rungs:
        return Markup("")
    shown, told = rungs[:MOST], Told("ladder", words.say("ladder.title"), finding(rungs, words, now))
    return both(_wide(shown, words, now, told), _narrow(shown, words, now, told))


def finding(rungs: Sequence[Rung], words: Words, now: datetime) -> str:
    """What the picture says, in words."""
    owed = [(rung, duty) for rung in rungs for duty in rung.duties if duty.verdict is Verdict.OWED]
    if not owed:
        return words.say("ladder.alt_none")
    first, last = owed[0][0], owed[-1][0]
    say = [
        words.say(
            "ladder.alt_some",
            len(owed),
            first=words.moment(first.due, seen_from=now),
            last=words.moment(last.due, seen_from=now),
        ),
        words.say("ladder.alt_next", title=first.label, moment=words.placed(first.due, seen_from=now)),
    ]
    late = sum(rung.due < now for rung, _ in owed)
    day = sum(now <= rung.due <= now + SOON for rung, _ in owed)
    if late:
        say.append(words.say("ladder.alt_overdue", late))
    if day:
        say.append(words.say("ladder.alt_day", day))
    return " ".join(say)


class _Axis:
    """From an instant to a height: logarithmic in the time left, with a short zone above for what is late."""

    def __init__(self, rungs: Sequence[Rung], now: datetime, top: float, height: float) -> None:
        late = [rung for rung in rungs if rung.due < now]
        self.now_y = top + (min(height * 0.3, 26.0 * len(late)) if late else 0)
        self.top, self.bottom, self.now = top, top + height, now
        self.farthest = max((rung.due - now for rung in rungs), default=timedelta(hours=1))
        self.latest = max((now - rung.due for rung in late), default=timedelta(hours=1))

    def y(self, instant: datetime) -> float:
        if instant >= self.now:
            share = _log(instant - self.now) / max(_log(self.farthest), 0.1)
            return self.now_y + (self.bottom - self.now_y) * min(share, 1)
        share = _log(self.now - instant) / max(_log(self.latest), 0.1)
        return self.now_y - (self.now_y - self.top) * min(share, 1)


def _log(span: timedelta) -> float:
    return math.log1p(max(span.total_seconds(), 0) / 7200)


def _wide(rungs: Sequence[Rung], words: Words, now: datetime, told: Told) -> Markup:
    sheet = Canvas(WIDE)
    rail, rung_x, bar_x, bar_most = 84, 150, 806, 160
    lefts = [left(rung, words, now) for rung in rungs]
    label_x = rung_x + 18 + min(max(breadth(told_left, 15, heavy=True) for told_left in lefts) + 18, 260)
    axis = _Axis(rungs, now, 24, (len(rungs) - 1) * _ROW + 12)
    _rail(sheet, axis, rail, words)
    most = max((rung.people or 0 for rung in rungs), default=0) or 1
    for place, rung in enumerate(rungs):
        y = 28 + place * _ROW
        _tie(sheet, axis, rung, (rail, 30), (rung_x, 40, y))
        sheet.text(rung_x + 18, y - 2, lefts[place], f"t-left {rung.state}", size=15)
        people = rung.people is not None
        room = (bar_x - 20 if people else WIDE) - label_x
        sheet.text(label_x, y - 2, rung.label, f"t-label {rung.state}", room=room, size=15, heavy=True)
        below = " · ".join(part for part in (rung.place, words.placed(rung.due, seen_from=now)) if part)
        sheet.text(label_x, y + 16, below, "t-small", room=room, size=13)
        if rung.people is not None:
            width = max(2.0, bar_most * rung.people / most)
            sheet.box(bar_x, y - 9, width, 14, f"bar {rung.state}", radius=2)
            sheet.text(bar_x + width + 8, y + 3, words.number(rung.people), "t-num", size=14)
    return sheet.done(told, "wide")


def _narrow(rungs: Sequence[Rung], words: Words, now: datetime, told: Told) -> Markup:
    sheet = Canvas(NARROW)
    rail, rung_x = 8, 40
    text_x, room = rung_x + 16, NARROW - rung_x - 16
    labels = [lines(rung.label, room, 15, heavy=True) for rung in rungs]
    heights = [_height(rung, label) for rung, label in zip(rungs, labels, strict=True)]
    axis = _Axis(rungs, now, 16, sum(heights[:-1]) + 12)
    sheet.line(rail, axis.top, rail, axis.bottom, "axis")
    sheet.line(rail - 6, axis.now_y, rail + 6, axis.now_y, "now")
    most = max((rung.people or 0 for rung in rungs), default=0) or 1
    y = 20.0
    for rung, label, height in zip(rungs, labels, heights, strict=True):
        _tie(sheet, axis, rung, (rail, 16), (rung_x, 24, y))
        at = y - 1
        for line in label:
            sheet.text(text_x, at, line, f"t-label {rung.state}", size=15)
            at += 19
        when = f"{left(rung, words, now)} · {rung.place}" if rung.place else left(rung, words, now)
        sheet.text(text_x, at, when, f"t-left small {rung.state}", room=room, size=14, heavy=True)
        sheet.text(text_x, at + 18, words.placed(rung.due, seen_from=now), "t-small", room=room, size=13)
        if rung.people is not None:
            number = words.number(rung.people)
            width = max(2.0, (room - breadth(number, 13, heavy=True) - 8) * rung.people / most)
            sheet.box(text_x, at + 26, width, 8, f"bar {rung.state}", radius=2)
            sheet.text(text_x + width + 6, at + 35, number, "t-num small", size=13)
        y += height
    return sheet.done(told, "narrow")


def _height(rung: Rung, label: Sequence[str]) -> float:
    return 49 + 19 * len(label) + (14 if rung.people is not None else 0)


def left(rung: Rung, words: Words, now: datetime) -> str:
    return words.left(rung.due, now, sure=rung.state is not State.UNKNOWN)


def _tie(sheet: Canvas, axis: _Axis, rung: Rung, start: tuple[float, float], end: tuple[float, float, float]) -> None:
    """The thread from the moment on the rail to the rung: `start` is (x, pull), `end` is (x, pull, y)."""
    (rail, out), (rung_x, into, y), at = start, end, axis.y(rung.due)
    sheet.path(f"M{rail} {at:.1f} C{rail + out} {at:.1f} {rung_x - into} {y} {rung_x - 12} {y}", f"tie {rung.state}")
    sheet.dot(rail, at, 2.5, f"pin {rung.state}")
    mark(sheet, rung_x, y, rung.state)


def _rail(sheet: Canvas, axis: _Axis, x: float, words: Words) -> None:
    sheet.line(x, axis.top, x, axis.bottom, "axis")
    sheet.line(x - 10, axis.now_y, x + 10, axis.now_y, "now")
    sheet.text(x - 16, axis.now_y + 5, words.say("ladder.now"), "t-small end strong", size=13)
    last = axis.now_y
    for minutes in _TICKS_MINUTES:
        ahead = timedelta(minutes=minutes)
        if ahead > axis.farthest:
            break
        y = axis.y(axis.now + ahead)
        if y - last < 20:
            continue
        last = y
        sheet.line(x - 5, y, x, y, "axis")
        sheet.text(x - 12, y + 4, words.span(minutes), "t-tick end", size=12)


def mark(sheet: Canvas, x: float, y: float, state: State) -> None:
    """One shape per state: colour is never alone."""
    if state is State.LATE:
        sheet.box(x - 8, y - 8, 16, 16, "mark late", radius=2)
        sheet.text(x, y + 5, "!", "t-mark", size=14)
    elif state is State.SOON:
        sheet.path(f"M{x} {y - 9} L{x + 9} {y + 7} L{x - 9} {y + 7} Z", "mark soon")
    elif state is State.UNKNOWN:
        sheet.dot(x, y, 7, "mark unknown")
    elif state is State.HELD:
        sheet.dot(x, y, 7, "mark unknown")
        sheet.line(x - 2.5, y - 4, x - 2.5, y + 4, "bars")
        sheet.line(x + 2.5, y - 4, x + 2.5, y + 4, "bars")
    else:
        sheet.dot(x, y, 7, f"mark {state}")


def key(words: Words, rungs: Sequence[Rung]) -> list[tuple[Markup, str]]:
    """The legend: only the shapes that stand in the picture."""
    names = {
        State.LATE: "ladder.key_late",
        State.SOON: "ladder.key_soon",
        State.OWED: "ladder.key_owed",
        State.UNKNOWN: "ladder.key_unknown",
        State.HELD: "ladder.key_held",
    }
    present = {rung.state for rung in rungs}
    return [(shape(state), words.say(name)) for state, name in names.items() if state in present]


@cache
def shape(state: State) -> Markup:
    """The mark alone, for legends and lists; it says nothing to a screen reader, the words beside it do."""
    sheet = Canvas(MARK)
    mark(sheet, 10, 10, state)
    return alone(sheet)
