"""What the law room answers: the shapes of `breachdesk.duties/1` and `breachdesk.risk/1` (docs/formats/duties.md)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

DUTIES = "breachdesk.duties/1"
RISK = "breachdesk.risk/1"
CHANGES = "breachdesk.changes/1"
FACTS = "breachdesk.facts/1"
PACKS = "breachdesk.packs/1"
PACKS_SHOWN = "breachdesk.packs-shown/1"


class Verdict(StrEnum):
    OWED = "owed"
    NOT_OWED = "not_owed"
    UNKNOWN = "unknown"
    RECORD_ONLY = "record_only"
    VOLUNTARY = "voluntary"
    DORMANT = "dormant"
    HELD = "held"


class Confidence(StrEnum):
    VERIFIED = "verified"
    KNOWN = "known"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Recipient:
    """`type`: authority, individuals, attorney_general, consumer_agency, police, media, controller, internal, ..."""

    type: str
    name: str
    channel: str = ""


@dataclass(frozen=True, slots=True)
class ClockSteps:
    """How a due time came about: the event it runs from, the rule, each step in words."""

    start: str  # written as `from`
    rule: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Because:
    fact: str
    value: Any
    test: str


@dataclass(frozen=True, slots=True)
class Duty:
    id: str
    ref: str
    title: str
    jurisdiction: str  # ISO 3166, EU, or contract
    kind: str
    recipient: Recipient
    verdict: Verdict
    people: int | None
    due: datetime | None  # aware, in the zone of the duty
    due_latest: datetime | None
    standard: str
    clock: ClockSteps | None
    because: tuple[Because, ...]
    missing: tuple[str, ...]
    content: tuple[str, ...]
    citation: str
    sources: tuple[str, ...]
    checked_on: str
    confidence: Confidence
    notes: tuple[str, ...] = ()  # traps, contested readings, what a lawyer should look at
    penalty: str = ""
    remote: bool = False  # open only because somebody whose home nobody knows may live there


@dataclass(frozen=True, slots=True)
class Question:
    fact: str
    en: str
    ru: str
    decides: tuple[str, ...]
    soonest_due: datetime | None


@dataclass(frozen=True, slots=True)
class Duties:
    """One evaluation. `to_json` in law/engine gives the public document."""

    evaluated_at: datetime
    pack_version: str
    pack_sha256: str
    duties: tuple[Duty, ...]
    questions: tuple[Question, ...]
    legal: str = ""  # not advice, and who must confirm it: to be shown with everything above
    warnings: tuple[str, ...] = ()  # what this answer cannot know: contradictions, places without a law on the shelf
