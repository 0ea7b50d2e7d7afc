"""Severity as a place on a scale from 0 to 6, with the bands of the method."""

from markupsafe import Markup

from breachdesk.report.pictures.canvas import NARROW, Canvas, Told
from breachdesk.report.words import Words

_BANDS = ((0, 2, "low"), (2, 3, "medium"), (3, 4, "high"), (4, 6, "very_high"))
_RAMP = {"low": "simple", "medium": "behavioural", "high": "financial", "very_high": "sensitive"}


def draw(score: float | None, words: Words, told: Told) -> Markup:
    if score is None:
        return Markup("")
    sheet = Canvas(NARROW)
    unit = (NARROW - 8) / 6
    for low, high, band in _BANDS:
        sheet.box(4 + low * unit, 34, (high - low) * unit - 2, 12, f"ramp {_RAMP[band]}")
        sheet.text(4 + low * unit, 64, words.number(low), "t-tick", size=12)
    sheet.text(4 + 6 * unit - 8, 64, words.number(6), "t-tick", size=12)
    x = 4 + min(max(score, 0), 6) * unit
    sheet.path(f"M{x:.1f} 32 l-7 -10 h14 Z", "here")
    sheet.text(min(max(x, 14), NARROW - 30), 16, words.score(score), "t-num", size=14)
    return sheet.done(told, "scale-picture")
