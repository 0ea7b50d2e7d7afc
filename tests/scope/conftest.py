"""The shop of evidence.py, read once; and a way to read it again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from breachdesk.ground.sealing import Key, new_key
from breachdesk.scope.run import scope
from breachdesk.scope.summary import Summary
from tests.scope import evidence

KEY = new_key("people")


def at() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(out: Path, *sources: Path, key: Key = KEY, plain: bool = True, **how: object) -> Summary:
    return scope(sources, out, key=key, clock=at, plain=plain, **how)  # type: ignore[arg-type]


def rows(path: Path) -> list[dict[str, object]]:
    return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]


def partition(out: Path) -> set[frozenset[tuple[object, object]]]:
    """Which records are of one person, whatever the person's number."""
    found: dict[object, set[tuple[object, object]]] = {}
    for one in rows(out / "records.parquet"):
        found.setdefault(one["person_id"], set()).add((one["source"], one["record"]))
    return {frozenset(records) for person, records in found.items() if person is not None}


@dataclass(frozen=True)
class Run:
    evidence: Path
    out: Path
    summary: Summary


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Read in the clear. Tests leave it as it is."""
    folder = tmp_path_factory.mktemp("shop")
    source = evidence.write(folder / "evidence")
    return Run(source, folder / "out", read(folder / "out", source))
