"""What the worker does for notices: it has sendings carried out, by a process of their own, and looks after them."""

import logging
import subprocess
import sys
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.notify.app.models import Sending, Standing

_LOG = logging.getLogger(__name__)
_NICE = 5


def carry_soon(sending: Sending) -> None:
    """Into the queue, in the transaction that runs: as many carriers as the desk may have."""
    for place in range(settings.CARRIERS):
        lock = f"notify.{sending.id}.{place}"
        with suppress(AlreadyEnqueued), transaction.atomic():
            carry.configure(lock=lock, queueing_lock=lock).defer(sending=sending.id)


@app.task(name="notify.carry", queue="notify")
def carry(sending: int) -> None:
    """Send what is ready to go; by a process of its own, so that pages stay quick and its memory comes back."""
    found = Sending.objects.filter(id=sending, standing=Standing.GOING).first()
    if found is None:
        return
    done = subprocess.run(
        [sys.executable, "-m", "breachdesk.notify.app.carrying", str(sending)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # what it says there could hold an address
        check=False,
    )
    if done.returncode:
        _LOG.warning("a carrier of sending %s ended with %s; it is taken up again", sending, done.returncode)


@app.periodic(cron="* * * * *", periodic_id="notify.going")
@app.task(name="notify.going", queue="notify", queueing_lock="notify.going")
def going(timestamp: int) -> None:
    """What is going and has something to do gets a carrier; what carriers left that are no more is looked up; what has
    nobody unresolved ends."""
    from breachdesk.notify.app import ledger, looking_up, sendings

    for sending in Sending.objects.select_related("case").filter(standing=Standing.GOING):
        by = Hand(HOUSE, Via.FLOW, clock.now())
        ledger.bury(sending, by=by)
        looking_up.look_up(sending, by=by)
        sendings.wake(sending, by=by)
        if not sendings.settle(sending, by=by) and ledger.ready(sending, by.at):
            carry_soon(sending)


@app.periodic(cron="* * * * *", periodic_id="notify.returns")
@app.task(name="notify.returns", queue="notify", lock="notify.returns", queueing_lock="notify.returns")
def returns(timestamp: int) -> None:
    """Read what came back."""
    from breachdesk.notify.app import returning

    returning.look()
