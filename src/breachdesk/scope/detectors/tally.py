"""Counting one column as its batches pass: bounded memory, every cell looked at.

A detector becomes a candidate when the header speaks for it or a spread sample of any batch looks like it; from then on
it is applied to every cell. Later batches can open new candidates, so nothing rests on the first rows alone.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from breachdesk.scope.detectors.context import Header
from breachdesk.scope.detectors.detector import LONGEST, Detector, Detectors
from breachdesk.scope.detectors.digits import series
from breachdesk.scope.detectors.header import Said, Strength
from breachdesk.scope.ordered import distinct

_SAMPLE = 128  # cells of each batch that are tried against every detector
_KEPT = 512  # cells kept for questions about the column as a whole
_MINIMA = 1024  # smallest hashes kept: distinct values to about 3 %
_CANDIDATES = 40
_COUNTED = 1 << 12  # codes below this are counted without sorting
_NEW_LINE = 10
_OPENS = 0.04  # share of a sample that makes a candidate


class Tally:
    def __init__(self, header: Header, said: dict[str, Said], detectors: Detectors, meant: str = "") -> None:
        """`meant`: the detector of what somebody says the column is."""
        self.header = header
        self.said = said
        self.rows = 0
        self.filled = 0
        self.chars = 0
        self.longest = 0
        self.long = 0
        self.low: str | None = None
        self.high: str | None = None
        self.sample: list[str] = []
        self.kinds: Counter[str] = Counter()
        self.sampled = 0
        self.candidates: list[Detector] = []
        self.shapes: Counter[str] = Counter()
        self.crosstab: Counter[int] = Counter()  # which candidates (bits) passed together, and how often
        self._detectors = detectors
        self._minima: NDArray[np.uint64] = np.empty(0, np.uint64)
        self._complete = True
        if meant:
            self._open(detectors[meant])
        for name, what in said.items():
            if what.strength is Strength.NAMES and name in detectors.by_id:
                self._open(detectors[name])

    def see(self, column: pa.Array) -> None:
        """Count a part of the column: strings, null where empty."""
        if column.type != pa.large_string():
            column = column.cast(pa.large_string())
        self.rows += len(column)
        if column.null_count:
            column = column.drop_null()
        if len(column) == 0:
            return
        self.filled += len(column)
        lines, lengths = _lines(column)
        cells = series(column)
        self.chars += int(lengths.sum())
        longest = int(lengths.max())
        self.longest = max(self.longest, longest)
        self._distinct(cells)
        if longest > LONGEST:
            fits = lengths <= LONGEST
            self.long += int(np.count_nonzero(~fits))
            cells = cells.filter(pl.Series(fits))
            if cells.len() == 0:
                return
        self._bounds(cells)
        if lines:
            cells = first_lines(cells)
        if self.sampled == 0:
            self._look(cells)
        elif len(self.sample) < _KEPT:
            self._note(_spread(cells, _SAMPLE))
        codes = self._codes(cells, self.candidates)
        unexplained = codes & ~self._mixing() == 0
        if unexplained.any():
            codes = self._reopen(cells, codes, unexplained)
        self.crosstab.update(_counted(codes))

    def _open(self, detector: Detector) -> None:
        if len(self.candidates) < _CANDIDATES and detector not in self.candidates:
            self.candidates.append(detector)

    def _codes(self, cells: pl.Series, candidates: Sequence[Detector]) -> NDArray[np.int64]:
        """Apply candidates to every cell; per cell the bits of those it passed. Where values repeat, to each value."""
        words, places = cells, None
        if candidates and cells.len() >= _SAMPLE and self.distinct() * 4 <= self.filled:
            words, places = _dictionary(cells)
        codes = np.zeros(words.len(), dtype=np.int64)
        for detector in candidates:
            match = detector.match(words)
            shape = match.shape if places is None else match.shape[places]
            self.shapes[detector.id] += int(np.count_nonzero(shape))
            codes |= match.passed.astype(np.int64) << self.candidates.index(detector)
        return codes if places is None else codes[places]

    def _mixing(self) -> int:
        """Bits of candidates that take an identifier of any kind: they explain nothing."""
        return sum(1 << place for place, one in enumerate(self.candidates) if one.id in self._detectors.mixers)

    def _reopen(self, cells: pl.Series, codes: NDArray[np.int64], unexplained: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Look at what no candidate explains; candidates that come of it are applied to all of that."""
        before = len(self.candidates)
        rest = cells if unexplained.all() else cells.filter(pl.Series(unexplained))
        self._look(rest)
        if len(self.candidates) > before:
            codes[unexplained] |= self._codes(rest, self.candidates[before:])
        return codes

    def _look(self, cells: pl.Series) -> None:
        """Try a spread of the cells against every detector; what is likely becomes a candidate."""
        tried = _spread(cells, _SAMPLE * 8 if self.mixed_ids() else _SAMPLE)
        for name, count in self._note(tried).most_common():
            if name.startswith("~"):
                continue
            detector = self._detectors[name]
            hinted = name in self.said and self.said[name].strength is Strength.HINT
            if hinted or (detector.pack.group and self.mixed_ids()) or self._likely(detector, count, tried):
                self._open(detector)

    def _note(self, tried: Sequence[str]) -> Counter[str]:
        """Keep some of the cells, and how often each detector and kind fits them at sight."""
        self.sampled += len(tried)
        self.sample.extend(tried[: max(0, _KEPT - len(self.sample))])
        hits: Counter[str] = Counter()
        for value in tried:
            hits.update(self._detectors.at_sight(value))
        for name, count in hits.items():
            if name.startswith("~"):
                self.kinds[name[1:]] += count
        return hits

    def _likely(self, detector: Detector, count: int, tried: Sequence[str]) -> bool:
        """Looks of it are common here, and a column without the right header may be it at all."""
        values = detector.pack.values
        least = _OPENS * len(tried)
        if values is None or values.alone is None or count < least:
            return False
        return values.words is None or sum(detector.lists(value) for value in tried) >= least

    def mixed_ids(self) -> bool:
        """The header says: an identity number, whose country is not said."""
        return any(name in self.said and self.said[name].strength >= Strength.HINT for name in self._detectors.mixers)

    def _bounds(self, cells: pl.Series) -> None:
        low, high = cells.min(), cells.max()
        if isinstance(low, str) and isinstance(high, str):
            self.low = low if self.low is None else min(self.low, low)
            self.high = high if self.high is None else max(self.high, high)

    def _distinct(self, cells: pl.Series) -> None:
        hashes = cells.hash(seed=1).to_numpy()
        if self._minima.size == _MINIMA:
            hashes = hashes[hashes < self._minima[-1]]
        if hashes.size:
            merged = distinct(np.concatenate((self._minima, hashes)))
            self._complete = self._complete and merged.size <= _MINIMA
            self._minima = merged[:_MINIMA]

    def distinct(self) -> int:
        """How many different values, estimated from the smallest hashes; exact while there are few."""
        if self._complete or self._minima.size < _MINIMA:
            return int(self._minima.size)
        return min(self.filled, int((_MINIMA - 1) / (float(self._minima[-1]) / 2.0**64)))

    def passed(self, detector: Detector, *, beside: Sequence[Detector] = ()) -> int:
        """Cells that pass this detector and none of `beside`."""
        bit = 1 << self.candidates.index(detector)
        others = sum(1 << self.candidates.index(other) for other in beside)
        return sum(count for code, count in self.crosstab.items() if code & bit and not code & others)


