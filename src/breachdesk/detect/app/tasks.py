"""What the worker does for signals: read the mailbox in which people report."""

from procrastinate.contrib.django import app

from breachdesk.detect.app import mailbox


@app.periodic(cron="*/2 * * * *", periodic_id="detect.mailbox")
@app.task(name="detect.mailbox", queue="detect", lock="detect.mailbox", queueing_lock="detect.mailbox")
def look(timestamp: int) -> None:
    """Every two minutes; one look at a time."""
    mailbox.look()
