"""Numbers that pass every check of the real ones and belong to nobody, made many at a time.

Ranges (docs/guide/standing-breach.md gives the reasons): cards from published test BINs, NHS 999, Aadhaar 9999, SIN 9,
SSN areas 850-899 (no range is reserved; these were given to nobody born before 2011), IBANs of banks that do not exist.
Every function takes a generator and a count and gives an array of strings.
"""

import string
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Digits = NDArray[np.int64]
Strings = NDArray[np.str_]
Rng = np.random.Generator

TEST_BINS = ("411111", "424242", "400000", "555555", "510510", "222300", "601111")
_BCRYPT = "./" + string.ascii_uppercase + string.ascii_lowercase + string.digits
_BASE64 = string.ascii_letters + string.digits + "-_"
_CONSONANTS = "BCDFGHJKLMNPRSTVWXZ"
_VERHOEFF = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ]
)  # fmt: skip
_VERHOEFF_INVERSE = np.array([0, 4, 3, 2, 1, 5, 6, 7, 8, 9])


def digits(rng: Rng, count: int, length: int, prefix: str = "") -> Digits:
    """A matrix of digits whose rows start with the prefix; `length` counts it in."""
    head = np.tile(np.array([int(c) for c in prefix], dtype=np.int64), (count, 1))
    return np.hstack([head, rng.integers(0, 10, (count, length - len(prefix)))])


def text(matrix: Digits) -> Strings:
    raw = np.ascontiguousarray(matrix + 48, dtype=np.uint8)
    return raw.view(f"S{matrix.shape[1]}").ravel().astype(str)


def letters(rng: Rng, count: int, length: int, alphabet: str) -> Strings:
    codes = np.frombuffer(alphabet.encode(), dtype=np.uint8)
    raw = np.ascontiguousarray(codes[rng.integers(0, len(codes), (count, length))])
    return raw.view(f"S{length}").ravel().astype(str)


def glue(*parts: Strings | str) -> Strings:
    out: Strings = np.asarray(parts[0])
    for part in parts[1:]:
        out = np.char.add(out, part)
    return out


def grouped(values: Strings, pattern: Sequence[int], gap: str = " ") -> Strings:
    """`1234567890` by (3, 3, 4) -> `123 456 7890`."""
    width = sum(pattern)
    raw = values.astype(f"S{width}").view(np.uint8).reshape(len(values), width)
    columns: list[NDArray[np.uint8]] = []
    at = 0
    for place, size in enumerate(pattern):
        if place:
            columns.append(np.full((len(values), len(gap)), ord(gap), dtype=np.uint8))
        columns.append(raw[:, at : at + size])
        at += size
    joined = np.ascontiguousarray(np.hstack(columns))
    return joined.view(f"S{joined.shape[1]}").ravel().astype(str)


def with_luhn(body: Digits) -> Digits:
    doubled = body[:, ::-1].copy()
    doubled[:, ::2] *= 2
    doubled[doubled > 9] -= 9
    return np.hstack([body, ((10 - doubled.sum(axis=1) % 10) % 10)[:, None]])


def cards(rng: Rng, count: int) -> Strings:
    bins = np.array([[int(c) for c in b] for b in TEST_BINS])[rng.integers(0, len(TEST_BINS), count)]
    return text(with_luhn(np.hstack([bins, rng.integers(0, 10, (count, 9))])))


def ssns(rng: Rng, count: int) -> Strings:
    area, group, serial = rng.integers(850, 900, count), rng.integers(1, 100, count), rng.integers(1, 10_000, count)
    return np.array([f"{a}-{g:02}-{s:04}" for a, g, s in zip(area, group, serial, strict=True)])


