"""Holding a leaked sample against our own data: asked for here, done by the worker in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.db import transaction

from breachdesk.case.app.actions import still_open
from breachdesk.case.app.models import Case
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.scope.app import tasks
from breachdesk.scope.app.models import Comparison, State
from breachdesk.vault.app import keys
from breachdesk.vault.app.models import Item

MOST_OWN = 6
SECONDS = 3600


def own_labels(case: Case) -> set[str]:
    """Items that are our own data, put in to compare with: nobody stole them, so they are not read as stolen."""
    return {label for own in Comparison.objects.filter(case=case).values_list("own", flat=True) for label in own}


@transaction.atomic
def ask(case: Case, sample: str, own: Sequence[str], *, by: Hand) -> Comparison:
    """Compare the item `sample` with the items `own`, the oldest export first. Raises Refused."""
    still_open(case, alone=True)
    held = dict(Item.objects.filter(case=case, forgotten_at=None).values_list("label", "acquired_at"))
    if sample not in held or not own or not set(own) <= set(held):
        raise Refused("sample.refused.which")
    if sample in own:
        raise Refused("sample.refused.itself", field="own")
    if len(set(own)) > MOST_OWN:
        raise Refused("sample.refused.many", field="own", most=MOST_OWN)
    if Comparison.objects.filter(case=case, state__in=[State.WAITING, State.READING]).exists():
        raise Refused("sample.refused.under_way")
    made = Comparison.objects.create(
        case=case,
        sample=sample,
        own=sorted(set(own), key=lambda label: (held[label], label)),
        made_at=by.at,
        made_by=by.actor.name,
    )
    write(
        "scope.sample.asked",
        by=by,
        case=case.number,
        refs={"comparison": made.id},
        payload={"sample": sample, "own": made.own},
    )
    tasks.compare_soon(made)
    return made


def work(comparison: int, by: Hand) -> None:
    """What the worker does; one that was broken off begins again."""
    found = Comparison.objects.select_related("case").filter(id=comparison).first()
    if found is None or not found.open:
        return
    Comparison.objects.filter(id=found.id).update(state=State.READING)
    try:
        result = _answer(order(found))
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        settle(found, None, type(error).__name__, by=by)
    else:
        settle(found, result, "" if result is not None else "child_ended", by=by)


@transaction.atomic
def settle(found: Comparison, result: dict[str, Any] | None, fault: str, *, by: Hand) -> Comparison:
    held = Comparison.objects.select_for_update().select_related("case").get(id=found.id)
    held.state, held.result, held.fault, held.finished_at = State.DONE, result, fault, by.at
    if result is None:
        held.state = State.FAILED
    held.save()
    tables = result["tables"] if result else []
    write(
        "scope.sample.compared" if result is not None else "scope.sample.failed",
        by=by,
        case=held.case.number,
        refs={"comparison": held.id},
        payload={
            "rows": result["looked_at"],
            "tables": [f"{one['item']} {one['table']}: {one['full']} of {one['found']}" for one in tables],
        }
        if result is not None
        else {"fault": fault},
    )
    return held


def order(found: Comparison) -> dict[str, Any]:
    """What the child is told (scope/child.py), by standard input."""
    number, vault = found.case.number, keys.vault()
    items = {one.label: one for one in Item.objects.filter(case=found.case, forgotten_at=None)}

    def told(label: str) -> dict[str, str]:
        item = items[label]
        return {"sealed": str(vault.place(number, item.sealed)), "label": label, "name": item.name}

    return {
        "compare": {"sample": told(found.sample), "own": [told(label) for label in found.own]},
        "key": keys.key_of(number).secret.hex(),
        "work": str(vault.place(number, f"w-c{found.id}")),
    }


def _answer(asked: dict[str, Any]) -> dict[str, Any] | None:
    child = subprocess.Popen(
        [sys.executable, "-m", "breachdesk.scope.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what it says there could hold a value
        text=True,
    )
    try:
        said, _ = child.communicate(json.dumps(asked) + "\n", timeout=SECONDS)
    finally:
        if child.poll() is None:
            child.terminate()  # it clears its folder
            with suppress(subprocess.TimeoutExpired):
                child.wait(60)
        if child.poll() is None:
            child.kill()
    lines = [json.loads(line) for line in said.splitlines()]
    return next((line["result"] for line in lines if "result" in line), None)
