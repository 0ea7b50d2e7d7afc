"""Text from evidence made harmless to the eye: controls, bidi switches, invisible characters are shown, not obeyed."""

import unicodedata

LONGEST = 240
_HARMLESS = frozenset("\n\t")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, *, longest: int = LONGEST) -> str:
    """`text` with every unseen character written as `⟨U+202E⟩` and its middle left out when it is very long."""
    if len(text) > longest:
        half = longest // 2
        text = f"{text[:half]} … {text[-half:]}"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _HARMLESS:
        return " "
    if unicodedata.category(character) in _UNSEEN:
        return f"⟨U+{ord(character):04X}⟩"
    return character
