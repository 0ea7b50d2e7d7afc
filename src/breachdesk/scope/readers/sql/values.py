"""Rows out of INSERT ... VALUES (...),(...). Fast where a stretch of tuples is regular: the bytes are proved so with
numpy, turned into CSV and given to polars. Exact, token by token, where it is not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from polars.exceptions import PolarsError

from breachdesk.scope.ordered import distinct
from breachdesk.scope.readers.blocks import full_width
from breachdesk.scope.readers.tables import without_empty

_QUOTE, _COMMA, _OPEN, _CLOSE, _DOUBLE, _BLANK, _N, _T = 39, 44, 40, 41, 34, 32, 78, 84
_BACKSLASHES, _HIDDEN_QUOTE = b"\x00\x01", b"\x00\x02"
_UNESCAPE = {
    "\x00\x01": "\\",
    "\x00\x02": "'",
    "\\n": "\n",
    "\\r": "\r",
    "\\t": "\t",
    "\\b": "",
    "\\0": "",
    "\\Z": "",
    '\\"': '"',
    "\\/": "/",
}
_CAST = re.compile(rb"CAST\((?:N?'|(?P<number>[-+\d.eE]+)(?P<tail>) AS )")
_CAST_TAIL = re.compile(rb" AS \w+(?:\([\d, ]+\))?\)")
Places = npt.NDArray[np.int64]


def _bytes(allowed: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Of each byte whether it is one of these."""
    found: npt.NDArray[np.bool_] = np.isin(np.arange(256), allowed)
    return found


_BEFORE_NATIONAL = _bytes((_COMMA, _OPEN, _BLANK))  # what may stand before N'a string'
_BEFORE = _bytes((_COMMA, _OPEN, _BLANK, _QUOTE, _N))  # and before 'a string'
_AFTER = _bytes((_COMMA, _CLOSE, _QUOTE))


@dataclass(slots=True)
class Run:
    """Rows read and where reading stands: just behind the last tuple."""

    frame: pl.DataFrame
    end: int


def run(chunk: bytes, prefix: bytes, columns: Sequence[str], *, escapes: bool) -> Run | None:
    """The longest regular stretch of tuples at the start of `chunk` (which begins with "("), across statements that
    repeat `prefix` to the letter. None when there is none, or when something in it needs the exact way."""
    if escapes and b"\\" in chunk:
        chunk = chunk.replace(b"\\\\", _BACKSLASHES).replace(b"\\'", _HIDDEN_QUOTE)
    data = np.frombuffer(chunk, dtype=np.uint8)
    quotes = np.flatnonzero(data == _QUOTE)
    opens = np.flatnonzero(data == _OPEN)
    casts = _casts(chunk, data, opens, quotes)
    spans = _spans(chunk, data, opens, quotes, prefix, casts)
    if spans is None:
        return None
    starts, ends = spans
    end = int(ends[-1]) + 1
    data = data[:end]
    quotes = quotes[: int(np.searchsorted(quotes, end))]
    casts = casts[casts[:, 1] < end]
    drop = _droppable(chunk[:end], data, quotes, casts[:, 0])
    if drop is None:
        return None
    mark = next((byte for byte in (30, 3, 4, 5, 6) if bytes([byte]) not in chunk), None)
    if mark is None or _holds_the_word_null(data, quotes):  # polars would not tell the word from the want
        return None
    text = _as_csv(data, starts, ends, drop, casts, mark)
    try:
        found = pl.read_csv(
            text, has_header=False, infer_schema=False, quote_char="'", eol_char=chr(mark), null_values=["NULL", "null"]
        )
    except PolarsError:
        return None
    width = len(columns) or found.width
    if found.height != len(starts) or found.width != width or not full_width(found, text, ","):
        return None
    if columns:
        found.columns = list(columns)
    return Run(_readable(found, escapes=escapes), end)


def _outside(places: Places, quotes: Places) -> npt.NDArray[np.bool_]:
    """Which places stand outside strings: behind an even number of quotes."""
    return np.asarray(np.searchsorted(quotes, places) % 2 == 0)


