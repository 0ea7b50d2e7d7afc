"""What the name of a column says: its words, and the longest phrase of the packs that it holds."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

_WORD = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z0-9а-яё])(?=[A-ZА-ЯЁ])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST = 200  # a column name longer than this is not a name


class Strength(IntEnum):
    """How much a header says."""

    NEVER = -1
    NOTHING = 0
    HINT = 1
    NAMES = 2


@dataclass(frozen=True, slots=True)
class Said:
    strength: Strength
    words: int = 0
    end: int = 0  # place of the last word: in most headers the noun comes last
    whole: bool = False


NOTHING = Said(Strength.NOTHING)


def split(name: str) -> tuple[str, ...]:
    """`CustomerEMailAddr`, `customer_email.addr` -> words in lower case. Only the last parts of a JSON path count."""
    short = name[-_LONGEST:]
    parts = [_CAMEL.sub(" ", part) for part in short.split(".")]
    return tuple(word.lower() for part in parts for word in _WORD.findall(part))


@dataclass(frozen=True, slots=True)
class _Run:
    owner: str
    strength: Strength
    start: int
    end: int


class Phrases:
    """Finds known phrases in a header; a phrase inside a longer known one does not count."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str, Strength]]] = defaultdict(list)
        self._joined: dict[str, list[tuple[str, Strength]]] = defaultdict(list)

    def add(self, owner: str, strength: Strength, phrases: Iterable[str]) -> None:
        for phrase in phrases:
            words = split(phrase)
            if not words:
                continue
            self._by_first[words[0]].append((words, owner, strength))
            self._joined["".join(words)].append((owner, strength))

    def look(self, words: Sequence[str]) -> dict[str, Said]:
        """What the header says to each owner of a phrase in it."""
        runs = self._runs(words)
        said: dict[str, Said] = {}
        for run in runs:
            if run.strength is not Strength.NEVER and _within_longer(run, runs):
                continue
            new = Said(run.strength, run.end - run.start, run.end, run.end - run.start == len(words))
            old = said.get(run.owner)
            if old is None or _heavier(new, old):
                said[run.owner] = new
        return said

    def _runs(self, words: Sequence[str]) -> list[_Run]:
        runs = []
        for start, first in enumerate(words):
            for phrase, owner, strength in self._by_first.get(first, ()):
                if tuple(words[start : start + len(phrase)]) == phrase:
                    runs.append(_Run(owner, strength, start, start + len(phrase)))
            for owner, strength in self._joined.get(first, ()):
                runs.append(_Run(owner, strength, start, start + 1))
        # e_mail, pass_word: what people split, joined again
        for start in range(len(words) - 1):
            for size in (2, 3):
                if start + size <= len(words):
                    for owner, strength in self._joined.get("".join(words[start : start + size]), ()):
                        runs.append(_Run(owner, strength, start, start + size))
        return runs


def _within_longer(run: _Run, runs: Iterable[_Run]) -> bool:
    size = run.end - run.start
    return any(
        other.start <= run.start and run.end <= other.end and other.end - other.start > size
        for other in runs
        if other.strength is not Strength.NEVER
    )


def _heavier(new: Said, old: Said) -> bool:
    if Strength.NEVER in (new.strength, old.strength):
        return new.strength is Strength.NEVER
    return (new.strength, new.words, new.end) > (old.strength, old.words, old.end)
