"""Reading the journal back, as the lines of entries.jsonl."""

import json
from collections.abc import Iterator

from breachdesk.journal import entry as entries
from breachdesk.journal.app.models import Line

_BATCH = 500


def lines(case: str | None = None, *, until: int | None = None, withhold: bool = False) -> Iterator[bytes]:
    """In order, a few hundred in memory at a time. `until`: the last entry (by seq); `withhold`: without the contents
    of privileged entries."""
    found = Line.objects.order_by("seq")
    if case is not None:
        found = found.filter(case=case)
    if until is not None:
        found = found.filter(seq__lte=until)
    for line in found.iterator(chunk_size=_BATCH):
        yield _line(line, withhold=withhold)


def _line(line: Line, *, withhold: bool) -> bytes:
    envelope = json.loads(bytes(line.envelope))
    if line.payload is None or line.salt is None or line.names is None or (withhold and line.privileged):
        return entries.line(envelope, None, None, None)
    return entries.line(envelope, json.loads(bytes(line.payload)), bytes(line.salt), json.loads(bytes(line.names)))
