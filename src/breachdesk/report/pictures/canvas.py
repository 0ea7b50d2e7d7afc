"""A sheet to draw on: escaped text, plain shapes, colours by class only, so that one token file rules them all."""

import unicodedata
from dataclasses import dataclass, field

from markupsafe import Markup

from breachdesk.report.visible import visible

NARROW = 342
WIDE = 1032
HALF = 492


@dataclass
class Canvas:
    width: int
    parts: list[Markup] = field(default_factory=list)
    height: float = 0

    def _reach(self, y: float) -> None:
        self.height = max(self.height, y)

    def text(self, x: float, y: float, words: str, look: str = "", *, room: float = 0, size: float = 14) -> None:
        """Words with their baseline at y. `room` shortens them to that many units; the whole stays as a hint."""
        shown = fit(words, room, size) if room else visible(words)
        hint = Markup("<title>{}</title>").format(visible(words)) if shown != visible(words) else Markup("")
        self.parts.append(Markup('<text x="{}" y="{}" class="{}">{}{}</text>').format(_n(x), _n(y), look, hint, shown))
        self._reach(y + size * 0.35)

    def box(self, x: float, y: float, width: float, height: float, look: str, *, radius: float = 0) -> None:
        self.parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="{}" class="{}"/>').format(
                _n(x), _n(y), _n(max(width, 0)), _n(height), _n(radius), look
            )
        )
        self._reach(y + height)

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        self.parts.append(
            Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(_n(x1), _n(y1), _n(x2), _n(y2), look)
        )
        self._reach(max(y1, y2))

    def path(self, d: str, look: str) -> None:
        self.parts.append(Markup('<path d="{}" class="{}"/>').format(d, look))

    def dot(self, x: float, y: float, radius: float, look: str) -> None:
        self.parts.append(Markup('<circle cx="{}" cy="{}" r="{}" class="{}"/>').format(_n(x), _n(y), _n(radius), look))
        self._reach(y + radius)

    def done(self, finding: str, look: str) -> Markup:
        """The sheet as one image whose name is its finding."""
        return Markup(
            '<svg class="picture {}" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>'
        ).format(
            look,
            visible(finding, longest=600),
            self.width,
            _n(self.height + 4),
            self.width,
            _n(self.height + 4),
            Markup("").join(self.parts),
        )


def both(wide: Markup, narrow: Markup) -> Markup:
    """One picture for a desk, one for a phone; the style shows the one that fits."""
    return wide + narrow


def breadth(words: str, size: float) -> float:
    """About how wide the words are, in the same units as their size."""
    total = 0.0
    for character in words:
        if unicodedata.east_asian_width(character) in "WF":
            total += 1.0
        elif character in "iljtfrI.,:;!'|()[] ":
            total += 0.33
        elif character in "mwMWШЩЖЮФМшщжюфм@%":
            total += 0.86
        elif character.isupper():
            total += 0.66
        else:
            total += 0.56
    return total * size


def fit(words: str, room: float, size: float) -> str:
    """The words, shortened by an ellipsis to `room`."""
    shown = visible(words)
    if breadth(shown, size) <= room:
        return shown
    while shown and breadth(shown + "…", size) > room:
        shown = shown[:-1]
    return shown.rstrip(" ,:·") + "…"


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
