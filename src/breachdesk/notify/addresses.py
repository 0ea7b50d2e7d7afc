"""Whether an address can be printed in a window and found by the post: what is wrong with it, line by line."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import pycountry
from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from breachdesk.ground.places import countries
from breachdesk.notify.blocks import Paragraph, plain
from breachdesk.notify.organisation import clean
from breachdesk.notify.page import fits_window

LEAST_LINES = 2  # below the name: where in the town, and the town
MOST_LINES = 4  # below the name
LONGEST_LINE = 48
WINDOW_MM = {"a4": 85.0, "us-letter": 95.0}  # DIN 5008: an address field of 85 mm; a No. 10 window shows 114 mm
_LONGEST_CODE = 3
_POSTAL = re.compile(
    r"(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?|\d{3}[ -]\d{2,4}|\d{4} ?[A-Z]{2}"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d"
)
_STATE = re.compile(r"[A-Z]{2,3}")
_ALSO_TOWNS = frozenset(
    ("monaco", "singapore", "singapur", "luxembourg", "luxemburg", "san marino", "djibouti", "gibraltar", "hong kong",
     "guatemala", "panama", "kuwait", "mexico", "jersey", "monako", "монако", "сингапур", "люксембург")
)  # fmt: skip
_WIDEST_SIGN_MM = 4.4  # of a letter at 11 pt: a line with so little is not measured
_TELLING = ("en", "fr", "de", "es", "ru")  # languages in which post offices read names of countries
_JOINERS = "\u200c\u200d"  # Persian and the scripts of India are not written without
_ALSO = {
    "GB": ("UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "US": ("USA", "United States of America"),
    "AE": ("UAE",),
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a letter is set aside. `code` names its words in packs/messages/letters.yaml. `detail` is never a value of a
    person; `line` counts the lines of the address from 1, and 0 is the name."""

    code: str
    detail: str = ""
    line: int | None = None


def wrong_with(
    head: list[Paragraph],
    address: Sequence[str],
    country: str,
    *,
    home: str,
    language: str,
    paper: str,
    widths: Callable[[Sequence[str]], list[float]],
) -> Iterator[Wrong]:
    """Everything that is wrong with the address of a letter. `head`: what stands in it above the title; `home`: the
    country it is posted in (`DE`); `widths`: measures lines, in millimetres."""
    printed = [plain(part.spans) for part in head if part.role.startswith("recipient")]
    if not printed or not clean(printed[0]):
        yield Wrong("no_name", line=0)
    lines = [clean(line) for line in address]
    found = [*_hidden([*printed[:1], *address])]
    found += [Wrong("empty_line", line=number) for number, line in enumerate(lines, start=1) if not line]
    yield from found
    if sum(map(bool, lines)) < LEAST_LINES + _ends_with_country(lines, country, language):
        yield Wrong("too_few_lines", str(LEAST_LINES))
    elif not found and [clean(line) for line in printed[1:]] != lines:
        yield Wrong("other_address")
    if len(lines) > MOST_LINES:
        yield Wrong("too_many_lines", f"{len(lines)}, {MOST_LINES}")
    yield from _too_long([*(clean(line) for line in printed[:1]), *lines], WINDOW_MM[paper], widths)
    if not fits_window([part for part in head if part.role == "sender"]):
        yield Wrong("long_sender")
    if country not in countries():
        yield Wrong("no_country")
    elif country != home and (not lines or _as_said(lines[-1]) not in _names(country, language)):
        yield Wrong("no_country_line", country, line=len(lines))


def posted(lines: Sequence[str], country: str, home: str) -> tuple[str, ...]:
    """The lines of an address in `country` as it is posted in `home`: town and postal code on one line; abroad with the
    name of the country last, at home without. One that names another country, or is of none, keeps what it says."""
    kept = _with_codes(lines)
    if country not in countries():
        return _fewer(kept)
    if len(kept) > LEAST_LINES and _as_said(kept[-1]) in _names(country, "en"):
        kept.pop()
    elif kept and _as_said(kept[-1]) in _all_names() - _names(country, "en"):
        return _fewer(kept)
    named = bool(kept) and _as_said(kept[-1]) in _names(country, "en")  # a town that is called like its country
    if country != home and not named:
        kept.append(_name(country, home).upper())
    return _fewer(kept)