def snils(rng: Rng, count: int) -> Strings:
    body = digits(rng, count, 9, "9")
    control = (body * np.arange(9, 0, -1)).sum(axis=1) % 101 % 100
    return text(np.hstack([body, (control // 10)[:, None], (control % 10)[:, None]]))


def snils_written(value: str) -> str:
    """As printed on the card: `123-456-789 01`."""
    return f"{value[:3]}-{value[3:6]}-{value[6:9]} {value[9:]}"


def inns(rng: Rng, count: int) -> Strings:
    """Of a natural person: twelve digits, two of them control."""
    body = digits(rng, count, 10, "99")
    first = (body * [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]).sum(axis=1) % 11 % 10
    body = np.hstack([body, first[:, None]])
    second = (body * [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]).sum(axis=1) % 11 % 10
    return text(np.hstack([body, second[:, None]]))


def ru_passports(rng: Rng, count: int) -> Strings:
    year, number = rng.integers(2, 26, count), rng.integers(0, 1_000_000, count)
    return np.array([f"99 {y:02} {n:06}" for y, n in zip(year, number, strict=True)])


def ninos(rng: Rng, count: int) -> Strings:
    return glue("ZX", text(digits(rng, count, 6)), letters(rng, count, 1, "ABCD"))


def nhs(rng: Rng, count: int) -> Strings:
    body = digits(rng, count, 9, "999")
    for _ in range(60):  # one start in eleven has no control digit: roll those again
        control = (11 - (body * np.arange(10, 1, -1)).sum(axis=1) % 11) % 11
        bad = control == 10
        if not bad.any():
            break
        body[bad, 3:] = rng.integers(0, 10, (int(bad.sum()), 6))
    return text(np.hstack([body, control[:, None]]))


def cpfs(rng: Rng, count: int) -> Strings:
    body = digits(rng, count, 9, "000")
    for weights in (np.arange(10, 1, -1), np.arange(11, 1, -1)):
        control = (body * weights).sum(axis=1) * 10 % 11 % 10
        body = np.hstack([body, control[:, None]])
    return text(body)


def cpf_written(value: str) -> str:
    return f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}"


def sins(rng: Rng, count: int) -> Strings:
    return grouped(text(with_luhn(digits(rng, count, 8, "9"))), (3, 3, 3), "-")


def aadhaars(rng: Rng, count: int) -> Strings:
    body = digits(rng, count, 11, "9999")
    state = np.zeros(count, dtype=np.int64)
    power = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])
    table = [np.arange(10)]
    for _ in range(7):
        table.append(power[table[-1]])
    for place in range(11):
        state = _VERHOEFF[state, table[(place + 1) % 8][body[:, 10 - place]]]
    return text(np.hstack([body, _VERHOEFF_INVERSE[state][:, None]]))


def pans(rng: Rng, count: int) -> Strings:
    letter = string.ascii_uppercase
    return glue("AAAP", letters(rng, count, 1, letter), text(digits(rng, count, 4)), letters(rng, count, 1, letter))


def dnis(rng: Rng, count: int) -> Strings:
    number = rng.integers(0, 1_000_000, count)
    return np.array([f"{n:08}{'TRWAGMYFPDXBNJZSQVHLCKE'[n % 23]}" for n in number])


def nirs(rng: Rng, count: int) -> Strings:
    """French: sex, year, month, department 99 (born abroad), country, order; control is 97 - n mod 97."""
    sex, year, month = rng.integers(1, 3, count), rng.integers(40, 100, count), rng.integers(1, 13, count)
    order = rng.integers(1, 1_000_000, count)
    whole = sex * 10**12 + year * 10**10 + month * 10**8 + 99 * 10**6 + order
    return np.array([f"{w:013}{97 - w % 97:02}" for w in whole])


def passports(rng: Rng, count: int) -> Strings:
    return glue(letters(rng, count, 1, _CONSONANTS), text(digits(rng, count, 8, "00")))


def driving_licences(rng: Rng, count: int) -> Strings:
    return glue(letters(rng, count, 1, _CONSONANTS), text(digits(rng, count, 7)))


def ibans(rng: Rng, count: int, country: str) -> Strings:
    """Right check digits, national ones too, at a bank that does not exist."""
    account = rng.integers(0, 10**9, count)
    return np.array([_iban(country, int(a)) for a in account])


def _iban(country: str, account: int) -> str:
    if country == "DE":
        inner = f"99999999{account:010}"
    elif country == "FR":
        bank, branch = 99999, 99999
        key = 97 - (89 * bank + 15 * branch + 3 * account) % 97
        inner = f"{bank}{branch}{account:011}{key:02}"
    elif country == "ES":
        bank_branch, number = "99999999", f"{account:010}"
        inner = f"{bank_branch}{_ccc('00' + bank_branch)}{_ccc(number)}{number}"
    else:
        country, inner = "GB", f"ZZZZ999999{account % 10**8:08}"
    as_digits = "".join(str(int(c, 36)) for c in f"{inner}{country}00")
    return f"{country}{98 - int(as_digits) % 97:02}{inner}"


def _ccc(ten: str) -> int:
    weighed: int = sum(int(digit) * pow(2, place, 11) for place, digit in enumerate(ten))
    control = 11 - weighed % 11
    return {10: 1, 11: 0}.get(control, control)


def bcrypt(rng: Rng, count: int) -> Strings:
    """Bcrypt has 22 characters of salt, the last of which carries four bits only."""
    return glue(
        "$2b$12$", letters(rng, count, 21, _BCRYPT), letters(rng, count, 1, "Oeu."), letters(rng, count, 31, _BCRYPT)
    )


def hexes(rng: Rng, count: int, length: int) -> Strings:
    return letters(rng, count, length, "0123456789abcdef")


def tokens(rng: Rng, count: int, length: int = 43) -> Strings:
    return letters(rng, count, length, _BASE64)


def uuids(rng: Rng, count: int) -> Strings:
    raw = hexes(rng, count, 32)
    return np.array([f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) % 4]}{h[17:20]}-{h[20:]}" for h in raw])


def ips(rng: Rng, count: int) -> Strings:
    """From the three ranges kept for documentation; 764 addresses, so many people share one, as behind a provider."""
    net = np.array(["192.0.2.", "198.51.100.", "203.0.113."])[rng.integers(0, 3, count)]
    return np.char.add(net, rng.integers(1, 255, count).astype(str))
