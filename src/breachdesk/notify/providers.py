"""Providers of mail by whom notices can go in place of a relay, and how their settings are said (those of Anymail)."""

from collections.abc import Mapping

from breachdesk.ground import options
from breachdesk.ground.options import BadOption

#: Those that carry our mark with a message and bring it back with what they tell of it.
KNOWN = (
    "brevo", "mailersend", "mailgun", "mailjet", "mailtrap", "mandrill", "postmark", "sendgrid", "sparkpost",
    "unisender_go",
)  # fmt: skip
PREFIX = "BREACHDESK_ANYMAIL_"
SECRET = "WEBHOOK_SECRET"  # noqa: S105 - a name  # nosec B105
_LEAST_SECRET = 20
_NOT_HERE = ("DEBUG_API_REQUESTS", "SEND_DEFAULTS", "IGNORE_RECIPIENT_STATUS", "IGNORE_UNSUPPORTED_FEATURES")


def provider_of(name: str, value: str) -> str:
    """Empty for none. Raises BadOption."""
    if value and value not in KNOWN:
        raise BadOption(f"{name}: {value!r} is none of {', '.join(KNOWN)}")
    return value


def settings_of(environment: Mapping[str, str], provider: str) -> dict[str, object]:
    """What Anymail reads: each setting that begins with PREFIX, by what follows, as text or in a file (ground.options).
    Raises BadOption where what it tells would be heard from anybody."""
    names = {name.removesuffix("_FILE") for name, value in environment.items() if name.startswith(PREFIX) and value}
    found: dict[str, object] = {}
    for name in sorted(names):
        short = name.removeprefix(PREFIX)
        if short in _NOT_HERE:
            raise BadOption(f"{name}: this desk decides that by itself; leave it out")
        found[short] = options.text(name, environment=environment)
    if provider and (len(str(found.get(SECRET, ""))) < _LEAST_SECRET or ":" not in str(found[SECRET])):
        raise BadOption(
            f"{PREFIX}{SECRET}: write user:password of {_LEAST_SECRET} letters or more, and give the provider "
            "https://user:password@your.desk/in/mailed/PROVIDER/ as the address for what it tells of messages"
        )
    found["REQUESTS_TIMEOUT"] = 30
    return found
