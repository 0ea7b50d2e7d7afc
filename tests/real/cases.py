"""Rows of public registers as fact sheets. What a register does not say stays unknown.

Washington: "Data Breach Notifications Affecting Washington Residents" of the Attorney General (data.wa.gov).
VERIS: incidents of the VERIS Community Database (schema 1.3.4).
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from breachdesk.law import facts
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.law.sheet import Sheet
from breachdesk.law.vocabulary import is_place

_ELEMENTS = {
    "Medical": ("name", "health"),
    "Payment": ("card.number",),
    "Bank": ("bank.account",),
    "Credentials": ("login.username",),
    "Personal": ("name",),
}
_MALICIOUS, _MISTAKEN = {"hacking", "malware", "misuse", "social"}, {"error", "environmental"}


@dataclass(frozen=True, slots=True)
class Filed:
    """One notice of the register: what is known of the case, and the day it was really filed."""

    id: str
    sheet: Sheet
    aware: date | None
    filed: date
    at: datetime


def washington(path: Path) -> Iterator[Filed]:
    """Every notice. The register does not say which data were lost, nor by whom the data were owned."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            told: dict[str, Any] = {"breach.personal_data": True, "breach.confidentiality": True}
            aware, filed = _day(row["DateAware"]), _day(row["DateSubmitted"])
            assert filed is not None, row["Id"]
            if aware is not None:
                told["time.discovered"] = aware.isoformat()
            if row["WashingtoniansAffected"]:
                told["subjects.count_in"] = {"US-WA": int(row["WashingtoniansAffected"].replace(",", ""))}
            at = datetime(filed.year, filed.month, filed.day, 20, tzinfo=UTC)
            yield Filed(row["Id"], facts.parse(told), aware, filed, at)


def _day(text: str) -> date | None:
    return datetime.strptime(text[:10], "%m/%d/%Y").date() if text else None


def incidents(path: Path) -> Iterator[tuple[str, Sheet, datetime]]:
    """Every incident with the moment it is judged at. Where the people live no incident says: unknown."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield row["incident_id"], facts.parse(_told(row)), _judged_at(row)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    taken = row["attribute"]["confidentiality"]
    told: dict[str, Any] = {"breach.personal_data": True}
    if taken["data_disclosure"] == "Yes":
        told["breach.confidentiality"] = True
    actions = set(row.get("action", {}))
    if actions and actions <= _MALICIOUS:
        told["breach.malicious"] = True
    elif actions and actions <= _MISTAKEN:
        told["breach.malicious"] = False
    states = set(taken.get("state", ()))
    if states and all(state.endswith(" unencrypted") for state in states):
        told["data.encrypted"] = False
    elif states and all(state.endswith(" encrypted") for state in states):
        told["data.encrypted"] = True
    seats = [country for country in row["victim"].get("country", ()) if is_place(country)]
    state = row["victim"].get("state")
    if seats == ["US"] and state and is_place(f"US-{state}"):
        seats = [f"US-{state}"]
    if seats:
        told["entity.establishments"] = seats
    elements = sorted({one for data in taken.get("data", ()) for one in _ELEMENTS.get(data["variety"], ())})
    total = taken.get("data_total")
    if elements and isinstance(total, int) and total > 0:
        told["people"] = [{"residence": "unknown", "count": total, "elements": elements}]
    began = _whole(row["timeline"]["incident"])
    if began is not None:
        told["time.occurred"] = began.isoformat()
    return told


def _whole(told: Mapping[str, Any]) -> date | None:
    """A day, where year, month and day are told; some incidents have a month 0."""
    try:
        return date(told["year"], told["month"], told["day"])
    except (KeyError, ValueError):
        return None


def _judged_at(row: Mapping[str, Any]) -> datetime:
    """The day the public heard of it, else the end of the year it happened in."""
    day = _whole(row.get("notification", {})) or date(row["timeline"]["incident"]["year"], 12, 31)
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def unexplained(found: Duties) -> list[str]:
    """Ids of duties whose answer does not say why: no facts used, nothing missing, no note."""
    return [duty.id for duty in found.duties if not _explained(duty)]


def _explained(duty: Duty) -> bool:
    if not duty.citation or not duty.sources:
        return False
    if duty.verdict is Verdict.UNKNOWN:
        return bool(duty.missing)
    if duty.due is not None and (duty.clock is None or not duty.clock.steps):
        return False
    return bool(duty.because or duty.notes or duty.kind == "none")
