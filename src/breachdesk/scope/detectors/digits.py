"""Values as a matrix of bytes, so that a check digit is a dot product."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
ZERO = 48


def by_length(values: pl.Series) -> Iterator[tuple[NDArray[np.intp], Bytes]]:
    """Groups of equally long values: their places, and their UTF-8 bytes one row each. `values` has no nulls."""
    if values.len() == 0:
        return
    lengths = values.str.len_bytes().to_numpy()
    data, starts = buffer_of(values)
    for length in np.unique(lengths):
        if length == 0 or length > 64:
            continue
        places = np.flatnonzero(lengths == length)
        if places.size == lengths.size:
            yield places, data[starts[0] : starts[0] + places.size * int(length)].reshape(-1, int(length))
        else:
            yield places, data[starts[places][:, None] + np.arange(int(length))]


def buffer_of(values: pl.Series) -> tuple[Bytes, NDArray[np.int64]]:
    """The UTF-8 of a whole column, and where each value starts (one more at the end). Nulls are empty."""
    array = values.rechunk().to_arrow()
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, np.uint8), starts


def bare(values: pl.Series) -> pl.Series:
    """Without the separators people put between digits, in capitals. Most columns have none: then it costs a look."""
    for sign in (" ", "-", ".", "/", "\u00a0", "_"):
        if values.str.contains(sign, literal=True).any():
            values = values.str.replace_all(sign, "", literal=True)
    if values.str.contains(r"\pL").any():
        values = values.str.to_uppercase()
    return values


def check_digits(values: pl.Series, tests: dict[int, Callable[[NDArray[np.int64]], Mask]]) -> Mask:
    """Apply to each bare all-digit value the test for its length; other lengths fail."""
    good = np.zeros(values.len(), dtype=bool)
    for places, rows in by_length(bare(values)):
        test = tests.get(rows.shape[1])
        if test is None:
            continue
        digits = rows.astype(np.int64) - ZERO
        numeric = ((digits >= 0) & (digits <= 9)).all(axis=1)
        good[places] = numeric & test(digits)
    return good


def check_bytes(values: pl.Series, length: int, test: Callable[[Bytes], Mask]) -> Mask:
    """Apply a test on bytes to the bare values of one length; others fail."""
    good = np.zeros(values.len(), dtype=bool)
    for places, rows in by_length(bare(values)):
        if rows.shape[1] == length:
            good[places] = test(rows)
    return good
