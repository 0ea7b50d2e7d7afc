"""Killed at any moment, a carrier loses nobody and writes to nobody twice, once the log of the relay or the list of the
provider was looked up, or a person who asked the message centre has decided."""

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from breachdesk.notify.app.transports import ByGateway, ByRelay
from breachdesk.web.postgres import Postgres
from tests.journeys.desk.running import a_small_disk, fill
from tests.notify.app.apart import Run, runner
from tests.notify.smsc import Smsc, smsc
from tests.notify.texting import Box, texting

PEOPLE, KILLS = 3_000, 8
_TAKEN = re.compile(r": message-id=(<[^>]+>)")


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """(port, log) of a relay that takes its time to answer, so that much is under way."""
    log = tmp_path / "relay.log"
    command = [sys.executable, "-m", "tests.notify.sink", "0", str(log), "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        yield child.stdout.readline().strip(), log
        child.kill()


def test_carriers_on_several_machines_share_one_sending(run: Run, sink: tuple[str, Path]) -> None:
    port, log = sink
    run("tests.notify.app.many", "lay", "1000")
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: run("tests.notify.app.many", "carry", port), range(2)))
    assert sum(one["sent"] for one in done) == 1000
    taken = Counter(_TAKEN.findall(log.read_text()))
    assert (len(taken), max(taken.values())) == (1000, 1)


def test_the_database_has_looked_at_a_list_before_carriers_come(run: Run, postgres: Any) -> None:
    """Else it sorts all who wait to hand out the next few, until it looks by its own clock."""
    run("tests.notify.app.many", "lay", "700")
    with psycopg.connect(postgres[0].get_uri(run.name)) as connection:
        found = connection.execute("SELECT reltuples FROM pg_class WHERE relname = 'notify_delivery'").fetchone()
    assert found == (700,)


def test_a_database_that_goes_away_is_waited_for(run: Run, sink: tuple[str, Path], postgres: Any) -> None:
    """Its connections are cut while letters are under way: the carrier goes on by itself, and nobody gets two."""
    port, log = sink
    run("tests.notify.app.many", "lay", "1500")
    luck, cuts, over = random.Random(5), list[int](), threading.Event()

    def cut() -> None:
        with psycopg.connect(postgres[0].get_uri(), autocommit=True) as connection:
            while not over.wait(luck.uniform(0.05, 0.5)) and len(cuts) < 8:
                if log.read_text().count("message-id") > 100 * len(cuts):
                    gone = connection.execute(
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = %s", [run.name]
                    ).fetchone()
                    cuts.append(gone[0] if gone else 0)

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        done = run("tests.notify.app.many", "carry", port, str(log))
    finally:
        over.set()
        thread.join()
    assert sum(cuts) >= 3, cuts
    assert done["sent"] >= 1400
    for _ in range(3):  # what was left in nobody's hand is looked up
        run("tests.notify.app.many", "carry", port, str(log))
    taken = Counter(_TAKEN.findall(log.read_text()))
    assert (len(taken), max(taken.values())) == (1500, 1)
    assert run("tests.notify.app.many", "stand")["accepted"] == 1500


@pytest.fixture
def on_a_small_disk(tmp_path: Path) -> Iterator[tuple[Run, Postgres, Path]]:
    """A database of its own on a disk of 160 MiB, and a file there that can grow."""
    with a_small_disk(160) as disk:
        if disk is None:
            pytest.skip("a file system of its own can be made by root only")
        server = Postgres(disk / "postgres")
        server.start()
        try:
            given = {
                "BREACHDESK_DATABASE_URL": server.url(),
                "BREACHDESK_DATA": str(tmp_path / "desk"),
                "DJANGO_SETTINGS_MODULE": "breachdesk.settings",
            }
            migrate = [sys.executable, "-m", "django", "migrate", "-v", "0"]
            subprocess.run(migrate, env={**os.environ, **given}, check=True, timeout=120)
            yield runner(given), server, disk / "ballast"
        finally:
            server.stop()


