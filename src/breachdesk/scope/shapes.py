"""The shapes that travel through scope: what a reader hands over, what is written down, what the rooms below read.

Readers push: a file may hold many interleaved tables, so a reader opens a stream per table and writes batches to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

FORMAT = "breachdesk.scope/1"


class Status(StrEnum):
    READ = "read"
    PARTLY = "partly"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read. `code` names its words in packs/messages/problems.yaml; `where` is a place in the
    source (row, byte, member), never a value from it. `detail` fills the words and holds no personal data either."""

    code: str
    where: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    columns: tuple[str, ...]
    table: str  # as named in the same file, without the file
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys a source declares about a table."""

    primary: tuple[str, ...] = ()
    foreign: tuple[ForeignKey, ...] = ()


class Stream(Protocol):
    """One exposed table being read."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Rows in order. Every column is `pa.large_string()`; absent, NULL and empty are null. A later batch may bring
        new columns. At most 65,536 rows or about 32 MiB a batch."""

    def keys(self, keys: Keys) -> None:
        """Declared keys may be learnt after the rows (pg_dump writes them last)."""

    def problem(self, problem: Problem) -> None:
        """Something of this table was not read; the status becomes `partly`."""


class Sink(Protocol):
    """Where readers push to."""

    def table(self, source: str, *, kind: str, columns: Sequence[str]) -> Stream:
        """Open (or take up again) the stream of one table. `source` as in contracts.md: `shop.sql/users`."""

    def text(self, source: str, *, kind: str) -> Stream:
        """Open running text: batches of one column `text`, one line a row (a record is a line)."""

    def unreadable(self, source: str, *, kind: str, problem: Problem, size: int = 0) -> None:
        """Nothing of this source could be read."""

    def advance(self, count: int) -> None:
        """`count` more bytes of evidence were consumed (for progress)."""


@dataclass(frozen=True, slots=True)
class Field:
    """What a column holds, judged over all its rows. `element` null: nothing personal."""

    field: str
    element: str | None
    count: int  # rows in which the element stands
    confidence: float
    detector: str
    reason: str


@dataclass(slots=True)
class Source:
    """A file or table that was exposed, as the summary shows it. `bytes`: of the file; of a table among several, of the
    values in it."""

    source: str
    kind: str
    records: int = 0
    bytes: int = 0
    status: Status = Status.READ
    problems: list[Problem] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cohort:
    """People with the same residence, lost elements, language and age class. `language` is a code such as `en`, `ru`,
    `de` or `unknown`; `minor` is yes, no or unknown."""

    residence: str
    elements: frozenset[str]
    language: str
    minor: str
    count: int


FINDINGS = pa.schema(
    [
        ("source", pa.dictionary(pa.int32(), pa.string())),
        ("record", pa.int64()),
        ("field", pa.dictionary(pa.int32(), pa.string())),
        ("element", pa.dictionary(pa.int32(), pa.string())),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("count", pa.int64()),
        ("confidence", pa.float32()),
        ("detector", pa.dictionary(pa.int32(), pa.string())),
        ("reason", pa.dictionary(pa.int32(), pa.string())),
    ]
)

RECORDS = pa.schema(
    [
        ("source", pa.dictionary(pa.int32(), pa.string())),
        ("record", pa.int64()),
        ("person_id", pa.string()),
        ("elements", pa.list_(pa.dictionary(pa.int32(), pa.string()))),
    ]
)

PEOPLE = pa.schema(
    [
        ("person_id", pa.string()),
        ("names", pa.list_(pa.string())),
        ("emails", pa.list_(pa.string())),
        ("phones", pa.list_(pa.string())),
        ("addresses", pa.list_(pa.string())),
        ("date_of_birth", pa.string()),
        ("residence", pa.string()),
        ("residence_basis", pa.string()),
        ("language", pa.string()),
        ("minor", pa.string()),
        ("elements", pa.list_(pa.string())),
        ("records", pa.int64()),
        ("confidence", pa.float32()),
    ]
)
