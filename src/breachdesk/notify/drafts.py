"""Every notice of a case, written to its folder: whole or absent, and only what has changed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from multiprocessing import get_context
from pathlib import Path, PurePosixPath
from typing import Any

from breachdesk.ground.canonical import canonical
from breachdesk.ground.files import write_whole
from breachdesk.ground.languages import LANGUAGES
from breachdesk.law.shapes import Duties, Duty, Verdict
from breachdesk.notify.brief import Brief
from breachdesk.notify.check import pdf_check, sorted_checks
from breachdesk.notify.cohorts import merge
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press, as_text
from breachdesk.notify.library import Library
from breachdesk.notify.shapes import (
    NOTICES,
    Ask,
    Notice,
    NoticeCheck,
    NoticeCohort,
    NoticeEntry,
    NoticesIndex,
)
from breachdesk.scope.shapes import Cohort

FOLDER = "notices"
_WORTH_STARTING = 40  # cohorts; starting a process takes as long as some fifty letters
_STRONGEST = (
    Verdict.OWED,
    Verdict.HELD,
    Verdict.UNKNOWN,
    Verdict.VOLUNTARY,
    Verdict.DORMANT,
    Verdict.RECORD_ONLY,
    Verdict.NOT_OWED,
)


def write_notices(
    pack: Path,
    cohorts: Iterable[Cohort],
    brief: Brief,
    *,
    duties: Duties | None = None,
    progress: Callable[[int, int], None] = lambda done, all_: None,
    workers: int = 1,
) -> NoticesIndex:
    """Write `pack/notices/<cohort>/<language>.{html,txt,pdf}` and `notices/index.json`; say what was written.

    Files that are already the same are left alone, so an interrupted run is taken up again. `progress(done, all)`
    counts cohorts. `workers`: processes; the files are the same however many. Raises OSError when the folder cannot
    be written.
    """
    merged = merge(cohorts, brief.library.vocabulary)
    brief = brief._replace(facts={"subjects.count": sum(cohort.count for cohort in merged), **brief.facts})
    shelf = Shelving(pack)
    entries: list[NoticeEntry] = []
    asked: list[Ask] = []
    for done in _written(_Task(pack, brief, duties), merged, workers):
        entries.append(done.entry)
        asked += done.asks
        shelf.written += done.written
        shelf.kept += done.kept
        progress(len(entries), len(merged))
    asks = merge_asks(asked)
    index = NoticesIndex(tuple(entries), asks, shelf.written, shelf.kept)
    shelf.put(PurePosixPath(FOLDER, "index.json"), canonical(to_json(index)))
    return NoticesIndex(index.entries, index.asks, shelf.written, shelf.kept)


class Shelving:
    """Writes files of a pack whole, and only when they differ from what lies there.

    Not synced one by one: there can be thousands, and the next run sees by content which are missing.
    """

    def __init__(self, pack: Path) -> None:
        self.pack = pack
        self.written = 0
        self.kept = 0

    def put(self, path: PurePosixPath, content: bytes) -> None:
        target = self.pack / path
        if target.is_file() and not target.is_symlink() and target.read_bytes() == content:
            self.kept += 1
            return
        write_whole(target, content, sync=False)
        self.written += 1


@dataclass(frozen=True, slots=True)
class _Task:
    """All that letters of one case have in common."""

    pack: Path
    brief: Brief
    duties: Duties | None


@dataclass(frozen=True, slots=True)
class _Done:
    """One cohort. `asks`: every ask of every letter, one per letter, to count by."""

    entry: NoticeEntry
    asks: tuple[Ask, ...]
    written: int
    kept: int


class _Desk:
    """Writes letter after letter with what it has read once."""

    def __init__(self, task: _Task) -> None:
        self.task = task
        self.press = Press(words=task.brief.library.phrases)

    def write(self, cohort: NoticeCohort) -> _Done:
        task, shelf = self.task, Shelving(self.task.pack)
        library = task.brief.library
        files: dict[str, dict[str, PurePosixPath]] = {}
        checks: dict[str, tuple[NoticeCheck, ...]] = {}
        asks: list[Ask] = []
        rules: tuple[str, ...] = ()
        for language in LANGUAGES:
            notice = compose(cohort, language, task.brief)
            files[language], accessible = self._draw(notice, shelf)
            checks[language] = sorted_checks([*notice.checks, pdf_check(library, accessible)])
            asks += notice.asks
            rules = notice.rules
        about = duties_about(cohort, rules, library, task.duties)
        verdicts = {duty.verdict for duty in about}
        entry = NoticeEntry(
            cohort=cohort,
            rules=rules,
            duties=tuple(duty.id for duty in about),
            verdict=next((verdict for verdict in _STRONGEST if verdict in verdicts), None),
            files=files,
            checks=checks,
            asks=merge_asks(asks),
        )
        return _Done(entry, tuple(asks), shelf.written, shelf.kept)

    def _draw(self, notice: Notice, shelf: Shelving) -> tuple[dict[str, PurePosixPath], bool]:
        """The files of one letter, and whether its PDF is PDF/UA."""
        library, organisation, _ = self.task.brief
        draft = library.phrases[notice.language]["draft"]
        sender = organisation.text("name", notice.language) or ""
        printed = self.press.pdf(notice, sender=sender, draft=draft)
        made = {
            "html": self.press.html(notice, draft=draft).encode(),
            "txt": as_text(notice, draft=draft).encode(),
            "pdf": printed.content,
        }
        files = {}
        for ending, content in made.items():
            path = PurePosixPath(FOLDER, notice.cohort.slug, f"{notice.language}.{ending}")
            shelf.put(path, content)
            files[ending] = path
        return files, printed.accessible


def _written(task: _Task, cohorts: Sequence[NoticeCohort], workers: int) -> Iterator[_Done]:
    """In the order of the cohorts, by this process or by several."""
    if workers < 2 or len(cohorts) < _WORTH_STARTING:
        yield from map(_Desk(task).write, cohorts)
        return
    # Started anew, not forked: typst and the readers of tables keep threads, which do not survive a fork.
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_sit, initargs=(task,)) as pool:
        yield from pool.map(_write, cohorts, chunksize=8)


_DESKS: list[_Desk] = []  # in a worker process: its one desk


def _sit(task: _Task) -> None:
    _DESKS[:] = [_Desk(task)]


def _write(cohort: NoticeCohort) -> _Done:
    return _DESKS[0].write(cohort)


def duties_about(
    cohort: NoticeCohort, rules: Iterable[str], library: Library, duties: Duties | None
) -> tuple[Duty, ...]:
    """The duties to tell these very people: those the letter's rules name, and others to individuals of their place."""
    if duties is None:
        return ()
    patterns = [pattern for rule in rules for pattern in library.rules[rule].refs]
    country = cohort.residence.partition("-")[0]
    found = []
    for duty in duties.duties:
        elsewhere = len(duty.jurisdiction) == 2 and duty.jurisdiction not in ("EU", country)
        named = any(fnmatchcase(duty.ref, pattern) for pattern in patterns)
        place = duty.recipient.type == "individuals" and duty.jurisdiction in (cohort.residence, country)
        if not elsewhere and (named or place):
            found.append(duty)
    return tuple(found)


