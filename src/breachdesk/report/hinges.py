"""Duties that hang on a missing fact, each under the question that decides it; the weightiest question first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from breachdesk.law.shapes import Question, Verdict
from breachdesk.report.rows import DutyRow, duty_rows
from breachdesk.report.rungs import Rung, State, place_of
from breachdesk.report.shapes import Account
from breachdesk.report.words import Words

NEAR = 5
_NEAR_DUE = timedelta(days=3)
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Hinge:
    """One question. `rows` are the duties told under it, `others` (id, title) those told under an earlier question."""

    place: int
    question: Question
    text: str
    rows: tuple[DutyRow, ...]
    others: tuple[tuple[str, str], ...]
    summary: str
    near: bool  # stands open on the page; the rest folds away


def hinges(account: Account, words: Words) -> list[Hinge]:
    """Every question with its duties. A duty with several missing facts stands under the first of them."""
    if account.duties is None:
        return []
    open_rows = {row.duty.id: row for row in duty_rows(account, words, Verdict.UNKNOWN)}
    titles = {duty.id: f"{duty.title} ({place_of(duty, words)})" for duty in account.duties.duties}
    found, told = [], set[str]()
    remote = {duty.id for duty in account.duties.duties if duty.remote}
    for place, question in enumerate(ranked(account.duties.questions, remote), start=1):
        here = [id_ for id_ in question.decides if id_ in open_rows and id_ not in told]
        told.update(here)
        rows = tuple(sorted((open_rows[id_] for id_ in here), key=lambda row: list(open_rows).index(row.duty.id)))
        others = tuple((id_, titles[id_]) for id_ in question.decides if id_ in titles and id_ not in here)
        soon = question.soonest_due is not None and question.soonest_due - account.at <= _NEAR_DUE
        near = place <= NEAR or (soon and not remote.issuperset(question.decides))
        found.append(Hinge(place, question, said(question, words), rows, others, _summary(rows, words), near))
    return found


def said(question: Question, words: Words) -> str:
    return question.ru if words.language == "ru" and question.ru else question.en


def ranked(questions: Sequence[Question], remote: Collection[str] = ()) -> list[Question]:
    """Those that decide the most duties first, the `remote` ones apart; of equal ones the nearest."""

    def order(question: Question) -> tuple[int, bool, float]:
        close = sum(duty not in remote for duty in question.decides)
        due = question.soonest_due
        return -close, due is None, due.timestamp() if due is not None else 0

    return sorted(questions, key=order)


def _summary(rows: Sequence[DutyRow], words: Words) -> str:
    """The duties by name, the first few of them."""
    names = "; ".join(f"{row.title} ({row.place})" for row in rows[:_NAMED])
    rest = len(rows) - _NAMED
    return f"{names}; {words.say('questions.rest', rest)}" if rest > 0 else names


def sooner(rungs: Sequence[Rung], first: Rung | None, questions: Sequence[Hinge]) -> list[tuple[str, list[Rung]]]:
    """Rungs that a missing fact may put before the first sure one, by the fact that decides."""
    fact_of = {row.duty.id: hinge.question.fact for hinge in questions for row in hinge.rows}
    found: dict[str, list[Rung]] = {}
    for rung in rungs:
        fact = fact_of.get(rung.duties[0].id)
        if rung.state is State.UNKNOWN and fact and (first is None or rung.due <= first.due):
            found.setdefault(fact, []).append(rung)
    return list(found.items())
