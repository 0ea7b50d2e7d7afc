"""Finding the places in a buffer of text that are worth a look: all anchors of all detectors in one pass.

Hyperscan scans; where its wheel is missing, RE2 answers per cell. An anchor is cheap and over-eager on purpose.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from threading import Lock
from typing import Any, Protocol

import numpy as np
import re2
from numpy.typing import NDArray

from breachdesk.scope.detectors.detector import Detector
from breachdesk.scope.ordered import distinct

hyperscan: Any = None
with suppress(ImportError):  # the wheel exists for x86-64 and arm64 Linux
    hyperscan = import_module("hyperscan")

_ID_BITS = 12  # of a hit; above them its place
_MOST_HITS = 1_000_000  # in one go; a cell that goes on like this is looked at whole
Pairs = NDArray[np.int64]  # two columns: cell, detector


class Anchors(Protocol):
    def pairs(self, data: memoryview, starts: NDArray[np.int64]) -> Pairs:
        """Which cells hold an anchor of which detector, sorted, without repeats. Cell i is
        data[starts[i]:starts[i+1]]."""


def build(detectors: Sequence[Detector]) -> Anchors:
    anchors = [
        (place, anchor) for place, one in enumerate(detectors) if one.pack.text for anchor in one.pack.text.anchors
    ]
    return HyperscanAnchors(anchors) if hyperscan is not None else Re2Anchors(anchors)


class HyperscanAnchors:
    def __init__(self, anchors: Sequence[tuple[int, str]]) -> None:
        self._owner = np.array([place for place, _ in anchors], dtype=np.int64)
        self._lock = Lock()  # a database has one scratch space
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[anchor.encode() for _, anchor in anchors],
            ids=list(range(len(anchors))),
            flags=[0 if anchor.isascii() else hyperscan.HS_FLAG_UTF8 for _, anchor in anchors],
        )

    def pairs(self, data: memoryview, starts: NDArray[np.int64]) -> Pairs:
        found = [np.empty((0, 2), np.int64)]
        for hits, base, first in self._scans(data, starts):
            ends, ids = (hits >> _ID_BITS) + base, hits & (1 << _ID_BITS) - 1
            cells = np.searchsorted(starts, ends - 1, side="right") - 1
            keys = distinct(np.maximum(cells, first) * 1024 + self._owner[ids])
            found.append(np.stack((keys // 1024, keys % 1024), axis=1))
        pairs: Pairs = np.concatenate(found)
        return pairs

    def _scans(self, data: memoryview, starts: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], int, int]]:
        """Scan; after a flood of hits go on behind the cell that caused it, which is then looked at for everything."""
        first, last = 0, len(starts) - 1
        while first < last:
            base = int(starts[first])
            hits, stopped = self._scan(data[base : int(starts[last])])
            yield np.array(hits, dtype=np.int64), base, first
            if not stopped:
                return
            cell = int(np.searchsorted(starts, base + (hits[-1] >> _ID_BITS) - 1, side="right")) - 1
            everything = np.arange(len(self._owner), dtype=np.int64)
            yield ((starts[cell] + 1 - base) << _ID_BITS) | everything, base, cell
            first = cell + 1

    def _scan(self, data: memoryview) -> tuple[list[int], bool]:
        hits: list[int] = []
        append = hits.append

        def on_match(which: int, start: int, end: int, flags: int, context: Any) -> bool | None:
            append(end << _ID_BITS | which)
            return True if len(hits) >= _MOST_HITS else None

        try:
            with self._lock:
                self._database.scan(data, match_event_handler=on_match)
        except hyperscan.ScanTerminated:
            return hits, True
        return hits, False


class Re2Anchors:
    """The same answers at an eighth of the speed."""

    def __init__(self, anchors: Sequence[tuple[int, str]]) -> None:
        options = re2.Options()
        options.max_mem = 128 << 20
        self._set = re2.Set.SearchSet(options)
        self._owner = [place for place, _ in anchors]
        for _, anchor in anchors:
            self._set.Add(anchor.encode())
        self._set.Compile()

    def pairs(self, data: memoryview, starts: NDArray[np.int64]) -> Pairs:
        found: list[tuple[int, int]] = []
        for cell in range(len(starts) - 1):
            text = bytes(data[int(starts[cell]) : int(starts[cell + 1])])
            if text:
                owners = {self._owner[which] for which in self._set.Match(text) or ()}
                found.extend((cell, owner) for owner in sorted(owners))
        return np.array(found, dtype=np.int64).reshape(-1, 2)
