"""Text from evidence made harmless to the eye: controls, bidi switches, invisible characters are shown, not obeyed."""

import unicodedata

LONGEST = 240
_HARMLESS = frozenset("\n\t")
_MOST = 5_000  # kept: a text of every character there is does not fill the memory
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, *, longest: int = LONGEST) -> str:
    """`text` with every unseen character written as `⟨U+202E⟩` and its middle left out when it is very long."""
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]} … {text[-half:]}"
    if text.isprintable():  # what is printable is of no unseen category
        return text
    return text.translate(_SHOWN)


class _Shown(dict[int, str]):
    """What each character is shown as, found out once: `str.translate` asks for it."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _HARMLESS:
            shown = " "
        elif unicodedata.category(character) in _UNSEEN:
            shown = f"⟨U+{code:04X}⟩"
        else:
            shown = character
        if len(self) < _MOST:
            self[code] = shown
        return shown


_SHOWN = _Shown()
