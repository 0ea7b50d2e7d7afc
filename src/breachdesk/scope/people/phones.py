"""Telephone numbers as E.164, whole columns at a time.

The library that knows every numbering plan checks 17,000 numbers a second; it is asked only for its tables (calling
codes, lengths, trunk prefixes, area codes), and arithmetic on whole columns does the rest. A number that does not fit
the plan of its country is no identifier: it stays what was written and joins nobody.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import phonenumbers
import polars as pl

_POWERS = 10 ** np.arange(19, dtype=np.uint64)
_NANP = 1
_LONGEST = 15
_PLAIN = r"^\+?[1-9][0-9]{5,14}$"  # nothing to be taken out
_NANP_SHAPE = r"^\s*(?:\(\d{3}\)\s*|\d{3}[-.])\d{3}[-.]\d{4}\s*$"
_EXTENSION = r"(?i)\s*(?:ext\.?|x|доб\.?|#)\s*\d{1,6}\s*$"


@dataclass(frozen=True, slots=True)
class Plans:
    """Numbering plans as arrays. `code_of_prefix[p]`: the calling code of numbers that begin with three digits p."""

    code_of_prefix: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.uint32]  # by calling code: bit n set, a national number of n digits is possible
    trunk: npt.NDArray[np.int64]  # by calling code: the digit dialled before a national number, -1 if none
    keeps_zero: npt.NDArray[np.bool_]  # by calling code: a leading zero belongs to the number (Italy)
    code_of_country: dict[str, int]
    country_of_code: dict[int, str]
    area: dict[int, str]  # North American area code -> country


@cache
def plans() -> Plans:
    prefixes = np.zeros(1000, dtype=np.int64)
    lengths = np.zeros(1000, dtype=np.uint32)
    trunk = np.full(1000, -1, dtype=np.int64)
    keeps_zero = np.zeros(1000, dtype=np.bool_)
    code_of_country: dict[str, int] = {}
    country_of_code: dict[int, str] = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        if regions[0] == "001":
            continue
        first = code * 10 ** (3 - len(str(code)))
        prefixes[first : first + 10 ** (3 - len(str(code)))] = code
        country_of_code[code] = regions[0]
        for region in regions:
            code_of_country[region] = code
        plan = phonenumbers.PhoneMetadata.metadata_for_region(regions[0])
        if plan is None or plan.general_desc is None:
            continue
        for length in plan.general_desc.possible_length:
            lengths[code] |= np.uint32(1 << length)
        if plan.national_prefix and len(plan.national_prefix) == 1:
            trunk[code] = int(plan.national_prefix)
        keeps_zero[code] = bool(plan.leading_zero_possible)
    keeps_zero[[39, 378, 379]] = True
    return Plans(prefixes, lengths, trunk, keeps_zero, code_of_country, country_of_code, _areas())


def _areas() -> dict[int, str]:
    """Which country an area code of the North American plan lies in, asked once per area code."""
    found = {}
    for area in range(200, 1000):
        number = phonenumbers.PhoneNumber(country_code=_NANP, national_number=area * 10_000_000 + 555_0123)
        country = phonenumbers.region_code_for_number(number)
        if country:
            found[area] = country
    return found


@dataclass(frozen=True, slots=True)
class Numbers:
    """E.164 digits of each cell in one integer, 0 where it is none; which cells are written just so, with the plus."""

    value: npt.NDArray[np.uint64]
    as_written: npt.NDArray[np.bool_]


def e164(raw: pl.Series, country: pl.Series | None = None) -> npt.NDArray[np.uint64]:
    """Each number as its E.164 digits in one integer; 0 where it is none.

    raw: text as written. country: ISO 3166-1 (or -2) of the row, or null; it is needed for numbers written without a
    calling code, except in the shape only North America writes.
    """
    return numbers(raw, country).value


def numbers(raw: pl.Series, country: pl.Series | None = None) -> Numbers:
    """As `e164`."""
    text = raw.cast(pl.String)
    plain = text.str.contains(_PLAIN).fill_null(value=False)
    value = text.cast(pl.Int64, strict=False).fill_null(0).to_numpy().astype(np.uint64)
    international = text.str.starts_with("+").fill_null(value=False).to_numpy()
    length = text.str.len_bytes().fill_null(0).to_numpy().astype(np.int64) - international
    shaped = np.zeros(len(raw), dtype=np.bool_)
    odd = (~plain & text.is_not_null()).arg_true()
    if len(odd):
        international = international.copy()
        value[odd], length[odd], international[odd], shaped[odd] = _read(text.gather(odd))
    fits = (length >= 6) & (length <= _LONGEST)
    result = np.zeros(len(raw), dtype=np.uint64)
    abroad = np.flatnonzero(fits & international)
    result[abroad] = _international(value[abroad], length[abroad])
    home = np.flatnonzero(fits & ~international)
    if len(home):
        code = _codes(country.gather(home) if country is not None else None, len(home))
        code = np.where((code == 0) & shaped[home], _NANP, code)
        result[home] = _national(value[home], length[home], code)
    return Numbers(result, plain.to_numpy() & international & (result == value) & (result > 0))


def _read(
    text: pl.Series,
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(digits, how many, with a calling code, in the shape of North America) of numbers in any dress."""
    text = text.str.replace(_EXTENSION, "").str.strip_chars()
    international = text.str.contains(r"^[\s(]*(?:\+|00)[\s(]*[1-9]")
    digits = text.str.replace(r"\(0\)", "").str.replace_all(r"\D+", "")
    digits = pl.select(
        pl.when(pl.lit(international)).then(digits.str.strip_chars_start("0")).otherwise(digits)
    ).to_series()
    value = digits.str.slice(0, _LONGEST).cast(pl.UInt64, strict=False).fill_null(0).to_numpy().astype(np.uint64)
    length = digits.str.len_bytes().to_numpy().astype(np.int64)
    return value, length, international.to_numpy(), text.str.contains(_NANP_SHAPE).to_numpy()


