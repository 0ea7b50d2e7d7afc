"""Rows of the page: duties by verdict, sources with what was found in them, drafts with what their checks said."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from markupsafe import Markup

from breachdesk.law.shapes import Duty, Verdict
from breachdesk.report import losses
from breachdesk.report.doubts import SURE
from breachdesk.report.pictures import ladder
from breachdesk.report.pictures import sources as source_picture
from breachdesk.report.rungs import LAST, ORDER, State, by_due, place_of, state_of
from breachdesk.report.shapes import Account, Certainty, Check, Draft, DraftKind, Mark
from breachdesk.report.words import Words
from breachdesk.scope.shapes import Field, Source, Status

_OPEN = frozenset({Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD})
_NEAR = 8
_NEAR_DRAFTS = 8
MOST_DRAFTS = 200  # rows of one kind on the page; a large case has thousands of letters in its folder


@dataclass(frozen=True, slots=True)
class DutyRow:
    duty: Duty
    title: str
    place: str
    state: State
    shape: Markup
    dated: bool  # whether the reader must be told that there is no date
    sure: bool  # whether what is past is late: a missing fact may yet say that nothing was owed
    because: tuple[tuple[str, str, str], ...]
    checked: str
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows that fold away under one line."""

    id: str
    title: str
    hint: str
    rows: tuple[DutyRow, ...]


@dataclass(frozen=True, slots=True)
class DutyGroup:
    """Duties of one verdict. `elsewhere`: they stand under the questions that decide them."""

    verdict: str
    open: bool
    count: int
    near: tuple[DutyRow, ...]
    folds: tuple[Fold, ...] = ()
    elsewhere: bool = False


def duty_groups(account: Account, words: Words, asked: Collection[str]) -> list[DutyGroup]:
    """By verdict, what must be done first on top. Duties whose ids are in `asked` are told under their question."""
    found = []
    for verdict in ORDER:
        rows = duty_rows(account, words, verdict)
        here = tuple(row for row in rows if row.duty.id not in asked)
        if rows:
            near, folds = _folded(here, words, verdict) if verdict in _OPEN else (here, ())
            found.append(DutyGroup(verdict.value, verdict in _OPEN, len(rows), near, folds, len(here) < len(rows)))
    return found


def duty_rows(account: Account, words: Words, verdict: Verdict) -> list[DutyRow]:
    """The duties of one verdict, the nearest first."""
    drafts = _drafts_by_duty(account.drafts)
    duties = account.duties.duties if account.duties else ()
    return [
        _duty_row(duty, account, drafts.get(duty.id, ()), words) for duty in by_due(duties) if duty.verdict is verdict
    ]


def _folded(rows: Sequence[DutyRow], words: Words, verdict: Verdict) -> tuple[tuple[DutyRow, ...], tuple[Fold, ...]]:
    """The nearest dates stay open. Later dates fold away, and so do those without one when there are many."""
    dated = tuple(row for row in rows if row.duty.due is not None)
    undated = tuple(row for row in rows if row.duty.due is None)
    later = dated[_NEAR:] if len(dated) > _NEAR + 1 else ()
    folds = []
    if later:
        folds.append(_fold(f"later-{verdict.value}", "duties.later", later, words))
    if undated:
        name = "undated" if verdict is Verdict.OWED else f"undated-{verdict.value}"
        folds.append(_fold(name, "duties.undated", undated, words))
    return dated[: len(dated) - len(later)], tuple(folds)


def _fold(name: str, key: str, rows: tuple[DutyRow, ...], words: Words) -> Fold:
    places = Counter(row.place for row in rows)
    told = ", ".join(f"{place} {words.number(n)}" if n > 1 else place for place, n in places.most_common())
    return Fold(name, words.say(key, len(rows)), told, rows)


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
        sure=state is not State.UNKNOWN,
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
    """Sources in which something was found or not read; the others stand in the table."""
    telling = [row for row in rows if row.fields or row.source.status is not Status.READ]
    return [
        source_picture.Step(
            name=row.source.source,
            status=row.source.status,
            records=row.source.records,
            shown=words.number(row.source.records),
            found="" if row.source.status is Status.UNREADABLE else row.found,
            state=words.say(f"sources.{row.source.status}"),
        )
        for row in telling or rows
    ]


def sources_answer(account: Account, words: Words) -> str:
    count = len(account.sources)
    if not count:
        return words.say("sources.pending" if account.unfinished == "scope" else "sources.none")
    if all(source.status is Status.UNREADABLE for source in account.sources):
        return words.say("sources.answer_nothing")
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
    place: str  # whose law asks for a filing; "" for a notice
    language: str
    passed: int
    waits: int
    failed: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Every check passed: a human may review it."""
        return bool(self.passed) and not self.waits and not self.failed


def draft_rows(account: Account, words: Words) -> list[DraftRow]:
    asked = {duty.id: duty for duty in (account.duties.duties if account.duties else ())}
    found = []
    for draft in account.drafts:
        wanted_by = draft.duties if draft.kind is DraftKind.FILING else ()  # a notice names its place in its title
        places = dict.fromkeys(place_of(asked[id_], words) for id_ in wanted_by if id_ in asked)
        found.append(_draft_row(draft, ", ".join(places), words))
    return found


def _draft_row(draft: Draft, place: str, words: Words) -> DraftRow:
    marks = [check.mark for check in draft.checks]
    return DraftRow(
        draft=draft,
        place=place,
        language=str(words.locale.languages.get(draft.language, draft.language)),
        passed=marks.count(Mark.PASSED),
        waits=marks.count(Mark.ASK),
        failed=tuple(check for check in draft.checks if check.mark is Mark.FAILED),
    )


@dataclass(frozen=True, slots=True)
class DraftGroup:
    """Drafts of one kind: those in sight, those that fold away, and how many more lie in the folder only."""

    kind: DraftKind
    near: Sequence[DraftRow]
    far: Sequence[DraftRow]
    rest: int


def draft_group(rows: Iterable[DraftRow], kind: DraftKind) -> DraftGroup:
    """What failed a check, then by date, then by people."""
    found = sorted(
        (row for row in rows if row.draft.kind is kind),
        key=lambda row: (not row.failed, row.draft.due is None, row.draft.due or LAST, -(row.draft.people or 0)),
    )
    near = len(found) if len(found) <= _NEAR_DRAFTS + 1 else _NEAR_DRAFTS
    return DraftGroup(kind, found[:near], found[near:MOST_DRAFTS], max(0, len(found) - MOST_DRAFTS))


def drafts_answer(rows: Sequence[DraftRow], account: Account, words: Words) -> str:
    """How many drafts lie in the pack, and how many of them are ready for review."""
    if not rows:
        return words.say("drafts.pending" if account.unfinished else "drafts.none")
    kinds = [row.draft.kind for row in rows]
    there = [
        words.say(f"drafts.{kind.value}s", kinds.count(kind))
        for kind in (DraftKind.FILING, DraftKind.NOTICE)
        if kind in kinds
    ]
    told = [words.say("drafts.answer", drafts=", ".join(there))]
    told.append(words.say("drafts.count_ready", sum(row.ready for row in rows)))
    waiting = sum(bool(row.waits) and not row.failed for row in rows)
    failed = sum(bool(row.failed) for row in rows)
    if waiting:
        told.append(words.say("drafts.count_waiting", waiting))
    if failed:
        told.append(words.say("drafts.count_failed", failed))
    return " ".join((told[0], "; ".join(told[1:]) + ".", words.say("drafts.nothing_sent")))
