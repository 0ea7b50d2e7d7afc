"""The public document `breachdesk.duties/1` (docs/formats/duties.md)."""

from datetime import datetime
from typing import Any

from breachdesk.ground.clock import rfc3339
from breachdesk.law.shapes import DUTIES, Duties, Duty, Question


def to_json(duties: Duties) -> dict[str, Any]:
    """Plain JSON values. Instants carry the offset of the authority they are due at."""
    return {
        "format": DUTIES,
        "evaluated_at": rfc3339(duties.evaluated_at),
        "packs": {"version": duties.pack_version, "sha256": duties.pack_sha256},
        "duties": [_duty(duty) for duty in duties.duties],
        "questions": [_question(question) for question in duties.questions],
        "warnings": list(duties.warnings),
    }


def _duty(duty: Duty) -> dict[str, Any]:
    clock = duty.clock
    return {
        "id": duty.id,
        "ref": duty.ref,
        "title": duty.title,
        "jurisdiction": duty.jurisdiction,
        "kind": duty.kind,
        "recipient": {
            "type": duty.recipient.type,
            "name": duty.recipient.name,
            "channel": duty.recipient.channel,
        },
        "verdict": duty.verdict.value,
        "people": duty.people,
        "due": _instant(duty.due),
        "due_latest": _instant(duty.due_latest),
        "standard": duty.standard,
        "clock": {"from": clock.start, "rule": clock.rule, "steps": list(clock.steps)} if clock else None,
        "because": [{"fact": b.fact, "value": b.value, "test": b.test} for b in duty.because],
        "missing": list(duty.missing),
        "content": list(duty.content),
        "citation": duty.citation,
        "sources": list(duty.sources),
        "checked_on": duty.checked_on,
        "confidence": duty.confidence.value,
        "notes": list(duty.notes),
        "penalty": duty.penalty,
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "question": {"en": question.en, "ru": question.ru},
        "decides": list(question.decides),
        "soonest_due": _instant(question.soonest_due),
    }


def _instant(moment: datetime | None) -> str | None:
    return moment.replace(microsecond=0).isoformat() if moment is not None else None
