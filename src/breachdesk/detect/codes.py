"""Return codes: how somebody who reported comes back without a name. 16 digits, said and typed by people.

Fifteen are random, the last is a check digit (Luhn). At a million guesses a second, one of a thousand open reports
would be met after some twelve days; so the door must count the guesses, and need not count them meanly.
"""

import hashlib
import hmac
import secrets

_RANDOM = 15


def new_code() -> str:
    digits = "".join(secrets.choice("0123456789") for _ in range(_RANDOM))
    return spaced(digits + str(_check_digit(digits)))


def spaced(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def plain(code: str) -> str:
    """The digits of a code as typed; "" when it cannot be one (a slip of the finger is caught here)."""
    digits = "".join(one for one in code if one.isdigit() and one.isascii())
    if len(digits) != _RANDOM + 1 or int(digits[-1]) != _check_digit(digits[:-1]):
        return ""
    return digits


def kept(digits: str, secret: str) -> str:
    """What is kept of a code: keyed, so that a stolen table does not give the codes away."""
    return hmac.new(secret.encode(), b"return code\0" + digits.encode(), hashlib.sha256).hexdigest()


def _check_digit(digits: str) -> int:
    total = 0
    for place, one in enumerate(reversed(digits)):
        value = int(one) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10