def merge_asks(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    """One ask per id; where several drafts need it, `where` says how many. What most drafts need comes first."""
    first: dict[str, Ask] = {}
    places: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for ask in asks:
        first.setdefault(ask.id, ask)
        known = places.setdefault(ask.id, set())
        if ask.where not in known:
            known.add(ask.where)
            counts[ask.id] += 1
    merged = []
    for name, ask in first.items():
        where = ask.where if counts[name] == 1 else f"{counts[name]} drafts"
        merged.append(Ask(ask.id, where, ask.en, ask.ru, ask.kind))
    return tuple(sorted(merged, key=lambda ask: (ask.kind.value != "say", -counts[ask.id], ask.id)))


def to_json(index: NoticesIndex) -> dict[str, Any]:
    """The public document breachdesk.notices/1 (docs/formats/notice.md)."""
    return {
        "format": NOTICES,
        "cohorts": [_entry_json(entry) for entry in index.entries],
        "asks": [ask_json(ask) for ask in index.asks],
    }


def _entry_json(entry: NoticeEntry) -> dict[str, Any]:
    cohort = entry.cohort
    return {
        "slug": cohort.slug,
        "residence": cohort.residence,
        "elements": list(cohort.elements),
        "minor": cohort.minor,
        "count": cohort.count,
        "languages": dict(cohort.languages),
        "rules": list(entry.rules),
        "duties": list(entry.duties),
        "verdict": entry.verdict.value if entry.verdict else None,
        "files": {
            language: {ending: path.as_posix() for ending, path in files.items()}
            for language, files in entry.files.items()
        },
        "ready": entry.ready,
        "checks": {
            language: [
                {"code": one.code, "level": one.level.value, "passed": one.passed, "en": one.en, "ru": one.ru}
                for one in checks
            ]
            for language, checks in entry.checks.items()
        },
        "asks": [ask.id for ask in entry.asks],
    }


def ask_json(ask: Ask) -> dict[str, str]:
    return {"id": ask.id, "kind": ask.kind.value, "where": ask.where, "en": ask.en, "ru": ask.ru}
