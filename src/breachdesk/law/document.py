"""The public document `breachdesk.duties/1` (docs/formats/duties.md)."""

from datetime import datetime
from typing import Any

from breachdesk.ground.clock import rfc3339
from breachdesk.law.shapes import (
    DUTIES,
    Because,
    ClockSteps,
    Confidence,
    Duties,
    Duty,
    Question,
    Recipient,
    Verdict,
)


class BadDocument(ValueError):
    """No document of this format, or a damaged one."""


def to_json(duties: Duties) -> dict[str, Any]:
    """Plain JSON values. Instants carry the offset of the authority they are due at."""
    return {
        "format": DUTIES,
        "evaluated_at": rfc3339(duties.evaluated_at),
        "packs": {"version": duties.pack_version, "sha256": duties.pack_sha256},
        "duties": [_duty(duty) for duty in duties.duties],
        "questions": [_question(question) for question in duties.questions],
        "legal": duties.legal,
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
        "remote": duty.remote,
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


def from_json(document: Any) -> Duties:
    """What `to_json` wrote. Raises BadDocument."""
    if not isinstance(document, dict) or document.get("format") != DUTIES:
        raise BadDocument(f"is no {DUTIES}; give what `breachdesk duties FACTS --json` printed")
    try:
        return Duties(
            evaluated_at=datetime.fromisoformat(document["evaluated_at"]),
            pack_version=str(document["packs"]["version"]),
            pack_sha256=str(document["packs"]["sha256"]),
            duties=tuple(_read_duty(raw) for raw in document["duties"]),
            questions=tuple(_read_question(raw) for raw in document["questions"]),
            legal=str(document.get("legal", "")),
            warnings=tuple(map(str, document["warnings"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadDocument(f"is damaged ({type(error).__name__}); write it again with --json") from error


def _read_duty(raw: dict[str, Any]) -> Duty:
    clock = raw["clock"]
    words: dict[str, Any] = {name: str(raw[name]) for name in _TEXTS}
    words |= {name: tuple(map(str, raw[name])) for name in _LISTS}
    return Duty(
        **words,
        recipient=Recipient(**{name: str(raw["recipient"][name]) for name in ("type", "name", "channel")}),
        verdict=Verdict(raw["verdict"]),
        people=None if raw["people"] is None else int(raw["people"]),
        due=_read_instant(raw["due"]),
        due_latest=_read_instant(raw["due_latest"]),
        clock=ClockSteps(str(clock["from"]), str(clock["rule"]), tuple(map(str, clock["steps"]))) if clock else None,
        because=tuple(Because(str(b["fact"]), b["value"], str(b["test"])) for b in raw["because"]),
        confidence=Confidence(raw["confidence"]),
        remote=raw.get("remote", False) is True,
    )


_TEXTS = ("id", "ref", "title", "jurisdiction", "kind", "standard", "citation", "checked_on", "penalty")
_LISTS = ("missing", "content", "sources", "notes")


def _read_question(raw: dict[str, Any]) -> Question:
    asked = raw["question"]
    decides = tuple(map(str, raw["decides"]))
    return Question(str(raw["fact"]), str(asked["en"]), str(asked["ru"]), decides, _read_instant(raw["soonest_due"]))


def _read_instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant without an offset")
    return moment
