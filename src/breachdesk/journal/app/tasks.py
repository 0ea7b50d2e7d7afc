"""What the worker does for the journal: sign its state, so that what stands by then cannot be taken back unseen, and
have it dated by somebody outside.
"""

from procrastinate.contrib.django import app

from breachdesk.ground import clock
from breachdesk.journal.app import actions, stamping
from breachdesk.journal.app.signing import signer


@app.periodic(cron="*/10 * * * *", periodic_id="journal.checkpoint")
@app.task(name="journal.checkpoint", queue="journal")
def checkpoint(timestamp: int) -> None:
    """A checkpoint every ten minutes in which something was written; the same state is not signed twice."""
    actions.checkpoint(signer(), clock.now())


@app.periodic(cron="1-59/10 * * * *", periodic_id="journal.stamp")
@app.task(name="journal.stamp", queue="journal")
def stamp(timestamp: int) -> None:
    """A minute later; what could not be dated is tried again with the next state."""
    stamping.date_last()
