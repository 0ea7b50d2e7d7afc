"""Batches drawn by several processes at once. Little is imported here: each process reads this anew."""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from breachdesk.notify.draw import Bundle, Fonts, Press
from breachdesk.notify.page import LetterData


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be drawn into one file."""

    letters: tuple[LetterData, ...]
    fonts: Fonts
    title: str
    author: str
    language: str

    def drawn(self, press: Press) -> Bundle:
        return press.bundle(self.letters, self.fonts, title=self.title, author=self.author, language=self.language)


class Pressroom:
    def __init__(self, workers: int) -> None:
        # Started anew, not forked: a process that has drawn keeps threads of typst, which do not survive a fork.
        self._pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin)

    def draw(self, job: Job) -> Callable[[], Bundle]:
        """Begins; what comes of it is had by calling what is returned."""
        return self._pool.submit(_drawn, job).result

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """There are as many processes as are to work at once: typst helps itself to no threads beside its one."""
    os.environ["RAYON_NUM_THREADS"] = "1"


def _drawn(job: Job) -> Bundle:
    """By a child of this process, which draws nothing itself and so has no threads: what typst keeps of a batch,
    hundreds of megabytes, goes with the child."""
    forked = get_context("fork")
    inward, outward = forked.Pipe(duplex=False)
    child = forked.Process(target=_draw, args=(outward, job))
    child.start()
    outward.close()
    try:
        made: Bundle | Exception = inward.recv()
    except EOFError:
        made = ChildProcessError(f"whoever drew {job.title} ended before it was drawn; is there memory enough?")
    child.join()
    if isinstance(made, Exception):
        raise made
    return made


def _draw(outward: Connection, job: Job) -> None:
    try:
        outward.send(job.drawn(Press()))
    except Exception as error:
        outward.send(error)
