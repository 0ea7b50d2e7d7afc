"""Addresses of people as whoever delivers takes them: a mailbox, a number, the lines of an envelope; empty for what
nobody could deliver to."""

import re
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers

from breachdesk.notify.organisation import clean
from breachdesk.notify.recipients import Recipient
from breachdesk.notify.states import Channel

MOST_LOCAL, MOST_ADDRESS = 64, 254  # octets, RFC 5321 4.5.3.1
# RFC 5321 dot-string: what every relay takes. A quoted local part is nobody's address in life.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))+")
MOST_LINES = 8


def as_mailbox(text: str) -> str:
    """`Ada@Bäcker.example` -> `Ada@xn--bcker-gra.example`."""
    local, at, domain = text.strip().strip("<>").rpartition("@")
    if not at or len(local) > MOST_LOCAL or not _LOCAL.fullmatch(local):
        return ""
    name = _ascii(domain.rstrip("."))
    return f"{local}@{name}" if name and len(local) + len(name) < MOST_ADDRESS else ""


@lru_cache(maxsize=1 << 14)
def _ascii(domain: str) -> str:
    try:
        name = domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return name if _DOMAIN.fullmatch(name) and not name.rpartition(".")[2].isdigit() else ""


def as_number(text: str, country: str) -> str:
    """E.164: `+4917012345678`. `country`: where numbers without a calling code are from."""
    number = _number(text, country)
    return "" if number is None else _written(number)


def _number(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _written(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def numbers(texts: Iterable[str], country: str) -> tuple[tuple[str, ...], int]:
    """Numbers as `as_number` has them, each once, those that text messages reach first; and how many these are. Where
    a country tells its mobile numbers from the others, only they are."""
    found = {_written(one): one for text in texts if (one := _number(text, country)) is not None}
    reached = [said for said, one in found.items() if phonenumbers.number_type(one) in _MOBILE]
    return (*reached, *(said for said in found if said not in reached)), len(reached)


def as_lines(text: str) -> str:
    """The lines of an envelope, one below the other; evidence has them in a row, with commas."""
    rows = text.splitlines() if "\n" in text.strip() else text.split(",")
    lines = [line for row in rows if (line := clean(row).strip(" ,;"))]
    return "\n".join(lines) if 2 <= len(lines) <= MOST_LINES else ""


def domain_of(channel: Channel, recipient: Recipient) -> str:
    """Where the first address of a channel leads: a receiving domain, the country of a number or of a letter."""
    if channel is Channel.EMAIL and recipient.emails:
        return recipient.emails[0].rpartition("@")[2]
    if channel in (Channel.SMS, Channel.PHONE) and recipient.phones:
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(recipient.phones[0])) or "")
    return recipient.country
