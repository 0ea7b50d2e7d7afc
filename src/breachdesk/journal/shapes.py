"""What the journal takes and gives: who acted, by which way, with which files; an entry; and how it can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

Scalar = str | int | float | bool | datetime | None
Value = Scalar | Sequence[Scalar]


class JournalError(Exception):
    """The journal cannot be used: says which, why, and what to do. Never holds a payload value."""


class JournalBroken(JournalError):
    """What lies in the folder is not what was written and signed; nothing is added to it."""


class JournalBusy(JournalError):
    """Another process is writing this journal."""


class NotWritten(JournalError):
    """The entry is not in the journal (no room, read-only, the disk failed); the deed it tells of must not count."""


class BadEntry(ValueError):
    """An entry nobody may write: a wrong type name, or a payload that is no plain value."""


class Via(StrEnum):
    CLI = "cli"
    WEB = "web"
    API = "api"
    FLOW = "flow"  # the house itself, answering an earlier entry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `name` is an account, never a person of the breach."""

    name: str
    role: str


HOUSE = Actor("breachdesk", "system")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file an entry speaks of. `name` is `pack:<path in the pack>` (compared when the pack is verified),
    `item:<path>` or `extra:<path>` (compared in a case bag) or `evidence:<source>` (named, not compared). It stays
    outside the tree, as the payload does."""

    sha256: str
    size: int
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands. `payload` and `names` are None when they were erased or withheld."""

    seq: int  # from 1, over the whole log
    case: str
    case_seq: int  # from 1, gapless within the case
    ts: str  # RFC 3339, UTC
    actor: Actor
    via: str
    type: str
    refs: Mapping[str, Any] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None
    names: tuple[str, ...] | None = None
    attachments: tuple[Mapping[str, Any], ...] = ()


class Journalist(Protocol):
    """What every room writes to. A journal in files keeps this promise here; one in a database will keep the same."""

    def write(
        self,
        type: str,
        *,
        actor: Actor,
        via: str,
        refs: Mapping[str, Value] | None = None,
        payload: Mapping[str, Value] | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> Entry:
        """Durable when it returns. Raises BadEntry (a mistake of the caller) or NotWritten."""

    def checkpoint(self) -> bytes:
        """The signed note over everything written so far."""

    def proof(self, seq: int) -> bytes:
        """A C2SP tlog-proof of one entry, fit to be given away alone."""


@dataclass(frozen=True, slots=True)
class Places:
    """The names of a journal's files in its folder."""

    folder: Path

    @property
    def entries(self) -> Path:
        return self.folder / "entries.jsonl"

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint"

    @property
    def vkey(self) -> Path:
        return self.folder / "log.vkey"

    @property
    def verifier(self) -> Path:
        return self.folder / "verify.py"
