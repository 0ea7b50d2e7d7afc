"""What looks like personal data and is not: numbers of goods, orders, machines, builds and companies."""

import random
from collections.abc import Callable

import pytest

from tests.scope.detectors.judging import column, in_text, judge
from tests.scope.detectors.values import values

COUNT = 300


def luhn(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        number = int(digit) * (2 - place % 2)
        total += number - 9 * (number > 9)
    return body + str(-total % 10)


def gtin(body: str) -> str:
    return body + str(-sum(int(digit) * (3 - 2 * (place % 2)) for place, digit in enumerate(reversed(body))) % 10)


def isbn10(body: str) -> str:
    check = -sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
    return body + "0123456789X"[check]


def made(one: Callable[[random.Random, int], str]) -> list[str]:
    rng = random.Random(2026)
    return [one(rng, place) for place in range(COUNT)]


DECOYS = {
    "order numbers that pass Luhn": made(lambda r, n: luhn(f"4024{r.randrange(10**11):011}")),
    "orders counted up that pass Luhn": made(lambda r, n: luhn(f"40240071{n:07}")),
    "product codes counted up like SSNs": made(lambda r, n: f"224-12-{1000 + n}"),
    "seconds since 1970": made(lambda r, n: str(1_600_000_000 + r.randrange(10**8))),
    "milliseconds since 1970": made(lambda r, n: str(1_600_000_000_000 + r.randrange(10**11))),
    "times without separators": made(
        lambda r, n: f"2024{r.randint(1, 12):02}{r.randint(1, 28):02}{r.randrange(10**6):06}"
    ),
    "versions": made(lambda r, n: f"{r.randint(1, 12)}.{r.randrange(20)}.{r.randrange(20)}.{r.randrange(20)}"),
    "browser builds": made(lambda r, n: f"{r.randint(80, 120)}.0.{r.randint(1000, 6000)}.{r.randint(10, 250)}"),
    "UUIDs": list(values("uuid")),
    "SKUs": made(lambda r, n: f"{r.choice('ABC')}{r.choice('XYZ')}-{r.randrange(10**4):04}-{r.choice('SML')}"),
    "EANs": made(lambda r, n: gtin(f"400{r.randrange(10**9):09}")),
    "GTIN-14s": made(lambda r, n: gtin(f"1{r.randrange(10**12):012}")),
    "ISBN-13s": made(lambda r, n: gtin(f"978{r.randrange(10**9):09}")),
    "ISBN-10s": made(lambda r, n: isbn10(f"{r.randrange(10**9):09}")),
    "VAT numbers": made(lambda r, n: f"DE{r.randrange(10**8, 10**9)}"),
    "colours": made(lambda r, n: f"#{r.randrange(1 << 24):06x}"),
    "commits": made(lambda r, n: f"{r.randrange(1 << 160):040x}"),
    "check sums": made(lambda r, n: f"{r.randrange(1 << 128):032x}"),
    "nine digits": made(lambda r, n: f"{r.randrange(10**9):09}"),
    "ten digits": made(lambda r, n: f"{r.randrange(10**10):010}"),
    "eleven digits": made(lambda r, n: f"{r.randrange(10**11):011}"),
    "twelve digits": made(lambda r, n: f"{r.randrange(10**12):012}"),
    "prices": made(lambda r, n: f"{r.random() * 1000:.2f}"),
    "degrees": made(lambda r, n: f"{r.random() * 90:.6f}"),
    "days of orders": made(lambda r, n: f"{r.randint(2015, 2025)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"),
    "days of events long past": made(
        lambda r, n: f"{r.randint(1998, 2011)}-{r.randint(1, 12):02}-{r.randint(1, 28):02}"
    ),
    "tracking numbers": made(lambda r, n: f"1Z{r.randrange(10**10):010}"),
    "bank codes": made(lambda r, n: r.choice(("DEUTDEFF", "COBADEFFXXX", "BNPAFRPP"))),
    "companies": made(lambda r, n: r.choice(("Example Ltd", "Anna Bakery GmbH", "Stone & Sons", "Miller Logistics"))),
}


@pytest.mark.parametrize("decoy", DECOYS)
@pytest.mark.parametrize(
    ("header", "table"),
    [("c7", ""), ("code", "products"), ("order_no", "orders"), ("value", "events"), ("version", "")],
)
def test_decoys_are_not_personal_under_any_common_header(decoy: str, header: str, table: str) -> None:
    assert column(header, DECOYS[decoy], table).main is None


def test_scattered_product_codes_like_ssns_are_none_where_the_table_is_about_goods() -> None:
    codes = made(lambda r, n: f"{r.randint(100, 665)}-{r.randint(10, 99)}-{r.randint(1000, 9999)}")
    assert column("code", codes, "products").main is None
    assert column("c7", codes, "products").main is None


def test_the_number_of_a_telephone_set_is_a_device() -> None:
    imeis = made(lambda r, n: luhn(f"35{r.randrange(10**12):012}"))
    assert column("c7", imeis).main is None
    assert column("imei", imeis).main == "device_id"


def test_hashes_of_files_and_of_passwords_differ_by_their_header() -> None:
    hashes = DECOYS["check sums"]
    for header in ("etag", "checksum", "content_hash", "commit"):
        assert column(header, hashes).main is None, header
    assert column("password", hashes).main == "login.password_hash"


@pytest.mark.parametrize("header", ["vat_id", "company_vat", "ust_id"])
def test_numbers_of_companies_are_not_personal(header: str) -> None:
    assert column(header, DECOYS["VAT numbers"]).main is None


def test_names_of_artists_and_goods_are_not_of_persons_concerned() -> None:
    names = list(values("name"))
    for header, table in (
        ("artist", "tracks"),
        ("composer", "track"),
        ("product_name", "products"),
        ("title", "films"),
    ):
        assert column(header, names, table).main is None, header


def test_a_table_of_goods_has_nothing_personal() -> None:
    found = judge(
        {
            "id": [str(place) for place in range(200)],
            "sku": DECOYS["SKUs"][:200],
            "ean": DECOYS["EANs"][:200],
            "description": ["Bread with seeds, good for people with diabetes and for all others too"] * 200,
            "updated_at": DECOYS["days of orders"][:200],
        },
        "products",
    )
    assert [one.name for one in found.values() if one.main] == []


@pytest.mark.parametrize(
    "text",
    [
        "order no 4111111111111111 was sent on Monday",
        "article 224-12-1074 was missing, sent again with the next van",
        "app 10.4.2.17 shows an empty basket, version 120.0.6099.217 does not",
        "tracking 1Z9999999999999999 is stuck, ticket 2024-000123",
        "the commit da39a3ee5e6b4b0d3255bfef95601890afd80709 broke the build",
        "colour #ffcc00 on page 12, 14.02.2024 at 10:11:12",
        "invoice 2024-01-02 for 1.234.567,89 EUR, VAT DE123456789",
        "id 0b1f2a3c-0000-4000-8000-000000000001 not found",
        "ISBN 978-3-16-148410-0 and EAN 4006381333931 are out of stock",
        "I asked for the healthy discount and the allergen-free product line",
        "I made a cancer charity donation, the allergy advice was helpful",
        "the password reset mail never came and the token economy is a token gesture",
        "born to be wild is a good song, so is the year 1984",
        "На складе 224-12-1074 нет, заказ 4111111111111111 не пришёл",
        "Die Artikelnummer 224-12-1074 fehlt seit 01.02.2024",
        "brush stroke by brush stroke, the great depression in photos",
    ],
)
def test_decoys_in_text_are_passed_over(text: str) -> None:
    assert in_text(text) == []


def test_what_goods_are_good_for_is_nobodys_illness() -> None:
    text = "Recommended by my doctor: insulin cooling bag, ideal with diabetes"
    assert ("health", "insulin") in in_text(text, "tickets")
    assert in_text(text, "products") == []
