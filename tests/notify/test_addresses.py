"""Addresses that a window cannot show or the post cannot find are named by line, and good ones of any land pass."""

import pytest

from breachdesk.notify.addresses import wrong_with
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
