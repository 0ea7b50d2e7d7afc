"""Scope from the outside: the command on a file, written through to findings, records and people."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq

from bench import inputs, peers
from bench.figures import Figure
from bench.runs import BUILD, Run, breachdesk
from bench.score import score, tell
from breachdesk.ground.elements import covers

_MB = 1e6
_GIB = 1 << 30
_WRITTEN = ("findings.parquet", "records.parquet", "people.parquet", "summary.json")


def csv_speed(scale: float) -> Sequence[Figure]:
    rows = _rows(1_000_000, scale)
    path = inputs.large("customers.csv", rows)
    what, (run, out) = f"customers.csv, {rows:,} rows, end to end", _scope(path, timeout=900)
    if run.trouble:
        return [Figure("csv", what, None, "MB/s", floor=25, note=run.trouble)]
    speed = path.stat().st_size / run.seconds
    figures = [
        Figure("csv", what, speed / _MB, "MB/s", floor=25, note=_blind(path, out)),
        Figure("csv", "peak memory, processes added up", run.peak_bytes / _GIB, "GiB", ceiling=1.5),
    ]
    for peer, name, floor, sample in (
        ("dataprofiler", "DataProfiler", 6, min(rows, 200_000)),
        ("presidio", "Presidio", 300, min(rows, 10_000)),
    ):
        figures.append(_beside(peer, name, floor, inputs.head(path, sample), speed))
    return figures


def _beside(peer: str, name: str, floor: float, sample: Path, speed: float) -> Figure:
    what = f"times the bytes per second of {name}"
    try:
        theirs = peers.speed(peer, sample, seconds=30)
    except peers.PeerMissingError as why:
        return Figure("csv", what, None, "x", floor=floor, note=f"not compared: {why}")
    size = sample.stat().st_size / _MB
    note = f"ours {speed / _MB:.1f} MB/s, {name} {theirs / _MB:.3f} MB/s on {size:.0f} MB of the same rows"
    return Figure("csv", what, speed / theirs, "x", floor=floor, note=note)


def sql_speed(scale: float) -> Sequence[Figure]:
    rows = _rows(500_000, scale)
    figures = []
    for name, what in (("dump.sql", "pg_dump with COPY"), ("inserts.sql", "mysqldump with INSERT")):
        path = inputs.large(name, rows)
        run, out = _scope(path, timeout=900)
        speed = None if run.trouble else path.stat().st_size / run.seconds / _MB
        note = run.trouble or _blind(path, out)
        figures.append(Figure("sql", f"{what}, {rows:,} rows, end to end", speed, "MB/s", floor=25, note=note))
    return figures


def text_speed(scale: float) -> Sequence[Figure]:
    """On one core alone, everything counted: start, reading, writing."""
    lines = _rows(1_000_000, scale)
    path = inputs.large("notes.txt", lines)
    run, _ = _scope(path, timeout=900, cores=1)
    speed = None if run.trouble else path.stat().st_size / run.seconds / _MB
    size = path.stat().st_size / _MB
    return [
        Figure("text", f"notes.txt, {size:.0f} MB, one core, end to end", speed, "MB/s", floor=15, note=run.trouble)
    ]


def memory(scale: float) -> Sequence[Figure]:
    rows = _rows(10_000_000, scale)
    path = inputs.large("customers.csv", rows)
    run, out = _scope(path, timeout=3_600)
    what = f"peak memory at {rows:,} rows, processes added up"
    if run.trouble:
        return [Figure("memory", what, None, "GiB", ceiling=2.5, note=run.trouble)]
    speed = path.stat().st_size / run.seconds / _MB
    return [
        Figure("memory", what, run.peak_bytes / _GIB, "GiB", ceiling=2.5),
        Figure("memory", f"customers.csv, {rows:,} rows, end to end", speed, "MB/s", floor=25, note=_blind(path, out)),
    ]


def score_standing(scale: float) -> Sequence[Figure]:
    people = 2_000
    room = inputs.standing(people)
    run, out = _scope(room / "evidence", timeout=600)
    if run.trouble:
        return [Figure("score", "standing breach", None, "", floor=1, note=run.trouble)]
    result = score(out, room / "truth.json")
    return [
        Figure("score", "fields: recall", result.recall, "", floor=0.99, note=tell(result)),
        Figure("score", "fields: precision", result.precision, "", floor=0.99),
        Figure("score", "persons in whom two people are mixed", float(result.mixed), "", ceiling=0),
        Figure(
            "score",
            f"people: {result.people_found:,} of {result.people_true:,}, off by",
            result.people_error,
            "",
            ceiling=0.03,
        ),
        Figure("score", "rows of one person brought together", result.pair_recall, ""),
        Figure("score", "time", run.seconds, "s"),
    ]


def _rows(full: int, scale: float) -> int:
    return max(1_000, int(full * scale))


def _scope(evidence: Path, *, timeout: float, cores: int | None = None) -> tuple[Run, Path]:
    out = BUILD / "out"
    shutil.rmtree(out, ignore_errors=True)
    run = breachdesk("scope", evidence, "--out", out, timeout=timeout, cores=cores)
    missing = [name for name in _WRITTEN if not (out / name).exists()]
    if not run.trouble and missing:
        run = Run(9, run.seconds, run.peak_bytes, run.stdout, f"{run.stderr}\nnot written: {', '.join(missing)}")
    return run, out


def _blind(path: Path, out: Path) -> str:
    """Speed counts only for what was seen: every column by its right name, every filled row counted, every row kept."""
    told, summary = inputs.filled(path), json.loads((out / "summary.json").read_text(encoding="utf-8"))
    seen = {f["field"]: f for source in summary["sources"] for f in source["fields"]}
    wrong = []
    for name, element in told["fields"].items():
        found, count = seen.get(name, {}), told["filled"][name]
        if element is None or (found and covers(element, found["element"]) and _close(found["count"], count, element)):
            continue
        wrong.append(
            f"{name} is {element} in {count:,} rows, was called {found.get('element')} in {found.get('count', 0):,}"
        )
    kept = pq.ParquetFile(out / "records.parquet").metadata.num_rows
    if kept != told["rows"]:
        wrong.append(f"{kept:,} records for {told['rows']:,} rows")
    people = summary["people"]["count"]
    if people != told["rows"]:
        wrong.append(f"{people:,} people for {told['rows']:,}")
    return "; ".join(wrong)


def _close(found: int, count: int, element: str) -> bool:
    """Several kinds of national number share a column; the last named counts its own rows only."""
    return found <= count and (element == "gov_id" or found >= 0.99 * count)
