"""Progress on standard error, while a person watches; nothing where nobody does."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from breachdesk.report.words import Words


def size_of(sources: Sequence[Path]) -> int:
    """Bytes handed in, as far as the disk tells; links are not followed."""
    total = 0
    for source in sources:
        for path in source.rglob("*") if source.is_dir() else (source,):
            try:
                if path.is_file() and not path.is_symlink():
                    total += path.stat().st_size
            except OSError:
                continue
    return total


class Bars:
    """One line a step. `told(step, bytes)` is what scope calls; `counted(step, done, all)` the rooms after it."""

    def __init__(self, progress: Progress, words: Words, size: int) -> None:
        self._progress = progress
        self._words = words
        self._size = size
        self._task: TaskID | None = None
        self._step = ""

    def told(self, step: str, count: int) -> None:
        """Scope: a step begins (count 0), or more bytes of evidence were read."""
        name = "read" if step == "reading" else step
        self._begin(name, self._size if name == "read" else None)
        if count and self._task is not None:
            self._progress.advance(self._task, count)

    def counted(self, step: str, done: int, all_: int) -> None:
        self._begin(step, None)
        if self._task is not None and all_:
            self._progress.update(self._task, total=all_, completed=done)

    def end(self) -> None:
        """The last step is done."""
        if self._task is not None:
            task = self._progress.tasks[self._task]
            self._progress.update(self._task, total=task.completed or 1, completed=task.completed or 1)
        self._task, self._step = None, ""

    def _begin(self, step: str, total: int | None) -> None:
        if step == self._step:
            return
        self.end()
        self._step = step
        self._task = self._progress.add_task(self._words.say(f"steps.{step}"), total=total)


@contextmanager
def bars(words: Words, sources: Sequence[Path]) -> Iterator[Bars]:
    console = Console(stderr=True)
    columns = (SpinnerColumn(finished_text=" "), TextColumn("{task.description}"), BarColumn(28), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        shown = Bars(progress, words, size_of(sources))
        yield shown
        shown.end()
