"""One run of the main job: read, count, judge, weigh, draft, report, sign.

    scope     evidence -> people (taken up where a broken run left it)
    duties    facts and cohorts -> every duty; duties.json and calendar.ics at once, they matter most
    weight    risk and severity
    notices   a letter per cohort and language
    filings   a form per authority
    journal   the report, the last entries, the checkpoint
    manifest  the list of files

The report is written before each step and names it, so that whatever stops the run leaves a usable pack that says so.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from breachdesk import __version__
from breachdesk.assess import account as tell
from breachdesk.assess import pack as packs
from breachdesk.assess.pack import Inputs, State
from breachdesk.authorities import drafts as filing
from breachdesk.authorities import receipts
from breachdesk.authorities.extra import read_extra
from breachdesk.authorities.forms import load_forms
from breachdesk.authorities.receipts import BadReceipt
from breachdesk.authorities.shapes import Receipt
from breachdesk.ground.clock import Clock, rfc3339
from breachdesk.ground.files import sha256_of, write_whole
from breachdesk.ground.keys import Key, KeyRing
from breachdesk.ground.languages import LANGUAGES
from breachdesk.ground.shelf import our_shelf
from breachdesk.journal import Actor, Journal, JournalError, Via, attach_all, write_manifest
from breachdesk.law import answers, changes, document, engine, facts, kept, risk, shelf
from breachdesk.law.answers import BadLog
from breachdesk.law.changes import Changes
from breachdesk.law.exposure import Exposure, exposures
from breachdesk.law.facts import BadFacts, PeopleList
from breachdesk.law.shapes import Duties, Verdict
from breachdesk.law.sheet import Sheet, with_people
from breachdesk.law.shelf import LawShelf
from breachdesk.notify import drafts as notice
from breachdesk.notify import library as letters
from breachdesk.notify.brief import Brief
from breachdesk.notify.organisation import BadOrganisation, Organisation, read_organisation
from breachdesk.notify.shapes import NoticesIndex
from breachdesk.report import calendar, page, words
from breachdesk.report.kept import Kept
from breachdesk.report.shapes import Account, JournalLine
from breachdesk.scope import run as scoping
from breachdesk.scope.cohorts import cohorts
from breachdesk.scope.shapes import Cohort
from breachdesk.scope.summary import Summary

_MOST_ATTACHED = 4000  # files named by one journal entry
DUTIES_FILE = "duties.json"
CHANGES_FILE = "changes.json"
CALENDAR_FILE = "calendar.ics"


class Stopped(Exception):
    """The run ended before its end. `step` is where; the cause is chained. What was written so far stays usable."""

    def __init__(self, step: str) -> None:
        super().__init__(step)
        self.step = step


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. `case` "" takes the name from the fact sheet; `at` None judges at the time of the run."""

    evidence: tuple[Path, ...]
    facts: Path
    out: Path
    case: str = ""
    language: str = "en"
    at: datetime | None = None
    plain: bool = False
    command: str = ""  # as typed, for the report of an unfinished run
    workers: int = 1  # processes that draw letters


