"""Who was a customer of Bakery North: invented people, each different, some arranged so that careless matching trips.

People come in blocks of 2,000. A block depends on nothing but the seed and its number, so that any number of
processes make the same breach. What is special about somebody follows from the last two digits of his number.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import Enum
from functools import cache

import numpy as np

from breachdesk.standing import identifiers, pools

BLOCK = 2_000
STOLEN_ON = date(2026, 11, 14)
FIRST_ACCOUNT = 100_000


class Role(Enum):
    CUSTOMER = "customer"
    STAFF = "staff"
    LEAD = "lead"  # only in the CRM
    SUBSCRIBER = "subscriber"  # only in the newsletter
    BUYER = "buyer"  # buys for a company, behind its switchboard


class Again(Enum):
    """How a customer opened a second account."""

    NO = "no"
    SAME_EMAIL = "same e-mail in capitals, name misspelt"
    SAME_PHONE = "another e-mail, same phone, name misspelt"
    MISTYPED_EMAIL = "e-mail mistyped, same phone"
    LOST = "nothing exact in common: no machine can join these by keys"


@dataclass(slots=True)
class Person:
    number: int
    role: Role
    country: str
    residence: str  # ISO 3166-2 in the United States and Canada, elsewhere ISO 3166-1
    language: str
    locale: str
    given: str
    family: str
    patronymic: str | None
    email: str
    phone: str
    born: date
    street: str
    city: str
    region: str
    postal: str
    again: Again = Again.NO
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"p{self.number}"

    @property
    def account(self) -> int:
        return FIRST_ACCOUNT + self.number

    @property
    def customer_no(self) -> str:
        return f"BN-{self.account}"

    @property
    def minor(self) -> bool:
        return self.born > STOLEN_ON.replace(year=STOLEN_ON.year - 18)


def block(seed: int, number: int, total: int) -> list[Person]:
    """The people of one block; the last block may be short."""
    first = number * BLOCK
    count = min(BLOCK, total - first)
    rng = random.Random(f"bakery-north/{seed}/{number}")
    people = [_person(rng, first + i) for i in range(count)]
    _call(people, [person.phone for person in people])
    _arrange(people)
    _number(
        people, identifiers.Draw(np.random.default_rng([seed, number]), np.arange(first, first + count), seed * 7919)
    )
    return people


def _person(rng: random.Random, number: int) -> Person:
    role = _role(number)
    country = _home(number, role) or rng.choices(pools.countries(), _shares())[0]
    city = rng.choice(country.cities)
    names = pools.names(country.locale)
    female = rng.random() < 0.5
    given = rng.choice(names.given_f if female else names.given_m)
    family = rng.choice(names.family)
    patronymic = rng.choice(names.patronymic) if names.patronymic else None
    if female and country.locale == "ru":
        family, patronymic = _feminine(family), _feminine(patronymic or "")
    ours = country.code in ("US", "CA")
    return Person(
        number=number,
        role=role,
        country=country.code,
        residence=city.region if ours else country.code,
        language=country.language,
        locale=country.locale,
        given=given,
        family=family,
        patronymic=patronymic,
        email=_email(rng, given, family, number),
        phone=city.area,  # the whole number is dealt out when the block is complete
        born=_born(rng),
        street=_street(rng, country.locale, rng.choice(names.streets)),
        city=city.name,
        region=city.region.partition("-")[2] or city.region,
        postal="".join(_fill(rng, char) for char in city.postal),
    )


@cache
def _shares() -> list[float]:
    return [country.share for country in pools.countries()]


def _home(number: int, role: Role) -> pools.Country | None:
    """Whoever works somewhere lives there: staff in Germany, buyers in the country of their switchboard."""
    if role not in (Role.STAFF, Role.BUYER):
        return None
    code = "US" if role is Role.BUYER and number // 100 % 3 == 2 else "DE"
    return next(country for country in pools.countries() if country.code == code)


def _role(number: int) -> Role:
    place = number % 100
    if place == 0:
        return Role.STAFF
    if place < 5:
        return Role.LEAD
    if place < 14:
        return Role.SUBSCRIBER
    return Role.BUYER if place < 16 else Role.CUSTOMER


def _feminine(word: str) -> str:
    for ending, instead in (("ович", "овна"), ("евич", "евна"), ("ский", "ская"), ("ов", "ова"), ("ёв", "ёва"),
                            ("ев", "ева"), ("ин", "ина"), ("ын", "ына")):  # fmt: skip
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word


def _email(rng: random.Random, given: str, family: str, number: int) -> str:
    """Unique, because the person's number is in it; only domains that nobody can own."""
    first, last = pools.mailbox_of(given), pools.mailbox_of(family)
    name = rng.choice((f"{first}.{last}", f"{first[:1]}{last}", f"{last}_{first}", first)).strip("._") or "kunde"
    domain = rng.choice(
        ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org", "inbox.test")
    )
    return f"{name}{number}@{domain}"


_SUBSCRIBERS = {  # the first number handed out behind an area; people of one block and area get the next ones
    "US": "5550100", "CA": "5550100", "RU": "0000000", "GB": "0000", "FR": "0000", "BR": "900000000", "AU": "0000",
    "IN": "00000000", "SG": "0000000",
}  # fmt: skip
_PREFIX = {
    "US": 1,
    "CA": 1,
    "DE": 49,
    "RU": 7,
    "GB": 44,
    "FR": 33,
    "BR": 55,
    "AU": 61,
    "ES": 34,
    "IN": 91,
    "SG": 65,
    "JP": 81,
}


