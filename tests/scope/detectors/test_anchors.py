"""The two scanners find the same places; a cell that floods one of them is looked at whole."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

from breachdesk.scope.detectors import anchors
from breachdesk.scope.detectors.detector import Detector
from breachdesk.scope.detectors.digits import buffer_of
from tests.scope.detectors.judging import detectors

pytest.importorskip("hyperscan")

TEXTS = [
    "write to ada@example.org or call +44 20 7946 0958",
    "",
    "У меня ДИАБЕТ, мой СНИЛС 112-233-445 95",
    "nothing here",
    "card 4111 1111 1111 1111 and IBAN DE89 3704 0044 0532 0130 00",
    "Zöliakie, ZÖLIAKIE, cœliaque",
    "my password is Tr0ub4dor9\x00 and 192.0.2.17",
]


def _all() -> list[tuple[int, str]]:
    of_text: list[Detector] = list(detectors().of_text())
    return [(place, anchor) for place, one in enumerate(of_text) if one.pack.text for anchor in one.pack.text.anchors]


def test_both_scanners_find_the_same_places() -> None:
    fast, plain = anchors.HyperscanAnchors(_all()), anchors.Re2Anchors(_all())
    for text in TEXTS:  # one by one: Hyperscan reads cells without a gap, and may begin in one and end in the next
        data, starts = buffer_of(pl.Series([text]))
        ours, theirs = (one.pairs(data.data, starts).tolist() for one in (fast, plain))
        assert ours == theirs, text
        assert bool(ours) is (text not in ("", "nothing here"))


def test_a_flooding_cell_is_looked_at_for_everything_and_those_behind_it_as_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anchors, "_MOST_HITS", 100)
    cells = pl.Series(["ada@example.org", "a@b " * 5_000, "nothing", "ada@example.org"])
    data, starts = buffer_of(cells)
    pairs = anchors.HyperscanAnchors(_all()).pairs(data.data, starts)
    of_cell = {cell: set(pairs[pairs[:, 0] == cell, 1].tolist()) for cell in range(4)}
    assert len(of_cell[1]) == len({place for place, _ in _all()})
    assert of_cell[2] == set()
    assert of_cell[3] == of_cell[0] != set()


def test_threads_may_share_a_scanner() -> None:
    shared = anchors.HyperscanAnchors(_all())
    cells = [buffer_of(pl.Series([*TEXTS[place:], *TEXTS[:place]] * 200)) for place in range(len(TEXTS))]
    alone = [shared.pairs(data.data, starts) for data, starts in cells]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: shared.pairs(one[0].data, one[1]), cells * 3))
    assert all(np.array_equal(one, alone[place % len(cells)]) for place, one in enumerate(together))


def test_places_are_sorted_and_stand_once() -> None:
    data, starts = buffer_of(pl.Series(TEXTS * 3))
    pairs = anchors.HyperscanAnchors(_all()).pairs(data.data, starts)
    keys = pairs[:, 0] * 1_000 + pairs[:, 1]
    assert np.array_equal(keys, np.unique(keys))
