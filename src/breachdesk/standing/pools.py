"""Names, streets and cities the invented people are made of (pools/*.yaml), read once."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_FOLDER = Path(__file__).parent / "pools"
_GERMAN = str.maketrans({mark: f"{plain}e" for mark, plain in zip("äöüÄÖÜ", "aouAOU", strict=True)} | {"ß": "ss"})
_CYRILLIC = dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True)) | {
    "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    given_f: tuple[str, ...]
    given_m: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    patronymic: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class City:
    name: str
    region: str  # ISO 3166-2, or the country where it has no parts
    postal: str
    area: str


@dataclass(frozen=True, slots=True)
class Country:
    code: str
    share: float
    locale: str
    language: str
    cities: tuple[City, ...]


@cache
def names(locale: str) -> Names:
    raw = YAML(typ="safe", pure=True).load(_FOLDER / f"{locale}.yaml")
    return Names(**{key: _words(text) for key, text in raw.items()})


@cache
def countries() -> tuple[Country, ...]:
    raw = YAML(typ="safe", pure=True).load(_FOLDER / "places.yaml")
    return tuple(
        Country(
            code, row["share"], row["locale"], row["language"], tuple(City(*map(str, city)) for city in row["cities"])
        )
        for code, row in raw.items()
    )


@cache
def texts() -> dict[str, Any]:
    """What people write and say (pools/texts.yaml)."""
    raw: dict[str, Any] = YAML(typ="safe", pure=True).load(_FOLDER / "texts.yaml")
    return raw


def _words(text: str) -> tuple[str, ...]:
    """Parted by `|` where an entry holds spaces, else by spaces."""
    parts = text.split("|") if "|" in text else text.split()
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def ascii_of(text: str) -> str:
    """As a keyboard without the letter would spell it: Müller -> Mueller, Щукин -> Shchukin, 佐藤 -> nothing."""
    text = text.translate(_GERMAN)
    text = "".join(_spell(char) for char in text)
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _spell(char: str) -> str:
    spelt = _CYRILLIC.get(char.lower(), char)
    return spelt.capitalize() if char.isupper() else spelt


def mailbox_of(text: str) -> str:
    """The part of an e-mail address a name would give."""
    return re.sub(r"[^a-z]+", ".", ascii_of(text).lower()).strip(".")
