"""The laws this desk judges by, read once, and the documents it keeps of what they said."""

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from breachdesk.ground.shelf import our_shelf
from breachdesk.law import document, shelf
from breachdesk.law.changes import Cause, Change, Changes, Kind, Reason
from breachdesk.law.shapes import Confidence, Duties, Duty, Recipient, Verdict
from breachdesk.law.shelf import LawShelf


@cache
def the_law() -> LawShelf:
    """Every law on our shelf: half a second when it is first asked for. Raises BadPack."""
    return shelf.load(our_shelf())


def pack(duties: Duties) -> bytes:
    """As breachdesk.duties/1, small: two million characters become some hundred thousand bytes."""
    text = json.dumps(document.to_json(duties), ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8"), 6)


def unpack(packed: bytes | memoryview) -> dict[str, Any]:
    """The document that `pack` put away."""
    found: dict[str, Any] = json.loads(zlib.decompress(packed))
    return found


def retold(document: Mapping[str, Any]) -> Changes:
    """A kept breachdesk.changes/1 as shapes again; its duties hold no more than it says of them."""
    sides = [_side(document[name]) for name in ("before", "after")]
    return Changes(sides[0], sides[1], tuple(_change(row) for row in document["changes"]))


def _side(raw: Mapping[str, Any]) -> Duties:
    packs = raw["packs"]
    return Duties(datetime.fromisoformat(raw["evaluated_at"]), str(packs["version"]), str(packs["sha256"]), (), ())


def _change(row: Mapping[str, Any]) -> Change:
    reasons = tuple(
        Reason(Cause(one["cause"]), one["fact"] or "", one["was"], one["now"], one["test"]) for one in row["reasons"]
    )
    return Change(Kind(row["kind"]), _state(row, row["was"]), _state(row, row["now"]), reasons, tuple(row["reworded"]))


def _state(row: Mapping[str, Any], told: Mapping[str, Any] | None) -> Duty | None:
    if told is None:
        return None
    return Duty(
        id=str(row["id"]),
        ref="",
        title=str(row["title"]),
        jurisdiction="",
        kind="",
        recipient=Recipient("", str(row["recipient"])),
        verdict=Verdict(told["verdict"]),
        people=told["people"],
        due=_instant(told["due"]),
        due_latest=_instant(told["due_latest"]),
        standard="",
        clock=None,
        because=(),
        missing=(),
        content=(),
        citation=str(row["citation"]),
        sources=(),
        checked_on="",
        confidence=Confidence.KNOWN,
    )


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