def _codes(country: pl.Series | None, rows: int) -> npt.NDArray[np.int64]:
    if country is None:
        return np.zeros(rows, dtype=np.int64)
    return (
        country.cast(pl.String)
        .str.slice(0, 2)
        .replace_strict(plans().code_of_country, default=0, return_dtype=pl.Int64)
        .fill_null(0)
        .to_numpy()
        .astype(np.int64)
    )


def _international(value: npt.NDArray[np.uint64], length: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Numbers that begin with a calling code."""
    long = np.clip(length - 3, 0, 18)
    prefix = np.minimum(value // _POWERS[long], 999).astype(np.int64)
    code = plans().code_of_prefix[prefix]
    rest = length - np.where(code > 99, 3, np.where(code > 9, 2, 1))
    value, rest = _without_trunk(value, rest, code)
    return np.where((code > 0) & _possible(code, value, rest), value, 0).astype(np.uint64)


def _without_trunk(
    value: npt.NDArray[np.uint64], rest: npt.NDArray[np.int64], code: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """`+49 0711 123456`: the trunk zero has no place behind a calling code, and many write it."""
    at_home = plans()
    power = _POWERS[np.clip(rest - 1, 0, 18)]
    cut = (rest > 6) & (value // power % 10 == 0) & (at_home.trunk[code] == 0) & ~at_home.keeps_zero[code]
    shorter = code.astype(np.uint64) * power + value % power
    return np.where(cut, shorter, value).astype(np.uint64), np.where(cut, rest - 1, rest)


def _national(
    value: npt.NDArray[np.uint64], length: npt.NDArray[np.int64], code: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint64]:
    """Numbers written as at home: as they stand, without the trunk digit, or with the calling code but no plus sign."""
    at_home = plans()
    known = code > 0
    first = (value // _POWERS[np.clip(length - 1, 0, 18)]).astype(np.int64)
    trunk = at_home.trunk[code]
    cut = known & (first == trunk) & (trunk >= 0) & ~at_home.keeps_zero[code]
    rest = np.where(cut, length - 1, length)
    short = np.where(cut, value % _POWERS[np.clip(length - 1, 0, 18)], value)
    whole = code.astype(np.uint64) * _POWERS[np.clip(rest, 0, 15)] + short
    fine = known & _possible(code, whole, rest) & ((first != 0) | cut | at_home.keeps_zero[code])
    bare = np.where(known, _international(value, length), 0)
    same_country = at_home.code_of_prefix[
        np.minimum(value // _POWERS[np.clip(length - 3, 0, 18)], 999).astype(np.int64)
    ]
    return np.where(fine, whole, np.where(same_country == code, bare, 0)).astype(np.uint64)


def _possible(
    code: npt.NDArray[np.int64], whole: npt.NDArray[np.uint64], rest: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """The length fits the plan; in North America the area code begins with 2 to 9; not one digit repeated."""
    right = (plans().lengths[code] >> np.clip(rest, 0, 31).astype(np.uint32)) & 1 > 0
    right &= rest >= 6
    national = whole % _POWERS[np.clip(rest, 0, 18)]
    right &= (code != _NANP) | ((national >= 2_000_000_000) & (national // _POWERS[6] % 10 >= 2))
    ones = (_POWERS[np.clip(rest, 0, 18)] - 1) // 9
    result: npt.NDArray[np.bool_] = right & ((national == 0) | (national % np.maximum(ones, 1) != 0))
    return result


def written(numbers: npt.NDArray[np.uint64]) -> pl.Series:
    """E.164 with the plus sign; null for 0."""
    series = pl.Series(numbers)
    return pl.select(pl.when(series > 0).then(pl.concat_str([pl.lit("+"), series.cast(pl.String)]))).to_series()


def countries(numbers: npt.NDArray[np.uint64]) -> pl.Series:
    """ISO 3166-1 of each number's calling code (North America: of its area code); null where unknown and for 0."""
    rows = np.flatnonzero(numbers)
    found = pl.Series([None] * len(numbers), dtype=pl.String) if len(rows) < len(numbers) else None
    named = _countries(numbers[rows])
    return named if found is None else found.scatter(rows, named)


def _countries(numbers: npt.NDArray[np.uint64]) -> pl.Series:
    at_home = plans()
    length = np.searchsorted(_POWERS, numbers, side="right")
    code = at_home.code_of_prefix[np.minimum(numbers // _POWERS[np.clip(length - 3, 0, 18)], 999).astype(np.int64)]
    area = np.where(code == _NANP, numbers // _POWERS[7] % 1000, 0).astype(np.int64)
    names = {**at_home.country_of_code, **{1000 + area: country for area, country in at_home.area.items()}}
    names.pop(_NANP, None)
    found = pl.Series(np.where(area > 0, 1000 + area, code)).replace_strict(names, default=None, return_dtype=pl.String)
    kazakh = np.flatnonzero((code == 7) & np.isin(numbers // _POWERS[9] % 10, (6, 7)))
    return found.scatter(kazakh, "KZ") if len(kazakh) else found
