"""Runs a command as a user would, and watches how long it takes and how much memory it and its children hold."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BUILD = Path("build/bench")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """`peak_bytes`: largest sum of resident memory over the process and its children; shared pages count in each."""

    code: int | None  # null: stopped for taking too long
    seconds: float
    peak_bytes: int
    stdout: str
    stderr: str

    @property
    def trouble(self) -> str:
        """Empty when the command did its work; exit code 1 means done, with something to look at."""
        if self.code in (0, 1):
            return ""
        last = (self.stderr.strip().splitlines() or ["no message"])[-1]
        return f"stopped after {self.seconds:.0f} s" if self.code is None else f"exit code {self.code}: {last}"


def breachdesk(*arguments: str | Path, timeout: float, cores: int | None = None) -> Run:
    return run([Path(sys.executable).with_name("breachdesk"), *arguments], timeout=timeout, cores=cores)


def run(command: Sequence[str | Path], *, timeout: float, cores: int | None = None) -> Run:
    """`cores`: let it use only so many. Keys and caches go to a home of its own, not to the user's."""
    home = (BUILD / "home").resolve()
    home.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out, tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        start = time.perf_counter()
        child = subprocess.Popen([str(part) for part in command], stdout=out, stderr=err, env=environment)
        if cores is not None:
            os.sched_setaffinity(child.pid, sorted(os.sched_getaffinity(0))[:cores])
        watch = _Watch(child.pid)
        watch.start()
        try:
            code: int | None = child.wait(timeout)
        except subprocess.TimeoutExpired:
            for pid in reversed(_family(child.pid)):
                _end(pid)
            child.wait()
            code = None
        seconds = time.perf_counter() - start
        watch.stop()
        out.seek(0)
        err.seek(0)
        return Run(code, seconds, watch.peak, out.read(), err.read())


class _Watch(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._done.wait(_POLL_SECONDS):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _family(self._pid)))

    def stop(self) -> None:
        self._done.set()
        self.join()


def _family(pid: int) -> list[int]:
    """The process and everything it started, parents first."""
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                found += map(int, Path(f"/proc/{parent}/task/{task}/children").read_text().split())
        except OSError:  # ended meanwhile
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _end(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return