def _spans(
    chunk: bytes, data: npt.NDArray[np.uint8], opens: Places, quotes: Places, prefix: bytes, casts: Places
) -> tuple[Places, Places] | None:
    """Where each tuple opens and closes, up to the first gap that is neither a comma nor the prefix again."""
    closes = np.flatnonzero(data == _CLOSE)
    opens, closes = opens[_outside(opens, quotes)], closes[_outside(closes, quotes)]
    again = _occurrences(chunk, prefix)
    if len(again):
        opens, closes = (_not_within(places, again, again + len(prefix)) for places in (opens, closes))
    if len(casts):
        opens, closes = (_not_within(places, casts[:, 0], casts[:, 1]) for places in (opens, closes))
    count = min(len(opens), len(closes))
    if not count or opens[0] != 0:
        return None
    starts, ends = opens[:count], closes[:count]
    nested = np.flatnonzero((ends <= starts) | np.append(starts[1:] < ends[:-1], False))
    if len(nested):
        count = int(nested[0])
        starts, ends = starts[:count], ends[:count]
    if not count:
        return None
    good = _regular_gaps(data, starts, ends, prefix)
    return starts[:good], ends[:good]


def _occurrences(chunk: bytes, prefix: bytes) -> Places:
    places, place = [], chunk.find(prefix)
    while place >= 0:
        places.append(place)
        place = chunk.find(prefix, place + len(prefix))
    return np.array(places, dtype=np.int64)


def _not_within(places: Places, starts: Places, ends: Places) -> Places:
    """Parentheses of repeated prefixes (their column lists) and of casts are no tuples."""
    nearest = np.searchsorted(starts, places, side="right") - 1
    within = (nearest >= 0) & (places < ends[np.maximum(nearest, 0)])
    return places[~within]


def _casts(chunk: bytes, data: npt.NDArray[np.uint8], opens: Places, quotes: Places) -> Places:
    """What surrounds the value in `CAST(N'2012-01-01' AS DateTime)`: pairs of start and end to leave out, in order."""
    found = list(_CAST.finditer(chunk)) if (data[opens - 1] == _T).any() else []
    if not found:
        return np.empty((0, 2), dtype=np.int64)
    free = _outside(np.array([match.start() for match in found], dtype=np.int64), quotes)
    spans: list[tuple[int, int]] = []
    for match in (match for match, outside in zip(found, free.tolist(), strict=True) if outside):
        behind = match.start("tail")
        if match["number"] is None:
            opening = int(np.searchsorted(quotes, match.end() - 1))
            behind = int(quotes[opening + 1]) + 1 if opening + 1 < len(quotes) else len(chunk)
        if tail := _CAST_TAIL.match(chunk, behind):
            spans += [(match.start(), match.start() + 5), (behind, tail.end())]
    return np.array(spans, dtype=np.int64).reshape(-1, 2)


def _regular_gaps(data: npt.NDArray[np.uint8], starts: Places, ends: Places, prefix: bytes) -> int:
    """How many tuples stand before the first gap that means something else."""
    allowed = re.compile(rb"\s*(?:,|;?\s*(?:GO\s+)?" + re.escape(prefix) + rb")\s*", re.IGNORECASE)
    gaps = starts[1:] - ends[:-1] - 1
    good = len(starts)
    for length in distinct(gaps).tolist():
        which = np.flatnonzero(gaps == length)
        if length > len(prefix) + 64:
            good = min(good, int(which[0]) + 1)
            continue
        texts = data[ends[which][:, None] + 1 + np.arange(length)]
        alike = (texts == texts[0]).all(axis=1) if length else np.ones(len(which), dtype=bool)
        if not alike.all():
            texts = texts.copy()
            sound = np.array([bool(allowed.fullmatch(text.tobytes())) for text in texts])
        else:
            sound = np.full(len(which), bool(length and allowed.fullmatch(texts[0].tobytes())))
        if not sound.all():
            good = min(good, int(which[~sound][0]) + 1)
    return good


