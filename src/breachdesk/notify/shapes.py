"""What the notify room hands over: notices, their checks, what must still be asked (docs/formats/notice.md)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from breachdesk.law.shapes import Verdict
from breachdesk.notify.blocks import Block

NOTICES = "breachdesk.notices/1"


class Level(StrEnum):
    STOP = "stop"  # the letter must not go like this
    WARN = "warn"  # somebody should look
    INFO = "info"


class AskKind(StrEnum):
    SAY = "say"  # only a human knows it; a blank stands in the draft
    CONFIRM = "confirm"  # it stands in the draft, and a human must look at it before it is used


@dataclass(frozen=True, slots=True)
class Ask:
    """Something the drafts need from a human. `id` is a key of facts.yaml (`organisation.phone`, `time.occurred`) or a
    resource (`resource.us_freeze`); `where` the draft that needs it, or `N drafts` after merging."""

    id: str
    where: str
    en: str
    ru: str
    kind: AskKind = AskKind.SAY

    def text(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class NoticeCheck:
    """One rule tried on one letter. `code` is `<rule>.<check>`; the words say what is wrong, or what was checked."""

    code: str
    level: Level
    passed: bool
    en: str
    ru: str
    citation: str = ""

    def text(self, language: str) -> str:
        return self.ru if language == "ru" else self.en


@dataclass(frozen=True, slots=True)
class NoticeCohort:
    """People who get the same letter: same place, same lost elements, grown-up or not. Languages are merged. `kin`:
    they have died, and their next of kin read it."""

    slug: str  # <= 80 characters, stable, says nothing about a person
    residence: str
    elements: tuple[str, ...]  # in the order of the vocabulary
    minor: bool
    count: int
    languages: Mapping[str, int] = field(default_factory=dict)  # people by their language
    kin: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `resources` are ids of packs/advice/resources; `sure`: false where somebody must look whether it
    is still so in that country."""

    id: str
    urgency: str  # now, this_week, this_month, ongoing
    minutes: int | None
    text: str
    resources: tuple[str, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Notice:
    """A letter in one language, not yet written to disk."""

    cohort: NoticeCohort
    language: str
    rules: tuple[str, ...]  # packs/notice-rules it must obey
    layout: str
    title: str
    blocks: tuple[Block, ...]
    steps: tuple[Step, ...]
    asks: tuple[Ask, ...]
    checks: tuple[NoticeCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """One cohort in the index: what was written for it. Paths are relative to the folder of the pack."""

    cohort: NoticeCohort
    rules: tuple[str, ...]
    duties: tuple[str, ...]  # ids of the duties to tell these people
    verdict: (
        Verdict | None
    )  # the strongest of them: owed > held > unknown > voluntary > not_owed; None: no such duty known
    files: Mapping[str, Mapping[str, PurePosixPath]]  # language -> html | txt | pdf -> path
    checks: Mapping[str, tuple[NoticeCheck, ...]]  # by language; failed ones first
    asks: tuple[Ask, ...]

    @property
    def ready(self) -> bool:
        """Nothing is blank and no check says stop."""
        failed = (check for checks in self.checks.values() for check in checks if not check.passed)
        return all(ask.kind is AskKind.CONFIRM for ask in self.asks) and all(c.level is not Level.STOP for c in failed)


@dataclass(frozen=True, slots=True)
class NoticesIndex:
    entries: tuple[NoticeEntry, ...]  # most people first
    asks: tuple[Ask, ...]  # merged over all drafts, what most drafts need first
    written: int = 0  # files written this time
    kept: int = 0  # files that were already the same
