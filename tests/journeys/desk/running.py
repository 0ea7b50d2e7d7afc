"""A desk as its owner runs it: `breachdesk serve` in a process of its own, on a folder and a port of its own."""

import http.client
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from breachdesk.web.postgres import Postgres

SECRET = "one-secret-of-all-desks-in-tests-" * 2
_PROGRAM = "from breachdesk.cli.main import run; run()"


def typed(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What somebody would type, to its end."""
    return subprocess.run(command(*words), env=around(**environment), text=True, capture_output=True, timeout=120)


def around(**environment: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("BREACHDESK_", "DJANGO_"))}
    cache = os.environ.get("BREACHDESK_CACHE", "")
    return {**ours, "BREACHDESK_CACHE": cache, "BREACHDESK_SECRET": SECRET, **environment}


def command(*words: str) -> list[str]:
    return [sys.executable, "-c", _PROGRAM, *words]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def a_folder() -> Iterator[Path]:
    """Not below the folder of pytest: every other run of it closes that to the account PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def a_small_disk(mib: int) -> Iterator[Path | None]:
    """A file system of its own, of so many MiB; None for whoever may not make one."""
    with a_folder() as folder:
        size = f"size={mib}m,mode=0755"
        mount = ["mount", "-t", "tmpfs", "-o", size, "breachdesk-test", folder]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
            yield None
            return
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(ballast: Path, left: int = 0) -> None:
    """Take all room but `left` bytes of the disk it lies on."""
    with ballast.open("ab") as file:
        while (free := shutil.disk_usage(ballast.parent).free) > left:
            file.write(bytes(min(free, 1 << 20)))
            file.flush()


class Running:
    """`said`: its lines so far. `ready`: seconds from the command to the first 200."""

    def __init__(self, folder: Path, port: int = 0, *words: str, **environment: str) -> None:
        self.folder, self.port = folder, port or free_port()
        self.postgres = Postgres(folder / "postgres")
        began = time.monotonic()
        self.process = subprocess.Popen(
            command("serve", "--port", str(self.port), *words),
            env=around(BREACHDESK_DATA=str(folder), **environment),
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self.until(200, seconds=60)
        self.ready = time.monotonic() - began

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))

    def heard(self, part: str, seconds: float = 20) -> str:
        """The first line that has `part` in it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for line in self.said:
                if part in line:
                    return line
            time.sleep(0.05)
        raise AssertionError(f"never said {part!r}: {self.said}")

    def ask(
        self, path: str = "/healthy", method: str = "GET", body: str = "", **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """Status, headers, body. Status 0: nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = {"Host": f"localhost:{self.port}", **{name.replace("_", "-"): value for name, value in headers.items()}}
        try:
            connection.request(method, path, body=body, headers=given)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode()
        except OSError:
            return 0, {}, ""
        finally:
            connection.close()

    def until(self, status: int, seconds: float = 30, path: str = "/healthy") -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"the desk ended with {self.process.returncode}: {self.said}")
            if self.ask(path)[0] == status:
                return
            time.sleep(0.1)
        raise AssertionError(f"{path} never answered {status}: {self.said}")

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.postgres.url(), autocommit=True)

    def put_task(self, status: str = "todo", worker: int | None = None) -> None:
        with self.connect() as connection:
            connection.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id) VALUES ('builtin',"
                " 'builtin:procrastinate.builtin_tasks.remove_old_jobs', '{\"max_hours\": 1}', %s, %s)",
                [status, worker],
            )

    def task_is_done(self, seconds: float = 20) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with self.connect() as connection:
                left = connection.execute(
                    "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%remove_old_jobs'"
                ).fetchone()
            if left == (0,):
                return True
            time.sleep(0.2)
        return False

    def close(self, number: int = signal.SIGTERM) -> int:
        """Ask it to close; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(60)
        if self.postgres.running():
            self.postgres.stop()
        return code

    def memory(self) -> dict[str, int]:
        """Bytes that each process of the desk holds for itself, shared pages split among those that share them."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                session = (folder / "stat").read_text().rpartition(")")[2].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
                parent, number = int(session[1]), int(folder.name)
                if number == self.process.pid or self.postgres.pid() in (number, parent):
                    whole = re.search(r"^Pss:\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.MULTILINE)
                    found[f"{number} {command[:60]}"] = int(whole[1]) << 10 if whole else 0
            except (OSError, ValueError, IndexError):
                continue
        return found


@contextmanager
def running(folder: Path, port: int = 0, *words: str, **environment: str) -> Iterator[Running]:
    desk = Running(folder, port, *words, **environment)
    try:
        yield desk
    finally:
        if desk.process.poll() is None:
            desk.close()
        if desk.postgres.running():
            desk.postgres.stop()
