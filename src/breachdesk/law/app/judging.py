"""A case as the law sees it: its facts, its people as counts, what was handed in; and what the law says to that.

Nothing is written here (actions.py does).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps

from breachdesk.case.app.models import Case
from breachdesk.case.app.sheet import facts_of
from breachdesk.ground.canonical import canonical
from breachdesk.ground.clock import time_zone
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import our_shelf
from breachdesk.law import engine, facts, typed
from breachdesk.law.app.kept import the_law
from breachdesk.law.facts import BadFacts
from breachdesk.law.instants import Instant
from breachdesk.law.interview import Interview
from breachdesk.law.shapes import Duties, Duty
from breachdesk.law.sheet import Sheet, with_people
from breachdesk.law.shelf import LawShelf
from breachdesk.scope.shapes import Cohort


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a case is judged by. `unread`: facts that could not be used; `people`: null while nobody counted them."""

    raw: Mapping[str, Any]
    sheet: Sheet
    unread: tuple[str, ...]
    people: int | None
    sent: Mapping[str, datetime]  # duty -> when it was first handed in
    digest: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """The same judgement in every language, and the questions in the order in which they should be asked."""

    inputs: Inputs
    duties: Mapping[str, Duties]
    questions: list[dict[str, Any]]


def handed_in(case: Case) -> dict[str, datetime]:
    """Duty id -> when it was first handed in, or all its people were told. Both are known to rooms above this one, so
    they are asked for by name."""
    found = apps.get_model("authorities", "Filing")._default_manager.filter(case=case, sent_at__isnull=False)
    sent: dict[str, datetime] = {}
    for one in found.order_by("sent_at"):
        if one.sent_at is not None:
            sent.setdefault(one.duty, one.sent_at)
    for duty, at in apps.get_model("notify", "Met")._default_manager.filter(case=case).values_list("duty", "at"):
        sent.setdefault(duty, at)
    return sent


def counted(case: Case) -> tuple[Cohort, ...] | None:
    """The people of the last run of scope that ended, as counts; None while nobody was counted."""
    runs = apps.all_models["scope"].get("run")
    if runs is None:
        return None
    ended = runs._default_manager.filter(case=case, finished_at__isnull=False, cohorts__isnull=False)
    rows = ended.order_by("-finished_at", "-id").values_list("cohorts", flat=True).first()
    return None if rows is None else tuple(map(cohort, rows))


def cohort(row: Mapping[str, Any]) -> Cohort:
    return Cohort(
        residence=str(row["residence"]),
        elements=frozenset(map(str, row["elements"])),
        language=str(row.get("language", "unknown")),
        minor=str(row.get("minor", "unknown")),
        count=int(row["count"]),
    )


def inputs(case: Case) -> Inputs:
    """Everything the case is judged by, as it stands now."""
    raw, people, sent = facts_of(case), counted(case), handed_in(case)
    sheet, unread = _sheet(raw)
    if people is not None:
        sheet = with_people(sheet, people)
    return Inputs(
        raw=raw,
        sheet=replace(sheet, filed=_filed(sent, the_law())),
        unread=unread,
        people=None if people is None else sum(one.count for one in people),
        sent=sent,
        digest=_digest(raw, people, sent),
    )


def judge(given: Inputs, at: datetime) -> Judgement:
    """In every language: as many tenths of a second as there are languages."""
    law = the_law()
    found = {language: engine.evaluate(given.sheet, law, at, language=language) for language in LANGUAGES}
    first = found[LANGUAGES[0]]
    ranked = Interview(law, typed.read(our_shelf()).first).ranked(given.sheet, first)
    asked = engine.to_json(replace(first, duties=(), questions=tuple(ranked)))["questions"]
    return Judgement(given, found, list(asked))


def starts_at(duty: Duty, given: Inputs, case: Case, found: Duties) -> datetime | None:
    """When its clock began: the event the law names, else when the organisation became aware, else the opening."""
    zone = duty.due.tzinfo if duty.due is not None else None
    name = duty.clock.start if duty.clock is not None else ""
    value = given.sheet.facts.get(name)
    if isinstance(value, Instant):
        return value.earliest(zone if isinstance(zone, ZoneInfo) else time_zone(case.zone))
    if name in given.sheet.filed:
        return given.sheet.filed[name].at
    before = next((other.due for other in found.duties if other.id == name), None)
    return before or case.aware_at or case.opened_at


def _sheet(raw: Mapping[str, Any]) -> tuple[Sheet, tuple[str, ...]]:
    """One fact that cannot be used does not keep the others from being judged: it is left out, and named."""
    try:
        return facts.parse(raw), ()
    except BadFacts:
        good = {name: value for name, value in raw.items() if _reads(name, value)}
        return facts.parse(good), tuple(sorted(set(raw) - set(good)))


def _reads(name: str, value: Any) -> bool:
    try:
        facts.parse({name: value})
    except BadFacts:
        return False
    return True


def _filed(sent: Mapping[str, datetime], law: LawShelf) -> dict[str, Instant]:
    """By the duty of the shelf: of one that goes to several authorities the first filing counts."""
    found: dict[str, Instant] = {}
    for duty, at in sorted(sent.items(), key=lambda one: one[1]):
        item = law.owner(duty)
        if item is not None:
            found.setdefault(item.id, Instant(at=at))
    return found


def _digest(raw: Mapping[str, Any], people: Sequence[Cohort] | None, sent: Mapping[str, datetime]) -> str:
    told = {
        "facts": json.loads(json.dumps(raw, default=str)),
        "people": None
        if people is None
        else sorted([c.residence, sorted(c.elements), c.language, c.minor, c.count] for c in people),
        "filed": {duty: at.isoformat() for duty, at in sent.items()},
    }
    return hashlib.sha256(canonical(told)).hexdigest()
