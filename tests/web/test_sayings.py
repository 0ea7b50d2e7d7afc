"""The words of the desk: the same sentences with the same places in every language, each used, none missing."""

import ast
import re
from pathlib import Path

import pytest

from breachdesk.ground.languages import LANGUAGES
from breachdesk.web import sayings

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "src" / "breachdesk"
PLACE = re.compile(r"\{(\w*)\}")
NAMED = re.compile(r"""\{%\s*say\s+['"]([a-z0-9_.]+)['"]""")
UNDER = re.compile(r"""\{%\s*word\s+\S+\s+['"]([a-z0-9_.]+)['"]""")


def templates() -> list[Path]:
    return sorted(path for path in CODE.rglob("templates/**/*") if path.suffix in (".html", ".txt"))


def places(saying: object) -> set[str]:
    forms = saying.values() if isinstance(saying, dict) else [saying]
    return {place for form in forms for place in PLACE.findall(str(form))} - {"n", "count"}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_says_the_same_with_the_same_places(language: str) -> None:
    english, other = sayings.words("en").sayings, sayings.words(language).sayings
    assert set(english) == set(other)
    for key, saying in english.items():
        assert places(saying) == places(other[key]), key


def test_every_sentence_a_template_names_is_there() -> None:
    words = sayings.words("en")
    for path in templates():
        text = path.read_text("utf-8")
        missing = [key for key in NAMED.findall(text) if key not in words]
        assert not missing, f"{path.relative_to(CODE)}: {missing}"
        for under in UNDER.findall(text):
            assert any(key.startswith(f"{under}.") for key in words.sayings), f"{path.relative_to(CODE)}: {under}"


def test_every_sentence_a_refusal_names_is_there() -> None:
    words, found = sayings.words("en"), 0
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refused" and node.args:
                key = node.args[0]
                if isinstance(key, ast.Constant):
                    assert key.value in words, f"{path.name}: {key.value}"
                    found += 1
    assert found


def test_no_sentence_stands_idle() -> None:
    """A key is named whole, or stands under a name that is completed where it is used."""
    text = "\n".join(path.read_text("utf-8") for path in (*templates(), *CODE.rglob("*.py")))
    idle = [
        key
        for key in sayings.words("en").sayings
        if not key.startswith(("dates.", "left.")) and not any(part in text for part in _named(key))
    ]
    assert not idle


def _named(key: str) -> list[str]:
    parts = key.split(".")
    return [
        key,
        *(f'{".".join(parts[:size])}"' for size in range(2, len(parts))),
        *(f"{'.'.join(parts[:size])}.{{" for size in range(2, len(parts))),
    ]
