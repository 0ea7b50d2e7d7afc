"""Check digits of national identifiers, over whole columns. The rules are those the issuing offices publish;
python-stdnum is the oracle in the tests (it has no SNILS: that rule is the Pension Fund's)."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from breachdesk.scope.detectors.digits import ZERO, Bytes, Mask, check_bytes, check_digits

Digits = NDArray[np.int64]


def _weigh(digits: Digits, *weights: int) -> Digits:
    """Sum of the first digits times their weights, per row."""
    return digits[:, : len(weights)] @ np.array(weights, dtype=np.int64)


def _number(digits: Digits, start: int, end: int) -> Digits:
    return digits[:, start:end] @ (10 ** np.arange(end - start - 1, -1, -1, dtype=np.int64))


def _date_like(month: Digits, day: Digits) -> Mask:
    good: Mask = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    return good


def us_ssn(values: pl.Series) -> Mask:
    """No 000, 666 area, 00 group, 0000 serial. The never-issued 900 series passes (it is what test data uses), except
    the groups that make it an ITIN."""

    def test(d: Digits) -> Mask:
        area, group, serial = _number(d, 0, 3), _number(d, 3, 5), _number(d, 5, 9)
        issued: Mask = (area != 0) & (area != 666) & (group != 0) & (serial != 0)
        return issued & ~((area >= 900) & _itin_group(group))

    return check_digits(values, {9: test})


def us_itin(values: pl.Series) -> Mask:
    return check_digits(values, {9: lambda d: (d[:, 0] == 9) & _itin_group(_number(d, 3, 5))})


def _itin_group(group: Digits) -> Mask:
    good: Mask = ((group >= 50) & (group <= 65)) | ((group >= 70) & (group <= 99) & (group != 89) & (group != 93))
    return good


def ru_snils(values: pl.Series) -> Mask:
    def test(d: Digits) -> Mask:
        total = _weigh(d, 9, 8, 7, 6, 5, 4, 3, 2, 1) % 101 % 100
        good: Mask = (total == _number(d, 9, 11)) & (_number(d, 0, 9) > 1001998)
        return good

    return check_digits(values, {11: test})


def ru_inn(values: pl.Series) -> Mask:
    """Ten digits: organisations; twelve: persons."""

    def ten(d: Digits) -> Mask:
        good: Mask = _weigh(d, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == d[:, 9]
        return good & (_number(d, 0, 2) > 0)

    def twelve(d: Digits) -> Mask:
        first = _weigh(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10
        second = _weigh(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10
        good: Mask = (first == d[:, 10]) & (second == d[:, 11])
        return good & (_number(d, 0, 2) > 0)

    return check_digits(values, {10: ten, 12: twelve})


def ru_passport(values: pl.Series) -> Mask:
    """Series: region 01-99 and the two digits of a form year from 1997 on; no check digit exists."""

    def test(d: Digits) -> Mask:
        region, year = _number(d, 0, 2), _number(d, 2, 4)
        good: Mask = (region > 0) & ((year <= 40) | (year >= 97))
        return good & (_number(d, 4, 10) > 0)

    return check_digits(values, {10: test})


def gb_nhs(values: pl.Series) -> Mask:
    def test(d: Digits) -> Mask:
        check = 11 - _weigh(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11
        good: Mask = (check % 11 == d[:, 9]) & (check != 10)
        return good & _varied(d)

    return check_digits(values, {10: test})


def _varied(d: Digits) -> Mask:
    good: Mask = (d != d[:, :1]).any(axis=1)
    return good


def gb_nino(values: pl.Series) -> Mask:
    """Two prefix letters that are in use and a suffix A-D. Prefix QQ, kept for examples, does not pass."""

    def test(rows: Bytes) -> Mask:
        first, second, last = rows[:, 0], rows[:, 1], rows[:, 8]
        letters = _letter(first) & _letter(second) & ~_in(first, "DFIQUV") & ~_in(second, "DFIOQUV")
        barred = np.zeros(len(rows), dtype=bool)
        for pair in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"):
            barred |= (first == ord(pair[0])) & (second == ord(pair[1]))
        return letters & ~barred & _numeric(rows[:, 2:8]) & _in(last, "ABCD")

    return check_bytes(values, 9, test)


def _letter(column: NDArray[np.uint8]) -> Mask:
    good: Mask = (column >= 65) & (column <= 90)
    return good


def _numeric(rows: Bytes) -> Mask:
    good: Mask = np.logical_and.reduce((rows >= ZERO) & (rows <= ZERO + 9), axis=1)
    return good


def _in(column: NDArray[np.uint8], letters: str) -> Mask:
    good: Mask = np.isin(column, np.frombuffer(letters.encode(), dtype=np.uint8))
    return good


def br_cpf(values: pl.Series) -> Mask:
    def test(d: Digits) -> Mask:
        first = (11 - _weigh(d, 10, 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 11 % 10
        second = (11 - (_weigh(d, 11, 10, 9, 8, 7, 6, 5, 4, 3) + 2 * first) % 11) % 11 % 10
        good: Mask = (first == d[:, 9]) & (second == d[:, 10])
        return good & _varied(d)

    return check_digits(values, {11: test})


def ca_sin(values: pl.Series) -> Mask:
    return check_digits(values, {9: lambda d: luhn_digits(d) & (d[:, 0] != 8) & (d[:, 0] != 0)})


def luhn_digits(d: Digits) -> Mask:
    doubled = d[:, -2::-2] * 2
    total = d[:, ::-2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    good: Mask = (total % 10 == 0) & (d != 0).any(axis=1)
    return good


_D = np.array(
    [[(a + b) % 5 if b < 5 else 5 + (a + b) % 5 for b in range(10)] for a in range(5)]
    + [[5 + (a - b) % 5 if b < 5 else (a - b) % 5 for b in range(10)] for a in range(5, 10)],
    dtype=np.int64,
)
_STEP = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permutations() -> NDArray[np.int64]:
    rows = [list(range(10))]
    for _ in range(7):
        rows.append([_STEP[value] for value in rows[-1]])
    return np.array(rows, dtype=np.int64)


_P = _permutations()


def verhoeff_digits(d: Digits) -> Mask:
    """Dihedral group check (Verhoeff 1969)."""
    state = np.zeros(len(d), dtype=np.int64)
    for place in range(d.shape[1]):
        state = _D[state, _P[place % 8][d[:, -1 - place]]]
    good: Mask = state == 0
    return good


def in_aadhaar(values: pl.Series) -> Mask:
    return check_digits(values, {12: lambda d: verhoeff_digits(d) & (d[:, 0] >= 2) & _not_palindrome(d)})


def _not_palindrome(d: Digits) -> Mask:
    good: Mask = (d != d[:, ::-1]).any(axis=1)
    return good


def in_pan(values: pl.Series) -> Mask:
    """Five letters (the fourth says what kind of holder), four digits, a letter."""

    def test(rows: Bytes) -> Mask:
        letters: Mask = np.logical_and.reduce([_letter(rows[:, place]) for place in (0, 1, 2, 4, 9)])
        return letters & _in(rows[:, 3], "ABCFGHJLPTK") & _numeric(rows[:, 5:9])

    return check_bytes(values, 10, test)


def de_steuer_id(values: pl.Series) -> Mask:
    """ISO 7064 mod 11,10; the first is not zero; one digit stands twice or three times among the first ten."""

    def test(d: Digits) -> Mask:
        product = np.full(len(d), 10, dtype=np.int64)
        for place in range(10):
            total = (d[:, place] + product) % 10
            product = np.where(total == 0, 10, total) * 2 % 11
        counts = np.stack([(d[:, :10] == digit).sum(axis=1) for digit in range(10)], axis=1)
        repeated = (counts > 1).sum(axis=1) == 1
        good: Mask = ((11 - product) % 10 == d[:, 10]) & (d[:, 0] != 0) & repeated & (counts.max(axis=1) <= 3)
        return good

    return check_digits(values, {11: test})


def nl_bsn(values: pl.Series) -> Mask:
    def test(d: Digits) -> Mask:
        good: Mask = ((_weigh(d, 9, 8, 7, 6, 5, 4, 3, 2) - d[:, 8]) % 11 == 0) & (d != 0).any(axis=1)
        return good

    return check_digits(values, {9: test})


def pl_pesel(values: pl.Series) -> Mask:
    def test(d: Digits) -> Mask:
        check = (10 - _weigh(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3) % 10) % 10
        good: Mask = check == d[:, 10]
        return good & _date_like(_number(d, 2, 4) % 20, _number(d, 4, 6))

    return check_digits(values, {11: test})


def au_tfn(values: pl.Series) -> Mask:
    def nine(d: Digits) -> Mask:
        good: Mask = (_weigh(d, 1, 4, 3, 7, 5, 8, 6, 9, 10) % 11 == 0) & (d != 0).any(axis=1)
        return good

    return check_digits(values, {9: nine})


def au_medicare(values: pl.Series) -> Mask:
    def test(d: Digits) -> Mask:
        good: Mask = (
            (_weigh(d, 1, 3, 7, 9, 1, 3, 7, 9) % 10 == d[:, 8]) & (d[:, 0] >= 2) & (d[:, 0] <= 6) & (d[:, 9] != 0)
        )
        return good

    return check_digits(values, {10: test, 11: test})


def jp_my_number(values: pl.Series) -> Mask:
    def test(d: Digits) -> Mask:
        rest = _weigh(d, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
        good: Mask = np.where(rest <= 1, 0, 11 - rest) == d[:, 11]
        return good & _varied(d)

    return check_digits(values, {12: test})


def kr_rrn(values: pl.Series) -> Mask:
    """Date, sex and century, check digit. Numbers given since October 2020 carry none: shape must do there."""

    def test(d: Digits) -> Mask:
        check = (11 - _weigh(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5) % 11) % 10
        good: Mask = check == d[:, 12]
        return good & _date_like(_number(d, 2, 4), _number(d, 4, 6))

    return check_digits(values, {13: test})


def cn_resident_id(values: pl.Series) -> Mask:
    """ISO 7064 mod 11,2 over 17 digits; a plausible date of birth inside."""
    weights = np.array([2 ** (17 - place) % 11 for place in range(17)], dtype=np.int64)

    def test(rows: Bytes) -> Mask:
        numeric = _numeric(rows[:, :17])
        d = np.where(numeric[:, None], rows[:, :17], ZERO).astype(np.int64) - ZERO
        check = (12 - (d @ weights) % 11) % 11
        last = np.where(check == 10, ord("X"), check + ZERO)
        year = _number(d, 6, 10)
        good: Mask = numeric & (last == rows[:, 17]) & (year >= 1880) & (year <= 2060)
        return good & _date_like(_number(d, 10, 12), _number(d, 12, 14))

    return check_bytes(values, 18, test)


def fr_nir(values: pl.Series) -> Mask:
    """Fifteen places; the last two are 97 minus the rest modulo 97, with Corsica's 2A and 2B as 19 and 18."""

    def test(rows: Bytes) -> Mask:
        rows = rows.copy()
        for letter, department in ((ord("A"), "19"), (ord("B"), "18")):
            corsican = (rows[:, 5] == ord("2")) & (rows[:, 6] == letter)
            rows[corsican, 5:7] = np.frombuffer(department.encode(), dtype=np.uint8)
        numeric = _numeric(rows)
        d = np.where(numeric[:, None], rows, ZERO).astype(np.int64) - ZERO
        month = _number(d, 3, 5)
        plausible = np.isin(d[:, 0], (1, 2, 3, 4, 7, 8)) & (((month >= 1) & (month <= 12)) | (month >= 20))
        good: Mask = numeric & plausible & (97 - _number(d, 0, 13) % 97 == _number(d, 13, 15))
        return good

    return check_bytes(values, 15, test)


