"""Names as people write them, brought to one form, and whether two of them can be the same person's.

Precision first: names of relatives differ by one word, so every word of the shorter name must find its partner.
"""

import re

import polars as pl

_LETTERS = {
    **dict(zip("абвгдеёзийклмнопрстуфыэіґў", "abvgdeeziyklmnoprstufyeigu", strict=True)),
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
    "ї": "yi", "є": "ye", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
}  # fmt: skip
_TITLES = [
    f" {title} "
    for title in (
        *("mr", "mrs", "ms", "miss", "dr", "prof", "sir", "dame", "herr", "frau", "sra", "srta", "mme", "mlle"),
        *("jr", "sr", "ii", "iii", "phd", "md", "dds", "dvm"),
    )
]
_FEMININE = ("a", "e", "ya", "na", "ia", "ina", "ine", "ette")
_OTHER_SCRIPT = re.compile(r"[^\x00-\x7f]")


def fold(names: pl.Series) -> pl.Series:
    """Lower case, Latin letters without marks, titles off: the form in which names are compared."""
    names = names.cast(pl.String)
    ascii_only = bool((names.str.len_bytes() == names.str.len_chars()).all())
    if not ascii_only:
        names = names.str.normalize("NFKC")  # letters of mathematics and full-width ones have capitals of their own
    text = pl.select(pl.concat_str([pl.lit(" "), names.str.to_lowercase(), pl.lit(" ")])).to_series()
    if not ascii_only:
        bare = _latin(text).str.normalize("NFKD").str.replace_all(r"\p{M}+", "")
        text = _latin(bare)  # letters that had a mark of another alphabet
    words = text.str.replace_all(r"['’`ʼ.]", "").str.replace_all("[^a-z]+" if ascii_only else r"[^\p{L}]+", " ")
    plain = words.str.replace_many(_TITLES, [" "] * len(_TITLES)).str.replace_all("  ", " ", literal=True)
    return _sorted(plain.str.strip_chars(" "))


def _latin(text: pl.Series) -> pl.Series:
    return text.str.replace_many(list(_LETTERS), list(_LETTERS.values()))


def _sorted(words: pl.Series) -> pl.Series:
    """Two words in order of the alphabet, so that `Petrov, Ivan` is `Ivan Petrov`; longer names as they stand."""
    parts = words.str.splitn(" ", 3).struct.unnest()
    one, two, more = (pl.col(name) for name in parts.columns)
    swapped = two.is_not_null() & more.is_null() & (two < one)
    text = pl.when(swapped).then(pl.concat_str([two, pl.lit(" "), one])).otherwise(pl.lit(words))
    return parts.select(pl.when(pl.lit(words).str.len_bytes() > 0).then(text)).to_series()


def alike(one: str, other: str) -> bool:
    """Whether two folded names can be the same person's: each word of the shorter has its partner in the longer, equal,
    an initial, or one slip of the pen; and the whole is more than initials. Names in scripts that cannot be compared
    letter by letter (kanji and Latin) contradict nothing."""
    if one == other:
        return True
    if bool(_OTHER_SCRIPT.search(one)) != bool(_OTHER_SCRIPT.search(other)):
        return True
    short, long = sorted((one.split(), other.split()), key=len)
    free = list(long)
    solid = slips = 0
    for word in sorted(short, key=len, reverse=True):
        partner = min(free, key=lambda candidate: _gap(word, candidate), default="")
        gap = _gap(word, partner) if partner else 9
        slips += gap == 1 and len(word) > 1 and len(partner) > 1
        if gap > 1 or slips > 1:
            return False
        free.remove(partner)
        solid += len(word) > 1 and len(partner) > 1
    return solid > 0


def surely(one: str, other: str) -> bool:
    """As `alike`, but both have at least two words and the same script: enough to say yes where a weak tie asks."""
    if len(one.split()) < 2 or len(other.split()) < 2:
        return False
    if bool(_OTHER_SCRIPT.search(one)) != bool(_OTHER_SCRIPT.search(other)):
        return False
    return alike(one, other)


def _gap(word: str, other: str) -> int:
    """0 equal, 1 an initial or a slip, 2 another word."""
    if word == other:
        return 0
    if len(word) == 1 or len(other) == 1:
        return 1 if word[0] == other[0] else 2
    if _of_the_other_sex(word, other):
        return 2
    allowed = 2 if min(len(word), len(other)) >= 8 else 1 if min(len(word), len(other)) >= 4 else 0
    return 1 if allowed and word[0] == other[0] and _slips(word, other, allowed) <= allowed else 2


def _of_the_other_sex(word: str, other: str) -> bool:
    """Daniel and Daniela, Mario and Maria: one letter apart, and two people."""
    short, long = sorted((word, other), key=len)
    if long[len(short) :] in _FEMININE and long.startswith(short):
        return True
    return len(short) == len(long) and short[:-1] == long[:-1] and {short[-1], long[-1]} <= set("aeoiy")


def _slips(one: str, other: str, allowed: int) -> int:
    """Damerau-Levenshtein distance (neighbours swapped count once), given up above `allowed`."""
    if abs(len(one) - len(other)) > allowed:
        return allowed + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, mark in enumerate(other, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != mark))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == mark:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > allowed:
            return allowed + 1
        before, above = above, line
    return above[-1]
