"""What the report is told. Whoever has a case fills an Account; the page says it in a language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from breachdesk.law.exposure import Exposure
from breachdesk.law.shapes import Duties
from breachdesk.scope.shapes import Cohort, Source


class Certainty(StrEnum):
    """How a number came about; each has one typographic form, the same everywhere."""

    COUNTED = "counted"
    ESTIMATED = "estimated"
    POSSIBLE = "possible"  # cannot be excluded


class DraftKind(StrEnum):
    NOTICE = "notice"
    FILING = "filing"


class Mark(StrEnum):
    """What a check of a draft said. ASK: only a human can fill the gap."""

    PASSED = "passed"
    FAILED = "failed"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class People:
    """Totals of a people list. `name_only` are bare names: not counted, not excluded."""

    count: int
    name_only: int = 0
    minors: int = 0
    by_source: Mapping[str, int] = field(default_factory=dict)
    by_residence: Mapping[str, int] = field(default_factory=dict)
    by_element: Mapping[str, int] = field(default_factory=dict)
    certainty: Certainty = Certainty.COUNTED


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a draft was checked for: `title` in the language of the report, by language code."""

    title: Mapping[str, str]
    mark: Mark
    why: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice or filing lying in the pack. `path` is relative to the folder of the report."""

    kind: DraftKind
    title: Mapping[str, str]
    path: str
    language: str
    people: int | None = None
    due: datetime | None = None
    formats: tuple[tuple[str, str], ...] = ()  # other forms of the same draft: (name, path)
    checks: tuple[Check, ...] = ()
    duties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """A filing that was handed in: when (aware), the number given for it, whether after its due time."""

    at: datetime
    number: str
    late: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """What only a human can say. `wanted_by` counts the drafts that wait for it; `drafts` are their paths if known."""

    key: str
    text: Mapping[str, str]
    wanted_by: int = 1
    fact: str = ""
    drafts: tuple[str, ...] = ()
    confirm: bool = False  # nothing is missing: a human looks whether what stands there is still right


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the severity score, or one factor of the risk proposal."""

    text: Mapping[str, str]
    toward: str = ""  # higher | lower | "" for a step of the score
    fact: str = ""
    source: str = ""
    weighed: bool = True  # false: for the person who decides, in no number


@dataclass(frozen=True, slots=True)
class Weight:
    """Severity and risk of the breach: a proposal with every point explained. `decided` is the human's own value,
    `decided_by` who said so, when and why; `differs` names the facts decided otherwise than proposed."""

    method: str
    score: float | None
    band: str  # low | medium | high | very high
    steps: tuple[Point, ...] = ()
    proposals: Mapping[str, str] = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)
    decided_by: Mapping[str, str] = field(default_factory=dict)
    differs: tuple[str, ...] = ()
    factors: tuple[Point, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalLine:
    """The state of the journal when the page was written."""

    entries: int
    origin: str = ""
    root: str = ""
    verified: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Everything the page says; what the law room says is in the language of the page already.

    `unfinished` names the stage that was under way ("" when the pack is complete); `live` lets the page count down by
    itself (off for an evaluation at a given instant).
    """

    case: str
    at: datetime
    unfinished: str = ""
    live: bool = False
    version: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    facts_file: str = "facts.yaml"
    command: str = ""
    sources: tuple[Source, ...] = ()
    people: People | None = None
    cohorts: tuple[Cohort, ...] = ()
    duties: Duties | None = None
    exposures: tuple[Exposure, ...] | None = None
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # fact -> what may be answered
    weight: Weight | None = None
    drafts: tuple[Draft, ...] = ()
    asks: tuple[Ask, ...] = ()
    filed: Mapping[str, Filed] = field(default_factory=dict)  # duty id -> its last filing: no longer waiting
    journal: JournalLine | None = None
    files: tuple[tuple[str, str], ...] = ()  # other files of the pack: (key of its words, path)
