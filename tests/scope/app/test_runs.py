"""Evidence read by the worker in a process of its own; what was found, corrected, and who looked."""

import os
import signal
import subprocess
from threading import Thread
from time import sleep
from typing import Any

import pytest
from django.db import connection

from breachdesk.case.app.sheet import facts_of
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.models import Line
from breachdesk.scope.app import actions, tasks
from breachdesk.scope.app.models import Run, State
from breachdesk.vault.app import keys
from tests.cast import browser, hand
from tests.scope.app import filling

MANY = b"id,name,email,city,country\n" + b"".join(
    b"%d,Ada Petrova,p%d@example.org,Berlin,DE\n" % (number, number) for number in range(60_000)
)


def residences(run: Run) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in run.cohorts or ():
        found[row["residence"]] = found.get(row["residence"], 0) + row["count"]
    return found


def test_the_worker_reads_it_in_a_process_of_its_own_and_tells_what_it_found(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada)
    run = actions.read_evidence(cast.bakery, by=hand(cast.ada))
    with pytest.raises(Refused, match="under_way"):
        actions.read_evidence(cast.bakery, by=hand(cast.ada))
    tasks.read.func(run.id)
    run.refresh_from_db()
    assert (run.state, run.people, run.new) == (State.DONE, 3, None)
    assert residences(run) == {"DE": 1, "FR": 1, "SE": 1}
    kinds = Line.objects.filter(type__startswith="scope.").order_by("seq").values_list("type", flat=True)
    assert list(kinds) == ["scope.run.started", "scope.people.listed"]
    folder = keys.vault().place(cast.bakery.number, run.folder)
    assert all(b"Petrova" not in path.read_bytes() for path in folder.iterdir() if path.is_file())
    assert facts_of(cast.bakery) == {}


def test_a_source_that_comes_later_tells_who_is_new(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada)
    filling.read(cast.bakery, cast.ada)
    more = b"email,name\nada@example.org,Ada Petrova\nnew@example.org,Dan Berg\n"
    filling.take(cast.bakery, cast.ada, more, "newsletter.csv")
    page = browser(cast.ada).get(f"/case/{cast.bakery.number}/people/").content.decode()
    assert "E-002" in page
    run = filling.read(cast.bakery, cast.ada)
    assert (run.people, run.new) == (4, 1)


def test_a_correction_counts_without_reading_again_and_keeps_its_reason(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada)
    filling.read(cast.bakery, cast.ada)
    with pytest.raises(Refused, match="no_place"):
        actions.correct(cast.bakery, "XX", found="FR", reason="because", by=hand(cast.ada))
    with pytest.raises(Refused, match="no_reason"):
        actions.correct(cast.bakery, "BE", found="FR", reason=" ", by=hand(cast.ada))
    actions.correct(cast.bakery, "BE", found="FR", reason="a warehouse in Lille", by=hand(cast.ada))
    lead, number = browser(cast.ada), cast.bakery.number
    answer = lead.post(
        f"/case/{number}/people/correct/", {"person": "P00000001", "residence": "at", "reason": "she wrote to us"}
    )
    assert answer.status_code == 302
    run = actions.read_evidence(cast.bakery, by=hand(cast.ada), again=True)
    tasks.read.func(run.id)
    run.refresh_from_db()
    assert residences(run) == {"AT": 1, "BE": 1, "SE": 1}
    corrected = Line.objects.filter(type="scope.residence.corrected")
    assert corrected.count() == 2
    assert all(b"ada@example.org" not in bytes(line.payload or b"") for line in corrected)


def test_people_are_shown_masked_and_whole_only_with_a_reason_that_is_kept(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada)
    filling.read(cast.bakery, cast.ada)
    number, support = cast.bakery.number, browser(cast.cara)
    listed = support.get(f"/case/{number}/people/list/").content.decode()
    assert "P00000001" in listed
    assert "Petrova" not in listed
    assert "ada@example.org" not in listed
    found = support.get(f"/case/{number}/people/list/?find=ADA@example.org").content.decode()
    assert "P00000001" in found
    assert "P00000002" not in found
    assert "P00000002" in support.get(f"/case/{number}/people/list/?place=FR").content.decode()
    whole = f"/case/{number}/people/person/P00000001/whole/"
    assert support.post(whole, {"reason": ""}).status_code == 302
    shown = support.post(whole, {"reason": "she called"})
    assert "Petrova" in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    last = Line.objects.filter(type="scope.people.shown").order_by("-seq")[0]
    assert b"she called" in bytes(last.payload or b"")
    assert b"P00000001" in bytes(last.payload or b"")
    assert Line.objects.filter(type="scope.people.shown").count() == 4
    assert "customers.csv" in shown.content.decode()


def test_a_reading_can_be_stopped_and_one_that_was_killed_begins_again(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada, MANY)
    run = actions.read_evidence(cast.bakery, by=hand(cast.ada))

    def work() -> None:
        tasks.read.func(run.id)
        connection.close()

    def children() -> list[int]:
        told = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "scope.child"], capture_output=True, text=True)
        return [int(one) for one in told.stdout.split()]

    reading = Thread(target=work)
    reading.start()
    for _ in range(400):
        if children():
            break
        sleep(0.02)
    sleep(0.5)
    for child in children():
        os.kill(child, signal.SIGKILL)
    reading.join(60)
    run.refresh_from_db()
    assert (run.state, run.fault) == (State.FAILED, "child_ended")
    again = actions.read_evidence(cast.bakery, by=hand(cast.ada))
    actions.stop(again, by=hand(cast.ada))
    again.refresh_from_db()
    assert again.state == State.STOPPED
    tasks.read.func(again.id)
    third = actions.read_evidence(cast.bakery, by=hand(cast.ada))
    tasks.read.func(third.id)
    third.refresh_from_db()
    assert (third.state, third.people) == (State.DONE, 60_000)
    left = [path.name for path in keys.vault().place(cast.bakery.number, "any").parent.iterdir()]
    assert not [name for name in left if name.startswith("w-")]


def test_evidence_that_nobody_can_read_is_told_and_counts_nobody(cast: Any) -> None:
    filling.take(cast.bakery, cast.ada, os.urandom(4_000), "noise.zip")
    run = actions.read_evidence(cast.bakery, by=hand(cast.ada))
    tasks.read.func(run.id)
    run.refresh_from_db()
    assert (run.state, run.people) == (State.DONE, 0)
    page = browser(cast.ada).get(f"/case/{cast.bakery.number}/sources/").content.decode()
    assert "noise.zip" in page
