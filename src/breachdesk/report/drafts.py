"""Drafts as rows: what their checks said, what they wait for, which are ready for review."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from breachdesk.report.rungs import LAST, place_of
from breachdesk.report.shapes import Account, Check, Draft, DraftKind, Mark
from breachdesk.report.words import Words

_NEAR = 8
MOST = 200  # rows of one kind on the page; a large case has thousands of letters in its folder


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
    near = len(found) if len(found) <= _NEAR + 1 else _NEAR
    return DraftGroup(kind, found[:near], found[near:MOST], max(0, len(found) - MOST))


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
