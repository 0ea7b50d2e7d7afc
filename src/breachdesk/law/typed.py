"""What a person types as an answer, read as a value of a fact sheet: words, numbers of choices, plain dates.

Nothing is guessed: what may mean two things is asked back, as a key of packs/messages/cli (`typed.*`) with its places.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

from breachdesk.ground import places
from breachdesk.ground.elements import Vocabulary
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import Shelf
from breachdesk.law.vocabulary import Fact, FactType, is_place

LONGEST = 4096
_DAY = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)")
_DOTTED = re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})(?:\.(?P<y>\d{4})|\.)?(?![\d.])")
_SLASHED = re.compile(r"\d{1,2}/\d{1,2}(?:/\d{2,4})?")
_NAMED = re.compile(r"(?P<d>\d{1,2})\.?\s+(?P<n>[^\W\d_]{3,})\.?(?:,?\s+(?P<y>\d{4})(?!\d))?")
_ENGLISH = re.compile(r"(?P<n>[^\W\d_]{3,})\.?\s+(?P<d>\d{1,2})(?![\d:])(?:,?\s+(?P<y>\d{4})(?!\d))?")
_CLOCK = re.compile(
    r"(?<![\d:+-])(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:\.\d+)?)?\s*(?P<half>[ap]\.?m\.?)?(?![\d:])", re.I
)
_HOUR = re.compile(r"(?<![\d:])(?P<h>\d{1,2})\s*(?P<half>[ap]\.?m\.?)(?!\w)", re.I)
_OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[+\u2212-])(?P<h>\d{1,2})(?::?(?P<m>\d{2}))?$", re.I)
_WHOLE = r"\d{1,3}(?:[ ,.'\u00a0\u202f]\d{3})+(?!\d)|\d+"
_GROUP = re.compile(rf"(?P<place>.+?)[\s:,]+(?P<low>{_WHOLE})(?:\s*[-\u2013]\s*(?P<high>{_WHOLE}))?[\s:,]+(?P<what>.+)")
_UNSEEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd\ud800-\udfff]")
_CLOSE = 0.75


class Unclear(Exception):
    """An answer that cannot be used as it stands: a key of the messages, with what fills its places."""

    def __init__(self, key: str, **filled: object) -> None:
        super().__init__(key)
        self.key, self.places = key, filled


class NoZone(Exception):
    """A time without offset or zone; `local` is what it says on the wall."""

    def __init__(self, local: datetime) -> None:
        super().__init__(local)
        self.local = local


@dataclass(frozen=True)
class Tongue:
    """Words that may be typed, in every language we speak; names of choices in those languages."""

    words: Mapping[str, tuple[str, ...]]
    months: tuple[tuple[str, ...], ...]
    zones: Mapping[str, tuple[str, ...]]
    first: tuple[str, ...]
    elements: tuple[str, ...]
    kinds: Mapping[str, tuple[str, ...]]
    choices: Mapping[str, Mapping[str, Mapping[str, str]]]  # language, fact, option

    def is_(self, word: str, text: str) -> bool:
        return _plain(text) in self.words[word]

    def choice(self, fact: str, option: str, language: str) -> str:
        """An option in words; itself where nobody wrote any."""
        return str(self.choices[language].get(fact, {}).get(option, option))

    def titles(self, fact: str, option: str) -> set[str]:
        return {_plain(option), *(_plain(self.choice(fact, option, language)) for language in LANGUAGES)}


def read(shelf: Shelf) -> Tongue:
    raw = shelf.data("asking.yaml")
    return Tongue(
        words={name: tuple(_plain(str(word)) for word in some) for name, some in raw["words"].items()},
        months=tuple(tuple(some) for some in raw["months"]),
        zones={zone: tuple(some) for zone, some in raw["zones"].items()},
        first=tuple(raw["first"]),
        elements=tuple(raw["elements"]),
        kinds={name: tuple(some) for name, some in raw["kinds"].items()},
        choices={language: shelf.data(f"messages/facts/{language}.yaml") for language in LANGUAGES},
    )


def clean(text: str) -> str:
    """One line without what nobody can see. Raises Unclear."""
    line = text.strip(" \t\r\n\u00a0")
    if len(line) > LONGEST:
        raise Unclear("typed.too_long", most=LONGEST)
    if _UNSEEN.search(line):
        raise Unclear("typed.unseen")
    return line


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").replace("’", "'").split())


@dataclass(frozen=True)
class Reader:
    """Reads answers at one moment (`now`, aware). `zone`: what a time without zone is in, once somebody said so."""

    tongue: Tongue
    elements: Vocabulary
    now: datetime
    zone: str | None = None

    def value(self, fact: Fact, text: str) -> Any:
        """The value as it stands in a sheet. Raises Unclear, NoZone."""
        match fact.type:
            case FactType.BOOL:
                return self._bool(text)
            case FactType.INT:
                return _int(text)
            case FactType.MONEY:
                return _money(text)
            case FactType.ENUM:
                return self._option(fact, text)
            case FactType.SET:
                return self._several(fact, text)
            case FactType.INSTANT:
                return self.instant(text)
            case FactType.PLACE:
                return self.place(text)
            case FactType.PLACES:
                return self._places(text)
            case FactType.HOLD:
                return self._hold(text)
            case FactType.PEOPLE:
                return [self.group(one) for one in text.split(";") if one.strip()]
        return text

    def _bool(self, text: str) -> bool:
        if self.tongue.is_("yes", text) or text == "1":
            return True
        if self.tongue.is_("no", text) or text == "2":
            return False
        raise Unclear("typed.bool")

    def _option(self, fact: Fact, text: str) -> str:
        if text.isdecimal() and text.isascii():
            if 1 <= int(text) <= len(fact.options):
                return fact.options[int(text) - 1]
            raise Unclear("typed.choice", n=len(fact.options))
        asked = _plain(text)
        named = [option for option in fact.options if asked in self.tongue.titles(fact.name, option)]
        if len(named) != 1 and asked:
            spelt = [
                option
                for option in fact.options
                if any(title.startswith(asked) for title in self.tongue.titles(fact.name, option))
            ]
            named = named or spelt
        if len(named) == 1:
            return named[0]
        raise Unclear("typed.choice", n=len(fact.options))

    def _several(self, fact: Fact, text: str) -> list[str]:
        if self.tongue.is_("none", text):
            return []
        return list(dict.fromkeys(self._option(fact, part) for part in _parts(text)))

    # --- places

    def place(self, text: str) -> str:
        """A code, or the name of a country or its part in a language we speak."""
        code = text.strip().upper().replace("_", "-")
        if is_place(code):
            return code
        found = _by_name().get(_plain(text), ())
        if len(found) == 1:
            return found[0]
        if found:
            raise Unclear("typed.place_several", name=text, codes=", ".join(found))
        near = difflib.get_close_matches(_plain(text), _by_name(), n=1, cutoff=_CLOSE)
        if near:
            raise Unclear("typed.place_near", name=text, near=" / ".join(_by_name()[near[0]]))
        raise Unclear("typed.place", name=text)

    def _places(self, text: str) -> list[str]:
        if self.tongue.is_("none", text):
            return []
        if self.tongue.is_("no", text) and text.strip() != "NO":  # none, or Norway?
            raise Unclear("typed.place_no")
        return list(dict.fromkeys(self.place(part) for part in _parts(text)))

    # --- people

    def group(self, text: str) -> dict[str, Any]:
        """`Texas 250 name, ssn`, `DE 900-950 1,2,5 adults`: where they live, how many, what each of them lost."""
        found = _GROUP.fullmatch(text.strip())
        if found is None:
            raise Unclear("typed.group")
        where = found["place"]
        residence = places.UNKNOWN if self.tongue.is_("unknown", where) else self.place(where)
        low = _int(found["low"])
        high = _int(found["high"]) if found["high"] else low
        what, minor = self._aged(found["what"])
        lost = list(dict.fromkeys(self.element(part) for part in _parts(what)))
        if high < low:
            raise Unclear("typed.range")
        count: Any = low if low == high else {"min": low, "max": high}
        return {"residence": residence, "count": count, "elements": lost, "minor": minor}

    def _aged(self, what: str) -> tuple[str, Any]:
        for name, minor in (("minors", True), ("adults", False)):
            for word in self.tongue.words[name]:
                if re.search(rf"[\s,]{re.escape(word)}$", what.casefold()):
                    return what[: -len(word)].rstrip(" ,"), minor
        return what, "unknown"

    def element(self, text: str) -> str:
        asked = _plain(text)
        if asked.isdecimal() and asked.isascii():
            if 1 <= int(asked) <= len(self.tongue.elements):
                return self.tongue.elements[int(asked) - 1]
            raise Unclear("typed.element", name=text)
        found = self._names.get(asked)
        if found:
            return found
        near = difflib.get_close_matches(asked, self._names, n=1, cutoff=_CLOSE)
        if near:
            raise Unclear("typed.element_near", name=text, near=near[0])
        raise Unclear("typed.element", name=text)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Every way to name an element: its id, its title, a short name, a law's name, the last part of its id."""
        found: dict[str, str] = {}
        known = self.elements.elements.values()
        for element in known:
            for name in (element.id, element.en, element.ru):
                found.setdefault(_plain(name), element.id)
        for element_id, names in self.tongue.kinds.items():
            for name in names:
                found[_plain(name)] = element_id
        for element in known:
            for name in (*element.us, element.id.rpartition(".")[2]):
                found.setdefault(_plain(name.replace("_", " ")), element.id)
                found.setdefault(_plain(name), element.id)
        return found

    # --- times

    def instant(self, text: str) -> Any:
        """`2026-11-25 22:00 Berlin`, `yesterday 22:00`, `25 Nov`, `now`: an instant as a sheet writes it."""
        if self.tongue.is_("now", text):
            return self.now.replace(microsecond=0).isoformat()
        day, rest = self._day(text)
        clock, rest = _clock(rest)
        rest = rest.strip(" ,TtвВ").removeprefix("at ").strip()
        if clock is None:
            if rest:
                raise Unclear("typed.instant")
            if day is None:
                raise Unclear("typed.instant")
            return day.isoformat()
        if day is None:
            day = self._here(None).date()
            if datetime.combine(day, clock.time()) > self._here(None).replace(tzinfo=None):
                raise Unclear("typed.day_wanted")
        return self._placed(datetime.combine(day, clock.time()), rest)

    def _placed(self, local: datetime, where: str) -> Any:
        if not where:
            if self.zone is None:
                raise NoZone(local)
            return local_in(local, self.zone)
        return local_in(local, self.zone_of(where))

    def zone_of(self, text: str) -> str:
        """An IANA name or an offset (`+01:00`). Raises Unclear."""
        offset = _OFFSET.fullmatch(text.strip())
        if offset:
            hours, minutes = int(offset["h"]), int(offset["m"] or 0)
            if hours > 14 or minutes > 59:
                raise Unclear("typed.zone", name=text)
            return f"{'+' if offset['sign'] == '+' else '-'}{hours:02}:{minutes:02}"
        asked = _plain(text)
        for zone, words in self.tongue.zones.items():
            if asked in words:
                return zone
        named = [
            name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
        ]
        same = [name for name in named if asked in (name.casefold(), name.casefold().replace("_", " "))]
        same = same or sorted(n for n in named if n.rpartition("/")[2].casefold().replace("_", " ") == asked)
        if len(same) == 1:
            return same[0]
        raise Unclear("typed.zone", name=text)

    def _here(self, zone: str | None) -> datetime:
        return self.now.astimezone(zone_info(zone or self.zone or "UTC"))

    def _day(self, text: str) -> tuple[date | None, str]:
        if _SLASHED.search(text):
            raise Unclear("typed.slashes")
        low = text.casefold()
        for name, back in (("today", 0), ("yesterday", 1)):
            for word in self.tongue.words[name]:
                if low.startswith(word):
                    return self._here(None).date() - timedelta(days=back), text[len(word) :]
        for form in (_DAY, _DOTTED):
            found = form.match(text)
            if found:
                return self._date(found["y"], int(found["m"]), int(found["d"])), text[found.end() :]
        for form in (_NAMED, _ENGLISH):
            found = form.match(text)
            month = self._month(found["n"]) if found else None
            if found and month:
                return self._date(found["y"], month, int(found["d"])), text[found.end() :]
        return None, text

    def _month(self, word: str) -> int | None:
        low = word.casefold()
        for number, starts in enumerate(self.tongue.months, 1):
            if any(low.startswith(start) for start in starts):
                return number
        return None

    def _date(self, year: str | None, month: int, day: int) -> date:
        """Without a year: the nearest such day."""
        today = self._here(None).date()
        years = (int(year),) if year else (today.year - 1, today.year, today.year + 1)
        days = []
        for one in years:
            with suppress(ValueError):
                days.append(date(one, month, day))
        if not days:
            raise Unclear("typed.no_day")
        return min(days, key=lambda one: abs(one - today))

    def _hold(self, text: str) -> dict[str, Any]:
        """`2026-11-26, written`; `2026-11-26 until 2026-12-10, oral`."""
        found: dict[str, Any] = {"until": None}
        parts = _parts(text)
        for name, written in (("written", True), ("oral", False)):
            if parts and self.tongue.is_(name, parts[-1]):
                found["written"] = written
                parts = parts[:-1]
        joined = ", ".join(parts)
        for word in sorted(self.tongue.words["until"], key=len, reverse=True):
            start, between, end = joined.partition(f" {word} ")
            if between:
                return {"from": self.instant(start.strip()), **found, "until": self.instant(end.strip())}
        return {"from": self.instant(joined.strip()), **found}


