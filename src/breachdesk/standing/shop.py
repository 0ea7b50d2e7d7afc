"""shop.sql: the dump of the shop's own database, normalised, as pg_dump writes it."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from breachdesk.standing import goods, identifiers, pools, tickets
from breachdesk.standing.people import Again, Person, Role, misspelt
from breachdesk.standing.rows import Row, Say, Table, Value, table

FILE = "shop.sql"
_SECOND_ACCOUNT = 50_000_000
_EPOCH = datetime(2021, 3, 1)

CUSTOMERS = table(
    f"{FILE}/customers", "id", "customer_no", ("first_name", "name"), ("middle_name", "name"), ("last_name", "name"),
    ("email", "email"), ("phone", "phone"), ("birth_date", "date_of_birth"), "locale", "newsletter", "created_at",
)  # fmt: skip
ADDRESSES = table(
    f"{FILE}/addresses", "id", "customer_id", "kind", ("street", "address"), ("city", "address"), ("region", "address"),
    ("postal_code", "address"), ("country", "address"), "is_default",
)  # fmt: skip
ORDERS = table(
    f"{FILE}/orders", "id", "order_no", "customer_id", "status", "currency", ("total", Say.UNSCORED), "ordered_at",
    "tracking_no", "client_version",
)  # fmt: skip
ITEMS = table(f"{FILE}/order_items", "id", "order_id", "product_id", "quantity", "unit_price")
CARDS = table(
    f"{FILE}/cards", "id", "customer_id", ("holder", "name"), ("pan", "card.number"), ("expiry", "card.expiry"),
    ("cvv", "card.code"), ("last4", "card.partial"), "brand",
)  # fmt: skip
CREDENTIALS = table(
    f"{FILE}/credentials", "customer_id", ("username", "login.username"), ("password_hash", "login.password_hash"),
    "hash_algo", ("reset_token", "login.token"), "failed_logins", ("last_login_ip", "ip_address"),
)  # fmt: skip
SESSIONS = table(
    f"{FILE}/sessions", "id", "customer_id", ("ip", "ip_address"), "user_agent", ("token", "login.token"), "started_at"
)
DOCUMENTS = table(
    f"{FILE}/identity_documents", "id", "customer_id", "kind", ("country", Say.UNSCORED), ("number", "gov_id", True),
    "verified_on",
)  # fmt: skip
TAX = table(
    f"{FILE}/tax_profiles", "customer_id", ("ssn", "gov_id.us.ssn"), ("cpf", "gov_id.br.cpf"), ("sin", "gov_id.ca.sin"),
    ("pan", "gov_id.in.pan"), ("inn", "gov_id.ru.inn"), "declared_at",
)  # fmt: skip
PAYOUTS = table(f"{FILE}/payout_accounts", "id", "customer_id", ("account_holder", "name"), ("iban", "bank.iban"))
TICKETS = table(
    f"{FILE}/tickets",
    "id",
    "customer_id",
    "channel",
    "status",
    ("subject", Say.UNSCORED),
    ("body", "messages"),
    "opened_at",
)
TABLES = (
    goods.PRODUCTS, goods.IMAGES, goods.BUILDS, CUSTOMERS, ADDRESSES, ORDERS, ITEMS, CARDS, CREDENTIALS, SESSIONS,
    DOCUMENTS, TAX, PAYOUTS, TICKETS,
)  # fmt: skip
# Declared at the end, as pg_dump does. Credentials, sessions, tickets, documents and payouts declare nothing: whoever
# wrote that part of the shop did not care, and the columns alone must tell.
_FOREIGN = (
    ("addresses", "customer_id", "customers"), ("orders", "customer_id", "customers"),
    ("order_items", "order_id", "orders"), ("order_items", "product_id", "products"),
    ("cards", "customer_id", "customers"),
)  # fmt: skip
_AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "BakeryNorth/10.4.2.17 (iPhone; iOS 26.1)",
)


def rows(rng: random.Random, person: Person) -> Iterator[Row]:
    if person.role is not Role.CUSTOMER:
        return
    yield from _account(rng, person, person.account, person.email, person.phone, person.given, person.family)
    if person.again is Again.NO:
        return
    family = person.family if person.again is Again.MISTYPED_EMAIL else misspelt(person.family)
    email, phone = _second_contact(person)
    yield _customer(rng, person, person.account + _SECOND_ACCOUNT, email, phone, person.given, family)
    yield _address(person, person.account + _SECOND_ACCOUNT)


def _second_contact(person: Person) -> tuple[str, str | None]:
    mailbox, _, domain = person.email.partition("@")
    return {
        Again.SAME_EMAIL: (person.email.upper(), None),
        Again.SAME_PHONE: (f"{mailbox}.second@{domain}", person.phone),
        Again.MISTYPED_EMAIL: (f"{mailbox}@{domain.replace('m', 'n')}.test", person.phone),
        Again.LOST: (f"old.{mailbox}@inbox.test", None),
    }[person.again]


def _account(
    rng: random.Random, person: Person, id: int, email: str, phone: str, given: str, family: str
) -> Iterator[Row]:
    who = person.id
    # Whoever has a second account is known there by phone or e-mail, so his first account keeps both.
    known = person.again is not Again.NO or rng.random() < 0.92
    yield _customer(rng, person, id, email, _as_typed(rng, phone) if known else None, given, family)
    yield _address(person, id)
    numbers = person.numbers
    if rng.random() < 0.85:
        old, username = rng.random() < 0.15, f"{pools.mailbox_of(given) or 'user'}{id}"
        yield Row(CREDENTIALS, who, (
            id, username, numbers["md5"] if old else numbers["bcrypt"], "md5" if old else "bcrypt",
            numbers["token"][:32] if rng.random() < 0.05 else None, rng.randrange(4), numbers["ip"],
        ))  # fmt: skip
    if rng.random() < 0.45:
        pan = numbers["card"]
        brand = {"4": "visa", "5": "mastercard", "2": "mastercard", "6": "discover"}[pan[0]]
        yield Row(CARDS, who, (id * 3, id, f"{given} {family}".upper(), pan, tickets.expiry(person),
                               f"{rng.randrange(1000):03}", pan[-4:], brand))  # fmt: skip
    order_no = ""
    for place in range(rng.choice((0, 1, 1, 1, 2, 3))):
        order = id * 4 + place
        order_no = goods.order_number(order)
        yield Row(ORDERS, who, (order, order_no, id, rng.choice(("paid", "shipped", "returned")), _currency(person),
                                f"{rng.randrange(300, 9000) / 100:.2f}", _moment(rng), goods.tracking(rng),
                                goods.version(rng)))  # fmt: skip
        for line in range(rng.randrange(1, 4)):
            price = f"{rng.randrange(150, 1900) / 100:.2f}"
            yield Row(
                ITEMS, who, (order * 4 + line, order, rng.randrange(1, goods.COUNT + 1), rng.randrange(1, 5), price)
            )
    if rng.random() < 0.4:
        yield Row(
            SESSIONS, who, (numbers["uuid"], id, numbers["ip"], rng.choice(_AGENTS), numbers["token"], _moment(rng))
        )
    yield from _papers(rng, person, id)
    if rng.random() < 0.14:
        facts = {"order": order_no or "-", "sku": goods.sku(rng.randrange(goods.COUNT)), "version": goods.version(rng)}
        body, told = tickets.written(rng, person, facts)
        yield Row(TICKETS, who, (id * 2, id, rng.choice(("web", "mail", "phone")), "closed",
                                 tickets.subject(rng, person), body, _moment(rng)), told)  # fmt: skip


def _customer(
    rng: random.Random, person: Person, id: int, email: str, phone: str | None, given: str, family: str
) -> Row:
    return Row(CUSTOMERS, person.id, (
        id, f"BN-{id}", given, person.patronymic, family, email, phone, person.born.isoformat(), person.language,
        rng.choice("tf"), _moment(rng),
    ))  # fmt: skip


def _address(person: Person, id: int) -> Row:
    return Row(ADDRESSES, person.id, (id * 2, id, "delivery", person.street, person.city, person.region, person.postal,
                                      person.country, "t"))  # fmt: skip


def _papers(rng: random.Random, person: Person, id: int) -> Iterator[Row]:
    if person.minor:
        return
    numbers, who = person.numbers, person.id
    if rng.random() < 0.35 and (paper := _document(rng, person)):
        kind, number, element = paper
        yield Row(DOCUMENTS, who, (id * 5, id, kind, person.country, number, _moment(rng)[:10]), (element,))
    share = {"US": 0.2, "BR": 0.7, "CA": 0.3, "IN": 0.3, "RU": 0.2}.get(person.country, 0)
    if rng.random() < share:
        own: tuple[Value, ...] = (
            numbers["ssn"] if person.country == "US" else None,
            identifiers.cpf_written(numbers["cpf"]) if person.country == "BR" else None,
            numbers["sin"] if person.country == "CA" else None,
            numbers["pan"] if person.country == "IN" else None,
            numbers["inn"] if person.country == "RU" else None,
        )  # fmt: skip
        yield Row(TAX, who, (id, *own, _moment(rng)))
    if rng.random() < {"DE": 0.35, "FR": 0.2, "ES": 0.2, "GB": 0.1}.get(person.country, 0):
        yield Row(PAYOUTS, who, (id * 7, id, f"{person.given} {person.family}", numbers[f"iban.{person.country}"]))


def _document(rng: random.Random, person: Person) -> tuple[str, str, str] | None:
    numbers = person.numbers
    offered = {
        "RU": (
            ("passport_rf", numbers["ru_passport"], "gov_id.ru.passport"),
            ("snils", identifiers.snils_written(numbers["snils"]), "gov_id.ru.snils"),
        ),
        "GB": (("nino", numbers["nino"], "gov_id.gb.nino"), ("nhs", numbers["nhs"], "gov_id.gb.nhs")),
        "IN": (("aadhaar", f"{numbers['aadhaar'][:4]} {numbers['aadhaar'][4:8]} {numbers['aadhaar'][8:]}",
                "gov_id.in.aadhaar"),),
        "US": (("ssn", numbers["ssn"], "gov_id.us.ssn"),
               ("driving_licence", numbers["driving_licence"], "gov_id.driver_licence")),
        "CA": (("sin", numbers["sin"], "gov_id.ca.sin"),),
        "FR": (("passport", numbers["passport"], "gov_id.passport"),),
        "SG": (("passport", numbers["passport"], "gov_id.passport"),),
    }.get(person.country)  # fmt: skip
    return rng.choice(offered) if offered else None


def _as_typed(rng: random.Random, phone: str) -> str:
    """Most write the number in one piece, some with blanks, some with 00 for the plus."""
    style = rng.random()
    if style < 0.7:
        return phone
    if style < 0.85:
        return f"{phone[:3]} {phone[3:6]} {phone[6:]}"
    return f"00{phone[1:]}" if phone[1] != "1" else f"+1 ({phone[2:5]}) {phone[5:8]}-{phone[8:]}"


def _currency(person: Person) -> str:
    return {"US": "USD", "GB": "GBP", "RU": "RUB", "BR": "BRL", "CA": "CAD", "AU": "AUD", "IN": "INR", "SG": "SGD",
            "JP": "JPY"}.get(person.country, "EUR")  # fmt: skip


def _moment(rng: random.Random) -> str:
    return (_EPOCH + timedelta(seconds=rng.randrange(180_000_000))).strftime("%Y-%m-%d %H:%M:%S+00")


def fixed_rows(rng: random.Random) -> Iterator[Row]:
    """What belongs to nobody: the goods, and three accounts the shop's own testers left behind."""
    yield from goods.rows(rng)
    for place in range(3):
        id = 90_000 + place
        yield Row(CUSTOMERS, None, (id, f"BN-{id}", "Test", None, "Test", f"test{place}@example.com", None, None, "en",
                                    "f", "2021-03-01 00:00:00+00"))  # fmt: skip


