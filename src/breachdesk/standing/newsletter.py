"""newsletter.csv: subscribers of the newsletter, windows-1251, semicolons, headers in Russian."""

import csv
import io
import random
from collections.abc import Iterable, Iterator

from breachdesk.standing import pools
from breachdesk.standing.people import Person, Role
from breachdesk.standing.rows import Row, table

FILE = "newsletter.csv"
ENCODING = "cp1251"
SUBSCRIBERS = table(
    FILE, ("Фамилия", "name"), ("Имя", "name"), ("Отчество", "name"), ("Эл. почта", "email"), ("Телефон", "phone"),
    ("Дата рождения", "date_of_birth"), ("Город", "address"), ("Страна", "address"), "Дата подписки", "Код купона",
    "Согласие",
)  # fmt: skip
_COUNTRIES = {"US": "США", "DE": "Германия", "RU": "Россия", "GB": "Великобритания", "FR": "Франция",
              "BR": "Бразилия", "CA": "Канада", "AU": "Австралия", "ES": "Испания", "IN": "Индия", "SG": "Сингапур",
              "JP": "Япония"}  # fmt: skip


def rows(rng: random.Random, person: Person) -> Iterator[Row]:
    share = 0.5 if person.country == "RU" else 0.1
    if person.role is not Role.SUBSCRIBER and not (person.role is Role.CUSTOMER and rng.random() < share):
        return
    only_here = person.role is Role.SUBSCRIBER
    with_phone = only_here or rng.random() < 0.5
    yield Row(SUBSCRIBERS, person.id, (
        _spelt(person.family), _spelt(person.given), person.patronymic, _mailbox(rng, person),
        _national(rng, person) if with_phone else None,
        person.born.strftime("%d.%m.%Y") if rng.random() < 0.6 else None, _spelt(person.city),
        _COUNTRIES[person.country], f"{rng.randrange(1, 29):02}.{rng.randrange(1, 13):02}.{rng.randrange(2019, 2026)}",
        f"БН-{rng.randrange(1000, 9999)}-{rng.randrange(10, 99)}", rng.choice(("да", "да", "нет")),
    ))  # fmt: skip


def _spelt(word: str) -> str | None:
    """As far as windows-1251 can: Cyrillic as it is, German and French without their marks, kanji not at all."""
    try:
        word.encode(ENCODING)
    except UnicodeEncodeError:
        return pools.ascii_of(word).strip() or None
    return word


def _mailbox(rng: random.Random, person: Person) -> str:
    return person.email.capitalize() if rng.random() < 0.1 else person.email


def _national(rng: random.Random, person: Person) -> str:
    """Russians write 8 for +7."""
    phone = person.phone
    if person.country != "RU":
        return phone
    style = rng.random()
    if style < 0.4:
        return f"8 ({phone[2:5]}) {phone[5:8]}-{phone[8:10]}-{phone[10:]}"
    return f"8{phone[2:]}" if style < 0.7 else phone


def head() -> bytes:
    return _written([[column.name for column in SUBSCRIBERS.columns]])


def lines(rows: Iterable[Row]) -> bytes:
    return _written(["" if value is None else value for value in row.values] for row in rows)


def _written(rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(ENCODING)