@pytest.mark.slow
def test_a_disk_that_is_full_is_waited_for(on_a_small_disk: tuple[Run, Postgres, Path], sink: tuple[str, Path]) -> None:
    """No room for what the relay answered, while letters are under way: nothing more goes until there is, what was
    answered is then written down, and nobody gets two."""
    (run, server, ballast), (port, log) = on_a_small_disk, sink
    run("tests.notify.app.many", "lay", "4000")
    stood: list[int] = []

    def count() -> int:
        return log.read_text().count("message-id")

    def squeeze() -> None:
        _until(lambda: count() > 300, 60)
        fill(ballast)
        quiet = 0
        while quiet < 20 and len(stood) < 600:  # for two seconds nothing more has gone
            stood.append(count())
            time.sleep(0.1)
            quiet = quiet + 1 if count() == stood[-1] else 0
        ballast.unlink()
        if not server.running():
            server.start()

    thread = threading.Thread(target=squeeze)
    thread.start()
    try:
        done = run("tests.notify.app.many", "carry", port, str(log))
    finally:
        thread.join()
    assert 300 < stood[-1] < 4000
    assert done["sent"] > 3000  # by the same carrier: it outlived it
    for _ in range(3):
        run("tests.notify.app.many", "carry", port, str(log))
    taken = Counter(_TAKEN.findall(log.read_text()))
    assert (len(taken), max(taken.values())) == (4000, 1)
    assert run("tests.notify.app.many", "stand")["accepted"] == 4000


def _until(true: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)


def test_killed_at_random_moments_nobody_is_lost_and_nobody_written_to_twice(run: Run, sink: tuple[str, Path]) -> None:
    port, log = sink
    run("tests.notify.app.many", "lay", str(PEOPLE))
    luck = random.Random(7)

    def at_work() -> None:
        """Until the relay has more than it had, and a moment longer."""
        before = log.read_text().count("message-id")
        deadline = time.monotonic() + 60
        while log.read_text().count("message-id") == before and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(luck.uniform(0.0, 0.15))

    for _ in range(KILLS):
        run("tests.notify.app.many", "carry", port, str(log), kill=at_work)
    run("tests.notify.app.many", "carry", port, str(log))
    states = run("tests.notify.app.many", "stand")
    most, kills = states.pop("most"), states.pop("kills")
    assert set(states) <= {"accepted", "delivered"}, states
    taken = Counter(_TAKEN.findall(log.read_text()))
    assert len(taken) == PEOPLE
    assert max(taken.values()) == 1
    assert 0 < most <= ByRelay.batch
    assert kills >= KILLS // 2  # most came while something was under way


def _killed(run: Run, kind: str, where: str, count: Callable[[], int], luck: random.Random) -> None:
    def at_work() -> None:
        """Until the gateway has more than it had, and a moment longer."""
        before, deadline = count(), time.monotonic() + 10
        while count() == before and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(luck.random() * 0.2)

    run("tests.notify.app.many", "text", kind, where, kill=at_work)


def test_texts_to_a_provider_are_looked_up_and_nobody_gets_two(run: Run) -> None:
    luck = random.Random(11)

    def slowly(form: Any) -> None:
        time.sleep(0.004)

    with texting(Box(say=slowly)) as box:
        run("tests.notify.app.many", "lay", "600", "sms")
        for _ in range(3):
            _killed(run, "provider", box.base, lambda: len(box.got), luck)
        run("tests.notify.app.many", "text", "provider", box.base)
        taken = Counter(box.numbers())
    assert (len(taken), max(taken.values())) == (600, 1)
    stands = run("tests.notify.app.many", "stand")
    assert stands["accepted"] == 600
    assert stands["most"] <= ByGateway.batch
    assert stands["kills"] > 0


def test_texts_to_a_centre_wait_in_doubt_for_a_person_and_nobody_gets_two(run: Run) -> None:
    luck = random.Random(12)
    with smsc(Smsc()) as there:
        run("tests.notify.app.many", "lay", "600", "sms")
        for _ in range(3):
            _killed(run, "centre", str(there.port), lambda: len(there.got), luck)
            assert run("tests.notify.app.many", "stand").get("refused") is None
        run("tests.notify.app.many", "text", "centre", str(there.port))
        doubt = run("tests.notify.app.many", "stand").get("doubt", 0)
        assert doubt > 0
        said = run("tests.notify.app.many", "decide", *[part.to for part in there.got])
        assert said["taken"] + said["again"] == doubt
        run("tests.notify.app.many", "text", "centre", str(there.port))
        taken = Counter(part.to for part in there.got)
    assert (len(taken), max(taken.values())) == (600, 1)
    assert run("tests.notify.app.many", "stand")["accepted"] == 600
