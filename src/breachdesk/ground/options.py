"""What the owner of a desk may set, one line each: name, what it is, and how it is read from the environment.

A secret may lie in a file: the same name with _FILE behind it names the file. A bad value stops the start with a clear
sentence. CONTRIBUTING.md explains every one of them.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

_NAME = re.compile(r"\w[\w.-]{0,39}")
_YES, _NO = ("1", "yes", "true", "on"), ("0", "no", "false", "off", "")


class BadOption(Exception):
    """A setting nobody can start with: says which, why, and what to write instead."""


def text(name: str, default: str = "", *, environment: Mapping[str, str] | None = None) -> str:
    """The value of `name`, or the content of the file that `name`_FILE names. Raises BadOption."""
    given = os.environ if environment is None else environment
    file = given.get(f"{name}_FILE", "")
    if not file:
        return given.get(name, default).strip()
    if given.get(name):
        raise BadOption(f"{name} and {name}_FILE are both set; keep one of them")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadOption(f"{name}_FILE: {file} cannot be read ({type(error).__name__}); name a file of text") from None


def flag(name: str, *, default: bool = False, environment: Mapping[str, str] | None = None) -> bool:
    value = text(name, "1" if default else "0", environment=environment).lower()
    if value not in (*_YES, *_NO):
        raise BadOption(f"{name}: {value!r} is neither yes nor no; write 1 or 0")
    return value in _YES


def number(
    name: str, default: int, *, least: int = 0, most: int = 10**9, environment: Mapping[str, str] | None = None
) -> int:
    value = text(name, str(default), environment=environment)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise BadOption(f"{name}: {value!r} is not a whole number from {least} to {most}")
    return int(value)


def several(name: str, *, environment: Mapping[str, str] | None = None) -> list[str]:
    """Words between commas or spaces."""
    return text(name, environment=environment).replace(",", " ").split()


def named(name: str, *, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """`name=value` between commas or spaces. What stands behind a name may be secret: no error says it. Raises
    BadOption."""
    found: dict[str, str] = {}
    for place, one in enumerate(several(name, environment=environment), start=1):
        key, _, value = one.partition("=")
        if not value or not _NAME.fullmatch(key):
            raise BadOption(f"{name}: no. {place} is no name=address; write press=mastodons://token@host")
        if key in found:
            raise BadOption(f"{name}: {key} stands there twice; give each a name of its own")
        found[key] = value
    return found


def folder(name: str, default: Path, *, environment: Mapping[str, str] | None = None) -> Path:
    return Path(text(name, str(default), environment=environment)).expanduser().absolute()


def file(name: str, *, environment: Mapping[str, str] | None = None) -> Path | None:
    """A file that may not be there yet; None when none is named."""
    value = text(name, environment=environment)
    return Path(value).expanduser().absolute() if value else None


def mailbox(name: str, default: str, *, environment: Mapping[str, str] | None = None) -> str:
    """`name@domain`, in ASCII. Raises BadOption."""
    value = text(name, default, environment=environment)
    local, at, domain = value.partition("@")
    if not (at and local and domain) or not value.isascii() or set(value) & set(' <>",;:()[]\\') or "@" in domain:
        raise BadOption(f"{name}: {value!r} is no mail address; write name@domain")
    return value


def address(name: str, default: str, *, environment: Mapping[str, str] | None = None) -> str:
    """The address of a site, without its last slash. Raises BadOption."""
    value = text(name, default, environment=environment).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.path:
        raise BadOption(f"{name}: {value!r} is no address of a site; write https://desk.example.org")
    return value
