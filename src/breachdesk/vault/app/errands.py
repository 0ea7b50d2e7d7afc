"""What takes long goes to the worker: hashing, sealing, writing what is to leave. The page tells how far it is.

An errand has two halves. Its work may take hours and changes nothing that counts; the deed it hands back is done in one
transaction with the end of the errand. An errand that was broken off begins again, so work removes what it left before.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F, Q

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor, Via
from breachdesk.vault.app.models import OPEN, Errand, Item, State

Tell = Callable[[int], None]  # so many bytes more are done
Deed = Callable[[Hand], Mapping[str, Any]]  # what came of it, in the transaction of its end
Work = Callable[[Errand, Tell], Deed]

#: How long the end of an errand is told on its page, and how long what it wrote waits to be fetched.
TOLD = timedelta(hours=24)
_SECONDS = 1.0
_MOST = 20
_works: dict[str, Work] = {}


def register(kind: str, work: Work) -> None:
    """From AppConfig.ready of a room: who does errands of this kind."""
    _works[kind] = work


@transaction.atomic
def put(
    case: Any,
    kind: str,
    *,
    by: Hand,
    item: Item | None = None,
    upload: Any = None,
    total: int = 0,
    said: Mapping[str, Any] | None = None,
) -> Errand:
    """Into the queue, in the transaction that runs. `total`: bytes it will look at. The same for the same thing is not
    put twice."""
    from breachdesk.vault.app import tasks

    same = Errand.objects.filter(case=case, kind=kind, item=item, upload=upload, said=dict(said or {}), state__in=OPEN)
    if (found := same.first()) is not None:
        return found
    errand = Errand.objects.create(
        case=case,
        kind=kind,
        item=item,
        upload=upload,
        total=total,
        said=dict(said or {}),
        made_at=by.at,
        made_by=by.actor.name,
        role=by.actor.role,
        via=by.via.value,
    )
    tasks.do.configure(lock="vault.errand").defer(errand=errand.id)
    return errand


def pack(case: Any, *, with_items: bool, by: Hand) -> Errand:
    """Have the case packed as a bag, with its evidence or without."""
    sizes = Item.objects.filter(case=case, forgotten_at=None).values_list("size", flat=True) if with_items else ()
    return put(case, "bag", by=by, total=sum(sizes), said={"items": with_items, "for": by.actor.name})


def of(case: Any, at: datetime, **which: Any) -> list[Errand]:
    """What is under way in a case, and behind it what ended not long ago."""
    found = Errand.objects.filter(Q(state__in=OPEN) | Q(ended_at__gt=at - TOLD), case=case, seen=False, **which)
    return list(found.select_related("item").order_by(F("ended_at").desc(nulls_first=True), "-id")[:_MOST])


def do(errand: Errand) -> None:
    """Its work, then its deed. What goes wrong ends it, told on the page and in the journal."""
    if errand.state not in OPEN:
        return
    Errand.objects.filter(id=errand.id).update(state=State.WORKING, done=0)
    told, done = time.monotonic(), 0

    def tell(more: int) -> None:
        nonlocal told, done
        done += more
        if time.monotonic() - told >= _SECONDS:
            told = time.monotonic()
            Errand.objects.filter(id=errand.id).update(done=done)

    try:
        deed = _works[errand.kind](errand, tell)
        by = hand_of(errand)
        with transaction.atomic():
            held = Errand.objects.select_for_update(of=("self",)).get(id=errand.id)
            held.outcome = dict(deed(by))
            held.state, held.ended_at, held.done = State.DONE, by.at, held.total
            held.save(update_fields=["outcome", "state", "ended_at", "done"])
    except Refused as refused:
        _failed(errand, refused.key, {name: str(value) for name, value in refused.values.items()})
    except Exception as error:
        _failed(errand, type(error).__name__, {})


@transaction.atomic
def _failed(errand: Errand, fault: str, values: dict[str, str]) -> None:
    by = hand_of(errand)
    Errand.objects.filter(id=errand.id).update(state=State.FAILED, ended_at=by.at, fault=fault[:100], outcome=values)
    write(
        "vault.errand.failed",
        by=by,
        case=errand.case.number,
        refs={"errand": errand.id},
        payload={"errand": errand.kind, "kind": fault[:100]},
    )


def hand_of(errand: Errand) -> Hand:
    """It is done in the name of whoever asked for it."""
    return Hand(Actor(errand.made_by, errand.role), Via(errand.via), clock.now())


class Telling:
    """A stream that tells how much of it was read."""

    def __init__(self, content: BinaryIO, tell: Tell) -> None:
        self._content, self._tell = content, tell

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(size)
        self._tell(len(block))
        return block
