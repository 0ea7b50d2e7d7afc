"""What people write to a shop: free text with their own data in it, and replies with none."""

import random
from dataclasses import dataclass
from functools import cache

from breachdesk.standing import identifiers, pools
from breachdesk.standing.people import Person


@dataclass(frozen=True, slots=True)
class _Telling:
    """A message in which the writer gives something away."""

    text: str
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    plain: dict[str, tuple[str, ...]]
    telling: dict[str, tuple[_Telling, ...]]  # by language, and by country
    subjects: dict[str, tuple[str, ...]]


@cache
def _texts() -> _Texts:
    raw = pools.texts()
    return _Texts(
        {language: tuple(texts) for language, texts in raw["plain"].items()},
        {who: tuple(_Telling(t["text"], tuple(t["elements"])) for t in told) for who, told in raw["telling"].items()},
        {language: tuple(texts) for language, texts in raw["subjects"].items()},
    )


def subject(rng: random.Random, person: Person) -> str:
    texts = _texts().subjects
    return rng.choice(texts.get(person.language, texts["en"]))


def written(rng: random.Random, person: Person, facts: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """The text, and what of the writer stands in it. `facts`: order, sku, version."""
    texts = _texts()
    language = person.language if person.language in texts.plain else "en"
    if rng.random() < 0.45:
        return rng.choice(texts.plain[language]).format(**facts), ()
    choice = texts.telling[language] + texts.telling.get(person.country, ())
    telling = rng.choice(choice)
    return telling.text.format(**facts, **_own(rng, person)), telling.elements


def _own(rng: random.Random, person: Person) -> dict[str, str]:
    numbers = person.numbers
    card = numbers["card"]
    return {
        "email": person.email,
        "phone": person.phone,
        "card": " ".join(card[at : at + 4] for at in range(0, 16, 4)),
        "expiry": expiry(person),
        "password": password(rng),
        "ssn": numbers["ssn"],
        "nhs": f"{numbers['nhs'][:3]} {numbers['nhs'][3:6]} {numbers['nhs'][6:]}",
        "iban": " ".join(numbers["iban.DE"][at : at + 4] for at in range(0, 22, 4)),
        "ru_passport": numbers["ru_passport"],
        "snils": identifiers.snils_written(numbers["snils"]),
        "cpf": identifiers.cpf_written(numbers["cpf"]),
    }


def expiry(person: Person) -> str:
    return f"{person.number % 12 + 1:02}/{27 + person.number % 5}"


def password(rng: random.Random) -> str:
    word = rng.choice(("Sourdough", "Brezel", "croissant", "Harbour", "Snowdrop", "Borodino", "Lantern", "Biscuit"))
    return f"{word}{rng.randrange(10, 99)}{rng.choice('!#?*')}{rng.choice('abcxyz')}"
