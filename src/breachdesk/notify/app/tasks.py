"""What the worker does for notices: it has sendings carried out, by a process of their own, and looks after them."""

import logging
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.notify.app.models import LIVE, Sending, Standing
from breachdesk.notify.outcomes import Unusable
from breachdesk.notify.states import Channel

_LOG = logging.getLogger(__name__)
_NICE = 5


def carry_soon(sending: Sending, channels: Sequence[Channel]) -> None:
    """Into the queue, in the transaction that runs: for each channel as many carriers as the desk may have."""
    for channel in channels:
        for place in range(settings.CARRIERS):
            lock = f"notify.{sending.id}.{channel}.{place}"
            with suppress(AlreadyEnqueued), transaction.atomic():
                carry.configure(lock=lock, queueing_lock=lock).defer(sending=sending.id, channel=channel.value)


@app.task(name="notify.carry", queue="notify")
def carry(sending: int, channel: str = Channel.EMAIL.value) -> None:
    """Send what is ready to go; by a process of its own, so that pages stay quick and its memory comes back."""
    found = Sending.objects.filter(id=sending, standing=Standing.GOING).first()
    if found is None:
        return
    done = subprocess.run(
        [sys.executable, "-m", "breachdesk.notify.app.carrying", str(sending), channel],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # what it says there could hold an address
        check=False,
    )
    if done.returncode:
        _LOG.warning("a carrier of sending %s ended with %s; it is taken up again", sending, done.returncode)


def post_soon() -> None:
    """Into the queue, in the transaction that runs."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        post.defer()


@app.task(name="notify.post", queue="notify", lock="notify.post", queueing_lock="notify.post")
def post() -> None:
    """Post to the channels what waits for it; by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "breachdesk.notify.app.posting"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # what a channel says there could hold its address
        check=False,
    )
    if done.returncode:
        _LOG.warning("posting ended with %s; it is taken up again within a minute", done.returncode)


@app.periodic(cron="* * * * *", periodic_id="notify.going")
@app.task(name="notify.going", queue="notify", queueing_lock="notify.going")
def going(timestamp: int) -> None:
    """Every minute: each sending that is not over, or was stopped with something in doubt, is looked after; of what is
    over, what is told late still counts."""
    from breachdesk.notify.app import posts, sendings, spreading

    by = Hand(HOUSE, Via.FLOW, clock.now())
    try:
        sendings.hear(by=by)
    except Exception as error:  # sendings are looked after all the same
        _LOG.warning("what gateways told is written down in a minute (%s)", type(error).__name__)
    watched = (*LIVE, Standing.STOPPED)
    for sending in Sending.objects.select_related("case").filter(standing__in=watched, case__state="open"):
        try:
            sendings.look_after(sending, by=Hand(HOUSE, Via.FLOW, clock.now()))
        except Exception as error:  # the others are looked after all the same
            _LOG.warning("sending %s is looked after again in a minute (%s)", sending.id, type(error).__name__)
    if posts.busy():
        post_soon()
    fulfil()
    for sending in Sending.objects.filter(standing=Standing.ENDED, case__state="open"):
        spreading.count(sending, clock.now())


def fulfil() -> None:
    """Duties that are met by now, or not any more."""
    from breachdesk.notify.app import fulfilling

    for case, batch, run in fulfilling.changed():
        try:
            fulfilling.look(case, batch, run, by=Hand(HOUSE, Via.FLOW, clock.now()))
        except Exception as error:  # the others are reckoned all the same
            _LOG.warning("the duties of %s are reckoned again in a minute (%s)", case.number, type(error).__name__)


@app.periodic(cron="* * * * *", periodic_id="notify.receipts")
@app.task(name="notify.receipts", queue="notify", lock="notify.receipts", queueing_lock="notify.receipts")
def fetch_receipts(timestamp: int) -> None:
    """Ask a message centre what became of texts."""
    from breachdesk.notify.app import receipts

    try:
        receipts.fetch(by=Hand(HOUSE, Via.FLOW, clock.now()))
    except Unusable as error:
        _LOG.warning("receipts of texts are asked for again in a minute (%s)", error)


@app.periodic(cron="* * * * *", periodic_id="notify.returns")
@app.task(name="notify.returns", queue="notify", lock="notify.returns", queueing_lock="notify.returns")
def returns(timestamp: int) -> None:
    """Read what came back."""
    from breachdesk.notify.app import returning

    returning.look()
