"""Values as a matrix of bytes, so that a check digit is a dot product."""

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]
ZERO = 48


_SEPARATORS = b" -./_"
_LONGEST = 64
_NO_BREAK = (0xC2, 0xA0)


def _table(signs: bytes) -> Mask:
    table = np.zeros(256, dtype=bool)
    table[np.frombuffer(signs, dtype=np.uint8)] = True
    return table


_IS_SEPARATOR = _table(_SEPARATORS)
_CAPITAL = np.frombuffer(bytes(range(256)).upper(), dtype=np.uint8)


def by_length(values: pl.Series) -> Iterator[tuple[NDArray[np.intp], Bytes]]:
    """Groups of equally long values, without the separators people put between digits and in capitals: their places,
    and their UTF-8 bytes one row each. `values` has no nulls."""
    if values.len() == 0:
        return
    data, starts = _bare(*buffer_of(values))
    lengths = np.diff(starts)
    for length in np.flatnonzero(np.bincount(np.minimum(lengths, _LONGEST + 1))):
        if length == 0 or length > _LONGEST:
            continue
        places = np.flatnonzero(lengths == length)
        if places.size == lengths.size:
            yield places, data[starts[0] : starts[0] + places.size * int(length)].reshape(-1, int(length))
        else:
            yield places, data[starts[places][:, None] + np.arange(int(length))]


def buffer_of(values: pl.Series) -> tuple[Bytes, NDArray[np.int64]]:
    """The UTF-8 of a whole column, and where each value starts (one more at the end). Nulls are empty."""
    array = values.rechunk().alias("").to_arrow()  # Arrow takes no name with a NUL in it
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    return np.frombuffer(data, dtype=np.uint8) if data else np.empty(0, np.uint8), starts


def series(column: pa.Array) -> pl.Series:
    """An Arrow column as polars sees it; no copy for short strings."""
    found = pl.from_arrow(column)
    if not isinstance(found, pl.Series):  # pragma: no cover - an Array is always a Series
        raise TypeError("a column is one array")
    return found if found.dtype == pl.String else found.cast(pl.String)


def _bare(data: Bytes, starts: NDArray[np.int64]) -> tuple[Bytes, NDArray[np.int64]]:
    """Most columns have no separators: then it costs a look."""
    data = _CAPITAL[data[starts[0] : starts[-1]]]
    starts = starts - starts[0]
    drop = _IS_SEPARATOR[data]
    if (data == _NO_BREAK[0]).any():
        pair = (data[:-1] == _NO_BREAK[0]) & (data[1:] == _NO_BREAK[1])
        drop[:-1] |= pair
        drop[1:] |= pair
    if not drop.any():
        return data, starts
    before = np.concatenate(([0], np.cumsum(drop)))
    return data[~drop], starts - before[starts]


def check_digits(values: pl.Series, tests: dict[int, Callable[[NDArray[np.int64]], Mask]]) -> Mask:
    """Apply to each bare all-digit value the test for its length; other lengths fail."""
    good = np.zeros(values.len(), dtype=bool)
    for places, rows in by_length(values):
        test = tests.get(rows.shape[1])
        if test is None:
            continue
        digits = rows - np.uint8(ZERO)  # below the digits it goes round, to large numbers
        numeric = digits.max(axis=1) <= 9
        if not numeric.all():
            places, digits = places[numeric], digits[numeric]
        if places.size:
            good[places] = test(digits.astype(np.int64))
    return good


def check_bytes(values: pl.Series, length: int, test: Callable[[Bytes], Mask]) -> Mask:
    """Apply a test on bytes to the bare values of one length; others fail."""
    good = np.zeros(values.len(), dtype=bool)
    for places, rows in by_length(values):
        if rows.shape[1] == length:
            good[places] = test(rows)
    return good
