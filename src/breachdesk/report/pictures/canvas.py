"""A sheet to draw on: escaped text, plain shapes, colours by class only, so that one token file rules them all."""

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup

from breachdesk.ground.visible import visible

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

    def text(
        self, x: float, y: float, words: str, look: str = "", *, room: float = 0, size: float = 14, heavy: bool = False
    ) -> None:
        """Words with their baseline at y. `room` shortens them to that many units; the whole stays as a hint."""
        self.hinted(x, y, fit(words, room, size, heavy=heavy) if room else visible(words), words, look, size=size)

    def hinted(self, x: float, y: float, shown: str, whole: str, look: str = "", *, size: float = 14) -> None:
        """Words already shortened; the whole stays as a hint."""
        shown = visible(shown)
        hint = Markup("<title>{}</title>").format(visible(whole)) if shown != visible(whole) else Markup("")
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

    def drawn(self, x: float, y: float, d: str, look: str) -> None:
        """A small shape whose path is written around its own origin, set down at (x, y)."""
        self.parts.append(
            Markup('<path transform="translate({} {})" d="{}" class="{}"/>').format(_n(x), _n(y), d, look)
        )

    def arrow(self, x: float, y: float, look: str, *, back: bool = False) -> None:
        """A head whose point is at (x, y), looking right, or back to the left."""
        self.drawn(x, y, "M0 0 L10 -5.5 V5.5 Z" if back else "M0 0 L-10 -5.5 V5.5 Z", look)

    def dot(self, x: float, y: float, radius: float, look: str) -> None:
        self.parts.append(Markup('<circle cx="{}" cy="{}" r="{}" class="{}"/>').format(_n(x), _n(y), _n(radius), look))
        self._reach(y + radius)

    def done(self, told: "Told", look: str) -> Markup:
        """The sheet as one image: named by its question, described by its finding."""
        return Markup(
            '<svg class="picture {look}" role="img" aria-labelledby="{id}-title" aria-describedby="{id}-desc" '
            'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
            '<title id="{id}-title">{title}</title><desc id="{id}-desc">{finding}</desc>{parts}</svg>'
        ).format(
            look=look,
            id=f"{told.name}-{look}",
            title=visible(told.title),
            finding=visible(told.finding, longest=600),
            width=self.width,
            height=_n(self.height + 4),
            parts=Markup("").join(self.parts),
        )


MARK = 20


def alone(sheet: Canvas) -> Markup:
    """A mark of 20 by 20 for legends and lists; it says nothing to a screen reader, the words beside it do."""
    return Markup('<svg class="shape" aria-hidden="true" viewBox="0 0 20 20" width="20" height="20">{}</svg>').format(
        Markup("").join(sheet.parts)
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A picture in words. `name` makes its ids; `title` is the question it answers, `finding` the answer."""

    name: str
    title: str
    finding: str


def both(wide: Markup, narrow: Markup) -> Markup:
    """One picture for a desk, one for a phone; the style shows the one that fits."""
    return wide + narrow


_NARROW = frozenset("iljtfrI.,:;!'|()[] ·\u00a0")
_WIDE = frozenset("mwMW@%<>=+~&мшщжюфыъ—…")
_WIDEST = frozenset("ЖМШЩЮФЫ")
_HEAVIER = 1.12


def breadth(words: str, size: float, *, heavy: bool = False) -> float:
    """How wide the words are at most, in the units of their size: by the widest of the faces a reader may have."""
    total = sum(_breadth(character) for character in words)
    return total * size * (_HEAVIER if heavy else 1)


@lru_cache(maxsize=4096)
def _breadth(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF" or character in _WIDEST:
        return 1.0
    if character in _NARROW:
        return 0.36
    if character in _WIDE:
        return 0.88
    if character.isupper():
        return 0.69
    return 0.64 if character.isdigit() else 0.61


def fit(words: str, room: float, size: float, *, heavy: bool = False) -> str:
    """The words, shortened by an ellipsis to `room`."""
    shown = visible(words)
    if breadth(shown, size, heavy=heavy) <= room:
        return shown
    while shown and breadth(shown + "…", size, heavy=heavy) > room:
        shown = shown[:-1]
    return shown.rstrip(" ,:·(") + "…"


def lines(words: str, room: float, size: float, most: int = 2, *, heavy: bool = False) -> list[str]:
    """The words in at most `most` lines of `room`, broken between words; the last may end in an ellipsis."""
    found: list[str] = []
    line = ""
    for word in visible(words).split(" "):
        longer = f"{line} {word}" if line else word
        if line and breadth(longer, size, heavy=heavy) > room and len(found) < most - 1:
            found.append(line)
            longer = word
        line = longer
    return [*(fit(done, room, size, heavy=heavy) for done in found), fit(line, room, size, heavy=heavy)]


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
