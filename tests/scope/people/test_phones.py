"""Telephone numbers as E.164."""

import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.scope.people import phones


def e164(number: str, country: str | None = None) -> int:
    return int(phones.e164(pl.Series([number]), pl.Series([country], dtype=pl.String))[0])


@pytest.mark.parametrize(
    ("written", "country", "digits"),
    [
        ("+1 (415) 555-2671", None, 14155552671),
        ("(415) 555-2671", None, 14155552671),
        ("415-555-2671", None, 14155552671),
        ("415 555 2671 ext. 12", "US", 14155552671),
        ("1 415 555 2671", "US", 14155552671),
        ("+44 (0)20 7946 0958", None, 442079460958),
        ("020 7946 0958", "GB", 442079460958),
        ("0044 20 7946 0958", "DE", 442079460958),
        ("030 123456", "DE", 4930123456),
        ("8 (912) 345-67-89", "RU", 79123456789),
        ("79123456789", "RU", 79123456789),
        ("+39 06 6982 1234", None, 390669821234),
        ("06 6982 1234", "IT", 390669821234),
        ("4155552671", None, 0),  # may be of anywhere
        ("12345", "US", 0),
        ("+1 111 111 1111", None, 0),
        ("call me", "US", 0),
    ],
)
def test_a_number_is_brought_to_the_form_the_whole_world_dials(written: str, country: str | None, digits: int) -> None:
    assert e164(written, country) == digits


def test_numbers_are_shown_with_a_plus_and_nothing_for_none() -> None:
    assert phones.written(phones.e164(pl.Series(["+49 30 123456", "none"]))).to_list() == ["+4930123456", None]


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+14155552671", "US"),
        ("+14165550134", "CA"),
        ("+4930123456", "DE"),
        ("+77012345678", "KZ"),
        ("+79123456789", "RU"),
    ],
)
def test_a_number_tells_the_country_it_is_registered_in(number: str, country: str) -> None:
    assert phones.countries(phones.e164(pl.Series([number]))).item() == country


def test_what_is_no_number_tells_no_country() -> None:
    assert phones.countries(phones.e164(pl.Series(["12"]))).item() is None


@given(st.sampled_from(["US", "GB", "DE", "FR", "ES", "BR", "IN", "AU", "JP", "RU", "PL", "NL"]))
def test_every_way_to_write_an_example_number_gives_what_the_reference_gives(country: str) -> None:
    number = phonenumbers.example_number(country)
    assert number is not None
    shape = phonenumbers.PhoneNumberFormat
    expected = int(phonenumbers.format_number(number, shape.E164)[1:])
    assert e164(phonenumbers.format_number(number, shape.INTERNATIONAL)) == expected
    assert e164(phonenumbers.format_number(number, shape.NATIONAL), country) == expected
