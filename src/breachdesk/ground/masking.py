"""Values shown half: enough for their owner to know them, too little for anybody else.

The mask of a value never tells how long its hidden part was.
"""

import re

DOTS = "•••"
_CARD_DOTS = "••••"
_DIGITS = re.compile(r"\d")
_HIDDEN_WHOLE = (
    "login.password",
    "login.security_answer",
    "login.token",
    "card.code",
    "card.expiry",
    "bank.access_code",
    "health",
)
_TAIL_OF_FOUR = ("card.number", "card.partial", "bank.account", "bank.iban")


def mask(element: str, value: str) -> str:
    """`value` of `element` (a name of packs/elements.yaml) as it may be shown: `a•••@example.org`, `•••• 1234`."""
    text = " ".join(value.split())
    if not text:
        return ""
    if _under(element, _HIDDEN_WHOLE):
        return DOTS
    if _under(element, _TAIL_OF_FOUR):
        return _tail(text, 4, _CARD_DOTS)
    if element == "email":
        return _email(text)
    if element == "phone":
        return _phone(text)
    if element == "date_of_birth":
        return _year(text)
    if element == "name":
        return " ".join(_initial(word) for word in text.split(" "))
    if element.startswith("gov_id"):
        return _tail(text, 2, DOTS)
    if element == "ip_address":
        return _first_part(text)
    return _initial(text)


def _under(element: str, parents: tuple[str, ...]) -> bool:
    return any(element == parent or element.startswith((parent + ".", parent + "_")) for parent in parents)


def _initial(text: str) -> str:
    """One character is shown, and only when at least two stay hidden."""
    return text[0] + DOTS if len(text) > 2 else DOTS


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    return f"{_initial(local)}@{domain}" if at and local else DOTS


def _phone(text: str) -> str:
    """The last two digits; the calling code of a number written with `+` is cut at two digits."""
    digits = "".join(_DIGITS.findall(text))
    if len(digits) < 7:
        return DOTS
    head = f"+{digits[:2]} " if text.startswith("+") else ""
    return f"{head}{DOTS} {digits[-2:]}"


def _year(text: str) -> str:
    found = re.search(r"(?<!\d)(1[89]|20)\d\d(?!\d)", text)
    return f"{found.group()}-••-••" if found else DOTS


def _tail(text: str, shown: int, dots: str) -> str:
    """The last characters, and only when at least twice as many stay hidden."""
    bare = re.sub(r"[\s-]", "", text)
    return f"{dots} {bare[-shown:]}" if len(bare) >= shown * 3 else dots


def _first_part(text: str) -> str:
    parts = re.split(r"([.:])", text, maxsplit=1)
    return f"{parts[0]}{parts[1]}{DOTS}" if len(parts) == 3 else DOTS
