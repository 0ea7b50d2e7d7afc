"""The judge of one table: sees every row once, then says what each column holds."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pyarrow as pa

from breachdesk.scope.detectors.column import Column
from breachdesk.scope.detectors.detector import Detectors
from breachdesk.scope.detectors.meanings import Meant
from breachdesk.scope.detectors.tally import Tally
from breachdesk.scope.detectors.verdict import judge

_CORES = 2  # and columns, from which it is worth sharing the work
_MOST = 4
_MANY = 100_000  # cells


class Judge:
    """Memory stays bounded by the number of columns. Batches may bring new columns; those were null before.
    `meant`: what somebody says of columns stands, whatever their rows look like."""

    def __init__(self, source: str, detectors: Detectors, meant: Meant | None = None) -> None:
        self.source = source
        self._meant = {name: detectors.meanings[what] for name, what in (meant or {}).items()}
        self.rows = 0
        self._back = False
        self._detectors = detectors
        self._tallies: dict[str, Tally] = {}

    def see(self, batch: pa.RecordBatch) -> None:
        """Count a batch; all its columns are large_string, null where empty."""
        self.rows += batch.num_rows
        tallies = [self._tally(name) for name in batch.schema.names]
        columns = batch.columns
        if self._back:  # there and back: the patterns used last are still at hand
            tallies.reverse()
            columns.reverse()
        self._back = not self._back
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        if cores < _CORES or len(columns) < _CORES or batch.num_rows * len(columns) < _MANY:
            for tally, column in zip(tallies, columns, strict=True):
                tally.see(column)
            return
        list(_hands(min(cores, _MOST)).map(Tally.see, tallies, columns))

    def verdict(self) -> tuple[Column, ...]:
        """What each column holds, by all the rows seen so far."""
        return judge(self._tallies, self.source, self._detectors, self._meant)

    def _tally(self, name: str) -> Tally:
        tally = self._tallies.get(name)
        if tally is None:
            header = self._detectors.context.header(name)
            said = self._detectors.phrases.look(self._detectors.context.phrase_of(header, self.source))
            tally = self._tallies[name] = Tally(header, said, self._detectors, self._meant.get(name, ""))
        return tally


@cache
def _hands(count: int) -> ThreadPoolExecutor:
    """Columns know nothing of each other, and kernels free the GIL. Threads stay: each keeps the patterns it compiled,
    and compiling takes as long as a batch."""
    return ThreadPoolExecutor(count, thread_name_prefix="judge")


if hasattr(os, "register_at_fork"):  # a fork has no threads but its own
    os.register_at_fork(after_in_child=_hands.cache_clear)