def _droppable(chunk: bytes, data: npt.NDArray[np.uint8], quotes: Places, behind: Places) -> Places | None:
    """Bytes to leave out so that CSV remains (blanks behind commas, N and _binary before strings); None when a string
    begins or ends in a way CSV has no words for. `behind`: where what is left out anyway may follow a string."""
    if len(quotes) % 2:
        return None
    drop: list[Places] = []
    blanks = np.flatnonzero((data[:-1] == _COMMA) & (data[1:] <= _BLANK)) + 1
    blanks = blanks[_outside(blanks, quotes)]
    if len(blanks):
        if (data[np.minimum(blanks + 1, len(data) - 1)] <= _BLANK).any():
            return None
        drop.append(blanks)
    doubles = np.flatnonzero(data == _DOUBLE)
    if len(doubles) and _outside(doubles, quotes).any():
        return None
    if b"_binary '" in chunk:
        places = _occurrences(chunk, b"_binary '")
        places = places[_outside(places, quotes)]
        drop.append((places[:, None] + np.arange(8)).ravel())
    if not len(quotes):
        return np.concatenate(drop) if drop else np.empty(0, dtype=np.int64)
    # A quote beside another one stands for a letter: '' within a string.
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = data[opening - 1], data[closing + 1]  # the data begin with a parenthesis and end with one
    national = opening[before == _N] - 1
    if not (_BEFORE[before].all() and _BEFORE_NATIONAL[data[national - 1]].all()):
        return None
    ending = _AFTER[after]
    if not ending.all() and not np.isin(closing[~ending] + 1, behind).all():
        return None
    drop.append(national)
    return np.concatenate(drop)


def _holds_the_word_null(data: npt.NDArray[np.uint8], quotes: Places) -> bool:
    """Whether a string is 'NULL' or 'null'."""
    opening, closing = quotes[0::2], quotes[1::2]
    short = opening[closing - opening == 1 + len(b"NULL")]
    words = data[short[:, None] + np.arange(1, 1 + len(b"NULL"))]
    return any(bool((words == np.frombuffer(word, dtype=np.uint8)).all(axis=1).any()) for word in (b"NULL", b"null"))


def _as_csv(data: npt.NDArray[np.uint8], starts: Places, ends: Places, drop: Places, casts: Places, mark: int) -> bytes:
    """Tuples become rows that end in `mark`; what stands between them goes."""
    text = data.copy()
    text[ends] = mark
    if not len(drop) and not len(casts):
        view = text.data
        rows = zip((starts + 1).tolist(), (ends + 1).tolist(), strict=True)
        return b"".join([view[start:end] for start, end in rows])
    edges = np.zeros(len(data) + 1, dtype=np.int8)
    edges[0] = 1
    edges[ends[:-1] + 1] += 1
    edges[starts + 1] -= 1
    np.add.at(edges, casts[:, 0], 1)
    np.subtract.at(edges, casts[:, 1], 1)
    keep = np.cumsum(edges[:-1], dtype=np.int8) == 0
    keep[drop] = False
    return bytes(text[keep].tobytes())


def _readable(frame: pl.DataFrame, *, escapes: bool) -> pl.DataFrame:
    """Escapes resolved, hexadecimal literals read where they hold text, empty to null."""
    changed = []
    for column in frame:
        if escapes and column.str.contains("[\\\\\x00]").any():
            column = column.str.replace_many(list(_UNESCAPE), list(_UNESCAPE.values()))
        if column.str.starts_with("0x").any():
            column = column.to_frame().select(_unhex(pl.col(column.name)))[column.name]
        changed.append(column)
    return without_empty(pl.DataFrame(changed))


def _unhex(column: pl.Expr) -> pl.Expr:
    text = column.str.strip_prefix("0x").str.decode("hex", strict=False).cast(pl.String, strict=False)
    printable = text.str.contains(r"^[^\x00-\x08\x0e-\x1f\x7f]+$")
    return pl.when(column.str.contains("^0x(?:[0-9A-Fa-f]{2})+$") & printable).then(text).otherwise(column)
