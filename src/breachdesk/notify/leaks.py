"""Full values that must never stand in a letter: card, identity and account numbers, e-mail addresses of others."""

import re
from collections.abc import Iterable, Iterator

from stdnum import iban, luhn

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("gov_id.us.ssn", re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")),
    ("gov_id.ru.snils", re.compile(r"(?<!\d)\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\d)")),
    ("gov_id.ru.passport", re.compile(r"(?<!\d)\d{2} ?\d{2} ?(?:№ ?)?\d{6}(?!\d)")),
    ("gov_id.gb.nino", re.compile(r"\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")),
    ("gov_id.br.cpf", re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
)
_CARD = re.compile(r"(?<![\d+])\d(?:[ -]?\d){12,18}(?!\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")


def full_values(text: str, allowed: Iterable[str] = ()) -> Iterator[str]:
    """Names of elements of which a whole value stands in `text`, once each; never the values themselves.

    `allowed`: numbers and addresses of the sender and of offices, which may stand there."""
    for known in sorted({known for known in allowed if known}, key=len, reverse=True):
        text = text.replace(known, " ")
    if any(luhn.is_valid(re.sub(r"\D", "", found)) for found in _CARD.findall(text)):
        yield "card.number"
    if any(iban.is_valid(found.replace(" ", "")) for found in _IBAN.findall(text)):
        yield "bank.iban"
    for element, shape in _SHAPES:
        if shape.search(text):
            yield element
