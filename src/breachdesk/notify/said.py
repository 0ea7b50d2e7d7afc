"""What a mail server said, fit to be kept and shown: harmless to the eye, and nobody's address."""

import re
from collections.abc import Iterable

from breachdesk.ground.visible import visible

LONGEST_SAID = 300
CUT_AT = 400  # letters: what is longer was cut by whoever read it
# An address as servers write it, also where its "@" is written as in a link, in a MIME word or in xtext.
_ADDRESS = re.compile(r'(?:"[^"]*"|[^\s<>()\[\],;:"@]*)(?:@|[%=+]40)(?=[\w\[])')


_PLAIN = re.compile(r"[0-9A-Za-z.,:;()/-](?:[0-9A-Za-z.,:;()/ -]{0,200}[0-9A-Za-z.,:;()/-])?")


def harmless(text: str, names: Iterable[str] = ()) -> str:
    """One line that turns and hides nothing, without what stands before the "@" of any address, at most 300 letters.
    `names`: addresses whose first half is taken out where it stands alone, too."""
    if _PLAIN.fullmatch(text) and "  " not in text and not names:
        return text  # what most say of most: nothing in it that any of this would change
    line = whole(" ".join(text.split()))
    line = _ADDRESS.sub("…@", visible(line, longest=CUT_AT))
    for name in names:
        local = re.split(r"@|[%=+]40", name)[0].strip('<> "')
        if 3 <= len(local) <= 64:
            line = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "…", line, flags=re.IGNORECASE)
    return line if len(line) <= LONGEST_SAID else line[: LONGEST_SAID - 2].rstrip() + " …"


def whole(text: str) -> str:
    """Without the word that was cut: it may be the half of an address."""
    return text if len(text) < CUT_AT else text[:CUT_AT].rpartition(" ")[0]
