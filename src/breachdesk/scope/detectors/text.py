"""Personal data in running text: anchors find the places, patterns take the values, checks and words around decide."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from breachdesk.scope.detectors import anchors
from breachdesk.scope.detectors.checks import CHECKS
from breachdesk.scope.detectors.detector import Detector, Detectors
from breachdesk.scope.detectors.digits import buffer_of
from breachdesk.scope.detectors.pack import TextPack, compiled
from breachdesk.scope.ordered import distinct

_MOST = 10_000  # findings of one detector in one cell
_FEW = 16  # cells that are not worth a pass of their own
_NEAR = 28  # bytes in which a cold word (order no, version) speaks against what follows
_TOP_BITS, _GOES_ON = np.uint8(0xC0), np.uint8(0x80)  # of a byte of UTF-8 that is not the first of its character
_WHOLE = 0.8  # a value that fills this much of a short cell was for the column to judge


class Span(NamedTuple):
    """A finding in a cell: character offsets, half open."""

    row: int
    start: int
    end: int
    detector: Detector
    confidence: float
    reason: str


class _Hit(NamedTuple):
    cell: int
    start: int  # bytes
    end: int
    place: int  # of the detector
    confidence: float
    reason: str


_CELL = attrgetter("cell")


class Scanner:
    """All text detectors at once. Built once per process; threads may share it."""

    def __init__(self, detectors: Detectors) -> None:
        self._detectors = list(detectors.of_text())
        self._anchors = anchors.build(self._detectors)
        self._patterns = [compiled(one.pack.text.pattern) for one in self._detectors if one.pack.text]
        self._terms = [_terms(one.pack.text) for one in self._detectors if one.pack.text]
        self._hot = [_words(one.pack.text.hotwords) for one in self._detectors if one.pack.text]
        self._cold = [_words(one.pack.text.coldwords) for one in self._detectors if one.pack.text]
        self._after = [_next_words(one.pack.text.coldwords_after) for one in self._detectors if one.pack.text]
        self._needed = [_needed(one.pack.text) for one in self._detectors if one.pack.text]
        self._mailed = [one.pack.text.mail_speaks for one in self._detectors if one.pack.text]

    def scan(self, cells: pl.Series, *, prose: bool, things: bool = False) -> list[Span]:
        """Findings in all cells, in order of row and place. `prose` false: a column of short values, where only what
        needs no context counts. `things`: the table is about things."""
        data, starts = buffer_of(cells)
        pairs = self._anchors.pairs(data.data, starts)
        hits: list[_Hit] = []
        for place in distinct(pairs[:, 1]):
            if self._wanted(int(place), prose=prose, things=things):
                worth = self._hotter(int(place), cells, pairs[pairs[:, 1] == place, 0])
                hits.extend(self._confirm(int(place), worth, data, starts, prose=prose))
        return _spans(list(_apart(hits)), data, starts, self._detectors)

    def _wanted(self, place: int, *, prose: bool, things: bool) -> bool:
        text = self._detectors[place].pack.text
        return text is not None and (prose or not text.prose_only) and not (things and text.needs == "no_thing")

    def _hotter(self, place: int, cells: pl.Series, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Of these rows those that hold a needed word at all, wherever it stands."""
        words = self._needed[place]
        if not words or rows.size < _FEW:
            return rows
        held: NDArray[np.bool_] = cells.gather(rows).str.contains(words).to_numpy()
        return rows[held]

    def _confirm(
        self, place: int, cells: NDArray[np.int64], data: NDArray[np.uint8], starts: NDArray[np.int64], *, prose: bool
    ) -> Iterator[_Hit]:
        values = self._detectors[place].pack.values
        certain = bool(values and values.certain)
        pattern = self._patterns[place]
        groups = pattern.groups
        found: list[tuple[int, bytes, int, int]] = []
        view = data.data
        for cell, first, last in zip(cells.tolist(), starts[cells].tolist(), starts[cells + 1].tolist(), strict=True):
            raw = bytes(view[first:last])
            for match in islice(pattern.finditer(raw), _MOST):
                start, end = match.span(groups if groups < 2 else match.lastindex or 0)
                if start < end and (prose or certain or end - start < _WHOLE * len(raw)):
                    found.append((cell, raw, start, end))
        for (cell, raw, start, end), good in zip(found, self._checked(place, found), strict=True):
            if good:
                hit = self._weigh(place, cell, raw, start, end)
                if hit is not None:
                    yield hit

    def _checked(self, place: int, found: Sequence[tuple[int, bytes, int, int]]) -> Iterable[bool]:
        text = self._detectors[place].pack.text
        if text is None or not found or (text.check is None and text.words is None):
            return [True] * len(found)
        values = pl.Series([raw[start:end].decode(errors="replace") for _, raw, start, end in found])
        good = np.ones(len(found), dtype=bool)
        if text.check is not None:
            good &= CHECKS[text.check](values)
        if text.words is not None:
            good &= self._detectors[place].listed(values)
        answer: list[bool] = good.tolist()
        return answer

    def _weigh(self, place: int, cell: int, raw: bytes, start: int, end: int) -> _Hit | None:
        """Words around raise or lower; without a needed word there is no finding."""
        confidence, surer, reach, needed, reason = self._terms[place]
        cold, hot, after = self._cold[place], self._hot[place], self._after[place]
        if after is not None and after.match(raw[end : end + _NEAR].decode(errors="ignore").lower()):
            return None
        if hot is None and cold is None:
            return _Hit(cell, start, end, place, confidence, reason)
        before = raw[max(0, start - reach) : start].decode(errors="ignore").lower()
        if cold is not None and cold.search(before[-_NEAR:]) and not (hot is not None and hot.search(before[-_NEAR:])):
            return None
        if hot is None:
            return _Hit(cell, start, end, place, confidence, reason)
        if hot.search(before) or hot.search(raw[end : end + reach // 2].decode(errors="ignore").lower()):
            return _Hit(cell, start, end, place, surer, reason + ", words beside it")
        if needed and not (self._mailed[place] and b"@" in raw[max(0, start - reach) : end + reach]):
            return None
        return _Hit(cell, start, end, place, confidence, reason)


@lru_cache(maxsize=2)
def scanner(detectors: Detectors) -> Scanner:
    """The scanner of these detectors: half a second to build, so tables share it."""
    return Scanner(detectors)


def _needed(text: TextPack) -> str:
    """What must stand somewhere in a cell; empty: nothing must."""
    if not text.hotword_needed:
        return ""
    words = "|".join("".join(sign if sign.isalnum() else rf"\x{{{ord(sign):x}}}" for sign in w) for w in text.hotwords)
    return rf"(?i)(?:^|[^\pL])(?:{words})(?:$|[^\pL])" + "|@" * text.mail_speaks


def _terms(text: TextPack) -> tuple[float, float, int, bool, str]:
    """Confidence without and with a word beside it, how far words reach, whether one is needed, the reason."""
    reason = (
        "in running text by pattern" if text.check is None else f"in running text by pattern and check {text.check}"
    )
    return text.confidence, round(min(0.99, text.confidence + 0.1), 3), text.reach, text.hotword_needed, reason


def _words(words: Sequence[str]) -> re.Pattern[str] | None:
    """Whole words or phrases, whatever the script. Searched in windows of at most 400 bytes, and nothing in it repeats:
    the standard library is the faster one here."""
    if not words:
        return None
    inner = "|".join(re.escape(word.lower()) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![^\W\d_])(?:{inner})(?![^\W\d_])")


def _next_words(words: Sequence[str]) -> re.Pattern[str] | None:
    """The words that come next, after a space or a hyphen."""
    if not words:
        return None
    inner = "|".join(re.escape(word.lower()) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"[\s\-]{{0,2}}(?:{inner})(?![^\W\d_])")


def _apart(hits: Sequence[_Hit]) -> Iterator[_Hit]:
    """Where findings overlap the surer, then the longer one stands."""
    for _, group in groupby(sorted(hits, key=_CELL), key=_CELL):
        several = list(group)
        yield from several if len(several) == 1 else _without_overlap(several)


def _without_overlap(group: list[_Hit]) -> list[_Hit]:
    """Sorted by place a finding only meets its neighbours: a chain of overlaps keeps its surest links."""
    group.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[_Hit] = []
    for hit in group:
        while kept and hit is not None and kept[-1].end > hit.start:
            if (hit.confidence, hit.end - hit.start) > (kept[-1].confidence, kept[-1].end - kept[-1].start):
                kept.pop()
            else:
                break
        else:
            kept.append(hit)
    return kept


def _spans(
    hits: Sequence[_Hit], data: NDArray[np.uint8], starts: NDArray[np.int64], detectors: Sequence[Detector]
) -> list[Span]:
    """Byte places as character places: less the bytes that go on with a character, counted for all hits at once."""
    if not hits:
        return []
    cells, firsts, lasts, places, surenesses, reasons = zip(*hits, strict=True)
    first, last = np.array(firsts, dtype=np.int64), np.array(lasts, dtype=np.int64)
    inner = np.flatnonzero((data & _TOP_BITS) == _GOES_ON)
    if inner.size:
        base = starts[np.array(cells)]
        before = np.searchsorted(inner, base)
        first, last = (at - np.searchsorted(inner, base + at) + before for at in (first, last))
    owners = [detectors[place] for place in places]
    return list(map(Span, cells, first.tolist(), last.tolist(), owners, surenesses, reasons))