def _with_codes(lines: Sequence[str]) -> list[str]:
    """A postal code that stands alone goes before the town that follows, else behind the town or state before it."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if kept and _POSTAL.fullmatch(kept[-1]) and _like_town(line):
            kept[-1] = f"{kept[-1]} {line}"
        elif _POSTAL.fullmatch(line) and len(kept) > 1 and not _like_town(after):
            if _STATE.fullmatch(kept[-1]) and len(kept) > LEAST_LINES:
                line = f"{kept.pop()} {line}"
            kept[-1] = f"{kept[-1]} {line}"
        else:
            kept.append(line)
    return kept


def _like_town(line: str) -> bool:
    words = len(line) > _LONGEST_CODE and not any(sign.isdigit() for sign in line)
    return words and _as_said(line) not in _all_names() - _ALSO_TOWNS


def _fewer(lines: list[str]) -> tuple[str, ...]:
    """Street, house and flat on one line, when there are more than a window shows."""
    kept = list(lines)
    while len(kept) > MOST_LINES and len(f"{kept[0]}, {kept[1]}") <= LONGEST_LINE:
        kept[:2] = [f"{kept[0]}, {kept[1]}"]
    return tuple(kept)


def _name(country: str, home: str) -> str:
    """In a language post offices read: that of where it is posted, where it is one of them."""
    official = get_official_languages(home, regional=False, de_facto=True) if home else ()
    spoken = next((one for one in _TELLING if one in official), "en")
    return str(Locale.parse(spoken).territories[country])


def _ends_with_country(lines: Sequence[str], country: str, language: str) -> bool:
    """Whether the last line is no town: a street and a country alone are no address."""
    said = _as_said(lines[-1]) if lines else ""
    return country in countries() and said not in _ALSO_TOWNS and said in _names(country, language)


@cache
def _all_names() -> frozenset[str]:
    """Names of countries, without their codes: `CA` is a state, too."""
    return frozenset(name for one in countries() for name in _names(one, "en") if len(name) > _LONGEST_CODE)


def _hidden(lines: Sequence[str]) -> Iterator[Wrong]:
    for number, line in enumerate(lines):
        signs = {sign for sign in line if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - set(_JOINERS)
        if signs:
            yield Wrong("hidden", ", ".join(f"U+{ord(sign):04X}" for sign in sorted(signs)[:4]), line=number)


def _too_long(lines: Sequence[str], window: float, widths: Callable[[Sequence[str]], list[float]]) -> Iterator[Wrong]:
    """By number of signs; and where there are many, by what they measure in print."""
    doubtful = [number for number, line in enumerate(lines) if len(line) * _WIDEST_SIGN_MM > window]
    long = [number for number in doubtful if len(lines[number]) > LONGEST_LINE]
    measured = [number for number in doubtful if number not in long]
    if measured:
        wide = widths([lines[number] for number in measured])
        long += [number for number, width in zip(measured, wide, strict=True) if width > window]
    yield from (Wrong("long_line", f"{window:g}", line=number) for number in sorted(long))


@cache
def _names(country: str, language: str) -> frozenset[str]:
    """How a country may be called in the last line of an address abroad."""
    said = [country, *_ALSO.get(country, ())]
    known = pycountry.countries.get(alpha_2=country)
    if known is not None:
        said += [str(getattr(known, key, "")) for key in ("alpha_3", "name", "common_name", "official_name")]
    for spoken in (*_TELLING, language):
        try:
            said.append(str(Locale.parse(spoken, sep="-").territories.get(country, "")))
        except (UnknownLocaleError, ValueError):
            continue
    return frozenset(_as_said(name) for name in said if name)


def _as_said(name: str) -> str:
    """Without case, accents and stops: `Côte d'Ivoire` and `COTE D IVOIRE` are one."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", bare.replace(".", "")).casefold().split())
