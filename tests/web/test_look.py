"""The styles: the same tokens for light and dark wherever they are said, and nothing a page could not show."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (ROOT / "src/breachdesk/report/look/tokens.css").read_text("utf-8")
DESK = (ROOT / "src/breachdesk/web/static/desk/desk.css").read_text("utf-8")
COLOUR = re.compile(r"(--[a-z0-9-]+): (#[0-9a-f]{6});")


def block(text: str, head: str) -> dict[str, str]:
    start = text.index(head)
    return dict(COLOUR.findall(text[start : text.index("}", start)]))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, 1.4.3."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_what_the_account_chose_has_the_colours_of_what_the_device_says() -> None:
    assert block(DESK, ':root[data-scheme="light"]') == block(TOKENS, ":root {")
    assert block(DESK, ':root[data-scheme="dark"]') == block(TOKENS, "@media screen")


def test_text_stands_out_seven_to_one_on_every_ground() -> None:
    for scheme in (block(TOKENS, ":root {"), block(TOKENS, "@media screen")):
        for ink in ("--ink", "--quiet", "--accent", "--red"):
            for ground in ("--paper", "--panel", "--sunk"):
                assert contrast(scheme[ink], scheme[ground]) >= 7, (ink, ground)


def test_no_colour_is_said_outside_the_tokens() -> None:
    rest = DESK[: DESK.index(':root[data-scheme="light"]')]
    assert not re.findall(r"#[0-9a-f]{3,6}\b", rest)
