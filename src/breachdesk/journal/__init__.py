"""What happened, when, by whom: tamper-evident and provable offline. Rooms write; nobody changes."""

from breachdesk.journal.bag import (
    BadBag,
    attach,
    attach_all,
    attach_evidence,
    check_manifest,
    refresh_manifest,
    write_manifest,
)
from breachdesk.journal.casebag import write_case_bag
from breachdesk.journal.journal import Journal, read
from breachdesk.journal.shapes import (
    HOUSE,
    Actor,
    Attachment,
    BadEntry,
    Entry,
    JournalBroken,
    JournalBusy,
    JournalError,
    Journalist,
    NotWritten,
    Via,
)

__all__ = [
    "HOUSE",
    "Actor",
    "Attachment",
    "BadBag",
    "BadEntry",
    "Entry",
    "Journal",
    "JournalBroken",
    "JournalBusy",
    "JournalError",
    "Journalist",
    "NotWritten",
    "Via",
    "attach",
    "attach_all",
    "attach_evidence",
    "check_manifest",
    "read",
    "refresh_manifest",
    "write_case_bag",
    "write_manifest",
]
