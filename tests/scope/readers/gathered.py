"""A sink that keeps what it is given, and checks that readers keep their promises."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from breachdesk.scope.readers import Limits, read
from breachdesk.scope.shapes import Keys, Problem

Row = tuple[str | None, ...]


@dataclass
class Table:
    source: str
    kind: str
    announced: tuple[str, ...]
    batches: list[pa.RecordBatch] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    declared: Keys = field(default_factory=Keys)
    count: int = 0
    keep: bool = True

    def write(self, batch: pa.RecordBatch) -> None:
        assert batch.num_rows <= 65_536
        assert batch.nbytes <= 40 << 20
        assert len(set(batch.schema.names)) == len(batch.schema.names)
        for column in batch.columns:
            assert column.type == pa.large_string()
        self.count += batch.num_rows
        if self.keep:
            batch.validate(full=True)
            self.batches.append(batch)

    def keys(self, keys: Keys) -> None:
        self.declared = keys

    def problem(self, problem: Problem) -> None:
        self.problems.append(problem)

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys([*self.announced, *(name for batch in self.batches for name in batch.schema.names)]))

    @property
    def rows(self) -> list[Row]:
        """All rows by all columns; none of their cells may be empty rather than null."""
        columns = self.columns
        rows = [tuple(row.get(name) for name in columns) for batch in self.batches for row in batch.to_pylist()]
        assert not any(cell == "" for row in rows for cell in row)
        return rows

    @property
    def codes(self) -> list[str]:
        return [problem.code for problem in self.problems]


@dataclass
class Gathered:
    keep: bool = True
    tables: dict[str, Table] = field(default_factory=dict)
    refused: list[tuple[str, str, Problem]] = field(default_factory=list)
    advanced: int = 0

    def table(self, source: str, *, kind: str, columns: Sequence[str]) -> Table:
        assert all(columns)
        assert len(set(columns)) == len(columns)
        return self.tables.setdefault(source, Table(source, kind, tuple(columns), keep=self.keep))

    def text(self, source: str, *, kind: str) -> Table:
        return self.tables.setdefault(source, Table(source, kind, ("text",), keep=self.keep))

    def unreadable(self, source: str, *, kind: str, problem: Problem, size: int = 0) -> None:
        self.refused.append((source, kind, problem))

    def advance(self, count: int) -> None:
        self.advanced += count

    @property
    def codes(self) -> dict[str, list[str]]:
        """Problems by source, those of tables and those of what could not be read."""
        found = {source: table.codes for source, table in self.tables.items() if table.codes}
        for source, _, problem in self.refused:
            found.setdefault(source, []).append(problem.code)
        return found

    @property
    def rows(self) -> dict[str, list[Row]]:
        return {source: table.rows for source, table in self.tables.items()}


def gather(*paths: Path, limits: Limits | None = None, scratch: Path | None = None, keep: bool = True) -> Gathered:
    sink = Gathered(keep)
    read(paths, sink, limits=limits, scratch=scratch)
    return sink


def only(path: Path, **more: object) -> Table:
    """The one table of a file that has no more."""
    sink = gather(path, **more)  # type: ignore[arg-type]
    assert len(sink.tables) == 1, (list(sink.tables), sink.refused)
    return next(iter(sink.tables.values()))


_MEASURE = """
import sys
from pathlib import Path
from tests.scope.readers.gathered import gather
sink = gather(Path(sys.argv[1]), keep=False)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(sum(table.count for table in sink.tables.values()), int(peak) * 1024)
"""


def peak_memory(path: Path) -> tuple[int, int]:
    """Rows read from `path` and the most memory a process of its own took for it, in bytes."""
    root = Path(__file__).resolve().parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)], cwd=root, capture_output=True, text=True, timeout=120, check=True
    )
    count, peak = ran.stdout.split()
    return int(count), int(peak)