def copied(rows: Iterable[Row]) -> str:
    """Lines of a COPY block."""
    return "".join("\t".join(_cell(value) for value in row.values) + "\n" for row in rows)


def _cell(value: Value) -> str:
    if value is None:
        return r"\N"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def opening() -> str:
    made = "".join(f"\nCREATE TABLE public.{name(t)} (\n    {_columns(t)}\n);\n" for t in TABLES)
    return (
        "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\nSET client_encoding = 'UTF8';\n"
        "SET standard_conforming_strings = on;\n" + made + "\n"
    )


def name(of: Table) -> str:
    return of.source.partition("/")[2]


def _columns(of: Table) -> str:
    return ",\n    ".join(f"{column.name} {_type(column.name)}" for column in of.columns)


def _type(column: str) -> str:
    if column == "id" or column.endswith("_id") or column in ("quantity", "failed_logins"):
        return "bigint"
    if column.endswith("_at"):
        return "timestamp with time zone"
    if column in ("total", "unit_price", "price"):
        return "numeric(10,2)"
    return "date" if column in ("birth_date", "verified_on") else "text"


def copy_line(of: Table) -> str:
    return f"COPY public.{name(of)} ({', '.join(column.name for column in of.columns)}) FROM stdin;\n"


def closing() -> str:
    keys = [f"ALTER TABLE ONLY public.{name(t)}\n    ADD CONSTRAINT {name(t)}_pkey PRIMARY KEY (id);\n"
            for t in TABLES if t.columns[0].name == "id"]  # fmt: skip
    foreign = [f"ALTER TABLE ONLY public.{child}\n    ADD CONSTRAINT {child}_{column}_fkey FOREIGN KEY ({column})"
               f" REFERENCES public.{parent}(id);\n" for child, column, parent in _FOREIGN]  # fmt: skip
    return "\n" + "\n".join(keys + foreign) + "\n--\n-- PostgreSQL database dump complete\n--\n"
