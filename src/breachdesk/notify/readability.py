"""How hard a text is to read. Floors, not proof: a text that passes can still be bad, one that fails is too hard.

English: Flesch-Kincaid grade level, 0.39 · words/sentences + 11.8 · syllables/words - 15.59
(Kincaid, Fishburne, Rogers, Chissom: Derivation of New Readability Formulas for Navy Enlisted Personnel, 1975).
Russian: Flesch reading ease with the coefficients of I. V. Oborneva (2006),
206.835 - 1.3 · words/sentences - 60.1 · syllables/words; higher is easier.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

_SENTENCE_END = re.compile(r"[.!?…]+(?=[\s»”\")]|$)")
_WORD = {
    "en": re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*"),
    "ru": re.compile(r"[А-Яа-яЁёA-Za-z]+(?:-[А-Яа-яЁёA-Za-z]+)*"),
}
_RUSSIAN_VOWEL = re.compile(r"[аеёиоуыэюя]", re.IGNORECASE)
_ENGLISH_VOWELS = re.compile(r"[aeiouy]+")
# Where counting groups goes wrong often enough to matter: two vowels that are spoken apart, an e that is not spoken.
_ENGLISH_TURNS = (
    (re.compile(r"(ia|io|iu|ua)(?!u)(?<!tia)(?<!cia)(?<!tio)(?<!sio)(?<!gio)(?<!cio)(?<!qua)(?<!gua)"), 1),
    (re.compile(r"eo(?!ple|us)|[^aeiouy]eat(e|ed|es|ing|or)$|idea|[aeiouy]ing$|ie(t|nc)"), 1),
    (re.compile(r"ique$|^busine|^ever(y|$)|^some(?=[a-z])|[aeiouy][^aeiouy]+ely$"), -1),
)
_SHORTENED = re.compile(
    r"\b(e\.g|i\.e|etc|Mr|Mrs|Ms|Dr|No|St|т\. ?е|т\. ?д|т\. ?п|г|ул|д|кв|ст|п|ч|тел)\.", re.IGNORECASE
)
_LONGEST_SENTENCE_WORDS = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """`score`: grade in English (lower is easier), Oborneva's score in Russian (higher is easier)."""

    language: str
    score: float
    words: int
    sentences: int
    syllables: int
    long_sentences: int  # of more than 20 words


def read(pieces: list[str], language: str) -> Reading:
    """Measure running text given in pieces (paragraphs, list points); a piece always ends a sentence."""
    words = syllables = sentences = too_long = 0
    count = _russian_syllables if language == "ru" else english_syllables
    for piece in pieces:
        for sentence in _SENTENCE_END.split(_SHORTENED.sub(lambda found: found[0].replace(".", ""), piece)):
            found = _WORD[language].findall(sentence)
            if not found:
                continue
            sentences += 1
            words += len(found)
            syllables += sum(count(word) for word in found)
            too_long += len(found) > _LONGEST_SENTENCE_WORDS
    if not words:
        return Reading(language, 0.0 if language != "ru" else 100.0, 0, 0, 0, 0)
    per_sentence, per_word = words / sentences, syllables / words
    score = (
        206.835 - 1.3 * per_sentence - 60.1 * per_word
        if language == "ru"
        else 0.39 * per_sentence + 11.8 * per_word - 15.59
    )
    return Reading(language, round(score, 2), words, sentences, syllables, too_long)


def passes(reading: Reading, *, grade: float = 8.0, oborneva: float = 45.0) -> bool:
    return reading.score >= oborneva if reading.language == "ru" else reading.score <= grade


@lru_cache(maxsize=1 << 14)
def english_syllables(word: str) -> int:
    """By groups of vowels: a silent final e and -es, -ed do not count; -le after a consonant does. At least one."""
    return sum(_part_syllables(part) for part in word.lower().split("-"))


def _part_syllables(word: str) -> int:
    word = word.replace("'", "").replace("’", "")
    if not word:
        return 0
    groups = len(_ENGLISH_VOWELS.findall(word))
    if re.search(r"[^aeiouy](e|es|ed)$", word) and not re.search(
        r"([^aeiouyl]le|les|[td]ed|[sxz]es|[cg]es|[cs]hes)$", word
    ):
        groups -= 1
    groups += sum(shift for pattern, shift in _ENGLISH_TURNS if pattern.search(word))
    return max(groups, 1)


@lru_cache(maxsize=1 << 14)
def _russian_syllables(word: str) -> int:
    """By vowels; the prepositions в, к, с have none. A Latin word inside Russian text (`PIN`) counts as one."""
    return 1 if re.fullmatch(r"[A-Za-z-]+", word) else len(_RUSSIAN_VOWEL.findall(word))
