"""The first pass: what readers push is judged and kept aside, table by table, so that a broken run can go on.

A file's tables are taken up by the record of the run only when the file was read to its end; of anything else nothing
remains but a spool nobody points to.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from breachdesk.ground.files import write_whole
from breachdesk.scope.beside import Behind
from breachdesk.scope.detectors import Detectors, Judge, Meant
from breachdesk.scope.shapes import ForeignKey, Keys, Problem, Source, Status
from breachdesk.scope.spool import Chest, Spool

_FORMAT = "breachdesk.scope-work/1"
_VALUE = re.compile(r"[^\s@]@[^\s@]+\.\w|\d[\d -]{6,}\d")
Progress = Callable[[str, int], None]  # (what is being done, bytes of evidence since the last call)


@dataclass(slots=True)
class Taken:
    """One table or text as read. `spool` is empty where nothing could be read."""

    source: Source
    spool: str = ""
    text: bool = False
    keys: Keys = field(default_factory=Keys)


class Stream:
    """One table being read: the judge sees each batch, the spool keeps it, both beside the reader."""

    def __init__(
        self,
        taken: Taken,
        detectors: Callable[[], Detectors],
        spool: Spool,
        judging: Behind,
        keeping: Behind,
        meant: Meant,
    ) -> None:
        self.taken = taken
        self._detectors = detectors
        self._meant = meant
        self._spool = spool
        self._judging = judging
        self._keeping = keeping
        self._hidden: dict[str, str] = {}

    def write(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows == 0:
            return
        batch = batch.rename_columns([self._shown(name) for name in batch.schema.names])
        self.taken.source.records += batch.num_rows
        self.taken.source.bytes += _text_bytes(batch)
        self._keeping.do(self._spool.write, batch)
        self._judging.do(self._judge, batch)

    def _judge(self, batch: pa.RecordBatch) -> None:
        self.judge.see(batch)

    @cached_property
    def judge(self) -> Judge:
        """Made by the thread that judges: detectors may still be on their way while the reader has begun."""
        return Judge(self.taken.source.source, self._detectors(), self._meant)

    def _shown(self, name: str) -> str:
        """Names of columns are shown; one that is made of a value (a mailbox, a long number) is not."""
        if _VALUE.search(name) is None:
            return name
        return self._hidden.setdefault(name, f"(hidden {len(self._hidden) + 1})")

    def keys(self, keys: Keys) -> None:
        self.taken.keys = keys

    def problem(self, problem: Problem) -> None:
        self.taken.source.problems.append(problem)
        self.taken.source.status = Status.PARTLY

    def close(self) -> None:
        self._spool.close()

    def discard(self) -> None:
        self._spool.discard()


class Taking:
    """A Sink and a Ledger (readers push here), and afterwards the tables in the order in which they were found."""

    def __init__(
        self,
        chest: Chest,
        detectors: Callable[[], Detectors],
        progress: Progress | None,
        *,
        resume: bool,
        meant: Mapping[str, Meant] | None = None,
    ) -> None:
        """`meant`: of a source, what somebody says its columns are."""
        self._chest = chest
        self._detectors = detectors
        self._meant = meant or {}
        self._progress = progress
        self._record = chest.folder / "record.json"
        self._open: dict[str, Stream] = {}
        self._failed: list[Taken] = []
        self._files: dict[str, dict[str, Any]] = {}
        self.judges: dict[str, Judge] = {}
        self.bytes = 0
        self.reread = 0  # files taken from an earlier, broken run
        self._judging = Behind()
        self._keeping = Behind()
        self._before = self._load() if resume else {}
        self._spools = 1 + max((_number(t["spool"]) for f in self._before.values() for t in f["tables"]), default=0)

    def table(self, source: str, *, kind: str, columns: Sequence[str]) -> Stream:
        del columns
        return self._stream(source, kind, text=False)

    def text(self, source: str, *, kind: str) -> Stream:
        return self._stream(source, kind, text=True)

    def _stream(self, source: str, kind: str, *, text: bool) -> Stream:
        known = self._open.get(source)
        if known is not None:
            return known
        name = f"{self._spools}.rows"
        self._spools += 1
        taken = Taken(Source(source, kind), name, text)
        meant = self._meant.get(source, {})
        stream = Stream(taken, self._detectors, self._chest.open(name), self._judging, self._keeping, meant)
        self._open[source] = stream
        return stream

    def unreadable(self, source: str, *, kind: str, problem: Problem, size: int = 0) -> None:
        self._failed.append(Taken(Source(source, kind, 0, size, Status.UNREADABLE, [problem])))

    def advance(self, count: int) -> None:
        self.bytes += count
        if self._progress is not None:
            self._progress("reading", count)

    def has(self, path: Path, source: str) -> bool:
        old = self._before.get(source)
        if old is None or old["print"] != fingerprint(path):
            return False
        if not all(self._chest.has(one["spool"]) for one in old["tables"] if one["spool"]):
            return False
        self._files[source] = old
        self.reread += 1
        return True

    def done(self, path: Path, source: str) -> None:
        """Everything opened since the last file belongs to this one."""
        mark = fingerprint(path)
        if source in self._open:  # one table or text is all of the file
            self._open[source].taken.source.bytes = mark[0]
        self._close(source, mark)

    def finish(self) -> list[Taken]:
        """All tables, those of resumed files judged again from their spools."""
        self._close("", None)
        self._stop()
        found = [_read(one) for file in self._files.values() for one in file["tables"]]
        for taken in found:
            if taken.spool and taken.source.source not in self.judges:
                name = taken.source.source
                judge = self.judges[name] = Judge(name, self._detectors(), self._meant.get(name))
                for batch in self._chest.batches(taken.spool):
                    judge.see(batch)
        return found

    def discard(self) -> None:
        self._stop()
        for stream in self._open.values():
            stream.discard()
        self._open.clear()

    def _stop(self) -> None:
        self._judging.stop()
        self._keeping.stop()

    def _close(self, source: str, mark: list[Any] | None) -> None:
        self._judging.drain()
        self._keeping.drain()
        for stream in self._open.values():
            stream.close()
            self.judges[stream.taken.source.source] = stream.judge
        tables = [stream.taken for stream in self._open.values()] + self._failed
        self._open, self._failed = {}, []
        self._files[source] = {"print": mark, "tables": [asdict(taken) for taken in tables]}
        text = json.dumps({"format": _FORMAT, "files": self._files}, ensure_ascii=False)
        write_whole(self._record, text)

    def _load(self) -> dict[str, dict[str, Any]]:
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        files: dict[str, dict[str, Any]] = record["files"] if record.get("format") == _FORMAT else {}
        return {name: file for name, file in files.items() if file["print"]}


def fingerprint(path: Path) -> list[Any]:
    """Size, time of change in nanoseconds, and SHA-256 over head, middle and tail (1 MiB each): enough to see that a
    file is the one that was read before, without reading gigabytes again."""
    status = path.stat()
    digest = hashlib.sha256()
    piece = 1 << 20
    with path.open("rb") as file:
        for at in _places(status.st_size, piece):
            file.seek(at)
            digest.update(file.read(piece))
    return [status.st_size, status.st_mtime_ns, digest.hexdigest()]


def _places(size: int, piece: int) -> Iterable[int]:
    return sorted({0, max(0, size // 2 - piece // 2), max(0, size - piece)})


def _text_bytes(batch: pa.RecordBatch) -> int:
    """Bytes of the values themselves."""
    return sum(pc.sum(pc.binary_length(column)).as_py() or 0 for column in batch.columns)


def _number(spool: str) -> int:
    return int(spool.partition(".")[0]) if spool else 0


def _read(raw: dict[str, Any]) -> Taken:
    source = raw["source"]
    problems = [Problem(**one) for one in source["problems"]]
    keys = Keys(
        tuple(raw["keys"]["primary"]),
        tuple(ForeignKey(tuple(k["columns"]), k["table"], tuple(k["references"])) for k in raw["keys"]["foreign"]),
    )
    return Taken(
        Source(
            source["source"], source["kind"], source["records"], source["bytes"], Status(source["status"]), problems
        ),
        raw["spool"],
        raw["text"],
        keys,
    )