def _phone(country: str, area: str, place: int) -> str:
    """Different for everybody. In a breach of the usual size all of them lie in ranges kept for fiction, where a
    country keeps some; a larger breach goes on upwards from there."""
    plain = area.replace(" ", "")
    tail = _SUBSCRIBERS.get(country)
    if country == "DE":
        tail = "00" if area == "171 39200" else "000"
    if country == "ES":
        tail = "0" * (9 - len(plain))
    if country == "JP":
        tail = "12340000" if len(plain) == 1 else "2120000"
    return f"+{_PREFIX[country]}{int(plain + (tail or '')) + place}"


def _call(people: list[Person], areas: list[str]) -> None:
    used: dict[tuple[str, str], int] = {}
    for person, area in zip(people, areas, strict=True):
        place = used.get((person.country, area), 0)
        used[person.country, area] = place + 1
        person.phone = _phone(person.country, area, person.number // BLOCK * 100 + place)


def _born(rng: random.Random) -> date:
    """Adults, and one in seventy under age. Nobody is near his eighteenth birthday when the data is stolen."""
    days = rng.randrange(2_600, 6_200) if rng.random() < 0.014 else rng.randrange(6_900, 32_000)
    return STOLEN_ON - timedelta(days=days)


def _street(rng: random.Random, locale: str, street: str) -> str:
    number = rng.randrange(1, 200)
    if locale == "en":
        return f"{number} {street} {rng.choice(('Street', 'Avenue', 'Road', 'Lane', 'Drive'))}"
    if locale == "ru":
        return f"{street}, д. {number}, кв. {rng.randrange(1, 180)}"
    if locale in ("fr", "in"):
        return f"{number} {street}"
    if locale == "sg":
        return f"Blk {number} {street} #{rng.randrange(1, 30):02}-{rng.randrange(1, 300):02}"
    if locale == "jp":
        return f"{street}{number}-{rng.randrange(1, 30)}"
    return f"{street}, {number}" if locale in ("es", "pt") else f"{street} {number}"


def _fill(rng: random.Random, char: str) -> str:
    if char == "#":
        return str(rng.randrange(10))
    return rng.choice("ABDEFGHJLNPQRSTUWXYZ") if char == "@" else char


_HOUSES = {21: 1, 22: 2, 51: 1, 71: 1, 81: 1, 82: 2}  # place -> how far back the head of the household stands


def _arrange(people: list[Person]) -> None:
    """Households, namesakes and second accounts."""
    for at, person in enumerate(people):
        place = person.number % 100
        if place in _HOUSES:
            _move_in(person, people[at - _HOUSES[place] : at])
        if place == 22:  # the child of the house
            person.born = date(2012 + person.number % 4, 3, 1 + person.number % 28)
        if place == 71:  # father and son: one name, one house, one telephone, two mailboxes
            _namesake(person, people[at - 1])
            people[at - 1].born = date(1948 + person.number % 20, 5, 17)
            person.born = date(1980 + person.number % 20, 9, 2)
            person.email = f"junior{person.number}@example.com"
        if place == 81:  # twins; their sister is 82
            person.born = people[at - 1].born
        if place == 91:  # of the same name and day of birth, and nothing else in common
            _namesake(person, people[at - 1])
            person.born = people[at - 1].born
        person.again = _second(person)


def _namesake(person: Person, other: Person) -> None:
    person.given, person.family, person.patronymic = other.given, other.family, other.patronymic


def _second(person: Person) -> Again:
    place = person.number % 100
    if place in (30, 31):
        return Again.SAME_EMAIL
    if place in (32, 33):
        return Again.SAME_PHONE
    if place == 35:
        return Again.MISTYPED_EMAIL
    if place == 34 and person.number // 100 % 5:
        return Again.LOST
    return Again.NO


def _move_in(person: Person, house: list[Person]) -> None:
    """Into a household: its address, family name, mailbox and telephone, and a first name nobody there has."""
    head = house[0]
    for name in ("country", "residence", "language", "locale", "family", "email", "phone"):
        setattr(person, name, getattr(head, name))
    for name in ("street", "city", "region", "postal", "patronymic"):
        setattr(person, name, getattr(head, name))
    names = pools.names(head.locale)
    taken = {member.given[:2] for member in house}
    free = [name for name in names.given_m + names.given_f if name[:2] not in taken]
    person.given = free[person.number * 7 % len(free)]


def misspelt(word: str) -> str:
    """Two neighbouring letters changed over, as fast fingers do."""
    if len(word) < 4:
        return word + word[-1:]
    return word[:1] + word[2] + word[1] + word[3:]


_NUMBERS = {
    "card": identifiers.cards, "ssn": identifiers.ssns, "snils": identifiers.snils, "inn": identifiers.inns,
    "ru_passport": identifiers.ru_passports, "nino": identifiers.ninos, "nhs": identifiers.nhs,
    "cpf": identifiers.cpfs, "sin": identifiers.sins, "aadhaar": identifiers.aadhaars, "pan": identifiers.pans,
    "passport": identifiers.passports, "driving_licence": identifiers.driving_licences, "bcrypt": identifiers.bcrypt,
    "md5": lambda draw: identifiers.hexes(draw, 32), "token": identifiers.tokens,
    "uuid": identifiers.uuids, "ip": identifiers.ips,
}  # fmt: skip


def _number(people: list[Person], draw: identifiers.Draw) -> None:
    """Every number anybody could have; what of it was ever handed to the shop is decided elsewhere."""
    drawn = {kind: make(draw).tolist() for kind, make in _NUMBERS.items()}
    drawn |= {f"iban.{land}": identifiers.ibans(draw, land).tolist() for land in ("DE", "FR", "ES", "GB")}
    for place, person in enumerate(people):
        person.numbers = {kind: values[place] for kind, values in drawn.items()}


def other_self(person: Person, **changes: str) -> Person:
    return replace(person, **changes)  # type: ignore[arg-type]