_DNI = np.frombuffer(b"TRWAGMYFPDXBNJZSQVHLCKE", dtype=np.uint8)


def es_dni(values: pl.Series) -> Mask:
    """DNI, and NIE with X, Y, Z standing for 0, 1, 2."""

    def test(rows: Bytes) -> Mask:
        rows = rows.copy()
        for digit, letter in enumerate("XYZ"):
            rows[rows[:, 0] == ord(letter), 0] = ZERO + digit
        numeric = _numeric(rows[:, :8])
        d = np.where(numeric[:, None], rows[:, :8], ZERO).astype(np.int64) - ZERO
        good: Mask = numeric & (_DNI[_number(d, 0, 8) % 23] == rows[:, 8])
        return good

    return check_bytes(values, 9, test)


_SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ODD = "1 0 5 7 9 13 15 17 19 21 1 0 5 7 9 13 15 17 19 21 2 4 18 20 11 3 6 8 12 14 16 10 22 25 24 23"
_CF_ODD = {sign: int(worth) for sign, worth in zip(_SIGNS, _ODD.split(), strict=True)}


def it_codice_fiscale(values: pl.Series) -> Mask:
    odd, even = np.full(256, 10_000, dtype=np.int64), np.full(256, 10_000, dtype=np.int64)
    for sign, worth in _CF_ODD.items():
        odd[ord(sign)] = worth
        even[ord(sign)] = ord(sign) - ZERO if sign.isdigit() else ord(sign) - 65

    def test(rows: Bytes) -> Mask:
        total = odd[rows[:, 0:15:2]].sum(axis=1) + even[rows[:, 1:15:2]].sum(axis=1)
        good: Mask = (total < 10_000) & (total % 26 + 65 == rows[:, 15])
        return good & _letter(rows[:, 0]) & _letter(rows[:, 8])

    return check_bytes(values, 16, test)


