"""The worker reads evidence in a process of its own (scope/child.py) and tells how far it is."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.scope.app.models import OPEN, Comparison, Run, State
from breachdesk.scope.cohorts import PEOPLE_FILE
from breachdesk.vault.app import keys, sweeping
from breachdesk.vault.app.models import Item

_TELL_SECONDS = 1.0
_NICE = 10


def soon(run: Run) -> None:
    """Into the queue, in the transaction that runs: one at a time for each case."""
    lock = f"scope.{run.case.number}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        read.configure(lock=lock, queueing_lock=f"{lock}.{run.id}").defer(run=run.id)


def compare_soon(comparison: Comparison) -> None:
    """Into the queue, in the transaction that runs."""
    compare.configure(lock=f"scope.{comparison.case.number}").defer(comparison=comparison.id)


@app.task(name="scope.compare", queue="scope")
def compare(comparison: int) -> None:
    """Hold a leaked sample against our own data."""
    from breachdesk.scope.app import comparing

    comparing.work(comparison, Hand(HOUSE, Via.FLOW, clock.now()))


@app.task(name="scope.read", queue="scope")
def read(run: int) -> None:
    """Read the evidence of a run; one that was broken off begins again, whatever was left of it removed first."""
    from breachdesk.scope.app import actions

    found = Run.objects.select_related("case").filter(id=run).first()
    if found is None or not found.open:
        return
    by = Hand(HOUSE, Via.FLOW, clock.now())
    if found.state == State.STOPPING:
        actions.give_up(found, "", by=by)
        return
    Run.objects.filter(id=run, state=State.WAITING).update(state=State.READING)
    Run.objects.filter(id=run).update(started_at=by.at, done=0)
    try:
        result = _read(found)
    except Exception as error:
        actions.give_up(found, type(error).__name__, by=Hand(HOUSE, Via.FLOW, clock.now()))
        return
    if result is None:
        actions.give_up(found, "child_ended", by=Hand(HOUSE, Via.FLOW, clock.now()))
    else:
        actions.finish(found, result, by=Hand(HOUSE, Via.FLOW, clock.now()))


def strays(at: datetime) -> None:
    """Evidence in clear that a reading left when it was killed, and no reading is under way that would remove it."""
    busy = {f"w-{folder}" for folder in Run.objects.filter(state__in=OPEN).values_list("folder", flat=True)}
    busy |= {f"w-c{id}" for id in Comparison.objects.filter(state__in=OPEN).values_list("id", flat=True)}
    for folder in sweeping.strays(keys.vault().folder, "*/w-*"):
        if folder.name not in busy:
            shutil.rmtree(folder, ignore_errors=True)


def order(run: Run) -> dict[str, Any]:
    """What the child is told; the key is among it, so it goes in by standard input and nowhere else."""
    from breachdesk.scope.app import actions, columns

    number, vault = run.case.number, keys.vault()
    before = actions.last(run.case)
    items = [
        {"sealed": str(vault.place(number, item.sealed)), "label": item.label, "name": item.name}
        for item in Item.objects.filter(case=run.case, label__in=run.items, forgotten_at=None)
    ]
    fresh = before is not None and not run.again
    return {
        "key": keys.key_of(number).secret.hex(),
        "items": [] if run.again else items,
        "work": str(vault.place(number, f"w-{run.folder}")),
        "out": str(vault.place(number, run.folder)),
        "before": str(vault.place(number, before.folder) / PEOPLE_FILE) if fresh and before else "",
        "again": run.again,
        "corrections": actions.corrections(run.case),
        "meant": columns.meant(run.case),
    }


def _read(run: Run) -> dict[str, Any] | None:
    """What the child found; None when it was asked to stop, or was killed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "breachdesk.scope.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what it says there could hold a value
        text=True,
    )
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, child.pid, _NICE)  # pages come first
    try:
        return _heard(run, child)
    finally:
        if child.poll() is None:
            child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(60)
        if child.poll() is None:
            child.kill()


def _heard(run: Run, child: "subprocess.Popen[str]") -> dict[str, Any] | None:
    if child.stdin is None or child.stdout is None:
        return None
    child.stdin.write(json.dumps(order(run)) + "\n")
    child.stdin.close()
    told = 0.0
    for line in child.stdout:
        said: dict[str, Any] = json.loads(line)
        if "result" in said:
            result: dict[str, Any] = said["result"]
            return result
        if time.monotonic() - told < _TELL_SECONDS:
            continue
        told = time.monotonic()
        Run.objects.filter(id=run.id).update(step=said["step"], done=said["bytes"])
        if Run.objects.filter(id=run.id, state=State.STOPPING).exists():
            return None
    return None
