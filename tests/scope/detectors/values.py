"""Columns of values for each element: right by every check, and nobody's."""

import itertools
import random
from functools import cache

import numpy as np

from breachdesk.standing import identifiers as ids

COUNT = 200


def _draw() -> ids.Draw:
    """Serial numbers as strangers have them, not one after another."""
    rng = np.random.default_rng(7)
    return ids.Draw(rng, rng.permutation(900_000)[:COUNT].astype(np.int64))


@cache
def values(kind: str) -> tuple[str, ...]:
    """200 values of a kind, in no order."""
    return tuple(str(value) for value in _MADE[kind]())


def _names() -> list[str]:
    given = ("Anna", "John", "Maria", "Peter", "Laura", "David", "Emma", "Paul", "Sofia", "Thomas")
    family = ("Hill", "Stone", "Fox", "Novak", "Schmidt", "Moreau", "Rossi", "Silva", "Kowalski", "Jansen", "Berg")
    return _some(f"{one} {other}" for one, other in itertools.product(given, family))


def _russian_names() -> list[str]:
    given = ("Иван", "Пётр", "Сергей", "Алексей", "Дмитрий", "Николай")
    family = ("Иванов", "Смирнов", "Кузнецов", "Соколов", "Лебедев", "Морозов")
    parents = ("Иванович", "Петрович", "Сергеевич", "Алексеевич")
    return _some(f"{one} {two} {three}" for one, two, three in itertools.product(family, given, parents))


def _some(made: object) -> list[str]:
    every = list(made)  # type: ignore[call-overload]
    return [random.Random(place).choice(every) for place in range(COUNT)]


def _births(pattern: str) -> list[str]:
    rng = random.Random(3)
    return [pattern.format(d=rng.randint(1, 28), m=rng.randint(1, 12), y=rng.randint(1940, 2004)) for _ in range(COUNT)]


def _phones() -> list[str]:
    rng = random.Random(4)
    kinds = ("+1 202 555 01{:02}", "+44 20 7946 0{:03}", "+7 495 555-{:02}-01", "+49 30 23125 {:03}")
    return [rng.choice(kinds).format(rng.randrange(100)) for _ in range(COUNT)]


def _streets() -> list[str]:
    rng = random.Random(5)
    kinds = ("{} Example Street", "{} Oak Avenue", "Musterstraße {}", "ул. Примерная, д. {}", "{} rue de la Paix")
    return [rng.choice(kinds).format(rng.randint(1, 200)) for _ in range(COUNT)]


def _passwords() -> list[str]:
    rng = random.Random(6)
    words = ("Sourdough", "harbour", "Lantern", "snowdrop", "qwerty", "letmein")
    return [f"{rng.choice(words)}{rng.randrange(10, 9999)}{rng.choice('!#?*')}" for _ in range(COUNT)]


def _expiries() -> list[str]:
    rng = random.Random(8)
    return [f"{rng.randint(1, 12):02}/{rng.randint(26, 31)}" for _ in range(COUNT)]


def _jwts() -> list[str]:
    return [f"eyJhbGciOiJIUzI1NiJ9.eyJ{one[:20]}.{one}" for one in ids.tokens(_draw())]


def _ten_digit_cards() -> list[str]:
    """Fourteen digits, as one sample database has them; one in ten passes Luhn by chance."""
    rng = random.Random(9)
    heads = ("1111", "3333", "5555", "7777")
    return [f"{rng.choice(heads)}{rng.randrange(10**10):010}" for _ in range(COUNT)]


def _illnesses() -> list[str]:
    rng = random.Random(10)
    told = ("Type 2 diabetes", "Asthma", "Peanut allergy", "Migraine", "E11.9", "J45.901", "Zöliakie", "Гипертония")
    return [rng.choice(told) for _ in range(COUNT)]


def _codes() -> list[str]:
    rng = random.Random(11)
    return [f"{rng.randrange(1000):03}" for _ in range(COUNT)]


_MADE = {
    "name": _names,
    "russian name": _russian_names,
    "birth, ISO": lambda: _births("{y}-{m:02}-{d:02}"),
    "birth, dotted": lambda: _births("{d:02}.{m:02}.{y}"),
    "birth, American": lambda: _births("{m}/{d}/{y}"),
    "email": lambda: [f"{name.lower().replace(' ', '.')}{n}@example.org" for n, name in enumerate(_names())],
    "phone": _phones,
    "street": _streets,
    "ssn": lambda: ids.ssns(_draw()),
    "driving licence": lambda: ids.driving_licences(_draw()),
    "russian passport": lambda: ids.ru_passports(_draw()),
    "snils": lambda: [ids.snils_written(one) for one in ids.snils(_draw())],
    "snils, plain": lambda: ids.snils(_draw()),
    "inn": lambda: ids.inns(_draw()),
    "nino": lambda: ids.ninos(_draw()),
    "nhs": lambda: ids.grouped(ids.nhs(_draw()), (3, 3, 4)),
    "nhs, plain": lambda: ids.nhs(_draw()),
    "iban": lambda: ids.ibans(_draw(), "DE"),
    "iban, grouped": lambda: ids.grouped(ids.ibans(_draw(), "DE"), (4, 4, 4, 4, 4, 2)),
    "card": lambda: ids.cards(_draw()),
    "card, grouped": lambda: ids.grouped(ids.cards(_draw()), (4, 4, 4, 4)),
    "card, fourteen digits": _ten_digit_cards,
    "cvv": _codes,
    "expiry": _expiries,
    "password": _passwords,
    "bcrypt": lambda: ids.bcrypt(_draw()),
    "md5": lambda: ids.hexes(_draw(), 32),
    "sha1": lambda: ids.hexes(_draw(), 40),
    "sha256": lambda: ids.hexes(_draw(), 64),
    "jwt": _jwts,
    "token": lambda: ids.tokens(_draw()),
    "ip": lambda: ids.ips(_draw()),
    "illness": _illnesses,
    "cpf": lambda: [ids.cpf_written(one) for one in ids.cpfs(_draw())],
    "sin": lambda: ids.sins(_draw()),
    "aadhaar": lambda: ids.grouped(ids.aadhaars(_draw()), (4, 4, 4)),
    "aadhaar, plain": lambda: ids.aadhaars(_draw()),
    "pan": lambda: ids.pans(_draw()),
    "dni": lambda: ids.dnis(_draw()),
    "nir": lambda: ids.nirs(_draw()),
    "uuid": lambda: ids.uuids(_draw()),
}