def sg_nric(values: pl.Series) -> Mask:
    def test(rows: Bytes) -> Mask:
        numeric = _numeric(rows[:, 1:8])
        d = np.where(numeric[:, None], rows[:, 1:8], ZERO).astype(np.int64) - ZERO
        total = _weigh(d, 2, 7, 6, 5, 4, 3, 2)
        first = rows[:, 0]
        total = total + np.where(_in(first, "TG"), 4, np.where(first == ord("M"), 3, 0))
        citizens = np.frombuffer(b"JZIHGFEDCBA", dtype=np.uint8)[total % 11]
        foreign = np.frombuffer(b"XWUTRQPNMLK", dtype=np.uint8)[total % 11]
        since_2022 = np.frombuffer(b"KLJNPQRTUWX", dtype=np.uint8)[10 - total % 11]
        want = np.where(_in(first, "ST"), citizens, np.where(first == ord("M"), since_2022, foreign))
        good: Mask = numeric & _in(first, "STFGM") & (want == rows[:, 8])
        return good

    return check_bytes(values, 9, test)


_WEST = (us_ssn, us_itin, ca_sin, gb_nhs, gb_nino, de_steuer_id, fr_nir, es_dni, it_codice_fiscale, nl_bsn, pl_pesel)
_EAST = (ru_snils, ru_inn, ru_passport, in_aadhaar, in_pan, cn_resident_id, jp_my_number, kr_rrn)
_SOUTH = (br_cpf, au_tfn, au_medicare, sg_nric)
NATIONAL: dict[str, Callable[[pl.Series], Mask]] = {test.__name__: test for test in (*_WEST, *_EAST, *_SOUTH)}
