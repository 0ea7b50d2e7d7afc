"""The database goes away, the disk is full: pages ask for patience, nothing is half-written, and work goes on after."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.journeys.desk.running import Running, a_folder, a_small_disk, fill, running

MIB = 1 << 20


@pytest.fixture(scope="module")
def desk() -> Iterator[Running]:
    with a_folder() as folder, running(folder / "desk") as found:
        yield found


def stop_hard(desk: Running) -> None:
    desk.postgres._run("pg_ctl", "stop", "-s", "-m", "immediate", "-D", desk.postgres.folder)


def answers(desk: Running, until_well: float = 40) -> Counter[int]:
    """What pages answer from now on, until the desk is well again."""
    seen: Counter[int] = Counter()
    until = time.monotonic() + until_well
    while time.monotonic() < until:
        seen[desk.ask()[0]] += 1
        if seen[503] and desk.ask("/enter/login/")[0] == 200:
            return seen
    raise AssertionError(f"not well again: {seen}, {desk.said}")


def test_while_the_database_is_away_pages_ask_for_patience_in_the_readers_language(desk: Running) -> None:
    stop_hard(desk)
    status, headers, page = desk.ask("/healthy", Accept_Language="ru")
    assert status == 503
    assert headers["Retry-After"] == "15"
    assert "База данных запускается заново" in page
    assert "<script>" not in page
    assert set(answers(desk)) <= {200, 503}
    assert desk.heard("The database is back")


def test_a_database_that_is_killed_is_started_again(desk: Running) -> None:
    pid = desk.postgres.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert set(answers(desk)) <= {200, 503}
    assert desk.postgres.pid() not in (None, pid)


def test_a_restart_by_its_owner_is_survived_by_pages_and_worker(desk: Running) -> None:
    done = threading.Event()
    seen: Counter[int] = Counter()

    def ask() -> None:
        while not done.is_set():
            seen[desk.ask()[0]] += 1

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        desk.postgres._run(
            "pg_ctl", "restart", "-s", "-w", "-m", "fast", "-D", desk.postgres.folder, "-l", desk.postgres.log
        )
        desk.until(200)
    finally:
        done.set()
        asking.join()
    assert set(seen) <= {200, 503}
    desk.put_task()
    assert desk.task_is_done()


def test_a_task_whose_worker_is_no_more_begins_again(desk: Running) -> None:
    with desk.connect() as connection:
        found = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        ).fetchone()
        desk.put_task(status="doing", worker=found[0] if found else None)
    assert desk.task_is_done(40)


def test_a_number_of_a_process_that_is_now_anothers_does_not_keep_the_database_from_starting(folder: Path) -> None:
    with running(folder / "desk", 0, "--no-worker") as desk:
        assert desk.close() == 0
    noted = desk.folder / "postgres" / "postmaster.pid"
    noted.write_text(f"{os.getpid()}\n{desk.postgres.folder}\n1700000000\n5432\n/tmp\n\n0 0\nready\n")
    with running(desk.folder, 0, "--no-worker") as again:
        assert again.ask()[0] == 200


@pytest.fixture
def folder() -> Iterator[Path]:
    with a_folder() as found:
        yield found


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with a_small_disk(220) as disk:
        if disk is None:
            pytest.skip("a file system of 220 MB can be made by root only")
        yield disk


def fill_the_log_of_the_database(desk: Running) -> None:
    """It writes ahead what it is going to do; without room for that it stops rather than go on."""
    with desk.connect() as connection:
        while True:
            connection.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 4000000))")


@pytest.mark.slow
def test_a_full_disk_is_survived(small_disk: Path) -> None:
    """Cases are opened until no room is left; what was acknowledged is there afterwards, and nothing else is."""
    from django.db import connection
    from django.db.utils import DatabaseError, InterfaceError

    from breachdesk.case.app.actions import open_case
    from breachdesk.case.app.models import Case
    from breachdesk.journal.app.judging import judge_journal
    from breachdesk.journal.app.models import Line
    from breachdesk.web.troubles import FULL, trouble
    from tests.cast import AT, account, hand
    from tests.rooms import joined

    ballast = small_disk / "ballast"
    with running(small_disk / "desk") as desk:
        joined(desk.postgres.url())
        ada = account("Ada")
        kept = [open_case("before", lead=ada, by=hand(ada)).number]
        fill(ballast, left=2 * MIB)
        refused: list[str] = []
        text = os.urandom(24_000).hex()
        while not refused:
            try:
                kept.append(open_case(text[:200], lead=ada, by=hand(ada)).number)
                with connection.cursor() as cursor:  # something large beside it, as evidence lists are
                    cursor.execute("CREATE TABLE IF NOT EXISTS room (t text)")
                    cursor.execute("INSERT INTO room SELECT %s || n FROM generate_series(1, 40) n", [text])
            except (DatabaseError, InterfaceError) as error:
                refused.append(trouble(error))
            assert len(kept) < 5_000
        connection.close()
        assert refused == [FULL]
        with pytest.raises(OSError) as raised, ballast.open("ab") as file:
            file.write(bytes(8 * MIB))
        assert trouble(raised.value) == FULL
        assert set(Counter(desk.ask("/enter/login/")[0] for _ in range(20))) <= {200, 503}
        with pytest.raises(psycopg.OperationalError):
            fill_the_log_of_the_database(desk)
        desk.heard("The database has stopped")
        status, _, page = desk.ask("/enter/login/", Accept_Language="en")
        assert (status, "free space on its disk" in page) == (503, True)
        ballast.unlink()
        desk.until(200, 60, "/enter/login/")
        joined(desk.postgres.url())
        kept.append(open_case("after", lead=ada, by=hand(ada, at=AT)).number)
        numbers = set(Case.objects.values_list("number", flat=True))
        opened = Line.objects.filter(type="case.case.opened").values_list("case", flat=True)
        assert sorted(opened) == sorted(numbers)
        judged = judge_journal()
        connection.close()
    assert set(kept) <= numbers
    assert len(numbers) - len(kept) in (0, 1)  # the one that was refused while it was being committed
    assert not judged.faults
    assert judged.entries > len(numbers)


def test_a_full_disk_is_told_in_words(desk: Running) -> None:
    from django.test import RequestFactory

    from breachdesk.web.troubles import FULL
    from breachdesk.web.views import at_rest

    answer = at_rest(RequestFactory().get("/", headers={"accept-language": "en"}), FULL)
    assert answer.status_code == 503
    assert b"free space on its disk" in answer.content
    answer = at_rest(RequestFactory().post("/api/cases", headers={"accept-language": "ru"}), FULL)
    assert answer.headers["Content-Type"] == "application/problem+json"
