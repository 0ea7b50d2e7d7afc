"""One run of scope: evidence in, findings, records and the list of people out.

    read      readers push rows; every row is judged and kept aside, sealed
    tie       columns that are keys, tables that belong together, rows that belong to somebody
    find      every row again: what stands where; what identifies whom
    resolve   nodes that are the same person
    list      records with their persons, the list of people

Memory holds hashes and numbers, never the evidence. An interrupted run leaves no half file under a final name, and the
next run takes up the files that were read.
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from breachdesk.ground.clock import Clock
from breachdesk.ground.files import write_whole
from breachdesk.ground.sealing import Key
from breachdesk.ground.shelf import Shelf, our_shelf
from breachdesk.scope import finding, joining, listed, readers, summary, written
from breachdesk.scope.beside import Soon, ahead
from breachdesk.scope.detectors import Detectors, Meant, load
from breachdesk.scope.detectors.text import scanner
from breachdesk.scope.people import owners, resolve
from breachdesk.scope.people.survey import Surveyed, lend_places, survey
from breachdesk.scope.shapes import FINDINGS, FORMAT
from breachdesk.scope.spool import Chest
from breachdesk.scope.summary import Summary
from breachdesk.scope.taking import Progress, Taken, Taking
from breachdesk.scope.workings import Workings
from breachdesk.scope.written import FINDINGS_FILE, PEOPLE_FILE, RECORDS_FILE, SUMMARY

__all__ = ["FINDINGS_FILE", "PEOPLE_FILE", "RECORDS_FILE", "SUMMARY", "made_of", "scope"]

WORK = ".work"
Note = Callable[[str, Mapping[str, Any]], None]


def scope(
    sources: Sequence[Path],
    out: Path,
    *,
    key: Key,
    clock: Clock,
    plain: bool = False,
    resume: bool = True,
    progress: Progress | None = None,
    journal: Note | None = None,
    limits: readers.Limits | None = None,
    shelf: Shelf | None = None,
    meant: Mapping[str, Meant] | None = None,
) -> Summary:
    """Read `sources` (files and folders) and write summary.json, findings.parquet, records.parquet and people.parquet
    to `out`. The list of people is sealed under `key` unless `plain`. With `resume`, files that a broken run had read
    are not read again, and a finished run over the same unchanged sources is not repeated. `meant`: of a source, what
    somebody says its columns are (detectors.meanings); it stands, and what hangs on it follows.

    Bad evidence never raises; it is told in the summary. Raises what the disk raises; nothing is half written.
    """
    shelf = shelf or our_shelf()
    mark = made_of(sources, plain=plain, key=key, meant=meant)
    if resume and (done := _finished(out, mark)) is not None:
        return done
    _sweep(out)
    start = time.perf_counter()
    detectors = Soon(lambda: _detectors(shelf))  # a second and more that reading need not wait for
    run = Workings(Chest(out / WORK, key), clock().date(), shelf, detectors, progress)
    taking = Taking(run.chest, detectors, progress, resume=resume, meant=meant)
    ready = Soon(lambda: (scanner(detectors()), resolve.ready()))
    with run.step("read"):
        try:
            readers.read(sources, taking, limits=limits, scratch=run.chest.folder, ledger=taking)
            taken = taking.finish()
            ready()
        except BaseException:
            taking.discard()
            raise
    _tell(journal, "scope.sources.read", _counts(taken, taking))
    with run.step("tie"):
        tables, begun = _survey(run, taken, taking)
        owned = owners.own([one.table for one in tables.values() if not one.text])
        lend_places(tables, [(tie.child, tie.column, tie.parent, tie.key) for tie in owned.ties])
        owned.release()
        for one in tables.values():
            one.table.candidates.clear()
    with run.step("find"), written.Parquet(out / FINDINGS_FILE, FINDINGS) as file:
        found = finding.find(run, taken, tables, begun, owned, file)
    with run.step("resolve"):
        groups = joining.join(run, owned, found)
    del owned, found
    with run.step("list"):
        people = listed.write(run, out, taken, tables, groups, None if plain else key)
    total = time.perf_counter() - start
    answer = summary.document([one.source for one in taken], people, run.seconds, taking.bytes, total, shelf)
    answer["people"]["sealed"] = not plain
    answer["inputs"] = mark
    write_whole(out / SUMMARY, json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    run.chest.clear()
    _tell(
        journal,
        "scope.people.listed",
        {"people": people["count"], "name_only": people["name_only"], "sealed": not plain},
    )
    return Summary(answer, tuple(one.source for one in taken))


@lru_cache(maxsize=2)
def _detectors(shelf: Shelf) -> Detectors:
    """Patterns are compiled once for a shelf: that takes longer than a small run."""
    return load(shelf)


def made_of(
    sources: Sequence[Path], *, plain: bool, key: Key, meant: Mapping[str, Meant] | None = None
) -> dict[str, Any]:
    """Names, sizes and times of everything handed in: what tells a finished run from one to be done again."""
    files = []
    for source in sources:
        inside = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for path in inside:
            try:
                status = path.stat()
            except OSError:
                continue
            name = path.relative_to(source).as_posix() if source.is_dir() else path.name
            told = os.fsencode(name).decode("utf-8", "backslashreplace")  # names need not be text
            files.append([told, status.st_size, status.st_mtime_ns])
    mark: dict[str, Any] = {"files": files, "sealed_under": None if plain else key.id}
    if meant:
        mark["meant"] = {source: dict(columns) for source, columns in meant.items()}
    return mark


def strangers(out: Path) -> list[str]:
    """Files in `out` that bear a name of ours and that no run of ours left: they must not be overwritten."""
    there = [name for name in (SUMMARY, PEOPLE_FILE, RECORDS_FILE, FINDINGS_FILE) if (out / name).exists()]
    if (out / WORK).is_dir():  # a broken run stands here
        return []
    try:
        ours = json.loads((out / SUMMARY).read_text(encoding="utf-8")).get("format") == FORMAT
    except (OSError, ValueError, AttributeError):
        ours = False
    return [] if ours else there


def _sweep(out: Path) -> None:
    """Away with the halves of files that a killed run left."""
    for name in (SUMMARY, PEOPLE_FILE, RECORDS_FILE, FINDINGS_FILE):
        for half in out.glob(f".{name}.*.part"):
            half.unlink(missing_ok=True)


def _finished(out: Path, mark: Mapping[str, Any]) -> Summary | None:
    if not all((out / name).is_file() for name in (SUMMARY, PEOPLE_FILE, RECORDS_FILE, FINDINGS_FILE)):
        return None
    try:
        document = json.loads((out / SUMMARY).read_text(encoding="utf-8"))
    except ValueError:
        return None
    if document.get("inputs") != mark:
        return None
    return Summary(document, summary.sources_of(document), resumed=True)


def _tell(journal: Note | None, type: str, payload: Mapping[str, Any]) -> None:
    if journal is not None:
        journal(type, payload)


def _counts(taken: Sequence[Taken], taking: Taking) -> dict[str, Any]:
    status = [str(one.source.status) for one in taken]
    return {
        "sources": len(taken),
        "partly": status.count("partly"),
        "unreadable": status.count("unreadable"),
        "records": sum(one.source.records for one in taken),
        "bytes": taking.bytes,
        "taken_up_again": taking.reread,
    }


def _survey(
    run: Workings, taken: Sequence[Taken], taking: Taking
) -> tuple[dict[int, Surveyed], dict[int, finding.Marking]]:
    """What each table is. The second pass over the first of them begins at once: it waits for nothing that is found
    out here."""
    tables = {place: one for place, one in enumerate(taken) if one.spool and one.source.records}
    alone = sum(not one.text for one in tables.values()) < 2
    surveyed: dict[int, Surveyed] = {}
    begun: dict[int, finding.Marking] = {}
    for place, one in tables.items():
        columns = taking.judges[one.source.source].verdict()
        batches = partial(_batches, run.chest, one.spool)
        if not begun:
            begun[place] = finding.begin(run, columns, batches)
        surveyed[place] = survey(
            place,
            one.source.source,
            one.source.records,
            columns,
            one.keys,
            batches,
            alone=alone,
            text=one.text,
            words=run.words,
            known=run.known,
            where=run.places,
        )
    return surveyed, begun


def _batches(chest: Chest, spool: str, columns: Sequence[str] | None) -> Iterable[pa.RecordBatch]:
    return ahead(chest.batches(spool, columns))
