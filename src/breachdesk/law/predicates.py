"""The rare tests a condition cannot say. Each has a name packs use, the facts it looks at, and its own test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from breachdesk.law import answer
from breachdesk.law.answer import Answer
from breachdesk.law.groups import EEA
from breachdesk.law.instants import Instant
from breachdesk.law.shapes import Because
from breachdesk.law.sheet import Sheet

_BRUSSELS, _OKLAHOMA = "Europe/Brussels", "America/Chicago"
Outcome = tuple[Answer, tuple[Because, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Named:
    facts: tuple[str, ...]
    test: Callable[[Sheet], Outcome]
    zone: str = ""  # by whose days and clocks it reckons


def _cross_border(sheet: Sheet) -> Outcome:
    """GDPR Art 4(23): established in more than one EEA state, or in one while people in more than one are affected; and
    decisions are not taken outside, where nobody leads (EDPB Opinion 04/2024)."""
    seats, main = sheet.get("entity.establishments"), sheet.get("entity.main_establishment")
    if main is not None and main.partition("-")[0] not in EEA:
        return Answer.NO, (Because("entity.main_establishment", main, "∈ EEA"),), ()
    inside = None if seats is None else EEA & {place.partition("-")[0] for place in seats}
    if inside is not None and not inside and main is None:
        return Answer.NO, (Because("entity.establishments", sorted(seats), "EEA ≥ 1"),), ()
    if inside is not None and len(inside) > 1:
        return Answer.YES, (Because("entity.establishments", sorted(seats), "EEA > 1"),), ()
    lived_in = {state: sheet.people.here((state,)) for state in sorted(EEA)}
    sure = [state for state, bounds in lived_in.items() if bounds.low]
    perhaps = [state for state, bounds in lived_in.items() if bounds.high != 0]
    if len(sure) > 1:
        return Answer.YES, (Because("people", sure, "EEA > 1"),), ()
    if seats is None or len(perhaps) > 1:
        missing = ("entity.establishments",) if seats is None else ("people",)
        return Answer.UNKNOWN, (), missing
    return answer.of(False), (Because("people", sure, "EEA > 1"),), ()


_AWARE = ("time.aware", "time.determined", "time.detected", "time.discovered")


def _four_hours_decide(sheet: Sheet) -> Outcome:
    """DORA, Del. Reg. 2025/301 Art 5(1)(a): four hours from classification, at most 24 hours from awareness; but again
    four hours from classification when the incident was classified only after those 24 hours."""
    classified = sheet.facts.get("time.classified_major")
    if not isinstance(classified, Instant):
        return Answer.UNKNOWN, (), ("time.classified_major",)
    aware = next((found for name in _AWARE if isinstance(found := sheet.facts.get(name), Instant)), None)
    if aware is None:
        return Answer.YES, (), ()
    zone = ZoneInfo(_BRUSSELS)
    waited = classified.earliest(zone).timestamp() - aware.earliest(zone).timestamp()
    day, four = timedelta(hours=24).total_seconds(), timedelta(hours=4).total_seconds()
    because = (Because("time.classified_major", classified.text(), "+ 4 h ≤ 24 h, or > 24 h"),)
    return answer.of(waited + four <= day or waited > day), because, ()


_LATER = ("time.determined", "time.individual_notice_sent", "time.individual_notice_planned")


def _oklahoma_2026(sheet: Sheet) -> Outcome:
    """Oklahoma SB 626 governs breaches discovered, determined or notified from 1 January 2026: one that was discovered
    before and determined, or told to residents, from that day on is under it. A date nobody gave wakes nothing."""
    zone, start = ZoneInfo(_OKLAHOMA), date(2026, 1, 1)
    for name in _LATER:
        value = sheet.facts.get(name)
        if isinstance(value, Instant) and value.on(zone) >= start:
            return Answer.YES, (Because(name, value.text(), "≥ 2026-01-01"),), ()
    return Answer.NO, (), ()


PREDICATES: dict[str, Named] = {
    "dora_four_hours": Named(("time.classified_major", *_AWARE), _four_hours_decide, _BRUSSELS),
    "oklahoma_2026": Named(_LATER, _oklahoma_2026, _OKLAHOMA),
    "cross_border_eea": Named(("entity.establishments", "entity.main_establishment", "people"), _cross_border),
}
