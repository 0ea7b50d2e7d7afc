"""Addresses that a window cannot show or the post cannot find are named by line, and good ones of any land pass."""

import pytest

from breachdesk.notify.addresses import posted, wrong_with
from breachdesk.notify.blocks import Paragraph, Span
from breachdesk.notify.draw import Press

PRESS = Press()
GOOD = ("Musterstr. 5", "10115 Berlin")


def wrong(
    *address: str,
    name: str = "Ada Example",
    printed: tuple[str, ...] | None = None,
    sender: tuple[str, ...] = ("Bakery North Ltd", "1 Example Street, 10115 Berlin"),
    country: str = "DE",
    language: str = "en",
    paper: str = "a4",
) -> list[tuple[str, int | None]]:
    said = [("sender", one) for one in sender] + [("recipient", one) for one in (name, *(printed or address))]
    head = [Paragraph((Span(text),), role) for role, text in said]
    found = wrong_with(head, address, country, home="DE", language=language, paper=paper, widths=PRESS.widths)
    return [(one.code, one.line) for one in found]


@pytest.mark.parametrize(
    ("address", "country", "language"),
    [
        (GOOD, "DE", "en"),
        (("c/o Müller", "Rue de l'Église 5", "75001 Paris", "FRANCE"), "FR", "en"),
        (("1 Example Street", "Springfield, CA 90000", "U.S.A."), "US", "en"),
        (("221B Example St", "London", "NW1 6XE", "England"), "GB", "en"),
        (("ул. Примерная, д. 5, кв. 7", "101000 Москва", "Российская Федерация".upper(), "РОССИЯ"), "RU", "ru"),
        (("BP 12", "Abidjan", "COTE D IVOIRE"), "CI", "en"),
        (("شارع المثال 5", "القاهرة", "مصر"), "EG", "ar"),
        (("خیابان نمونه\u200c ۵", "تهران", "IRAN"), "IR", "fa"),  # a joiner belongs to the word
        (("iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii", "10115 Berlin"), "DE", "en"),  # 48, and narrow
    ],
)
def test_good_addresses_pass(address: tuple[str, ...], country: str, language: str) -> None:
    assert wrong(*address, country=country, language=language) == []


def test_what_is_wrong_is_named_with_its_line() -> None:
    assert wrong() == [("too_few_lines", None)]
    assert wrong("10115 Berlin") == [("too_few_lines", None)]
    assert wrong("", "10115 Berlin") == [("empty_line", 1), ("too_few_lines", None)]
    assert wrong(*GOOD, name=" \u200b") == [("no_name", 0), ("hidden", 0)]
    assert wrong(*GOOD, "a", "b", "c") == [("too_many_lines", None)]
    assert wrong("x" * 49, "10115 Berlin") == [("long_line", 1)]
    assert wrong("W" * 40, "10115 Berlin") == [("long_line", 1)]  # not many, but wide
    assert wrong("W" * 23, "10115 Berlin") == [("long_line", 1)]
    assert wrong("W" * 23, "10115 Berlin", paper="us-letter") == []
    assert wrong(*GOOD, name="م" * 40) == [("long_line", 0)]
    assert wrong(*GOOD, sender=("a", "b", "c", "d", "e")) == [("long_sender", None)]
    assert wrong(*GOOD, country="") == [("no_country", None)]
    assert wrong(*GOOD, country="D") == [("no_country", None)]
    assert wrong("Rue 5", "75001 Paris", country="FR") == [("no_country_line", 2)]
    assert wrong("Rue 5", "75001 Paris", "Germany", country="FR") == [("no_country_line", 3)]
    assert wrong(*GOOD, printed=("Other Street 5", "10115 Berlin")) == [("other_address", None)]


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u200f", "\x00", "\t", "\n", "\u2028", "\u061c", "\ufeff", "\ud800", "\u00ad"]
)
def test_signs_that_hide_or_turn_text_are_named(sign: str) -> None:
    assert wrong(f"Muster{sign}str. 5", "10115 Berlin") == [("hidden", 1)]
    assert wrong(*GOOD, name=f"Ada{sign}Example") == [("hidden", 0)]


@pytest.mark.parametrize(
    ("lines", "country", "home", "meant"),
    [
        (("Musterstr. 5", "10115 Berlin", "DE"), "DE", "DE", ("Musterstr. 5", "10115 Berlin")),
        (("Musterstr. 5", "10115 Berlin"), "DE", "DE", ("Musterstr. 5", "10115 Berlin")),
        (("12 rue Fictive", "75001 Paris", "fr"), "FR", "DE", ("12 rue Fictive", "75001 Paris", "FRANKREICH")),
        (("12 rue Fictive", "75001 Paris"), "FR", "IT", ("12 rue Fictive", "75001 Paris", "FRANCE")),
        (("12 rue Fictive", "75001 Paris"), "FR", "", ("12 rue Fictive", "75001 Paris", "FRANCE")),
        (("ул. Примерная, 5", "101000 Москва"), "RU", "RU", ("ул. Примерная, 5", "101000 Москва")),
        (("1 Example St", "Springfield", "CA"), "US", "DE",
         ("1 Example St", "Springfield", "CA", "VEREINIGTE STAATEN")),
        (("Musterstr. 5", "10115 Berlin", "Germany"), "FR", "FR", ("Musterstr. 5", "10115 Berlin", "Germany")),
        (("5 rue Fictive", "Monaco"), "MC", "FR", ("5 rue Fictive", "Monaco")),
        (("1 Example St", "Apt 4", "Springfield", "CA", "90000", "US"), "US", "US",
         ("1 Example St", "Apt 4", "Springfield CA 90000")),
        (("1 Example St", "Springfield", "CA", "90000-1234", "USA"), "US", "DE",
         ("1 Example St", "Springfield CA 90000-1234", "VEREINIGTE STAATEN")),
        (("Musterstr. 5", "10115", "Berlin", "DE"), "DE", "DE", ("Musterstr. 5", "10115 Berlin")),
        (("Musterstr. 5", "Berlin", "10115", "DE"), "DE", "DE", ("Musterstr. 5", "Berlin 10115")),
        (("10 Example Rd", "London", "SW1A 1AA", "GB"), "GB", "GB", ("10 Example Rd", "London SW1A 1AA")),
        (("ул. Примерная", "д. 5", "кв. 3", "Москва", "101000", "Россия"), "RU", "DE",
         ("ул. Примерная, д. 5", "кв. 3", "Москва 101000", "RUSSLAND")),
        (("Musterstr. 5", "DE"), "DE", "DE", ("Musterstr. 5", "DE")),
        (("Musterstr. 5", "10115 Berlin"), "", "DE", ("Musterstr. 5", "10115 Berlin")),
    ],
)  # fmt: skip
def test_an_address_is_written_as_where_it_is_posted_wants(
    lines: tuple[str, ...], country: str, home: str, meant: tuple[str, ...]
) -> None:
    assert posted(lines, country, home) == meant


def test_a_street_and_a_country_are_no_address() -> None:
    assert wrong("Musterstr. 5", "Germany") == [("too_few_lines", None)]
    assert wrong("5 rue Fictive", "Monaco", country="MC") == []
