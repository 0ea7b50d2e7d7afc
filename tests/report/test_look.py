"""The one token file: text of every kind stands out from its ground by 7:1 in light and dark (WCAG AAA)."""

import re
from pathlib import Path

import pytest

import breachdesk.report

LOOK = Path(breachdesk.report.__file__).parent / "look"
TOKENS = (LOOK / "tokens.css").read_text(encoding="utf-8")


def scheme(name: str) -> dict[str, str]:
    light, dark = TOKENS.split("@media", 1)
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light))
    if name == "dark":
        found.update(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark))
    return found


def light_of(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((light_of(one), light_of(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT = [
    (ink, ground)
    for ink in ("ink", "quiet", "accent", "red", "amber")
    for ground in ("paper", "panel", "sunk")
    if (ink, ground) not in {("amber", "sunk"), ("red", "sunk"), ("accent", "sunk")}
] + [
    ("accent-ink", "accent"),
    ("red-ink", "red"),
    ("ink", "amber-soft"),
    ("amber", "amber-soft"),
    ("ink", "accent-soft"),
]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_stands_out_seven_to_one(name, ink, ground):
    colours = scheme(name)
    assert contrast(colours[ink], colours[ground]) >= 7


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("mark", ["accent", "red", "amber-fill", "ramp-2", "ramp-3", "ramp-4", "ramp-none"])
def test_marks_and_bars_stand_out_from_the_paper(name, mark):
    wanted = 2.6 if mark == "amber-fill" else 2.8
    assert contrast(scheme(name)[mark], scheme(name)["paper"]) >= wanted


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_ramp_goes_one_way_in_lightness(name):
    colours = scheme(name)
    steps = [light_of(colours[f"ramp-{step}"]) for step in (1, 2, 3, 4)]
    assert steps == sorted(steps, reverse=name == "light")
    assert all(contrast(colours[f"ramp-{step}"], colours[f"ramp-{step + 1}"]) >= 1.5 for step in (1, 2, 3))


def test_colours_are_named_only_in_the_token_file():
    style = (LOOK / "pictures.css").read_text(encoding="utf-8") + (LOOK / "report.css").read_text(encoding="utf-8")
    screen, printed = style.split("@media print", 1)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", screen) == []
    assert set(re.findall(r"#[0-9a-fA-F]{3,6}", printed)) <= {"#fff", "#000", "#333", "#999"}
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", style))
    assert used <= set(re.findall(r"--([a-z0-9-]+):", TOKENS))


def test_nothing_moves():
    style = TOKENS + "".join((LOOK / name).read_text(encoding="utf-8") for name in ("pictures.css", "report.css"))
    assert not re.search(r"animation|transition|@keyframes", style)
