"""Notices by mail with all that makes them provable, beside the quickest that says nothing: Postfix's smtp-source into
its smtp-sink; and how often a killed carrier loses somebody or writes to somebody twice."""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.figures import Figure
from tests import database as postgres

_MANY = "tests.notify.app.many"
_BYTES = 12_000  # about what a letter of ours has, on the wire
_DJANGO = 300
_SECONDS = 600  # no loop here runs longer
_TAKEN = re.compile(r": message-id=(<[^>]+>)")


@contextmanager
def _desk(name: str) -> Iterator[Callable[..., Any]]:
    """`run(*words)`: a process against a database and a data folder of its own; its last line of JSON."""
    server = postgres.server(lasting=True)
    url = postgres.make(server, name)
    with tempfile.TemporaryDirectory() as folder:
        given = {
            **os.environ,
            "BREACHDESK_DATABASE_URL": url,
            "BREACHDESK_DATA": str(Path(folder) / "desk"),
            "DJANGO_SETTINGS_MODULE": "breachdesk.settings",
        }

        def run(*words: str, kill: Callable[[], None] | None = None) -> Any:
            command = [sys.executable, "-m", *words]
            with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True) as child:
                if kill is not None:
                    kill()
                    child.kill()
                    return None
                said, _ = child.communicate(timeout=_SECONDS)
                if child.returncode:
                    raise RuntimeError(f"{' '.join(words)}: ended with {child.returncode}")
                return json.loads(said.splitlines()[-1]) if said.strip() else None

        try:
            run("django", "migrate", "-v0")
            yield run
        finally:
            postgres.drop(server, name)
            server.cleanup()


def delivery(scale: float) -> Sequence[Figure]:
    """The peer sends one message to everybody, from memory, and keeps no record; measured before and after ours."""
    source, sink = (shutil.which(name, path="/usr/sbin:/usr/bin") for name in ("smtp-source", "smtp-sink"))
    if source is None or sink is None:
        return [Figure("delivery", "Postfix's smtp-source is not installed", None, "")]
    people, port = max(1_000, int(100_000 * scale)), _free()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with _desk("delivery_bench") as run, subprocess.Popen([sink, *user, f"127.0.0.1:{port}", "256"]) as process:
        try:
            run(_MANY, "lay", str(people))
            before = _source(source, port, max(1_000, people // 5))
            done = run(_MANY, "carry", str(port))
            after = _source(source, port, max(1_000, people // 5))
            loop = run(_MANY, "django", str(port), str(max(30, int(_DJANGO * min(1.0, scale)))))
            stands = run(_MANY, "stand")
        finally:
            process.kill()
    rate, peer = done["sent"] / done["seconds"], (before + after) / 2
    django = loop["sent"] / loop["seconds"]
    told = "" if stands.get("accepted") == people else f"only {stands} of {people}"
    return [
        Figure("delivery", f"notices a second, of smtp-source -d -s 8 ({people:,})", rate / peer, "x", floor=0.25,
               note=told or f"{rate:,.0f} a second, smtp-source {peer:,.0f}"),
        Figure("delivery", "notices a second, of a loop over Django's send_mail", rate / django, "x", floor=15.0,
               note=f"{django:,.0f} a second, each letter drawn by Django's templates"),
        Figure("delivery", "processor time of a notice", 1e6 * done["processor"] / done["sent"], "us", ceiling=200.0),
        Figure("delivery", "memory of the carrier", done["mib"], "MiB", ceiling=400.0),
    ]  # fmt: skip


def kills(scale: float) -> Sequence[Figure]:
    """Fifty times killed in the middle of a hundred thousand people; then held against the log of the relay."""
    people, times = max(2_000, int(100_000 * scale)), max(5, int(50 * scale))
    with _desk("kills_bench") as run, tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "relay.log"
        command = [sys.executable, "-m", "tests.notify.sink", "0", str(log)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            port = process.stdout.readline().strip() if process.stdout else ""
            try:
                run(_MANY, "lay", str(people))
                luck = random.Random(11)
                for _ in range(times):
                    run(_MANY, "carry", port, str(log), kill=lambda: _at_work(log, luck))
                run(_MANY, "carry", port, str(log))
                stands = run(_MANY, "stand")
            finally:
                process.kill()
        taken = Counter(_TAKEN.findall(log.read_text()))
    twice = sum(n > 1 for n in taken.values())
    what = f"of {people:,} people, {times} kills ({stands['kills']} while something was under way)"
    return [
        Figure("kills", f"lost, {what}", people - len(taken), "", ceiling=0),
        Figure("kills", f"written to twice, {what}", twice, "", ceiling=0),
        Figure("kills", "in doubt after one kill, at most", stands["most"], "", ceiling=400),
    ]


def _at_work(log: Path, luck: random.Random) -> None:
    """Until the relay has more than it had, and a moment longer."""
    before, deadline = log.stat().st_size, time.monotonic() + 60
    while log.stat().st_size < before + 4_000 and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(luck.uniform(0.0, 0.4))


def _source(program: str, port: int, count: int) -> float:
    """Messages a second by one connection each of eight sessions, kept open."""
    begun = time.perf_counter()
    subprocess.run(
        [program, "-d", "-s", "8", "-l", str(_BYTES), "-m", str(count), "-f", "a@x.example", "-t", "b@x.example",
         f"127.0.0.1:{port}"],
        check=True,
        timeout=_SECONDS,
    )  # fmt: skip
    return count / (time.perf_counter() - begun)


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