@dataclass(frozen=True, slots=True)
class Progress:
    """Who wants to see it: `told` is scope's (step, bytes), `counted` the others' (step, done, all)."""

    told: Callable[[str, int], None] = lambda step, count: None
    counted: Callable[[str, int, int], None] = lambda step, done, all_: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished pack. `unchanged`: since when nothing has changed (nothing was written then)."""

    report: Path
    vkey: str
    judged_at: datetime
    seen_at: datetime  # now, or the instant asked for: what is late is late by this clock
    summary: Summary
    duties: Duties
    drafts: int
    warnings: tuple[str, ...] = ()
    kept: Path | None = None
    unchanged: bool = False
    changed: Changes | None = None  # what the version before said otherwise
    filed: frozenset[str] = frozenset()  # duties whose filing was handed in
    known: bool = True  # false: no source could be read, so the fact sheet alone says who is concerned


def assess(
    order: Order,
    *,
    keyring: KeyRing,
    key: Key,
    actor: Actor,
    clock: Clock,
    progress: Progress | None = None,
    people: PeopleList | None = None,
) -> Outcome:
    """Write a response pack to `order.out`, or bring the one there up to date.

    Raises BadFacts (the sheet), NotAPack (the folder), JournalError and BadKey before anything is written; Stopped when
    the run broke off: run it again. Bad evidence never raises.
    """
    law = shelf.load()
    sheet = facts.read(order.facts, people=people, vocabulary=law.facts)
    try:
        organisation = read_organisation(sheet.facts)
        read_extra(sheet.facts)
    except BadOrganisation as error:
        raise BadFacts([f"{order.facts}: {problem}" for problem in error.problems]) from error
    before = packs.read_state(order.out)
    try:
        filed = receipts.read(order.out)
    except BadReceipt as error:
        raise packs.NotAPack(str(error)) from error
    case = _case(order, before, organisation)
    with Journal.open(order.out / packs.JOURNAL, case=case, keyring=keyring, clock=clock) as journal:
        run = _Run(order, key, actor, clock, progress or Progress(), law, sheet, organisation, journal, case, filed)
        return run.go(before)


def _case(order: Order, before: State | None, organisation: Organisation) -> str:
    """What the journal and the report call the case; a pack keeps its name."""
    if before is not None:
        if order.case and order.case != before.case:
            raise packs.NotAPack(f"{order.out}: is the pack of the case {before.case!a}; name another folder")
        return before.case
    if order.case:
        return order.case
    named = [organisation.text(key, order.language) for key in ("short_name", "name")]
    name = " ".join(part for part in (next(filter(None, named), ""), organisation.text("reference", "en")) if part)
    readable = "".join(letter for letter in name or order.out.resolve().name if letter.isprintable())
    return readable.strip()[:100] or "case"


def earlier(path: Path) -> Duties | None:
    """The duties of an earlier version; None where there are none to be read."""
    try:
        return document.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _history(sheet: Path) -> tuple[str, tuple[str, ...]]:
    """The digest that stands for who answered what in the sheet. One that does not hold stops nobody at night: it is
    written down and told."""
    try:
        return answers.head(sheet), ()
    except BadLog as error:
        return "broken", (str(error),)


def _known(summary: Summary) -> bool:
    """Whether the evidence says who is concerned. Nothing given or nothing readable does not say: nobody."""
    return bool(summary.people or (summary.document["sources"] and not summary.needs_attention))


class _Run:
    """What the steps of one run share."""

    def __init__(
        self,
        order: Order,
        key: Key,
        actor: Actor,
        clock: Clock,
        progress: Progress,
        law: LawShelf,
        sheet: Sheet,
        organisation: Organisation,
        journal: Journal,
        case: str,
        filed: tuple[Receipt, ...],
    ) -> None:
        self.order, self.key, self.actor, self.clock = order, key, actor, clock
        self.progress, self.law, self.organisation = progress, law, organisation
        self.sheet = replace(sheet, filed=tell.handed_in(filed, law))
        self.journal, self.out, self.shelf = journal, order.out, our_shelf()
        self.library = letters.load(self.shelf)
        self.says = {language: words.read(self.shelf, language) for language in LANGUAGES}
        self.at = order.at or clock()
        self.receipts = filed
        self.history, self.doubts = _history(order.facts)
        self.step = "facts"
        self.judged: dict[str, Duties] = {}
        self.at_stake: dict[str, tuple[Exposure, ...]] = {}
        self.drawn = Kept()
        self.kept: Path | None = None  # where the version before was moved to
        self.changed: Changes | None = None  # what this one says otherwise
        zone = tell.home(sheet)
        self.account = Account(
            case=case,
            at=self.at.astimezone(zone),
            live=order.at is None,
            version=__version__,
            facts=tell.facts_told(sheet, zone),
            facts_file=order.facts.name,
            command=order.command,
            filed=tell.filed(self.receipts, zone),
        )

    def go(self, before: State | None) -> Outcome:
        mark = scoping.made_of(self.order.evidence, plain=self.order.plain, key=self.key)
        inputs = self._inputs(mark)
        if before is not None and before.inputs == inputs and packs.whole(self.out):
            same = self._as_it_was(before)
            if same is not None:
                return same
        state = State(self.account.case, inputs, rfc3339(self.at))
        try:
            self.kept = self._make_room(before, inputs, mark)
            self._begin(state, taken_up=before is not None and self.kept is None)
            summary, people = self._scope()
            self._duties()
            self._weigh()
            self._filings(people, summary, self._notices(people))
            self._end()
        except BaseException as error:
            self._stopped(error)
            if isinstance(error, Exception | KeyboardInterrupt):
                raise Stopped(self.step) from error
            raise
        return self._outcome(summary, len(self.account.drafts), kept=self.kept)

    def _inputs(self, mark: Mapping[str, Any]) -> Inputs:
        return Inputs(
            facts=sha256_of(self.order.facts),
            evidence=packs.evidence_digest(mark),
            law=self.law.sha256,
            program=__version__,
            at=rfc3339(self.order.at) if self.order.at else "",
            language=self.order.language,
            receipts=receipts.digest(self.receipts),
        )

    def _note(self, type: str, payload: Mapping[str, Any]) -> None:
        self.journal.write(type, actor=self.actor, via=Via.CLI, payload=payload)

    def _make_room(self, before: State | None, inputs: Inputs, mark: Mapping[str, Any]) -> Path | None:
        """Keep what other inputs gave; what an unfinished run of the same inputs left is taken up instead."""
        if before is None:
            return None
        if before.inputs == inputs and not packs.finished(self.out):
            return None
        read_before = self.out / packs.SCOPE / scoping.SUMMARY
        scope = before.inputs.evidence != inputs.evidence and read_before.is_file()
        kept = packs.keep(self.out, before.judged_at, scope=scope)
        if kept is not None:
            self._note("assess.version.kept", {"folder": kept.relative_to(self.out).as_posix()})
        return kept

    def _begin(self, state: State, *, taken_up: bool) -> None:
        packs.write_state(self.out, state)
        self._note(
            "assess.run.started",
            {
                "facts_sha256": state.inputs.facts,
                "judged_at": state.judged_at,
                "rules_version": self.law.version,
                "rules_sha256": self.law.sha256,
                "program": __version__,
                "answers_sha256": self.history,
                "taken_up": taken_up,
            },
        )
        write_whole(self.out / f"{packs.FACTS}{self.order.facts.suffix}", self.order.facts.read_bytes())

    def _enter(self, step: str) -> None:
        """A step begins: the report says so, should it be the last."""
        self.step = step
        self.account = replace(self.account, unfinished=step)
        self._report()

    def _report(self) -> None:
        for language in LANGUAGES:
            told = replace(
                self.account,
                duties=self.judged.get(language),
                exposures=self.at_stake.get(language),
                files=tell.files(self.out),
            )
            write_whole(self.out / page.file_name(language), page.render(told, language, self.shelf, kept=self.drawn))

    def _scope(self) -> tuple[Summary, tuple[Cohort, ...]]:
        self._enter("scope")
        summary, people = self._read_evidence()
        self.account = replace(
            self.account,
            sources=summary.sources,
            people=tell.people(summary.document, people),
            cohorts=people,
        )
        return summary, people

    def _read_evidence(self) -> tuple[Summary, tuple[Cohort, ...]]:
        """At once when it was read before and nothing in it has changed. The sheet learns who is concerned."""
        summary = scoping.scope(
            self.order.evidence,
            self.out / packs.SCOPE,
            key=self.key,
            clock=self.clock,
            plain=self.order.plain,
            progress=self.progress.told,
            journal=self._note,
        )
        people = tuple(cohorts(self.out / packs.SCOPE, self.key))
        if _known(summary):
            self.sheet = with_people(self.sheet, people)
        return summary, people

    def _duties(self) -> None:
        self._enter("duties")
        self.progress.counted("duties", 0, 0)
        for language in LANGUAGES:
            told = engine.evaluate(self.sheet, self.law, self.at, language=language)
            self.judged[language] = told
            self.at_stake[language] = tuple(exposures(self.law, self.sheet, told, self.at, language=language))
        found = self.judged[self.order.language]
        text = json.dumps(engine.to_json(found), ensure_ascii=False, indent=1) + "\n"
        write_whole(self.out / DUTIES_FILE, text)
        write_whole(self.out / kept.FILE, kept.bundle(self.shelf, self.law.version))
        self._compare(found)
        waiting = [duty for duty in found.duties if duty.id not in self.account.filed]
        dates = calendar.write(self.account.case, waiting, self.at, self.says[self.order.language])
        write_whole(self.out / CALENDAR_FILE, dates)
        verdicts = [duty.verdict for duty in found.duties]
        owed = [duty.due for duty in waiting if duty.verdict is Verdict.OWED and duty.due]
        self._note(
            "assess.duties.computed",
            {
                "owed": verdicts.count(Verdict.OWED),
                "unknown": verdicts.count(Verdict.UNKNOWN),
                "held": verdicts.count(Verdict.HELD),
                "first_due": rfc3339(min(owed)) if owed else None,
            },
        )
        self.account = replace(self.account, answers=tell.answers(found.questions, self.law.facts))

    def _compare(self, found: Duties) -> None:
        """What the version before said otherwise; whether it was judged by other packs is told aloud."""
        before = earlier(self.kept / DUTIES_FILE) if self.kept is not None else None
        if before is None:
            return
        self.changed = changes.compare(before, found)
        text = json.dumps(changes.to_json(self.changed), ensure_ascii=False, indent=1) + "\n"
        write_whole(self.out / CHANGES_FILE, text)
        if self.changed.other_packs:
            say, was = self.law.phrases[self.order.language], (before.pack_version, before.pack_sha256[:12])
            now = {"now": self.law.version, "now_sha": self.law.sha256[:12]}
            self.doubts = (*self.doubts, say("warning.other_packs", was=was[0], was_sha=was[1], **now))

    def _weigh(self) -> None:
        self._enter("weight")
        self.progress.counted("weight", 0, 0)
        risks = {
            language: risk.propose(self.sheet, language=language, shelf=self.shelf, words=self.law.facts)
            for language in LANGUAGES
        }
        self.account = replace(self.account, weight=tell.weight(risks))

    def _notices(self, people: tuple[Cohort, ...]) -> NoticesIndex:
        self._enter("notices")
        index = notice.write_notices(
            self.out,
            people,
            Brief(self.library, self.organisation, self.sheet.facts),
            duties=self.judged["en"],
            progress=lambda done, all_: self.progress.counted("notices", done, all_),
            workers=self.order.workers,
        )
        drafts = tuple(tell.notices(index, self.says))
        self.account = replace(self.account, drafts=drafts, asks=tell.asks(index, None))
        return index

    def _filings(self, people: tuple[Cohort, ...], summary: Summary, notices: NoticesIndex) -> None:
        self._enter("filings")
        self.progress.counted("filings", 0, 0)
        index = filing.write_filings(
            self.out,
            self.judged,
            forms=load_forms(self.shelf),
            library=self.library,
            organisation=self.organisation,
            facts=self.sheet.facts,
            cohorts=people,
            summary=summary.document,
            at=self.at,
            notices=notices,
            receipts=self.receipts,
        )
        drafts = (*tell.filings(index, self.judged), *self.account.drafts)
        self.account = replace(self.account, drafts=drafts, asks=tell.asks(notices, index))
        self._note("assess.drafts.written", {"notices": len(notices.entries), "filings": len(index.entries)})

    def _end(self) -> None:
        """The report as it will stand; then the entries that bind every file to the signature; then the list."""
        self.step = "journal"
        self.progress.counted("journal", 0, 0)
        self.journal.checkpoint()
        # Files may differ from those of an earlier run until the last entry names the new ones; entries may not.
        wrong = [code for code, _ in self.journal.verify().faults if not code.startswith(("file_", "manifest_"))]
        vkey = self.journal.vkey
        line = JournalLine(self.journal.size, vkey.partition("+")[0], "", not wrong, vkey)
        self.account = replace(self.account, unfinished="", journal=line)
        self._report()
        attached = [one for one in attach_all(self.out) if not one.name.startswith(f"pack:{packs.PREVIOUS}/")]
        parts = packs.parts(attached, _MOST_ATTACHED)
        for number, some in enumerate(parts, 1):
            self.journal.write(
                "assess.pack.written",
                actor=self.actor,
                via=Via.CLI,
                payload={"files": len(attached), "part": number, "parts": len(parts)},
                attachments=some,
            )
        self.journal.publish()
        self.step = "manifest"
        write_manifest(self.out)

    def _stopped(self, error: BaseException) -> None:
        """Say in the journal where the run ended, if the disk still takes it; nothing here may hide the cause."""
        with suppress(JournalError, OSError):
            self._note("assess.run.stopped", {"step": self.step, "error": type(error).__name__})
            self.journal.publish()

    def _as_it_was(self, before: State) -> Outcome | None:
        """What the pack says, if it still says it now; None when time alone has changed a duty (a hold that ended)."""
        summary, _ = self._read_evidence()
        language, then = self.order.language, datetime.fromisoformat(before.judged_at)
        told = engine.evaluate(self.sheet, self.law, then, language=language)
        if replace(engine.evaluate(self.sheet, self.law, self.at, language=language), evaluated_at=then) != told:
            return None
        self.judged[language] = told
        drafts = sum(1 for _ in (self.out / filing.FOLDER).glob("*.html"))
        drafts += sum(1 for one in (self.out / notice.FOLDER).glob("*") if one.is_dir())
        return replace(self._outcome(summary, drafts, kept=None), judged_at=then, unchanged=True)

    def _outcome(self, summary: Summary, drafts: int, *, kept: Path | None) -> Outcome:
        return Outcome(
            report=self.out / page.file_name(self.order.language),
            vkey=self.journal.vkey,
            judged_at=self.at,
            seen_at=self.at,
            summary=summary,
            duties=self.judged[self.order.language],
            drafts=drafts,
            warnings=(*self.doubts, *self.judged[self.order.language].warnings),
            kept=kept,
            known=_known(summary),
            changed=self.changed,
            filed=frozenset(self.account.filed),
        )
