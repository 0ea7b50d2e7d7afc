"""What the commands of the desk share: one line at a time, in the language of the house."""

import sys
from typing import Any

from breachdesk.cli.common import UNUSABLE, fail, words
from breachdesk.ground import options
from breachdesk.ground.languages import LANGUAGES
from breachdesk.report.words import Words
from breachdesk.web.place import Tell


def language() -> str:
    """BREACHDESK_LANGUAGE, or the first we speak. Ends with exit code 2 for one we do not."""
    try:
        wanted = options.text("BREACHDESK_LANGUAGE", LANGUAGES[0])
    except options.BadOption as error:
        fail(UNUSABLE, str(error))
    if wanted not in LANGUAGES:
        fail(UNUSABLE, f"BREACHDESK_LANGUAGE: {wanted!r} is not spoken here; use {', '.join(LANGUAGES)}")
    return wanted


def our_words() -> Words:
    return words(language())


def telling() -> Tell:
    """Says a line on standard error, whole, from whichever thread."""
    said = our_words()

    def tell(key: str, n: int | None = None, **values: Any) -> None:
        sys.stderr.write(f"{said.say(key, n, **values)}\n")
        sys.stderr.flush()

    return tell
