"""What the worker does for signals: read the mailbox in which people report, forget old ids of webhooks."""

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from breachdesk.detect.app import mailbox, senders


@app.periodic(cron="*/2 * * * *", periodic_id="detect.mailbox")
@app.task(name="detect.mailbox", queue="detect", lock="detect.mailbox", queueing_lock="detect.mailbox")
def look(timestamp: int) -> None:
    """Every two minutes; one look at a time."""
    mailbox.look()


@app.periodic(cron="41 3 * * *", periodic_id="detect.forget")
@app.task(name="detect.forget", queue="detect", queueing_lock="detect.forget")
def forget(timestamp: int) -> None:
    senders.forget_old(datetime.fromtimestamp(timestamp, UTC))
