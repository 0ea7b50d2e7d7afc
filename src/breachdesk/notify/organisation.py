"""What only a human can say about the sender: the `organisation:` part of facts.yaml (docs/formats/notice.md)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from breachdesk.law.instants import Instant

LONGEST_TEXT = 4000


class Says(StrEnum):
    NAME = "name"  # a name, number or address: said as it is
    PROSE = "prose"  # running text in a language
    DAY = "day"
    YES_NO = "yes_no"
    NUMBER = "number"


_CONTACT = {"name": Says.NAME, "post": Says.NAME, "phone": Says.NAME, "email": Says.NAME}
KEYS: dict[str, Says | dict[str, Says]] = {
    "name": Says.NAME,
    "short_name": Says.NAME,
    "parent": Says.NAME,
    "kind": Says.NAME,
    "address": Says.NAME,
    "phone": Says.NAME,
    "toll_free": Says.NAME,
    "email": Says.NAME,
    "web": Says.NAME,
    "incident_page": Says.NAME,
    "reference": Says.NAME,
    "contact": _CONTACT,
    "privacy_contact": _CONTACT,
    "press_contact": _CONTACT,
    "next_update": Says.DAY,
    "early": {"known": Says.PROSE, "unknown": Says.PROSE},
    "public_notice": {"on": Says.DAY},
    "inn": Says.NAME,
    "ogrn": Says.NAME,
    "register_number": Says.NAME,
    "ein": Says.NAME,
    "what_happened": Says.PROSE,
    "cause": Says.PROSE,
    "how_found": Says.PROSE,
    "breach_type": Says.PROSE,
    "breach_location": Says.PROSE,
    "consequences": Says.PROSE,
    "measures": Says.PROSE,
    "planned": Says.PROSE,
    "safeguards": Says.PROSE,
    "acquirer": Says.PROSE,
    "remedy": Says.PROSE,
    "security_program": Says.YES_NO,
    "exposed": {"from": Says.DAY, "until": Says.DAY},
    "published_at": Says.NAME,
    "police": {"told": Says.YES_NO, "agency": Says.NAME, "reference": Says.NAME, "on": Says.DAY},
    "services": {
        "name": Says.NAME,
        "months": Says.NUMBER,
        "enrol_by": Says.DAY,
        "code": Says.NAME,
        "phone": Says.NAME,
        "web": Says.NAME,
    },
    "delay_reason": Says.PROSE,
    "investigation": {"number": Says.NAME, "date": Says.DAY},
    "first_notice": {"number": Says.NAME, "key": Says.NAME},
    "responsible": Says.PROSE,
    "records": Says.NUMBER,
    "subjects": Says.PROSE,
    "told_people": Says.NUMBER,
    "letters_by": Says.PROSE,
    "letters": {"cost_cents": Says.NUMBER, "without_address": Says.NUMBER},
    "processor": Says.NAME,
    "elderly": Says.NUMBER,
    "all_people": Says.NUMBER,
    "other_authorities": Says.PROSE,
}
# Invisible characters that turn or hide text, and control characters other than line ends.
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


class BadOrganisation(ValueError):
    """`organisation:` in facts.yaml cannot be used. `problems`: one line each: key, what is wrong, what to write."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Organisation:
    """Flat: `contact.phone` -> value. A text is kept by language; under `*` when it serves every language."""

    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, bool] = field(default_factory=dict)

    def text(self, key: str, language: str) -> str | None:
        """None: nobody has said it. An empty string: there is none."""
        said = self.texts.get(key)
        if said is None:
            return None
        return said.get(language, said.get("*"))

    @property
    def sign_up_code(self) -> str:
        """By which everybody signs up for the free service; nothing when nobody said it, or told in words how each gets
        one of their own."""
        said = self.text("services.code", "en") or ""
        return said if _CODE.fullmatch(said) else ""

    def known(self, key: str) -> bool:
        return key in self.texts or key in self.days or key in self.numbers or key in self.answers


def says(key: str) -> Says | None:
    """What kind of thing stands under a flat key; None for a key nobody knows."""
    head, _, tail = key.partition(".")
    found = KEYS.get(head)
    if isinstance(found, dict):
        return found.get(tail)
    return None if tail else found


