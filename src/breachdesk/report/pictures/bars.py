"""Labelled bars in groups, split into classes: people by place, people by element."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from breachdesk.report.pictures.canvas import HALF, NARROW, Canvas, Told, both, breadth, lines

_ROW = 28
_STACKED = 46
_SHARE = 0.44


@dataclass(frozen=True, slots=True)
class Bar:
    """`parts` are (class of the ramp, people) and add up to `value`."""

    label: str
    value: int
    shown: str
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Bars that belong together. `look` colours the mark before the title."""

    title: str
    bars: tuple[Bar, ...]
    look: str = ""
    rest: str = ""  # a line for what is not drawn


def draw(groups: Sequence[Group], told: Told) -> Markup:
    if not any(group.bars for group in groups):
        return Markup("")
    return both(_sheet(groups, HALF, told, "wide"), _sheet(groups, NARROW, told, "narrow"))


def _sheet(groups: Sequence[Group], width: int, told: Told, look: str) -> Markup:
    sheet = Canvas(width)
    every = [bar for group in groups for bar in group.bars]
    most = max(bar.value for bar in every) or 1
    widest = max(breadth(bar.label, 14) for bar in every)
    stacked = width == NARROW and widest + 12 > width * _SHARE
    label_room = 0.0 if stacked else min(widest + 12, width * _SHARE)
    number_room = max(breadth(bar.shown, 14, heavy=True) for bar in every) + 12
    room = _Room(label_room, width - label_room - number_room, most, stacked)
    y = 0.0
    for group in groups:
        if not group.bars:
            continue
        if group.title:
            y += 4 if y == 0 else 14
            for line in lines(group.title, width, 13, heavy=True):
                y += 17
                sheet.text(0, y, line, f"t-group {group.look}", size=13)
            y += 7
        for bar in group.bars:
            _bar(sheet, bar, y, room)
            y += _STACKED if stacked else _ROW
        if group.rest:
            y += 14
            sheet.text(label_room, y, group.rest, "t-small", room=width - label_room, size=13)
            y += 4
    sheet.height = max(sheet.height, y)
    return sheet.done(told, look)


@dataclass(frozen=True, slots=True)
class _Room:
    """What a label and a bar may take; `stacked` puts long labels above their bars."""

    label: float
    bar: float
    most: int
    stacked: bool


def _bar(sheet: Canvas, bar: Bar, y: float, room: _Room) -> None:
    sheet.text(0, y + 18, bar.label, "t-row", room=sheet.width if room.stacked else room.label - 8, size=14)
    y += _STACKED - _ROW if room.stacked else 0
    x, whole = room.label, max(2.0, room.bar * bar.value / room.most)
    for kind, people in bar.parts:
        width = whole * people / bar.value if bar.value else 0
        if width > 0:
            sheet.box(x, y + 6, max(width - (1 if len(bar.parts) > 1 and width > 3 else 0), 0.8), 16, f"ramp {kind}")
            x += width
    sheet.text(room.label + whole + 8, y + 19, bar.shown, "t-num", size=14)
