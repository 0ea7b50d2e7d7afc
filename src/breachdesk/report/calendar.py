"""calendar.ics: every owed duty with a date, for any calendar (RFC 5545; docs/formats/calendar.md).

Alarms come half-way, a day and three hours before, and at the end.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from breachdesk.ground.visible import visible
from breachdesk.law.shapes import Duty, Verdict
from breachdesk.report.rungs import by_due
from breachdesk.report.words import Words

_FOLD = 75  # octets a line, RFC 5545 3.1
_BEFORE = (timedelta(hours=24), timedelta(hours=3))
# A calendar without any component is no calendar (3.4), so one without deadlines says at least which time it keeps.
_EMPTY = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def write(case: str, duties: Iterable[Duty], at: datetime, words: Words) -> bytes:
    """One event a duty that is owed and has a due time. The same case and duty keep their UID, so that a newer file
    moves the event instead of adding one."""
    events: list[str] = []
    for duty in by_due(duties):
        if duty.due is not None and duty.verdict is Verdict.OWED:
            told = words.say(
                "calendar.description",
                recipient=duty.recipient.name,
                citation=duty.citation,
                standard=duty.standard,
                id=duty.id,
            )
            events += _event(case, duty, at, words, words.say("calendar.summary", title=duty.title), told)
    return _whole(words.say("calendar.name", case=case), events)


@dataclass(frozen=True, slots=True)
class Date:
    """A deadline of one of several cases. `at`: since when it is known; `title`: what the event is called; `told`: what
    stands below it."""

    case: str
    duty: Duty
    at: datetime
    title: str
    told: str


def of_cases(name: str, dates: Iterable[Date], words: Words) -> bytes:
    """One calendar of several cases, for a calendar that fetches it again and again."""
    events: list[str] = []
    for one in dates:
        if one.duty.due is not None:
            events += _event(one.case, one.duty, one.at, words, one.title, one.told)
    return _whole(name, events)


def _whole(name: str, events: Iterable[str]) -> bytes:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Breachdesk//Response pack//EN",
        "CALSCALE:GREGORIAN",
        f"X-WR-CALNAME:{escape(name)}",
    ]
    return b"".join(fold(line) for line in (*lines, *(tuple(events) or _EMPTY), "END:VCALENDAR"))


def _event(case: str, duty: Duty, at: datetime, words: Words, title: str, told: str) -> Iterator[str]:
    due = duty.due
    assert due is not None
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(case, duty)}"
    yield f"DTSTAMP:{_utc(at)}"
    yield f"SEQUENCE:{int(at.timestamp()) // 60 % 2**31}"
    yield f"DTSTART:{_utc(due)}"
    yield f"SUMMARY:{escape(title)}"
    yield f"DESCRIPTION:{escape(told)}"
    yield "CLASS:CONFIDENTIAL"
    yield "TRANSP:TRANSPARENT"
    for before, words_of in _alarms(due, at, title, words):
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"TRIGGER:{_trigger(before)}"
        yield f"DESCRIPTION:{escape(words_of)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _alarms(due: datetime, at: datetime, title: str, words: Words) -> list[tuple[timedelta, str]]:
    """How long before the end each rings, the earliest first; only those that are still to come."""
    found = [(timedelta(0), words.say("calendar.alarm_now", title=title))]
    for before in _BEFORE:
        span = words.span(int(before.total_seconds() // 60))
        found.append((before, words.say("calendar.alarm_soon", span=span, title=title)))
    if due - at > _BEFORE[0]:
        found.append(((due - at) / 2, words.say("calendar.alarm_half", title=title)))
    return sorted(((before, text) for before, text in found if due - before > at), reverse=True)


def _trigger(before: timedelta) -> str:
    """`-PT180M`: relative, so that an alarm moves along when somebody moves the event."""
    minutes = int(before.total_seconds() // 60)
    return f"-PT{minutes}M" if minutes else "PT0S"


def uid(case: str, duty: Duty) -> str:
    """The same for the same case and duty, and tells a stranger neither."""
    digest = hashlib.sha256(f"{case}\0{duty.id}".encode()).hexdigest()[:32]
    return f"{digest}@breachdesk.invalid"


def escape(text: str) -> str:
    """TEXT of RFC 5545 3.3.11. Unseen characters are shown first, so that none steers a calendar."""
    shown = "\n".join(visible(line, longest=2000) for line in text.splitlines() or [""])
    return shown.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> bytes:
    """A content line with CRLF, folded so that no line is longer than 75 octets and no character is cut."""
    whole = line.encode()
    if len(whole) <= _FOLD:
        return whole + b"\r\n"
    parts: list[bytes] = []
    part = b""
    for character in line:
        octets = character.encode()
        if len(part) + len(octets) > (_FOLD if not parts else _FOLD - 1):
            parts.append(part)
            part = b""
        part += octets
    parts.append(part)
    return b"\r\n ".join(parts) + b"\r\n"


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
