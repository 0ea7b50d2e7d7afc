"""backoffice.db: a SQLite file from the office, with the staff, allergies customers told, and company buyers."""

import random
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from breachdesk.standing import goods
from breachdesk.standing.people import Person, Role
from breachdesk.standing.rows import Row, Say, table

FILE = "backoffice.db"
EMPLOYEES = table(
    f"{FILE}/employees", "id", ("full_name", "name"), ("work_email", "email"), ("private_phone", "phone"),
    ("birth_date", "date_of_birth"), ("home_address", "address"), ("iban", "bank.iban"), ("salary", "income"),
    ("job_title", "employment"), "hired_on",
)  # fmt: skip
ALLERGIES = table(f"{FILE}/allergy_notes", "id", "customer_no", ("diagnosis", "health"), "noted_on")
LOYALTY = table(f"{FILE}/loyalty", "customer_no", "points", "tier", "voucher")
BUYERS = table(
    f"{FILE}/company_buyers", "id", ("company", Say.UNSCORED), ("contact_name", "name"), ("contact_email", "email"),
    ("contact_phone", "phone"),
)  # fmt: skip
SETTINGS = table(f"{FILE}/settings", "key", "value")
TABLES = (EMPLOYEES, ALLERGIES, LOYALTY, BUYERS, SETTINGS)
_SWITCHBOARDS = ("+493023125990", "+493023125991", "+12125550190")
_COMPANIES = ("Hotel Seeblick", "Harbour Catering", "Kantine Nordstern")
_DIAGNOSES = (
    "coeliac disease",
    "diabetes type 2",
    "peanut allergy",
    "lactose intolerance",
    "Zöliakie",
    "целиакия",
    "asthma",
)
_POSITIONS = ("baker", "driver", "accountant", "shop assistant", "developer")


def rows(rng: random.Random, person: Person) -> Iterator[Row]:
    who, number = person.id, person.number
    if person.role is Role.STAFF:
        yield Row(EMPLOYEES, who, (
            number // 100 + 1, f"{person.given} {person.family}", person.email, person.phone, person.born.isoformat(),
            f"{person.street}, {person.postal} {person.city}", person.numbers["iban.DE"],
            rng.randrange(24_000, 70_000), rng.choice(_POSITIONS), f"20{rng.randrange(10, 26)}-04-01",
        ))  # fmt: skip
    if person.role is Role.BUYER:
        place = number // 100 % 3
        # Everybody behind the switchboard has its number; every fifth gives the office mailbox instead of his own.
        email = f"office@{_COMPANIES[place].split()[0].lower()}.example" if number // 100 % 5 == 0 else person.email
        yield Row(
            BUYERS, who, (number, _COMPANIES[place], f"{person.given} {person.family}", email, _SWITCHBOARDS[place])
        )
    if person.role is Role.CUSTOMER and rng.random() < 0.06:
        yield Row(ALLERGIES, who, (number, person.customer_no, rng.choice(_DIAGNOSES), f"2026-0{1 + number % 9}-10"))
    if person.role is Role.CUSTOMER and rng.random() < 0.3:
        voucher = goods.sku(rng.randrange(goods.COUNT))
        yield Row(LOYALTY, who, (person.customer_no, rng.randrange(9000), rng.choice(("silver", "gold")), voucher))


def fixed_rows(rng: random.Random) -> Iterator[Row]:
    settings = {
        "api.version": "10.4.2.17",
        "shop.currency": "EUR",
        "tax.rate": "0.07",
        "schema.build": goods.version(rng),
    }
    for key, value in settings.items():
        yield Row(SETTINGS, None, (key, value))


class Database:
    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("BEGIN")
        for of in TABLES:
            columns = ", ".join(
                f'"{column.name}"' + (" INTEGER PRIMARY KEY" if column.name == "id" else "") for column in of.columns
            )
            self._db.execute(f'CREATE TABLE "{of.source.partition("/")[2]}" ({columns})')

    def write(self, rows: Iterable[Row]) -> None:
        for row in rows:
            marks = ", ".join("?" * len(row.values))
            self._db.execute(f'INSERT INTO "{row.table.source.partition("/")[2]}" VALUES ({marks})', row.values)

    def close(self) -> None:
        self._db.execute("COMMIT")
        self._db.close()
