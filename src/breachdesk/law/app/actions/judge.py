"""Judging a case: how it stands before the law, which deadlines follow, and what is otherwise than before."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from breachdesk.case.app.models import Case
from breachdesk.ground.languages import LANGUAGES
from breachdesk.journal.app.actions import Hand, locked_head, write
from breachdesk.law import changes, document
from breachdesk.law.app import judging
from breachdesk.law.app.judging import Judgement
from breachdesk.law.app.kept import pack, unpack
from breachdesk.law.app.models import Change, Deadline, DeadlineState, Document, Standing
from breachdesk.law.shapes import Duty, Verdict

#: What stands among the deadlines: everything that asks, or may ask, something of the case.
ASKING = (Verdict.OWED, Verdict.HELD, Verdict.UNKNOWN, Verdict.VOLUNTARY, Verdict.RECORD_ONLY, Verdict.DORMANT)
_MOST_TOLD = 200  # changes kept word by word; the rest is counted
_MOST_NAMED = 100  # duties and facts that an entry names
_TRIES = 3


@dataclass(frozen=True, slots=True)
class _Before:
    """What was said last, as documents."""

    standing: Standing
    documents: Mapping[str, dict[str, Any]]


def judge(case: Case, *, by: Hand, because: int | None = None) -> Standing | None:
    """Judge the case by its facts, people and filings as they are now, and keep what the law says.

    Nothing is written when that is what it said last, from the same facts: then the last standing comes back. None for
    a closed case. `because`: number of the entry that led here. What takes long happens outside of the transaction."""
    with transaction.atomic():
        locked_head()  # whoever changed the case and found this work waiting already has committed by now
    for _ in range(_TRIES):
        case.refresh_from_db()
        if not case.open:
            return None
        before = _before(case)
        given = judging.inputs(case)
        found = judging.judge(given, by.at)
        if before is not None and _same(before, found):
            return before.standing
        kept = _keep(case, before, found, by, because)
        if kept is not None:
            return kept
    raise RuntimeError("the case was judged by somebody else three times while it was being judged")


def _before(case: Case) -> _Before | None:
    last = Standing.objects.filter(case=case, last=True).first()
    if last is None:
        return None
    found = {one.language: unpack(one.packed) for one in last.documents.all()}
    return _Before(last, found) if set(found) >= set(LANGUAGES) else None


def _same(before: _Before, found: Judgement) -> bool:
    if before.standing.inputs != found.inputs.digest:
        return False
    return all(
        {**document.to_json(found.duties[language]), "evaluated_at": ""}
        == {**before.documents[language], "evaluated_at": ""}
        for language in LANGUAGES
    )


@transaction.atomic
def _keep(case: Case, before: _Before | None, found: Judgement, by: Hand, because: int | None) -> Standing | None:
    """None when somebody else judged the case meanwhile: what was compared with is not the last any more."""
    Case.objects.select_for_update().get(id=case.id)
    last = Standing.objects.filter(case=case, last=True).first()
    if (last and last.id) != (before and before.standing.id) and before is not None:
        return None
    if last is not None:
        Document.objects.filter(standing__case=case).delete()
        Standing.objects.filter(id=last.id).update(last=False)
    first = found.duties[LANGUAGES[0]]
    packed = {language: pack(duties) for language, duties in found.duties.items()}
    standing = Standing.objects.create(
        case=case,
        at=by.at,
        inputs=found.inputs.digest,
        packs_version=first.pack_version,
        packs_sha256=first.pack_sha256,
        facts=found.inputs.raw,
        questions=found.questions,
        counts=_counts(first.duties),
        people=found.inputs.people,
        warnings={language: list(duties.warnings) for language, duties in found.duties.items()},
        legal={language: duties.legal for language, duties in found.duties.items()},
        because=because,
    )
    Document.objects.bulk_create(
        Document(standing=standing, language=language, packed=body) for language, body in packed.items()
    )
    _lay_deadlines(case, found)
    change = _change(case, before, found, by, because)
    write(
        "law.duties.judged",
        by=by,
        case=case.number,
        refs=_refs(because, change),
        payload={
            **{verdict.value: standing.counts.get(verdict.value, 0) for verdict in Verdict},
            "people": standing.people,
            "first_due": _first_due(first.duties, found),
            "cause": change.cause if change is not None else "first",
            "facts": change.facts[:_MOST_NAMED] if change is not None else [],
            "unread": list(found.inputs.unread)[:_MOST_NAMED],
            "changed": change.count if change is not None else None,
            "inputs": standing.inputs,
            "duties": hashlib.sha256(packed[LANGUAGES[0]]).hexdigest(),
            "rules_version": standing.packs_version,
            "rules_sha256": standing.packs_sha256,
        },
    )
    return standing


def _counts(duties: tuple[Duty, ...]) -> dict[str, int]:
    verdicts = [duty.verdict for duty in duties]
    return {verdict.value: verdicts.count(verdict) for verdict in Verdict if verdict in verdicts}


def _first_due(duties: tuple[Duty, ...], found: Judgement) -> datetime | None:
    sent = found.inputs.sent
    waiting = (duty.due for duty in duties if duty.verdict is Verdict.OWED and duty.id not in sent)
    return min((due for due in waiting if due is not None), default=None)


# --- the deadlines


def _lay_deadlines(case: Case, found: Judgement) -> None:
    """Every duty that asks something gets its row anew; what asks no longer is kept as overtaken."""
    rows = list(_rows(case, found))
    Deadline.objects.bulk_create(
        rows,
        batch_size=200,
        update_conflicts=True,
        unique_fields=["case", "duty"],
        update_fields=[
            field.name for field in Deadline._meta.fields if field.name not in ("id", "case", "duty", "owner")
        ],
    )  # fmt: skip
    gone = Deadline.objects.filter(case=case, state=DeadlineState.OPEN).exclude(duty__in=[row.duty for row in rows])
    gone.update(state=DeadlineState.OVERTAKEN)


def _rows(case: Case, found: Judgement) -> Iterator[Deadline]:
    sent = found.inputs.sent
    first = found.duties[LANGUAGES[0]]
    told = {language: {duty.id: duty for duty in duties.duties} for language, duties in found.duties.items()}
    for duty in first.duties:
        if duty.verdict not in ASKING:
            continue
        filed = sent.get(duty.id)
        zone = duty.due.tzinfo if duty.due is not None else None
        yield Deadline(
            case=case,
            duty=duty.id,
            place=duty.jurisdiction,
            kind=duty.kind,
            recipient_type=duty.recipient.type,
            texts={language: _texts(some[duty.id]) for language, some in told.items()},
            verdict=duty.verdict.value,
            people=duty.people,
            remote=duty.remote,
            due=duty.due,
            due_latest=duty.due_latest,
            zone=zone.key if isinstance(zone, ZoneInfo) else "",
            starts_at=judging.starts_at(duty, found.inputs, case, first) if duty.due is not None else None,
            missing=list(duty.missing),
            state=DeadlineState.FILED if filed is not None else DeadlineState.OPEN,
            filed_at=filed,
            late=filed is not None and duty.due is not None and filed > duty.due,
        )


def _texts(duty: Duty) -> dict[str, str]:
    return {
        "title": duty.title,
        "recipient": duty.recipient.name,
        "standard": duty.standard,
        "citation": duty.citation,
    }


# --- what changed


def _change(case: Case, before: _Before | None, found: Judgement, by: Hand, because: int | None) -> Change | None:
    """What is said otherwise than before; of a first judgement there is nothing to compare."""
    if before is None:
        return None
    otherwise = _otherwise(before.standing.facts, found.inputs.raw)
    told: dict[str, Any] = {}
    for language in LANGUAGES:
        was = document.from_json(before.documents[language])
        compared = changes.compare(was, found.duties[language], otherwise)
        told[language] = changes.to_json(compared)
    count = len(told[LANGUAGES[0]]["changes"])
    change = Change(
        case=case,
        at=by.at,
        because=because,
        cause=_cause(before, found, bool(otherwise)),
        facts=sorted(otherwise),
        count=count,
        told={language: {**one, "changes": one["changes"][:_MOST_TOLD]} for language, one in told.items()},
    )
    if count:
        change.save()
    return change


def _otherwise(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = was.keys() | now.keys()
    return {name: (was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name)}


def _cause(before: _Before, found: Judgement, facts: bool) -> str:
    if facts:
        return "facts"
    if before.standing.packs_sha256 != found.duties[LANGUAGES[0]].pack_sha256:
        return "packs"
    if before.standing.people != found.inputs.people:
        return "people"
    return "filings" if before.standing.inputs != found.inputs.digest else "time"


def _refs(because: int | None, change: Change | None) -> dict[str, Any]:
    """Which duties arose, moved, fell away: names of public rules."""
    refs: dict[str, Any] = {"because": because} if because is not None else {}
    if change is None:
        return refs
    for one in change.told[LANGUAGES[0]]["changes"]:
        if one["kind"] in _NAMED and len(refs.setdefault(one["kind"], [])) < _MOST_NAMED:
            refs[one["kind"]].append(one["id"])
    return refs


_NAMED = frozenset(kind.value for kind in (
    changes.Kind.ADDED, changes.Kind.ARISEN, changes.Kind.RELEASED, changes.Kind.MOVED, changes.Kind.HELD,
    changes.Kind.REOPENED, changes.Kind.FELL_AWAY, changes.Kind.REMOVED,
))  # fmt: skip
