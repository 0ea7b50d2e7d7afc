"""Duties as rows: by verdict, what must be done first on top, each with everything that opens below it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date
from markupsafe import Markup

from breachdesk.law.shapes import Duty, Verdict
from breachdesk.report.pictures import ladder
from breachdesk.report.rungs import ORDER, State, by_due, place_of, state_of
from breachdesk.report.shapes import Account, Draft, Filed
from breachdesk.report.words import Words

_OPEN = frozenset({Verdict.OWED, Verdict.UNKNOWN, Verdict.HELD})
_NEAR = 8


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
    filed: Filed | None = None


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
    of_it = by_due(duty for duty in duties if duty.verdict is verdict)
    return [_duty_row(duty, account, drafts.get(duty.id, ()), words) for duty in of_it]


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
    filed = account.filed.get(duty.id)
    state = State.QUIET if filed is not None else state_of(duty, account.at)
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
        filed=filed,
    )


def value(thing: object, words: Words) -> str:
    """A fact's value as a person writes it."""
    if thing is True or thing is False:
        return words.say("questions.yes" if thing else "questions.no")
    if isinstance(thing, datetime):
        return words.placed(thing) if thing.tzinfo else words.moment(thing)
    if isinstance(thing, (int, float)):
        return words.number(thing)
    if isinstance(thing, Mapping) and set(thing) == {"min", "max"}:
        return "–".join(dict.fromkeys(value(thing[end], words) for end in ("min", "max")))
    if isinstance(thing, Mapping):
        return "; ".join(f"{key}: {value(item, words)}" for key, item in thing.items())
    if isinstance(thing, (list, tuple, set, frozenset)):
        items = [value(item, words) for item in thing]
        return ", ".join(items if isinstance(thing, (list, tuple)) else sorted(items))
    return "…" if thing is None else str(thing)


def _day(text: str, words: Words) -> str:
    return _dated(text, words.say("dates.day"), words.language)


@lru_cache(maxsize=4096)
def _dated(text: str, form: str, language: str) -> str:
    """Hundreds of rows were compared on the same few days."""
    try:
        return str(format_date(date.fromisoformat(text), form, locale=language))
    except ValueError:
        return text