def read_organisation(facts: Mapping[str, Any]) -> Organisation:
    """From a fact sheet: `organisation: {...}` or flat `organisation.name: ...`. Raises BadOrganisation."""
    texts: dict[str, dict[str, str]] = {}
    days: dict[str, date] = {}
    numbers: dict[str, int] = {}
    answers: dict[str, bool] = {}
    problems: list[str] = []
    for key, value in _flat(facts, problems):
        kind = says(key)
        if value is None:
            continue
        if kind is None:
            problems.append(f"organisation.{key}: no such key; see docs/formats/notice.md")
        elif kind in (Says.NAME, Says.PROSE):
            _read_text(key, value, texts, problems)
        elif kind is Says.DAY and (day := as_day(value)) is not None:
            days[key] = day
        elif kind is Says.NUMBER and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
            numbers[key] = value
        elif kind is Says.YES_NO and isinstance(value, bool):
            answers[key] = value
        else:
            wanted = {
                Says.DAY: "a date such as 2026-11-19",
                Says.NUMBER: "a whole number",
                Says.YES_NO: "true or false",
            }
            problems.append(f"organisation.{key}: write {wanted[kind]}")
    if problems:
        raise BadOrganisation(tuple(problems))
    return Organisation(texts, days, numbers, answers)


def _flat(facts: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Any]]:
    whole = facts.get("organisation")
    if whole is not None and not isinstance(whole, Mapping):
        problems.append("organisation: write a map of keys, see docs/formats/notice.md")
        whole = None
    pairs = [(str(key), value) for key, value in (whole or {}).items()]
    pairs += [
        (key.removeprefix("organisation."), value) for key, value in facts.items() if key.startswith("organisation.")
    ]
    for key, value in pairs:
        if isinstance(KEYS.get(key), dict) and isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", found) for inner, found in value.items())
        else:
            yield key, value


def _read_text(key: str, value: Any, texts: dict[str, dict[str, str]], problems: list[str]) -> None:
    said = value if isinstance(value, Mapping) else {"*": value}
    kept: dict[str, str] = {}
    for language, text in said.items():
        if isinstance(text, int) and not isinstance(text, bool):
            text = str(text)  # a number written without quotes: an INN, a case number
        if not isinstance(text, str):
            problems.append(f"organisation.{key}: write text, or {{en: ..., ru: ...}}")
        elif len(text) > LONGEST_TEXT:
            problems.append(f"organisation.{key}: {len(text)} characters; at most {LONGEST_TEXT} fit a letter")
        else:
            kept[str(language)] = clean(without_marks(text))
    if kept:
        texts[key] = kept


def clean(text: str) -> str:
    """Without characters that cannot be seen; spaces as one; empty lines kept as breaks between paragraphs."""
    breaks = re.split(r"\n\s*\n", _UNSEEN.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))
    return "\n\n".join(" ".join(part.split()) for part in breaks if part.strip())


def without_marks(text: str) -> str:
    """Without the marks of our own gaps (mould.py): nobody who writes a text can make one."""
    return text.replace("\ue000", " ").replace("\ue001", " ")


def clean_lines(text: str) -> str:
    """As `clean`, with every line kept: for what is read as Markdown."""
    lines = _UNSEEN.sub(" ", without_marks(text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "))
    return "\n".join(line.rstrip() for line in lines.strip("\n").split("\n")).strip()


def one_line(text: str) -> str:
    """As `clean`, on one line."""
    return " ".join(clean(text).split())


def as_day(value: Any) -> date | None:
    """The civil day of a fact: a date, an instant in its own offset, their text, or {local, tz}; else None."""
    if isinstance(value, Instant):
        return value.day or (value.at.date() if value.at else None)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, Mapping):
        return as_day(value.get("local"))
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None


def as_instant(value: Any) -> datetime | None:
    """An aware instant, or None when the fact says no time or no zone."""
    if isinstance(value, Instant):
        return value.at
    if isinstance(value, datetime):
        return value if value.tzinfo else None
    if isinstance(value, Mapping):
        return _local_instant(value)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _local_instant(value: Mapping[str, Any]) -> datetime | None:
    local, zone = value.get("local"), value.get("tz")
    if isinstance(local, str):
        try:
            local = datetime.fromisoformat(local)
        except ValueError:
            return None
    if not isinstance(local, datetime) or not isinstance(zone, str):
        return None
    try:
        return local.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError):
        return None


def held_since(facts: Mapping[str, Any]) -> tuple[bool | None, date | None]:
    """Whether law enforcement asked to wait (None: nobody said), and since which day."""
    if "hold.law_enforcement" not in facts:
        return None, None
    hold = facts["hold.law_enforcement"]
    if hold is None or hold is False:
        return False, None
    start = hold.get("from") if isinstance(hold, Mapping) else getattr(hold, "start", None)
    return True, as_day(start)
