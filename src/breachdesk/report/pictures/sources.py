"""Source ladder: each exposed file or table, its records, what was found, what could not be read."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from breachdesk.report.pictures.canvas import MARK, NARROW, WIDE, Canvas, Told, alone, both, breadth
from breachdesk.scope.shapes import Status

MOST = 16


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    status: Status
    records: int
    shown: str
    found: str
    state: str


def draw(steps: Sequence[Step], told: Told) -> Markup:
    if not steps:
        return Markup("")
    return both(_wide(steps[:MOST], told), _narrow(steps[:MOST], told))


def _wide(steps: Sequence[Step], told: Told) -> Markup:
    sheet = Canvas(WIDE)
    most = max(step.records for step in steps) or 1
    name_x, bar_x, bar_most, found_x = 26, 330, 190, 610
    for place, step in enumerate(steps):
        y = 16 + place * 32
        if place:
            sheet.line(8, y - 26, 8, y - 7, "axis")
        status_mark(sheet, 8, y, step.status)
        sheet.text(name_x, y + 5, step.name, "t-row mono", room=bar_x - name_x - 16, size=14.5)
        if step.status is Status.UNREADABLE:
            sheet.text(bar_x, y + 5, step.state, "t-small late", size=13)
        else:
            width = max(2.0, bar_most * step.records / most)
            sheet.box(bar_x, y - 6, width, 12, "bar owed", radius=2)
            sheet.text(bar_x + width + 8, y + 5, step.shown, "t-num", size=14)
        sheet.text(found_x, y + 5, step.found, "t-small", room=WIDE - found_x, size=13)
    return sheet.done(told, "wide")


def _narrow(steps: Sequence[Step], told: Told) -> Markup:
    sheet = Canvas(NARROW)
    most = max(step.records for step in steps) or 1
    for place, step in enumerate(steps):
        y = 14 + place * 58
        if place:
            sheet.line(8, y - 51, 8, y - 7, "axis")
        status_mark(sheet, 8, y, step.status)
        sheet.text(26, y + 5, step.name, "t-row mono", room=NARROW - 30, size=14.5)
        if step.status is Status.UNREADABLE:
            sheet.text(26, y + 24, step.state, "t-small late", room=NARROW - 30, size=13)
            continue
        sheet.text(26, y + 24, step.found, "t-small", room=NARROW - 30, size=13)
        width = max(2.0, (NARROW - 40 - breadth(step.shown, 13, heavy=True)) * step.records / most)
        sheet.box(26, y + 30, width, 7, "bar owed", radius=2)
        sheet.text(26 + width + 6, y + 38, step.shown, "t-num small", size=13)
    return sheet.done(told, "narrow")


def status_mark(sheet: Canvas, x: float, y: float, status: Status) -> None:
    """Full, half, crossed out: read, partly read, not readable."""
    if status is Status.READ:
        sheet.dot(x, y, 6, "mark owed")
    elif status is Status.PARTLY:
        sheet.dot(x, y, 6, "mark partly")
        sheet.path(f"M{x} {y - 6} A6 6 0 0 0 {x} {y + 6} Z", "mark soon")
    else:
        sheet.dot(x, y, 6, "mark unread")
        sheet.line(x - 4, y + 4, x + 4, y - 4, "strike")


def shape(status: Status) -> Markup:
    sheet = Canvas(MARK)
    status_mark(sheet, 10, 10, status)
    return alone(sheet)
