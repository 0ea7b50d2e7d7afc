"""What the authorities room hands over: filings ready for a form (docs/formats/filing.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath

from breachdesk.law.shapes import Verdict
from breachdesk.notify.shapes import Ask

FILING = "breachdesk.filing/1"


class State(StrEnum):
    ANSWERED = "answered"
    ESTIMATED = "estimated"  # a figure that may still move; said as approximate
    NOT_YET_KNOWN = "not_yet_known"  # said in the words this law allows, and asked for
    CONFIRM = "confirm"  # drafted from what is known; a human must agree before it is sent
    NOT_APPLICABLE = "not_applicable"


class Stage(StrEnum):
    """Where a filing stands among those of its duty. `full`: all at once, as the form asks everything."""

    INITIAL = "initial"
    INTERMEDIATE = "intermediate"
    FINAL = "final"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was handed in, when, and what the authority gave for it. `folder` is relative to the pack."""

    duty: str
    number: str
    filed_at: datetime  # aware
    recorded_at: datetime
    by: str
    stage: Stage
    folder: PurePosixPath
    files: Mapping[str, str]  # name -> SHA-256 of what was handed in
    values: Mapping[str, str]  # field -> what was answered
    late: bool = False  # after the due time of the draft


@dataclass(frozen=True, slots=True)
class FilingField:
    """One field of the form, in the order of the form. `label` and `value` are in the language of the filing."""

    id: str
    label: str
    value: str
    state: State
    required: bool = True
    rows: tuple[tuple[str, str], ...] = ()  # a small table under the value: name, figure
    facts: tuple[str, ...] = ()  # keys of facts.yaml it was answered from, or that would answer it
    citation: str = ""
    label_en: str = ""
    label_ru: str = ""
    was: str | None = None  # what the last filing said, where it said otherwise

    def title(self, language: str) -> str:
        return (self.label_ru if language == "ru" else self.label_en) or self.label


@dataclass(frozen=True, slots=True)
class Attachment:
    """What goes with the form. `path` is relative to the folder of the pack, null when a human must bring it."""

    id: str
    label: str
    path: PurePosixPath | None


@dataclass(frozen=True, slots=True)
class Filing:
    duty: str  # duty id
    ref: str
    form: str  # name of the pack in packs/messages/filings
    title: str
    authority: str
    channel: str
    url: str
    language: str
    stage: Stage
    verdict: Verdict
    due: datetime | None
    fields: tuple[FilingField, ...]
    attachments: tuple[Attachment, ...]
    notes: tuple[str, ...]  # what the filer should know before pressing the button
    asks: tuple[Ask, ...]
    citation: str = ""
    filed: tuple[Receipt, ...] = ()  # what was handed in before, the first one first
    own: bool = True  # the authority's own form; false: made from what the law asks
    confidence: str = ""  # of the form; of a form made from the law, that of the law
    checked_on: str = ""

    @property
    def changed(self) -> int:
        return sum(field.was is not None for field in self.fields)

    @property
    def answered(self) -> int:
        return sum(field.state in (State.ANSWERED, State.ESTIMATED, State.NOT_APPLICABLE) for field in self.fields)


@dataclass(frozen=True, slots=True)
class FilingEntry:
    filing: Filing
    html: PurePosixPath  # relative to the folder of the pack
    json: PurePosixPath
    docx: PurePosixPath


@dataclass(frozen=True, slots=True)
class FilingsIndex:
    entries: tuple[FilingEntry, ...]  # by due time, those without one last
    asks: tuple[Ask, ...]
    written: int = 0
    kept: int = 0


def order_of(duty: str) -> str:
    """The legal order of a duty: the first two words of its id."""
    return ".".join(duty.split(".")[:2])
