"""Checks of national numbers against python-stdnum, number by number; where it has none, against the published rule."""

import random
from collections.abc import Callable
from importlib import import_module

import polars as pl
import pytest

from breachdesk.scope.detectors.checks import CHECKS
from tests.scope.detectors.values import values

# our check: the oracle's module, and how numbers near to right ones are made (? a digit, @ a letter)
ORACLES = {
    "luhn": ("luhn", "????????????????"),
    "iban": ("iban", "DE????????????????????"),
    "gb_nhs": ("gb.nhs", "??????????"),
    "br_cpf": ("br.cpf", "???????????"),
    "ca_sin": ("ca.sin", "1????????"),
    "in_aadhaar": ("in_.aadhaar", "2???????????"),
    "de_steuer_id": ("de.idnr", "???????????"),
    "nl_bsn": ("nl.bsn", "?????????"),
    "pl_pesel": ("pl.pesel", "????0?1????"),
    "au_tfn": ("au.tfn", "?????????"),
    "es_dni": ("es.dni", "????????@"),
    "it_codice_fiscale": ("it.codicefiscale", "@@@@@@80A01H501@"),
    "fr_nir": ("fr.nir", "180059900????12"),
    "ru_inn": ("ru.inn", "????????????"),
    "jp_my_number": ("jp.in_", "????????????"),
    "cn_resident_id": ("cn.ric", "11010119800101????"),
    "kr_rrn": ("kr.rrn", "800101??????" + "?"),
}
RIGHT = {
    "iban": "iban", "gb_nhs": "nhs, plain", "br_cpf": "cpf", "ca_sin": "sin", "in_aadhaar": "aadhaar, plain",
    "es_dni": "dni", "fr_nir": "nir", "ru_inn": "inn", "luhn": "card", "card": "card",
    "ru_snils": "snils, plain", "gb_nino": "nino", "us_ssn": "ssn", "in_pan": "pan",
}  # fmt: skip
# Where the oracle also asks what is no part of the check: places of birth, years, numbers reserved for examples.
LOOSER = {"pl_pesel", "it_codice_fiscale", "cn_resident_id", "kr_rrn", "iban", "fr_nir", "in_aadhaar", "nl_bsn"}


def oracle(name: str) -> Callable[[str], bool]:
    module = import_module(f"stdnum.{name}")
    return lambda value: bool(module.is_valid(value))


def near(pattern: str, count: int) -> list[str]:
    rng = random.Random(pattern)
    kinds = {"?": "0123456789", "@": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    return ["".join(rng.choice(kinds.get(sign, sign)) for sign in pattern) for _ in range(count)]


@pytest.mark.parametrize("name", ORACLES)
def test_a_check_says_what_the_oracle_says(name: str) -> None:
    module, pattern = ORACLES[name]
    tried = near(pattern, 4_000)
    ours = CHECKS[name](pl.Series(tried)).tolist()
    theirs = [oracle(module)(value) for value in tried]
    assert any(ours), "no number near to right ones was right: the pattern tries nothing"
    assert not all(ours)
    if name in LOOSER:
        assert [value for value, mine, other in zip(tried, ours, theirs, strict=True) if other and not mine] == []
    else:
        assert [value for value, mine, other in zip(tried, ours, theirs, strict=True) if other is not mine] == []


@pytest.mark.parametrize("name", RIGHT)
def test_right_numbers_pass_and_pass_with_separators_in_them(name: str) -> None:
    right = list(values(RIGHT[name]))
    assert CHECKS[name](pl.Series(right)).all()
    assert CHECKS[name](pl.Series([f"{value[:2]} {value[2:]}" for value in right])).all()


@pytest.mark.parametrize(
    "name", ["luhn", "gb_nhs", "br_cpf", "ca_sin", "in_aadhaar", "ru_inn", "ru_snils", "iban", "nl_bsn"]
)
def test_one_digit_changed_fails(name: str) -> None:
    for value in values(RIGHT.get(name, "nhs, plain"))[:50]:
        if name == "nl_bsn":
            value = "111222333"
        place = next(at for at in range(len(value) - 1, -1, -1) if value[at].isdigit())
        wrong = [value[:place] + digit + value[place + 1 :] for digit in "0123456789" if digit != value[place]]
        assert CHECKS[name](pl.Series(wrong)).sum() == 0, value


def test_the_pension_funds_own_example_passes() -> None:
    """112-233-445 95 is the number on the Fund's specimen card."""
    assert CHECKS["ru_snils"](pl.Series(["112-233-445 95", "11223344595", "112-233-445 96"])).tolist() == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("name", sorted(CHECKS))
@pytest.mark.parametrize(
    "cells", [[""], [" "], ["\x00"], ["9" * 64], ["9" * 65], ["é" * 9], ["ABCDEFGHI"], ["١٢٣٤٥٦٧٨٩"], []]
)
def test_no_check_stumbles_over_a_strange_value(name: str, cells: list[str]) -> None:
    assert len(CHECKS[name](pl.Series(cells, dtype=pl.String))) == len(cells)


@pytest.mark.parametrize(
    ("value", "is_card"),
    [
        ("4111111111111111", True),
        ("5555 5555 5555 4444", True),
        ("378282246310005", True),
        ("30569309025904", True),
        ("6011111111111117", True),
        ("2200000000000004", True),
        ("4111111111111112", False),
        ("9111111111111119", False),
        ("0000000000000000", False),
    ],
)
def test_a_card_needs_a_networks_range_and_luhn(value: str, is_card: bool) -> None:
    assert CHECKS["card"](pl.Series([value])).tolist() == [is_card]


@pytest.mark.parametrize(
    ("value", "is_address"),
    [
        ("192.0.2.17", True),
        ("1.2.3.4", False),
        ("10.4.2.17", False),
        ("256.1.1.1", False),
        ("2001:db8::1", True),
        ("192.0.2.0/24", True),
    ],
)
def test_a_version_is_no_ip_address(value: str, is_address: bool) -> None:
    assert CHECKS["ip"](pl.Series([value])).tolist() == [is_address]
