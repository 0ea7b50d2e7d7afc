"""Numbers that pass every check of the real ones and belong to nobody, made many at a time.

Ranges (docs/guide/standing-breach.md gives the reasons): cards from published test BINs, NHS 999, Aadhaar 9999, SIN 9,
SSN areas 850-899 (no range is reserved; these were given to nobody born before 2011), IBANs of banks that do not exist.
Whatever identifies a person is different for every serial number, in a breach of any size: where a range is too small
for all, the numbers beyond it start with 4. Every function takes a `Draw` and gives an array of strings.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass

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
_SCATTER = 7**10  # shares no factor with any space below, so that serial numbers scatter and never meet


@dataclass(frozen=True, slots=True)
class Draw:
    """What numbers are made from: chance, and a serial number for each of them (below ten million)."""

    rng: Rng
    serial: Digits
    shift: int = 0  # another for each seed

    @property
    def count(self) -> int:
        return len(self.serial)

    def scattered(self, space: int, salt: int = 0) -> Digits:
        """Different integers below `space`, as long as there are no more serial numbers than that. Two kinds of number
        drawn from spaces of one size need different salts, or a person's card and account would look alike."""
        return (self.serial * _SCATTER + self.shift + salt * 15_485_863) % space

    def digits(self, length: int, prefix: str = "", salt: int = 0) -> Digits:
        """Different numbers of `length` digits, the prefix counted in."""
        free = length - len(prefix)
        if self.serial.max(initial=0) < 10**free:
            head = np.tile(np.array([int(c) for c in prefix], dtype=np.int64), (self.count, 1))
        else:
            free, head = length - 1, np.full((self.count, 1), 4)
        value = self.scattered(10**free, salt)[:, None]
        return np.hstack([head, value // 10 ** np.arange(free - 1, -1, -1) % 10])


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


def cards(draw: Draw) -> Strings:
    bins = np.array([[int(c) for c in b] for b in TEST_BINS])[draw.rng.integers(0, len(TEST_BINS), draw.count)]
    return text(with_luhn(np.hstack([bins, draw.digits(9, salt=1)])))


def ssns(draw: Draw) -> Strings:
    value = draw.scattered(50 * 99 * 9999)
    return np.array([f"{850 + v // 989_901}-{v // 9_999 % 99 + 1:02}-{v % 9_999 + 1:04}" for v in value.tolist()])


def snils(draw: Draw) -> Strings:
    body = draw.digits(9, "9", salt=3)
    control = (body * np.arange(9, 0, -1)).sum(axis=1) % 101 % 100
    return text(np.hstack([body, (control // 10)[:, None], (control % 10)[:, None]]))


def snils_written(value: str) -> str:
    """As printed on the card: `123-456-789 01`."""
    return f"{value[:3]}-{value[3:6]}-{value[6:9]} {value[9:]}"


def inns(draw: Draw) -> Strings:
    """Of a natural person: twelve digits, two of them control."""
    body = draw.digits(10, "99")
    first = (body * [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]).sum(axis=1) % 11 % 10
    body = np.hstack([body, first[:, None]])
    second = (body * [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]).sum(axis=1) % 11 % 10
    return text(np.hstack([body, second[:, None]]))


def ru_passports(draw: Draw) -> Strings:
    value = draw.scattered(24_000_000)
    return np.array([f"99 {2 + v // 1_000_000:02} {v % 1_000_000:06}" for v in value.tolist()])


def ninos(draw: Draw) -> Strings:
    value = draw.scattered(48_000_000)
    second = "XABEHKLMPRST"
    return np.array(
        [f"Z{second[v // 4_000_000]}{v % 1_000_000:06}{'ABCD'[v // 1_000_000 % 4]}" for v in value.tolist()]
    )


def nhs(draw: Draw) -> Strings:
    """One start in eleven has no control digit: its last digit, which tells nobody apart, moves on by one."""
    body = np.hstack([draw.digits(8, "999"), draw.rng.integers(0, 10, (draw.count, 1))])
    for _ in range(3):
        control = (11 - (body * np.arange(10, 1, -1)).sum(axis=1) % 11) % 11
        body[control == 10, 8] = (body[control == 10, 8] + 1) % 10
    return text(np.hstack([body, control[:, None]]))


def cpfs(draw: Draw) -> Strings:
    body = draw.digits(9, "000", salt=5)
    for weights in (np.arange(10, 1, -1), np.arange(11, 1, -1)):
        control = (body * weights).sum(axis=1) * 10 % 11 % 10
        body = np.hstack([body, control[:, None]])
    return text(body)


def cpf_written(value: str) -> str:
    return f"{value[:3]}.{value[3:6]}.{value[6:9]}-{value[9:]}"


def sins(draw: Draw) -> Strings:
    return grouped(text(with_luhn(draw.digits(8, "9", salt=4))), (3, 3, 3), "-")


def aadhaars(draw: Draw) -> Strings:
    body = draw.digits(11, "9999", salt=6)
    state = np.zeros(draw.count, dtype=np.int64)
    power = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])
    table = [np.arange(10)]
    for _ in range(7):
        table.append(power[table[-1]])
    for place in range(11):
        state = _VERHOEFF[state, table[(place + 1) % 8][body[:, 10 - place]]]
    return text(np.hstack([body, _VERHOEFF_INVERSE[state][:, None]]))


def pans(draw: Draw) -> Strings:
    value, letter = draw.scattered(6_760_000), string.ascii_uppercase
    return np.array([f"AAAP{letter[v // 260_000]}{v // 26 % 10_000:04}{letter[v % 26]}" for v in value.tolist()])


def dnis(draw: Draw) -> Strings:
    value = draw.scattered(100_000_000, salt=7)
    return np.array([f"{v:08}{'TRWAGMYFPDXBNJZSQVHLCKE'[v % 23]}" for v in value.tolist()])


def nirs(draw: Draw) -> Strings:
    """French: sex, year, month, department 99 (born abroad), country and order; control is 97 - n mod 97."""
    sex, month = draw.rng.integers(1, 3, draw.count), draw.rng.integers(1, 13, draw.count)
    value = draw.scattered(60_000_000)
    whole = sex * 10**12 + (40 + value // 10**6) * 10**10 + month * 10**8 + 99 * 10**6 + value % 10**6
    return np.array([f"{w:013}{97 - w % 97:02}" for w in whole.tolist()])


def passports(draw: Draw) -> Strings:
    return glue(letters(draw.rng, draw.count, 1, _CONSONANTS), text(draw.digits(8, "00")))


def driving_licences(draw: Draw) -> Strings:
    return glue(letters(draw.rng, draw.count, 1, _CONSONANTS), text(draw.digits(7, salt=8)))


def ibans(draw: Draw, country: str) -> Strings:
    """Right check digits, national ones too, at a bank that does not exist. British accounts repeat after 10^8."""
    return np.array([_iban(country, account) for account in draw.scattered(10**9, salt=2).tolist()])


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


def bcrypt(draw: Draw) -> Strings:
    """Bcrypt has 22 characters of salt, the last of which carries four bits only."""
    rng, count = draw.rng, draw.count
    salt = glue(letters(rng, count, 21, _BCRYPT), letters(rng, count, 1, "Oeu."))
    return glue("$2b$12$", salt, letters(rng, count, 31, _BCRYPT))


def hexes(draw: Draw, length: int) -> Strings:
    return letters(draw.rng, draw.count, length, "0123456789abcdef")


def tokens(draw: Draw, length: int = 43) -> Strings:
    return letters(draw.rng, draw.count, length, _BASE64)


def uuids(draw: Draw) -> Strings:
    raw = hexes(draw, 32)
    return np.array([f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) % 4]}{h[17:20]}-{h[20:]}" for h in raw])


def ips(draw: Draw) -> Strings:
    """From the three ranges kept for documentation; 762 addresses, so many people share one, as behind a provider."""
    net = np.array(["192.0.2.", "198.51.100.", "203.0.113."])[draw.rng.integers(0, 3, draw.count)]
    return np.char.add(net, draw.rng.integers(1, 255, draw.count).astype(str))
