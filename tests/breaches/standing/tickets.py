"""What people write to a shop: free text with their own data in it, and replies with none."""

import random
from dataclasses import dataclass

from tests.breaches.standing import identifiers
from tests.breaches.standing.people import Person

_PLAIN = {
    "en": (
        "The sourdough arrived with a dent in the crust. Can you send another loaf? Order {order}.",
        "Do you bake without sesame? I could not find it on the page for SKU {sku}.",
        "Your app {version} shows an empty basket since yesterday.",
    ),
    "de": (
        "Das Roggenbrot kam zwei Tage zu spät an. Bestellung {order}. Bitte um Rückmeldung.",
        "Gibt es die Brezeln (Artikel {sku}) auch ungesalzen?",
    ),
    "fr": ("La brioche de la commande {order} est arrivée écrasée. Merci de me la remplacer.",),
    "ru": (
        "Хлеб пришёл чёрствым, заказ {order}. Пришлите, пожалуйста, новый.",
        "Подскажите, есть ли баранки без мака? Артикул {sku}.",
    ),
    "pt": ("O pão do pedido {order} chegou amassado. Podem enviar outro?",),
    "es": ("El pan del pedido {order} llegó roto. ¿Pueden enviar otro?",),
}


@dataclass(frozen=True, slots=True)
class _Telling:
    """A message in which the writer gives something away."""

    text: str
    elements: tuple[str, ...]


_TELLING = {
    "en": (
        _Telling("Please write to my private address {email} instead, I no longer read the old one.", ("email",)),
        _Telling("Nobody called. My number is {phone}, best after six.", ("phone",)),
        _Telling("You charged me twice: card {card}, expires {expiry}. Order {order}.", ("card.number", "card.expiry")),
        _Telling("I was diagnosed with coeliac disease last month. Is the oat loaf safe for me?", ("health",)),
        _Telling("I cannot log in. My password is {password} and it worked yesterday.", ("login.password",)),
    ),
    "US": (_Telling("Your verification asked for my social security number, it is {ssn}. Why?", ("gov_id.us.ssn",)),),
    "GB": (_Telling("For the carer's discount: my NHS number is {nhs}.", ("gov_id.gb.nhs",)),),
    "de": (
        _Telling("Bitte erstatten Sie auf mein Konto, IBAN {iban}.", ("bank.iban",)),
        _Telling("Bitte rufen Sie mich unter {phone} zurück.", ("phone",)),
        _Telling("Ich habe Diabetes und brauche die genauen Kohlenhydrate des Brotes.", ("health",)),
    ),
    "fr": (_Telling("Rappelez-moi au {phone}, ou écrivez à {email}.", ("phone", "email")),),
    "ru": (
        _Telling("Перезвоните мне, пожалуйста: {phone}.", ("phone",)),
        _Telling("Для договора: паспорт {ru_passport}, СНИЛС {snils}.", ("gov_id.ru.passport", "gov_id.ru.snils")),
        _Telling("У меня диабет второго типа, есть ли хлеб без сахара?", ("health",)),
    ),
    "pt": (_Telling("Para a nota fiscal, meu CPF é {cpf}. Meu e-mail: {email}.", ("gov_id.br.cpf", "email")),),
    "es": (_Telling("Llámenme al {phone}, por favor.", ("phone",)),),
}
SUBJECTS = {
    "en": ("Damaged delivery", "Question about ingredients", "Invoice", "Login"),
    "de": ("Lieferung beschädigt", "Frage zu Zutaten", "Rechnung", "Anmeldung"),
    "fr": ("Livraison", "Question", "Facture"),
    "ru": ("Доставка", "Вопрос о составе", "Счёт"),
    "pt": ("Entrega", "Nota fiscal"),
    "es": ("Entrega", "Factura"),
}


def written(rng: random.Random, person: Person, facts: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """The text, and what of the writer stands in it. `facts`: order, sku, version."""
    language = person.language if person.language in _PLAIN else "en"
    if rng.random() < 0.45:
        return rng.choice(_PLAIN[language]).format(**facts), ()
    choice = _TELLING[language] + (_TELLING.get(person.country, ()) if person.country != person.language else ())
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
