"""The journal of a case page by page, as the API gives it."""

import json
from datetime import datetime
from typing import Any

from ninja import Schema

from breachdesk.journal.app.models import Checkpoint, Line

_PAGE = 200
_LARGEST = 2**63


class EntryOut(Schema):
    """`payload` is null for what was erased, or is not for whoever asks."""

    seq: int
    case_seq: int
    at: datetime
    type: str
    actor: str
    role: str
    via: str
    refs: dict[str, Any]
    payload: dict[str, Any] | None
    privileged: bool


class PageOut(Schema):
    """`before`: what to ask with for the next page; null at the end."""

    entries: list[EntryOut]
    before: int | None
    signed: int | None  # entries of the whole journal under the last signature


def page(case: str, before: int | None, *, privileged: bool) -> dict[str, Any]:
    """The newest first, 200 at a time, before the entry `before` of the case."""
    found = Line.objects.filter(case=case).order_by("-case_seq")
    if before is not None and 0 < before < _LARGEST:
        found = found.filter(case_seq__lt=before)
    rows = list(found[: _PAGE + 1])
    last = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    return {
        "entries": [_told(line, privileged=privileged) for line in rows[:_PAGE]],
        "before": rows[_PAGE - 1].case_seq if len(rows) > _PAGE else None,
        "signed": last,
    }


def _told(line: Line, *, privileged: bool) -> dict[str, Any]:
    envelope = json.loads(bytes(line.envelope))
    withheld = line.payload is None or (line.privileged and not privileged)
    return {
        "seq": line.seq,
        "case_seq": line.case_seq,
        "at": line.at,
        "type": line.type,
        "actor": line.actor,
        "role": envelope["role"],
        "via": envelope["via"],
        "refs": envelope["refs"],
        "payload": None if withheld or line.payload is None else json.loads(bytes(line.payload)),
        "privileged": line.privileged,
    }
