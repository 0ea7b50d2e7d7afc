"""Code 128, code set B (ISO/IEC 15417): widths of bars and spaces for a short text of printable ASCII."""

from collections.abc import Sequence

# Bar, space, bar, space, bar, space of the values 0 to 105, in modules; then the stop with its closing bar.
_TABLE = """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222
    123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321
    232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121
    313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224
    111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111
    111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113
    114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112
"""
_WIDTHS = tuple(_TABLE.split())
_START_B, _STOP, _CHECKED_BY = 104, 106, 103


def values(text: str) -> tuple[int, ...]:
    """Start B, the characters, the check character, the stop. Raises ValueError for what code set B has not."""
    if not text or not all(" " <= character <= "~" for character in text):
        raise ValueError("Code 128 is drawn here from printable ASCII, one character at least")
    said = [ord(character) - ord(" ") for character in text]
    return (_START_B, *said, check_of(_START_B, said), _STOP)


def check_of(start: int, said: Sequence[int]) -> int:
    """The check character of what stands between it and the start: each value weighed by its place."""
    return (start + sum(place * value for place, value in enumerate(said, start=1))) % _CHECKED_BY


def bars(text: str) -> tuple[tuple[int, int], ...]:
    """Where each bar begins and how wide it is, in modules from the first; the symbol wants ten free on either side."""
    found, at = [], 0
    for value in values(text):
        for place, wide in enumerate(map(int, _WIDTHS[value])):
            if place % 2 == 0:
                found.append((at, wide))
            at += wide
    return tuple(found)
