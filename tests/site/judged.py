"""Cases and answers of the engine as the judge in the browser speaks of them, to compare the two."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from breachdesk.law.instants import Instant
from breachdesk.law.shapes import Duty
from breachdesk.law.sheet import Hold, Sheet
from breachdesk.site import days

KNOWN = tuple(days.number(day) * 86_400_000 for day in (days.FIRST, days.LAST))


def told(sheet: Sheet, raw: Mapping[str, Any]) -> dict[str, Any]:
    """A case as the page hands it to the judge: what somebody said, without what follows from it."""
    said = {name: value for name, value in sheet.facts.items() if name not in sheet.derived or name in raw}
    groups = sheet.people.groups
    return {
        "facts": {name: _plain(value) for name, value in said.items()},
        "groups": groups and [[one.residence, sorted(one.elements), one.minor, one.low, one.high] for one in groups],
    } | ({"groups": []} if groups == () else {})


def _plain(value: Any) -> Any:
    match value:
        case Instant(at=None, day=day):
            return {"day": days.number(day) if day else 0}
        case Instant(at=at):
            return {"at": round(at.timestamp() * 1000) if at else 0}
        case Hold():
            start, until = (None if one is None else _plain(one) for one in (value.start, value.until))
            return {"start": start, "until": until, "written": value.written}
        case frozenset():
            return sorted(value)
    return value


def plain_of(duty: Duty) -> dict[str, Any]:
    """What both must say of a duty."""
    return {
        "id": duty.id,
        "verdict": duty.verdict.value,
        "people": duty.people,
        "due": None if duty.due is None else round(duty.due.timestamp() * 1000),
        "latest": None if duty.due_latest is None else round(duty.due_latest.timestamp() * 1000),
        "offset": None if duty.due is None else _offset(duty),
        "because": [[one.fact, _value(one.value), one.test] for one in duty.because],
        "missing": list(duty.missing),
        "remote": duty.remote,
        "name": duty.recipient.name,
        "start": duty.clock.start if duty.clock else None,
    }


def _offset(duty: Duty) -> int:
    assert duty.due is not None
    offset = duty.due.utcoffset()
    assert offset is not None
    return round(offset.total_seconds() * 1000)


def _value(value: Any) -> Any:
    """Instants and requests of the police are told in words only."""
    if isinstance(value, Hold) or (isinstance(value, str) and value[:4].isdigit()):
        return None
    return value


def differences(wanted: Sequence[dict[str, Any]], got: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One line for each thing of which the two say something else."""
    if [one["id"] for one in wanted] != [one["id"] for one in got]:
        yield f"duties: {sorted({one['id'] for one in wanted} ^ {one['id'] for one in got})}"
        return
    for want, have in zip(wanted, got, strict=True):
        skipped = {"due": ("due", "latest", "offset", "start", "missing"), "latest": ("latest",)}.get(
            have["beyond"], ()
        )
        if skipped and all(KNOWN[0] <= want[key] <= KNOWN[1] for key in ("due", "latest") if want[key]):
            yield f"{want['id']}: said to be beyond the known years, but due {want['due']}"
        have = {**have, "name": have["name"] or want["name"], "start": (have["clock"] or {}).get("start")}
        for key, value in want.items():
            if key not in skipped and have[key] != value:
                yield f"{want['id']}: {key}: {value} expected, got {have[key]}"
