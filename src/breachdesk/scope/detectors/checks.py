"""Named checks that detector packs may ask for: each takes a column of strings without nulls and answers per value."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from breachdesk.scope.detectors.digits import ZERO, Mask, buffer_of, by_length, check_digits
from breachdesk.scope.detectors.national import NATIONAL, luhn_digits

Check = Callable[[pl.Series], Mask]


def luhn(values: pl.Series) -> Mask:
    return check_digits(values, dict.fromkeys(range(8, 20), luhn_digits))


def card(values: pl.Series) -> Mask:
    """Luhn, and a first part that a payment network uses at that length (ISO/IEC 7812 ranges)."""

    def networks(*ranges: tuple[int, int]) -> Callable[[NDArray[np.int64]], Mask]:
        def test(d: NDArray[np.int64]) -> Mask:
            head = d[:, :4] @ np.array([1000, 100, 10, 1])
            good = np.zeros(len(d), dtype=bool)
            for low, high in ranges:
                good |= (head >= low) & (head <= high)
            good[good] = luhn_digits(d[good])
            return good

        return test

    visa, maestro = (4000, 4999), (5600, 6999)
    sixteen = networks(
        visa, (2200, 2204), (2221, 2720), (3528, 3589), (5000, 5099), (5100, 5599), maestro, (9792, 9792)
    )
    long = networks(visa, (2200, 2204), (3528, 3589), (5000, 5099), maestro)
    tests = {
        13: networks(visa),
        14: networks((3000, 3059), (3095, 3095), (3600, 3699), (3800, 3999)),
        12: networks((5018, 5018), (5020, 5020), (5038, 5038), (5893, 5893), (6304, 6304), (6759, 6763)),
        15: networks((3400, 3499), (3700, 3799), (1800, 1800), (2131, 2131)),
        16: sixteen,
        17: long,
        18: long,
        19: long,
    }
    return check_digits(values, tests)


_IBAN_LENGTH = """
    AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
    FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
    LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
    RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
_LENGTH_OF = {ord(code[0]) * 256 + ord(code[1]): int(code[2:]) for code in _IBAN_LENGTH.split()}


def iban(values: pl.Series) -> Mask:
    """Registered country and length (SWIFT registry), ISO 7064 mod 97,10. The bank's own checks are not asked."""
    good = np.zeros(values.len(), dtype=bool)
    for places, rows in by_length(values):
        length = rows.shape[1]
        if not 15 <= length <= 34:
            continue
        country = rows[:, 0].astype(np.int64) * 256 + rows[:, 1]
        known = np.isin(country, [code for code, long in _LENGTH_OF.items() if long == length])
        good[places] = known & (_mod97(np.concatenate((rows[:, 4:], rows[:, :4]), axis=1)) == 1)
    return good


def _mod97(rows: NDArray[np.uint8]) -> NDArray[np.int64]:
    worth = np.where(rows >= 65, rows.astype(np.int64) - 55, rows.astype(np.int64) - ZERO)
    rest = np.zeros(len(rows), dtype=np.int64)
    for place in range(rows.shape[1]):
        value = worth[:, place]
        rest = np.where(value > 9, rest * 100 + value, rest * 10 + value) % 97
    return rest


def birth_date(values: pl.Series) -> Mask:
    """A day on which somebody now living, or lately dead, may have been born: 1900 to 2012 (children are rare enough
    that a column of them has a header)."""
    return values.str.contains(r"\b(?:19[0-9]{2}|200[0-9]|201[0-2])\b").to_numpy()


def ipv4(values: pl.Series) -> Mask:
    """Four octets, one of them 20 or more: below that it is more likely the number of a version."""
    octets = r"^(?:(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])(?:\.|$)){4}"
    large = r"(?:^|\.)(?:0?[2-9][0-9]|[12][0-9]{2})(?:\.|$)"
    return (values.str.contains(octets) & values.str.contains(large)).to_numpy()


def ip(values: pl.Series) -> Mask:
    """IPv4 as above, without a prefix length; anything with a colon stands by its pattern."""
    plain = values.str.strip_chars().str.replace(r"/[0-9]+$", "")
    six = plain.str.contains(":", literal=True).to_numpy()
    return six if six.all() else six | ipv4(plain)


def password_like(values: pl.Series) -> Mask:
    """What follows "password:" in running text: not a plain short word, not a placeholder."""
    plain = values.str.contains(r"^[a-zа-яё]+[.!?]?$")
    placeholder = values.str.contains(r"^[*•x.…_\-]+$|^[<{\[$%]")
    return (~plain & ~placeholder).to_numpy()


def phone_digits(values: pl.Series) -> Mask:
    """Seven to fifteen digits (E.164), not all of them zero."""
    data, starts = buffer_of(values)
    digits = data - np.uint8(ZERO)  # below the digits it goes round, to large numbers
    count, other = _within(digits <= 9, starts), _within((digits <= 9) & (digits > 0), starts)
    good: Mask = (count >= 7) & (count <= 15) & (other > 0)
    return good


def _within(marked: Mask, starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many bytes of each value are marked."""
    before = np.concatenate(([0], np.cumsum(marked)))
    counts: NDArray[np.int64] = before[starts[1:]] - before[starts[:-1]]
    return counts


def imei(values: pl.Series) -> Mask:
    return check_digits(values, {15: luhn_digits})


CHECKS: dict[str, Check] = {
    **NATIONAL,
    "luhn": luhn,
    "card": card,
    "iban": iban,
    "birth_date": birth_date,
    "ip": ip,
    "ipv4": ipv4,
    "password_like": password_like,
    "phone_digits": phone_digits,
    "imei": imei,
}
