"""Sixty times the desk is killed in the middle of its work, now and then with its database: nothing it acknowledged is
lost, no entry is there without its change and no change without its entry."""

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from breachdesk.web.postgres import Postgres
from tests.journeys.desk.running import a_folder, free_port

KILLS = 60
EVERY_DATABASE = 6  # in one kill of so many the database is killed too
HANDS = 3


def act_for_ever(number: int, acknowledge: int) -> None:
    """One member of the team, quick and tireless: opens cases, lets people in, decides when they became aware."""
    from django.db import connection
    from django.db.utils import DatabaseError, InterfaceError

    from breachdesk.case.app.actions import decide_aware, let_in, open_case
    from breachdesk.staff.app.models import Account
    from breachdesk.staff.rights import Role
    from tests.cast import AT, hand

    luck = random.Random()
    while True:
        try:
            ada, ben = Account.objects.get(email="ada@bakery.example"), Account.objects.get(email="ben@bakery.example")
            case = open_case(f"Case of hand {number}", lead=ada, by=hand(ada))
            _acknowledge(acknowledge, "opened", case.number)
            let_in(case, ben, luck.choice([Role.COUNSEL, Role.SUPPORT]), by=hand(ada))
            _acknowledge(acknowledge, "admitted", case.number)
            decide_aware(case, AT, reason="a file with names was seen", by=hand(ada))
            _acknowledge(acknowledge, "aware", case.number)
        except (DatabaseError, InterfaceError, Account.DoesNotExist):
            connection.close()
            time.sleep(0.02)


def _acknowledge(to: int, what: str, number: str) -> None:
    os.write(to, f"{json.dumps([what, number])}\n".encode())  # shorter than a pipe splits


def desk_until_killed(data: Path, port: int, acknowledge: int) -> None:
    """A whole desk: database, pages, worker, and a team at work in it."""
    from breachdesk.web import server

    for number in range(HANDS):
        threading.Thread(target=act_for_ever, args=(number, acknowledge), daemon=True).start()
    server.serve(host="127.0.0.1", port=port, worker=True, tell=lambda key, **values: None)


def killed(data: Path, port: int, luck: random.Random, *, database: bool) -> list[tuple[str, str]]:
    """What a desk acknowledged before it was killed."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        try:
            desk_until_killed(data, port, theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    said = os.read(ours, 1 << 16)
    assert said, "the desk never came to work"
    time.sleep(luck.uniform(0, 0.2))
    pid = Postgres(data / "postgres").pid()
    if database and pid is not None:
        os.kill(pid, signal.SIGKILL)
        time.sleep(luck.choice([0, 0.03]))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(ours, 1 << 16):
        said += more
    os.close(ours)
    return [tuple(json.loads(line)) for line in said.splitlines()]


@pytest.mark.slow
def test_sixty_kills_of_a_busy_desk_lose_nothing(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with a_folder() as folder:
        _sixty(folder / "desk", monkeypatch)


def _sixty(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from breachdesk.case.app.models import Case, Membership
    from breachdesk.journal.app.judging import judge_journal
    from breachdesk.journal.app.models import Line
    from tests.cast import account
    from tests.rooms import joined

    data.mkdir(mode=0o700)
    monkeypatch.setenv("BREACHDESK_DATA", str(data))
    monkeypatch.delenv("BREACHDESK_DATABASE_URL", raising=False)
    monkeypatch.setattr(settings, "DATA", data)
    database = Postgres(data / "postgres")
    database.start()
    joined(database.url())
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    account("Ada")
    account("Ben")
    connection.close()
    database.stop()
    luck, port, acknowledged = random.Random(60), free_port(), list[tuple[str, str]]()
    try:
        for turn in range(KILLS):
            acknowledged += killed(data, port, luck, database=turn % EVERY_DATABASE == 0)
        database.start()
        joined(database.url())
        entries = Counter(Line.objects.filter(type__startswith="case.").values_list("type", "case"))
        opened = {case for kind, case in entries if kind == "case.case.opened"}
        admitted = {case for kind, case in entries if kind == "case.member.admitted"}
        aware = {case for kind, case in entries if kind == "case.aware.decided"}
        assert opened == set(Case.objects.values_list("number", flat=True))
        lead_and_more = Membership.objects.exclude(role="lead").values_list("case__number", flat=True)
        assert sorted(admitted) == sorted(lead_and_more)
        assert aware == set(Case.objects.exclude(aware_at=None).values_list("number", flat=True))
        assert max(entries.values()) == 1
        there = {"opened": opened, "admitted": admitted, "aware": aware}
        assert [one for one in acknowledged if one[1] not in there[one[0]]] == []
        assert len(acknowledged) == len(set(acknowledged)) > 2 * KILLS
        judged = judge_journal()
        assert judged.entries >= len(acknowledged)
        assert not judged.faults
    finally:
        connection.close()
        if database.running():
            database.stop()
