"""Labelled bars in groups, split into classes: people by place, people by element."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from breachdesk.report.pictures.canvas import HALF, NARROW, Canvas, Told, both, breadth, lines

_ROW = 28


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
    label_room = min(widest + 12, width * (0.42 if width == HALF else 0.48))
    number_room = max(breadth(bar.shown, 14, heavy=True) for bar in every) + 12
    bar_room = width - label_room - number_room
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
            _bar(sheet, bar, y, label_room, bar_room, most)
            y += _ROW
        if group.rest:
            y += 14
            sheet.text(label_room, y, group.rest, "t-small", room=width - label_room, size=13)
            y += 4
    sheet.height = max(sheet.height, y)
    return sheet.done(told, look)


def _bar(sheet: Canvas, bar: Bar, y: float, label_room: float, bar_room: float, most: int) -> None:
    sheet.text(0, y + 18, bar.label, "t-row", room=label_room - 8, size=14)
    x, whole = label_room, max(2.0, bar_room * bar.value / most)
    for kind, people in bar.parts:
        width = whole * people / bar.value if bar.value else 0
        if width > 0:
            sheet.box(x, y + 6, max(width - (1 if len(bar.parts) > 1 and width > 3 else 0), 0.8), 16, f"ramp {kind}")
            x += width
    sheet.text(label_room + whole + 8, y + 19, bar.shown, "t-num", size=14)
