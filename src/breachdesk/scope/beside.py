"""Work done beside the caller, in order: what comes next is made ready ahead, what is finished is put away behind.

Kernels of arrow, polars, zstd and AES free the interpreter, so a second core is of use; batches in flight are few, so
memory stays bounded. The order of everything is that of a single thread: results are the same.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Generic, TypeVar

_IN_FLIGHT = 2
T = TypeVar("T")


class Ahead(Iterator[T]):
    """The same items in the same order, made from now on by a thread that is at most `most` ahead. An error comes up
    where its item would have; whoever wants no more closes it, or lets it go."""

    def __init__(self, items: Iterable[T], most: int = _IN_FLIGHT) -> None:
        self._ready: queue.Queue[tuple[bool, Any]] = queue.Queue(most)
        self._done = threading.Event()
        self._maker = threading.Thread(target=_make, args=(items, self._ready, self._done), name="ahead", daemon=True)
        self._maker.start()

    def __next__(self) -> T:
        if self._done.is_set():
            raise StopIteration
        more, item = self._ready.get()
        if more:
            made: T = item
            return made
        self.close()
        if item is None:
            raise StopIteration
        raise item

    def close(self) -> None:
        self._done.set()
        if self._maker is not threading.current_thread():
            self._maker.join()

    def __del__(self) -> None:
        self._done.set()


def _make(items: Iterable[Any], ready: "queue.Queue[tuple[bool, Any]]", done: threading.Event) -> None:
    def put(one: tuple[bool, Any]) -> bool:
        while not done.is_set():
            with suppress(queue.Full):
                ready.put(one, timeout=0.1)
                return True
        return False

    try:
        for item in items:
            if not put((True, item)):
                return
        put((False, None))
    except BaseException as error:
        put((False, error))


def ahead(items: Iterable[T], most: int = _IN_FLIGHT) -> Ahead[T]:
    return Ahead(items, most)


class Behind:
    """One thread that does what it is told, in order, at most `most` behind. An error comes up at the next call."""

    def __init__(self, most: int = _IN_FLIGHT) -> None:
        self._pool = ThreadPoolExecutor(1, "behind")
        self._most = most
        self._waiting: list[Future[Any]] = []

    def do(self, task: Callable[..., Any], *given: Any) -> None:
        while len(self._waiting) >= self._most:
            self._waiting.pop(0).result()
        self._waiting.append(self._pool.submit(task, *given))

    def drain(self) -> None:
        """Wait for all that was told. Raises the first error; what stood behind it is not done."""
        try:
            while self._waiting:
                self._waiting.pop(0).result()
        except BaseException:
            self.stop()
            raise

    def close(self) -> None:
        try:
            self.drain()
        finally:
            self.stop()

    def stop(self) -> None:
        """Let go without doing what still waits."""
        for one in self._waiting:
            one.cancel()
        self._waiting.clear()
        self._pool.shutdown(wait=True)


class Soon(Generic[T]):
    """A value made by a thread of its own from now on. Asked for it waits; an error of the making comes up then."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._made: Future[T] = Future()
        threading.Thread(target=self._run, args=(make,), name="soon", daemon=True).start()

    def _run(self, make: Callable[[], T]) -> None:
        try:
            self._made.set_result(make())
        except BaseException as error:
            self._made.set_exception(error)

    def __call__(self) -> T:
        return self._made.result()
