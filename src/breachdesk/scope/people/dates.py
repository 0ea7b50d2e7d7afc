"""Dates of birth in the many ways they are written, a column at a time.

Which of 03/04/1980 is the month is told by the rest of the column: one 25/04 decides it for all. A column that never
tells leaves such a date unread rather than wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

_MONTHS = {
    1: "jan|янв|january|января|januar|janvier|enero|janeiro|gennaio",
    2: "feb|фев|february|февраля|februar|février|fevrier|febrero|fevereiro|febbraio",
    3: "mar|мар|march|марта|märz|mars|marzo|março",
    4: "apr|апр|april|апреля|avril|abril|aprile",
    5: "may|мая|mai|mayo|maio|maggio",
    6: "jun|июн|june|июня|juni|juin|junio|junho|giugno",
    7: "jul|июл|july|июля|juli|juillet|julio|julho|luglio",
    8: "aug|авг|august|августа|août|agosto",
    9: "sep|сен|september|сентября|septembre|septiembre|setembro|settembre|sept",
    10: "oct|окт|october|октября|oktober|octobre|octubre|outubro|ottobre|okt",
    11: "nov|ноя|november|ноября|novembre|noviembre|novembro",
    12: "dec|дек|december|декабря|dezember|décembre|diciembre|dezembro|dicembre|dez",
}
_NUMBER_OF = {name: number for number, names in _MONTHS.items() for name in names.split("|")}
_MONTH_FIRST_COUNTRIES = frozenset({"US", "PH"})
_OLDEST = date(1890, 1, 1)
_PLAIN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


@dataclass(slots=True)
class Order:
    """What the rows of one column tell about the order of day and month. Counted over all rows."""

    day_first: int = 0
    month_first: int = 0

    def see(self, values: pl.Series) -> None:
        parts = values.cast(pl.String).str.extract_groups(r"^\s*(\d{1,2})[/.\- ](\d{1,2})[/.\- ]\d{2,4}\b")
        one = parts.struct.field("1").cast(pl.Int16, strict=False)
        two = parts.struct.field("2").cast(pl.Int16, strict=False)
        self.day_first += int(((one > 12) & (two <= 12)).sum())
        self.month_first += int(((two > 12) & (one <= 12)).sum())

    def month_comes_first(self, country: str | None = None) -> bool | None:
        """True, False, or None where nothing tells. A few slips do not overrule the rest."""
        if self.day_first > self.month_first * 10:
            return False
        if self.month_first > self.day_first * 10:
            return True
        if country is not None and not (self.day_first or self.month_first):
            return country in _MONTH_FIRST_COUNTRIES
        return None


def parse(values: pl.Series, *, month_first: bool | None, today: date) -> pl.Series:
    """`pl.Date` per value; null where it is no date between 1890 and `today`, or cannot be told."""
    text = values.cast(pl.String)
    plain = text.str.contains(_PLAIN)
    odd = (~plain).arg_true()
    if not len(odd):
        return _sane(text.str.to_date("%Y-%m-%d", strict=False), today)
    found = pl.select(pl.when(pl.lit(plain)).then(pl.lit(text))).to_series().str.to_date("%Y-%m-%d", strict=False)
    return _sane(found.scatter(odd, _parse(text.gather(odd), month_first, today)), today)


def _parse(values: pl.Series, month_first: bool | None, today: date) -> pl.Series:
    text = values.str.strip_chars()
    year_first = _build(text, r"^(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?:[T ,]|$)", "ymd")
    if year_first.null_count() == text.null_count():
        return year_first
    found = [year_first, _build(text, r"^((?:18|19|20)\d{2})(\d{2})(\d{2})$", "ymd")]
    found.append(_build(text, r"^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:[T ,г]|$)", "dmy", today))
    slashed = r"^(\d{1,2})[/\- ](\d{1,2})[/\- ](\d{4}|\d{2})(?:[T ,]|$)"
    if month_first is not None:
        found.append(_build(text, slashed, "mdy" if month_first else "dmy", today))
    found.append(_build(text, slashed, "dmy", today, only_when="day"))
    found.append(_build(text, slashed, "mdy", today, only_when="month"))
    found.append(
        _worded(text, r"^(\d{1,2})(?:st|nd|rd|th|\.)?[ \-/]+(?:de )?(\p{L}+)\.?[ \-/,]+(?:de )?(\d{4})", (3, 2, 1))
    )
    found.append(_worded(text, r"^(\p{L}+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", (3, 1, 2)))
    return pl.select(pl.coalesce([pl.lit(one) for one in found])).to_series()


def _build(
    text: pl.Series, pattern: str, order: str, today: date | None = None, *, only_when: str | None = None
) -> pl.Series:
    """`only_when`: take only what can be read in no other order (`day`: the first number is above 12)."""
    groups = text.str.extract_groups(pattern)
    part = {
        letter: groups.struct.field(str(place)).cast(pl.Int32, strict=False) for place, letter in enumerate(order, 1)
    }
    year = part["y"] if today is None else _century(part["y"], today)
    frame = pl.DataFrame({"y": year, "m": part["m"], "d": part["d"]})
    telling = pl.lit(value=True)
    if only_when is not None:
        telling = (pl.col("d") > 12) | (pl.col("d") == pl.col("m"))
    return frame.select(pl.when(telling & _possible()).then(pl.date("y", "m", "d"))).to_series()


def _possible() -> pl.Expr:
    month_end = (
        pl.when(pl.col("m").is_in([4, 6, 9, 11]))
        .then(30)
        .when((pl.col("m") == 2) & (pl.col("y") % 4 == 0) & ((pl.col("y") % 100 != 0) | (pl.col("y") % 400 == 0)))
        .then(29)
        .when(pl.col("m") == 2)
        .then(28)
        .otherwise(31)
    )
    return pl.col("m").is_between(1, 12) & (pl.col("d") >= 1) & (pl.col("d") <= month_end) & (pl.col("y") > 0)


def _century(year: pl.Series, today: date) -> pl.Series:
    """A two-digit year of birth lies in the last hundred years."""
    short = year < 100
    full = pl.when(pl.lit(year) <= today.year % 100).then(pl.lit(year) + 2000).otherwise(pl.lit(year) + 1900)
    return pl.select(pl.when(pl.lit(short)).then(full).otherwise(pl.lit(year))).to_series()


def _worded(text: pl.Series, pattern: str, places: Sequence[int]) -> pl.Series:
    groups = text.str.to_lowercase().str.extract_groups(pattern)
    year, month, day = (groups.struct.field(str(place)) for place in places)
    number = month.replace_strict(_NUMBER_OF, default=None, return_dtype=pl.Int32)
    short = month.str.slice(0, 3).replace_strict(_NUMBER_OF, default=None, return_dtype=pl.Int32)
    frame = pl.DataFrame(
        {
            "y": year.cast(pl.Int32, strict=False),
            "m": number.fill_null(short),
            "d": day.cast(pl.Int32, strict=False),
        }
    )
    return frame.select(pl.when(_possible()).then(pl.date("y", "m", "d"))).to_series()


def _sane(found: pl.Series, today: date) -> pl.Series:
    return pl.select(pl.when((found >= _OLDEST) & (found <= today)).then(found)).to_series()


def minor(born: pl.Series, today: date) -> pl.Series:
    """`yes` below eighteen on that day, `no`, `unknown` without a date of birth."""
    try:
        grown = today.replace(year=today.year - 18)
    except ValueError:  # 29 February: eighteen is reached on 1 March
        grown = date(today.year - 18, 2, 28)
    return pl.select(
        pl.when(born.is_null()).then(pl.lit("unknown")).when(born > grown).then(pl.lit("yes")).otherwise(pl.lit("no"))
    ).to_series()
