"""Every problem a reader can name has its words, in every language, and no word stands unused."""

import re
from pathlib import Path

import pytest

from breachdesk import scope
from breachdesk.ground.shelf import our_shelf

_CODE = re.compile(
    r'(?:Problem\(|\.add\(|_tell\(|unparsed\([^"\n]*|_refuse\([^"\n]*|code = |else )"([a-z_]{4,})"|: "([a-z_]{4,})",?\n'
)


def codes() -> set[str]:
    folder = Path(next(iter(scope.__path__))) / "readers"
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    return {one or other for one, other in _CODE.findall(text)}


WORDS = our_shelf().data("messages/problems.yaml")


def test_every_code_has_words() -> None:
    named = {code for code in codes() if "_" in code or code in ("truncated", "corrupt", "encrypted")}
    missing = named & {code for code in named if code not in WORDS}
    assert not missing


@pytest.mark.parametrize("code", list(WORDS))
@pytest.mark.parametrize("language", ["en", "ru"])
def test_words_say_what_and_what_to_do(code: str, language: str) -> None:
    words = WORDS[code][language]
    assert set(words) == {"what", "do"}
    assert all(text.endswith(".") for text in words.values())
    assert ("{detail}" in words["what"]) == ("{detail}" in WORDS[code]["en"]["what"])
