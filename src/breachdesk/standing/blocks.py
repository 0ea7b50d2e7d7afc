"""Blocks made by several processes, handed over in order, never more of them in memory than are being made."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")
Made = TypeVar("Made")


def made(make: Callable[[Job], Made], jobs: Sequence[Job], processes: int) -> Iterator[Made]:
    """`make(job)` for every job, in the order of the jobs. Raises when a process dies."""
    processes = min(processes, len(jobs))
    if processes <= 1:
        yield from map(make, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        ahead: deque[Future[Made]] = deque()
        for job in jobs:
            ahead.append(pool.submit(make, job))
            if len(ahead) > processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
