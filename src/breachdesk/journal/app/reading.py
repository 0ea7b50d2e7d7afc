"""Reading the journal back: entries for a page, lines for an export."""

import json
from collections.abc import Iterator
from typing import Any

from breachdesk.ground.canonical import canonical
from breachdesk.journal import entry as entries
from breachdesk.journal.app.models import Line
from breachdesk.journal.shapes import Entry

_BATCH = 500


def entry_of(line: Line, *, withhold: bool = False) -> Entry:
    """`withhold`: without the contents of a privileged entry."""
    return entries.read(_content(line, withhold=withhold))


def _content(line: Line, *, withhold: bool) -> dict[str, Any]:
    hidden = withhold and line.privileged
    payload, names = (None, None) if hidden else (line.payload, line.names)
    return {
        "envelope": json.loads(bytes(line.envelope)),
        "payload": None if payload is None else json.loads(bytes(payload)),
        "salt": None if hidden or line.salt is None else bytes(line.salt).hex(),
        "names": None if names is None else json.loads(bytes(names)),
    }


def lines(case: str | None = None, *, withhold: bool = False) -> Iterator[bytes]:
    """The lines of entries.jsonl, in order, a few hundred in memory at a time."""
    found = Line.objects.order_by("seq")
    if case is not None:
        found = found.filter(case=case)
    for line in found.iterator(chunk_size=_BATCH):
        yield canonical(_content(line, withhold=withhold))
