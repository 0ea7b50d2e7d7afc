"""Cells of text. Most are written plainly and stay as they are; work is done on the few that are not."""

from collections.abc import Callable, Sequence

import polars as pl

# A blank or comma at an edge, white space that is not one blank, or what an empty or untidy part leaves in a joined
# line: a sieve, so a tidy cell may be caught.
_UNTIDY = r"^[\s,]|[\s,]$|  |[^\S ]|, ,| ,"


def amended(cells: pl.Series, odd: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`cells`, with `change` made to those that are odd (null: not)."""
    rows = odd.arg_true()
    return cells.clone().scatter(rows, change(cells.gather(rows))) if len(rows) else cells


def joined(parts: Sequence[pl.Series], separator: str) -> pl.Series:
    """Parts of each row in one line, tidy, what is missing or empty left out; null where nothing is left. `separator`
    is a blank or a comma and a blank."""
    frame = pl.DataFrame([part.alias(str(place)) for place, part in enumerate(parts)])
    line = pl.concat_str(pl.all(), separator=separator, ignore_nulls=True)
    text = frame.select(line).to_series()
    rows = text.str.contains(_UNTIDY).arg_true()
    if len(rows):
        bare = pl.all().str.strip_chars().str.replace_all(r"\s+", " ")
        text = text.scatter(rows, frame[rows].select(bare.replace("", None)).select(line).to_series())
    return text.replace("", None) if (text.str.len_bytes() == 0).any() else text


def tidy(cells: pl.Series) -> pl.Series:
    """Without white space around, one blank within; null where nothing is left."""
    return joined([cells], " ")
