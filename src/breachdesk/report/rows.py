"""Rows of the page: duties by verdict, sources with what was found in them, drafts with what their checks said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from markupsafe import Markup

from breachdesk.law.shapes import Duty, Verdict
from breachdesk.report import losses
from breachdesk.report.doubts import SURE
from breachdesk.report.pictures import ladder
from breachdesk.report.pictures import sources as source_picture
from breachdesk.report.rungs import ORDER, State, by_due, place_of, state_of
from breachdesk.report.shapes import Account, Certainty, Check, Draft, Mark
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Field, Source, Status

_OPEN = frozenset({Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD})


@dataclass(frozen=True, slots=True)
class DutyRow:
    duty: Duty
    title: str
    place: str
    state: State
    shape: Markup
    dated: bool  # whether the reader must be told that there is no date
    because: tuple[tuple[str, str, str], ...]
    checked: str
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class DutyGroup:
    verdict: str
    open: bool
    rows: tuple[DutyRow, ...]


def duty_groups(account: Account, words: Words) -> list[DutyGroup]:
    if account.duties is None:
        return []
    drafts = _drafts_by_duty(account.drafts)
    found = []
    for verdict in ORDER:
        rows = tuple(
            _duty_row(duty, account, drafts.get(duty.id, ()), words)
            for duty in by_due(account.duties.duties)
            if duty.verdict is verdict
        )
        if rows:
            found.append(DutyGroup(verdict.value, verdict in _OPEN, rows))
    return found


def _drafts_by_duty(drafts: Iterable[Draft]) -> dict[str, tuple[Draft, ...]]:
    found: dict[str, tuple[Draft, ...]] = {}
    for draft in drafts:
        for duty in draft.duties:
            found[duty] = (*found.get(duty, ()), draft)
    return found


def _duty_row(duty: Duty, account: Account, drafts: tuple[Draft, ...], words: Words) -> DutyRow:
    state = state_of(duty, account.at)
    return DutyRow(
        duty=duty,
        title=duty.title,
        place=place_of(duty, words),
        state=state,
        shape=ladder.shape(state),
        dated=duty.verdict in _OPEN,
        because=tuple((because.fact, value(because.value, words), because.test) for because in duty.because),
        checked=_day(duty.checked_on, words),
        drafts=drafts,
    )


def value(thing: object, words: Words) -> str:
    """A fact's value as a person writes it."""
    if thing is True or thing is False:
        return words.say("questions.yes" if thing else "questions.no")
    if isinstance(thing, datetime):
        return words.placed(thing) if thing.tzinfo else words.moment(thing)
    if isinstance(thing, (int, float)):
        return words.number(thing)
    if isinstance(thing, Mapping):
        return "; ".join(f"{key}: {value(item, words)}" for key, item in thing.items())
    if isinstance(thing, (list, tuple, set, frozenset)):
        items = [value(item, words) for item in thing]
        return ", ".join(items if isinstance(thing, (list, tuple)) else sorted(items))
    return "…" if thing is None else str(thing)


def _day(text: str, words: Words) -> str:
    try:
        return str(format_date(date.fromisoformat(text), words.say("dates.day"), locale=words.locale))
    except ValueError:
        return text


# --- sources


@dataclass(frozen=True, slots=True)
class SourceRow:
    source: Source
    people: int | None
    found: str
    fields: tuple[tuple[Field, str, Markup], ...]  # field, its element in words, its rows by certainty


def source_rows(account: Account, words: Words) -> list[SourceRow]:
    """Sources that need attention first, then those with the most people, then the most records."""
    by_source = account.people.by_source if account.people else {}
    rows = [_source_row(source, by_source.get(source.source), words) for source in account.sources]
    return sorted(rows, key=lambda row: (row.source.status is Status.READ, -(row.people or 0), -row.source.records))


def _source_row(source: Source, people: int | None, words: Words) -> SourceRow:
    fields = tuple(
        (field, losses.title(field.element, words), words.counted(field.count, _certainty(field)))
        for field in source.fields
        if field.element
    )
    titles = dict.fromkeys(title for _, title, _ in fields)
    return SourceRow(source, people, ", ".join(titles) or words.say("sources.nothing"), fields)


def _certainty(field: Field) -> Certainty:
    return Certainty.COUNTED if field.confidence >= SURE else Certainty.ESTIMATED


def source_steps(rows: Sequence[SourceRow], words: Words) -> list[source_picture.Step]:
    return [
        source_picture.Step(
            name=row.source.source,
            status=row.source.status,
            records=row.source.records,
            shown=words.number(row.source.records),
            found="" if row.source.status is Status.UNREADABLE else row.found,
            state=words.say(f"sources.{row.source.status}"),
        )
        for row in rows
    ]


def sources_answer(account: Account, words: Words) -> str:
    count = len(account.sources)
    if not count:
        return words.say("sources.pending" if account.unfinished == "scope" else "sources.none")
    trouble = sum(source.status is not Status.READ for source in account.sources)
    if not trouble:
        return words.say("sources.answer_all", count)
    return words.say("sources.answer_some", trouble, read=words.number(count - trouble))


def sources_finding(account: Account, words: Words) -> str:
    states = [source.status for source in account.sources]
    return words.say(
        "sources.alt",
        len(states),
        records=words.number(sum(source.records for source in account.sources)),
        partly=words.number(states.count(Status.PARTLY)),
        unreadable=words.number(states.count(Status.UNREADABLE)),
    )


# --- drafts


@dataclass(frozen=True, slots=True)
class DraftRow:
    draft: Draft
    language: str
    passed: int
    waits: int
    failed: tuple[Check, ...]


def draft_row(draft: Draft, words: Words) -> DraftRow:
    marks = [check.mark for check in draft.checks]
    return DraftRow(
        draft=draft,
        language=str(words.locale.languages.get(draft.language, draft.language)),
        passed=marks.count(Mark.PASSED),
        waits=marks.count(Mark.ASK),
        failed=tuple(check for check in draft.checks if check.mark is Mark.FAILED),
    )
