"""The marks of the systems map: a small picture for each kind, a badge for each state, the two lines of the legend."""

from markupsafe import Markup

from breachdesk.report.pictures.canvas import MARK, Canvas, alone, breadth
from breachdesk.report.systems import Kind, State
from breachdesk.report.words import Words

ICONS = {
    Kind.SERVER: "M1 2 H19 V8.5 H1 Z M1 11.5 H19 V18 H1 Z M4.5 5.2 h1 M4.5 14.8 h1 M9 5.2 h6 M9 14.8 h6",
    Kind.DATABASE: "M2 4.5 C2 0.5 18 0.5 18 4.5 V15.5 C18 19.5 2 19.5 2 15.5 Z M2 4.5 C2 8.5 18 8.5 18 4.5 "
    "M2 10 C2 14 18 14 18 10",
    Kind.WORKSTATION: "M1 2 H19 V14 H1 Z M10 14 V18 M5.5 18 H14.5",
    Kind.CLOUD: "M5.5 16 H15 A4 4 0 0 0 15.5 8 A5.8 5.8 0 0 0 4.6 8.6 A3.8 3.8 0 0 0 5.5 16 Z",
    Kind.ACCOUNT: "M10 1.5 A4 4 0 1 1 9.99 1.5 Z M2 18.5 C2 9.5 18 9.5 18 18.5 Z",
    Kind.APPLICATION: "M1 2 H19 V18 H1 Z M1 6.5 H19 M3.8 4.3 h0.8 M6.8 4.3 h0.8",
    Kind.NETWORK: "M7.5 1.5 h5 v5 h-5 Z M1 13.5 h5 v5 h-5 Z M14 13.5 h5 v5 h-5 Z M10 6.5 V10 M3.5 13.5 V10 H16.5 V13.5",
    Kind.MAILBOX: "M1 3.5 H19 V16.5 H1 Z M1 4 L10 11 L19 4",
    Kind.STORAGE: "M1 4 H7.5 L9.5 6.5 H19 V17 H1 Z",
    Kind.BACKUP: "M3.2 13.5 A7.6 7.6 0 1 0 3 7 M3 2.5 V7 H7.5 M10 6 V10.5 L13 12.5",
    Kind.VENDOR: "M1.5 18.5 V7 L7 10.5 V7 L12.5 10.5 V2 H18.5 V18.5 Z M5 14.5 h1 M9.5 14.5 h1 M14 14.5 h1",
    Kind.OTHER: "M10 1.5 L18.5 10 L10 18.5 L1.5 10 Z",
}
_GLYPHS = {
    State.HIT: "M0 -4.5 V0.8 M0 4 V4.4",
    State.AT_RISK: "M0 -4.5 L5 4 H-5 Z",
    State.ISOLATED: "M-1.8 -4.4 A4.6 4.6 0 0 0 -1.8 4.4 M1.8 -4.4 A4.6 4.6 0 0 1 1.8 4.4",
    State.CLEAN: "M-4.5 0.2 L-1.3 3.6 L4.5 -3.6",
    State.UNKNOWN: "M-2.6 -2.4 A2.6 2.6 0 1 1 0 0.4 V1.2 M0 4 V4.4",
}


def badge(sheet: Canvas, x: float, y: float, state: State, words: Words) -> None:
    """Shape, word and colour: a state is never told by one of them alone."""
    said = words.say(f"systems.state.{state}")
    sheet.box(x, y, breadth(said, 12, heavy=True) + 30, 18, f"badge {state}", radius=9)
    sheet.drawn(x + 12, y + 9, _GLYPHS[state], f"glyph {state}")
    sheet.text(x + 22, y + 13, said, f"t-state {state}", size=12)


def kind_shape(kind: Kind) -> Markup:
    """The picture of a kind alone, for legends and lists; the words beside it speak for it."""
    sheet = Canvas(MARK)
    sheet.drawn(0, 0, ICONS[kind], "icon")
    return alone(sheet)


def state_shape(state: State) -> Markup:
    """The round badge of a state without its word, for lists that write the word beside it."""
    sheet = Canvas(MARK)
    sheet.dot(10, 10, 9, f"badge {state}")
    sheet.drawn(10, 10, _GLYPHS[state], f"glyph {state}")
    return alone(sheet)


def line_shape(attack: bool) -> Markup:
    sheet = Canvas(MARK)
    sheet.path("M0 10 H13" if attack else "M0 10 H20", "way" if attack else "link")
    if attack:
        sheet.arrow(20, 10, "head")
    return alone(sheet)