def _dictionary(cells: pl.Series) -> tuple[pl.Series, NDArray[np.int32]]:
    """The different values, and for each cell the place of its value among them."""
    encoded = cells.to_arrow().dictionary_encode()
    words = pl.Series(encoded.dictionary)
    return words.cast(pl.String), encoded.indices.to_numpy()


def _lines(column: pa.LargeStringArray) -> tuple[bool, NDArray[np.int64]]:
    """Whether any cell has a second line; the length of each in bytes. `column` has no nulls."""
    _, offsets, data = column.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    held = np.frombuffer(data, dtype=np.uint8)[starts[0] : starts[-1]] if data else np.empty(0, np.uint8)
    return bool((held == _NEW_LINE).any()), np.diff(starts)


def _counted(codes: NDArray[np.int64]) -> dict[int, int]:
    """How often each code occurs: mostly there are few candidates, then they are counted in place."""
    if int(codes.max()) < _COUNTED:
        counts = np.bincount(codes)
        return {int(code): int(counts[code]) for code in np.flatnonzero(counts)}
    found = zip(*np.unique(codes, return_counts=True), strict=True)
    return {int(code): int(count) for code, count in found}


def _spread(cells: pl.Series, size: int) -> list[str]:
    """So many cells, evenly from first to last."""
    places = np.linspace(0, cells.len() - 1, min(size, cells.len())).astype(np.intp)  # steps of one or more: no repeats
    found: list[str] = cells.gather(places).to_list()
    return found


def first_lines(cells: pl.Series) -> pl.Series:
    """Several values in one cell stand on lines of their own; the first one is judged."""
    if not cells.str.contains("\n", literal=True).any():
        return cells
    return cells.str.extract(r"^([^\n]*)", 1)
