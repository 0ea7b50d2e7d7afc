"""The files that are measured: made once under build/bench, kept for the next run."""

import json
import os
from pathlib import Path
from typing import Any

from bench.runs import BUILD
from breachdesk.standing import breach, bulk, facts

SEED = 2026


def large(name: str, rows: int) -> Path:
    """The file of the given form and number of rows (src/breachdesk/standing/bulk.py)."""
    out = BUILD / "inputs" / f"{name}-{rows}"
    path = out / "evidence" / name
    if not (out / "counts.json").exists():
        bulk.write(out, name, seed=SEED, people=rows, processes=os.cpu_count() or 1)
    return path


def filled(path: Path) -> dict[str, Any]:
    """How many rows of each column hold something, so that speed is never bought with blindness."""
    counts: dict[str, Any] = json.loads((path.parent.parent / "counts.json").read_text(encoding="utf-8"))
    return counts


def standing(people: int) -> Path:
    out = BUILD / "inputs" / f"standing-{people}"
    breach.write(out, seed=SEED, people=people, processes=os.cpu_count() or 1)
    facts.write(out / "facts.yaml")
    return out


def head(path: Path, rows: int) -> Path:
    """The first rows of a CSV, with its header; no cell of ours holds a line break."""
    short = path.with_name(f"{path.stem}-first-{rows}{path.suffix}")
    if not short.exists():
        with path.open("rb") as source, short.open("wb") as target:
            for _, line in zip(range(rows + 1), source, strict=False):
                target.write(line)
    return short
