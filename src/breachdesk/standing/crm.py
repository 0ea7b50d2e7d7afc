"""crm.xlsx: what sales exported from the CRM, in several sheets, typed in by hand over the years."""

import random
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from openpyxl import Workbook

from breachdesk.standing import goods, pools
from breachdesk.standing.people import Person, Role, misspelt
from breachdesk.standing.rows import Row, Value, table

FILE = "crm.xlsx"
_LAST = 2_500_000  # a sheet holds 1,048,576 rows; people with higher numbers are not in the CRM
CONTACTS = table(
    f"{FILE}/Contacts", "Customer No", ("Full Name", "name"), ("E-mail", "email"), ("Mobile", "phone"),
    ("Date of Birth", "date_of_birth"), ("Street", "address"), ("Postcode", "address"), ("City", "address"),
    ("Country", "address"), "Segment", ("Remarks", "messages"),
)  # fmt: skip
LEADS = table(
    f"{FILE}/Leads", "Lead Source", ("Contact", "name"), ("Email Address", "email"), ("Phone Number", "phone"),
    ("State", "address"),
    ("Country", "address"), "Score",
)  # fmt: skip
DEALS = table(f"{FILE}/Deals", "Deal Number", "Stage", "Amount", "Closed On", "Product Code", "Client Build")
TABLES = (CONTACTS, LEADS, DEALS)
_REMARKS = (
    ("Prefers delivery before eight.", ()),
    ("Call back in spring.", ()),
    ("Coeliac disease, only gluten-free offers.", ("health",)),
    ("Second address for mail: {email}", ("email",)),
    ("Asked for invoice by post.", ()),
)
_NAMES = {"US": "United States", "DE": "Germany", "RU": "Россия", "GB": "United Kingdom", "FR": "France",
          "BR": "Brasil", "CA": "Canada", "AU": "Australia", "ES": "España", "IN": "India", "SG": "Singapore",
          "JP": "Japan"}  # fmt: skip


def rows(rng: random.Random, person: Person) -> Iterator[Row]:
    if person.number >= _LAST:
        return
    if person.role is Role.LEAD:
        source = rng.choice(("Trade fair", "Web form", "Referral"))
        state = person.region if person.country in ("US", "CA") else None
        yield Row(LEADS, person.id, (source, _full(person), person.email, person.phone, state, _country(person),
                                     rng.randrange(100)))  # fmt: skip
    if person.role is Role.CUSTOMER and rng.random() < 0.3:
        yield _contact(rng, person)


def _contact(rng: random.Random, person: Person) -> Row:
    """Known by customer number, by mailbox, or by both; the name sometimes misspelt or spelt in Latin letters."""
    numbered, mailed = rng.random() < 0.6, rng.random() < 0.8
    name, email = _full(person), person.email if mailed or not numbered else None
    if rng.random() < 0.05:
        name = f"{person.given} {misspelt(person.family)}"
    elif person.language == "ru" and rng.random() < 0.3:
        name, numbered = f"{pools.ascii_of(person.given)} {pools.ascii_of(person.family)}", True
    text, told = rng.choice(_REMARKS) if rng.random() < 0.12 else (None, ())
    if text and "{email}" in text and not email:
        text, told = None, ()
    values: tuple[Value, ...] = (
        person.customer_no if numbered else None, name, email, _written(rng, person.phone),
        person.born.strftime("%d.%m.%Y") if rng.random() < 0.7 else None, person.street, person.postal, person.city,
        _country(person), rng.choice(("A", "B", "C")), text.format(email=person.email) if text else None,
    )  # fmt: skip
    return Row(CONTACTS, person.id, values, told)


def _full(person: Person) -> str:
    return f"{person.family} {person.given}" if person.locale in ("sg", "jp") else f"{person.given} {person.family}"


def _country(person: Person) -> str:
    return _NAMES[person.country]


def _written(rng: random.Random, phone: str) -> str:
    return phone if rng.random() < 0.5 else f"{phone[:3]} {phone[3:6]} {phone[6:9]} {phone[9:]}".strip()


def fixed_rows(rng: random.Random) -> Iterator[Row]:
    for at in range(150):
        day = f"2026-0{1 + at % 9}-{1 + at % 28:02}"
        stage, code = rng.choice(("won", "lost", "open")), goods.sku(at % goods.COUNT)
        number = goods.order_number(9_000_000 + at)
        yield Row(DEALS, None, (number, stage, rng.randrange(200, 90_000), day, code, goods.version(rng)))


class Workbooked:
    """Writes rows sheet by sheet without holding them, then the same bytes every time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = Workbook(write_only=True)
        self._sheets = {}
        for of in TABLES:
            sheet = self._book.create_sheet(of.source.partition("/")[2])
            sheet.append([column.name for column in of.columns])
            self._sheets[of.source] = sheet

    def write(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._sheets[row.table.source].append(row.values)

    def close(self) -> None:
        raw = self._path.with_suffix(".raw")
        self._book.save(raw)
        with zipfile.ZipFile(raw) as old, zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED) as new:
            for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
                entry = zipfile.ZipInfo(name, (2026, 11, 13, 22, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                with old.open(name) as source, new.open(entry, "w", force_zip64=True) as target:
                    if name == "docProps/core.xml":
                        target.write(_dated(source.read()))
                        continue
                    while piece := source.read(1 << 20):
                        target.write(piece)
        raw.unlink()


def _dated(core: bytes) -> bytes:
    """The book says when it was made; ours was always made at the same moment."""
    return re.sub(rb">\d{4}-\d\d-\d\dT[^<]*<", b">2026-11-13T22:00:00Z<", core)