def zone_info(zone: str) -> tzinfo:
    if zone[:1] in "+-":
        return datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").tzinfo or ZoneInfo("UTC")
    return ZoneInfo(zone)


def local_in(local: datetime, zone: str) -> Any:
    """A wall time in a zone or at an offset, as a sheet writes it."""
    if zone[:1] in "+-":
        return f"{local.isoformat()}{zone}"
    return {"local": local.isoformat(), "tz": zone}


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;]", text) if part.strip()]


def _clock(text: str) -> tuple[datetime | None, str]:
    found = _CLOCK.search(text) or _HOUR.search(text)
    if found is None:
        return None, text
    groups = found.groupdict()
    hour, minute, second = int(groups["h"]), int(groups.get("min") or 0), int(groups.get("s") or 0)
    half = (groups["half"] or "").casefold()[:1]
    if half:
        if not 1 <= hour <= 12:
            raise Unclear("typed.no_clock")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Unclear("typed.no_clock")
    rest = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}"
    return datetime(2000, 1, 1, hour, minute, second), rest.strip()


def _int(text: str) -> int:
    if not re.fullmatch(_WHOLE, text.strip()):
        raise Unclear("typed.int")
    number = int(re.sub(r"\D", "", text))
    if number > 20_000_000_000:
        raise Unclear("typed.many")
    return number


def _money(text: str) -> Any:
    found = re.fullmatch(rf"(?P<n>{_WHOLE})(?:[.,]\d{{1,2}})?\s*(?P<c>[A-Za-z]{{3}})?", text.strip())
    if found is None:
        raise Unclear("typed.money")
    amount = int(re.sub(r"\D", "", found["n"]))
    return {"amount": amount, "currency": found["c"].upper()} if found["c"] else amount


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    """Codes by every name of a country, or of a part of one of those whose parts have laws of their own."""
    found: dict[str, list[str]] = {}
    codes = [str(code) for code in Locale.parse("en").territories if places.is_code(str(code))]
    parts: Iterable[str] = places.parts_of(("US", "CA", "AU", "DE"))
    for code in (*codes, *parts):
        for language in LANGUAGES:
            known = found.setdefault(_plain(places.title(code, language)), [])
            if code not in known:
                known.append(code)
    for code, names in {"GB": ("uk", "england", "britain"), "US": ("usa", "сша"), "AE": ("uae", "оаэ")}.items():
        for name in names:
            found.setdefault(name, [code])
    return {name: tuple(codes) for name, codes in found.items()}
