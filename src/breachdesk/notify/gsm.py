"""How a text goes as a short message: in which alphabet, how long it is, in how many parts (3GPP TS 23.038, 23.040)."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

#: The default alphabet of GSM 03.38, by code; 0x1B leads into the second table.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_CODES = {letter: code for code, letter in enumerate(_BASIC) if letter != "\x1b"}
# What word processors write, as the default alphabet has it: one such letter would halve the length of a part.
_PLAIN = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "–": "-", "—": "-", "‑": "-",
    "−": "-", "…": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
}  # fmt: skip
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Alphabet(StrEnum):
    GSM = "gsm"  # seven bits a letter; letters of the second table take two
    UCS2 = "ucs2"  # sixteen bits; what is beyond the first plane takes two


#: How many units a message has when it is one, and each part when it is several (a header tells them apart).
ALONE = {Alphabet.GSM: 160, Alphabet.UCS2: 70}
OF_SEVERAL = {Alphabet.GSM: 153, Alphabet.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Length:
    """`units`: as the network counts letters."""

    alphabet: Alphabet
    units: int
    parts: int


def cleaned(text: str) -> str:
    """One line of letters that can be seen and turn nothing round; quotes and dashes of the default alphabet, where
    that is all it takes to stay in it."""
    seen = "".join(" " if unicodedata.category(one) in _UNSEEN else one for one in text)
    line = " ".join(seen.split())
    plain = " ".join("".join(_PLAIN.get(one, one) for one in line).split())
    return plain if alphabet_of(plain) is Alphabet.GSM else line


def alphabet_of(text: str) -> Alphabet:
    return Alphabet.GSM if all(one in _CODES or one in _EXTENDED for one in text) else Alphabet.UCS2


def width(letter: str, alphabet: Alphabet) -> int:
    """Units of one letter."""
    if alphabet is Alphabet.GSM:
        return 2 if letter in _EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1


def length(text: str) -> Length:
    alphabet = alphabet_of(text)
    units = sum(width(one, alphabet) for one in text)
    return Length(alphabet, units, len(parts(text)))


def parts(text: str) -> list[str]:
    """The text in parts; a letter that takes two units is never cut."""
    alphabet = alphabet_of(text)
    if sum(width(one, alphabet) for one in text) <= ALONE[alphabet]:
        return [text]
    return list(_cut(text, alphabet))


def _cut(text: str, alphabet: Alphabet) -> Iterator[str]:
    begin, units = 0, 0
    for at, letter in enumerate(text):
        wide = width(letter, alphabet)
        if units + wide > OF_SEVERAL[alphabet]:
            yield text[begin:at]
            begin, units = at, 0
        units += wide
    yield text[begin:]


def encoded(text: str, alphabet: Alphabet) -> bytes:
    """As SMPP carries it: an octet for each unit of seven bits (not packed), or UTF-16, high octet first. Raises
    ValueError for a letter the alphabet has not."""
    if alphabet is Alphabet.UCS2:
        return text.encode("utf-16-be")
    octets = bytearray()
    for letter in text:
        if letter in _CODES:
            octets.append(_CODES[letter])
        elif letter in _EXTENDED:
            octets += bytes((0x1B, _EXTENDED[letter]))
        else:
            raise ValueError(f"U+{ord(letter):04X} is not in the default alphabet")
    return bytes(octets)
