"""What the worker does for cases: once a day it looks whose data are to be erased."""

from procrastinate.contrib.django import app

from breachdesk.case.app.actions import closing
from breachdesk.case.app.models import Case, State
from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via


@app.periodic(cron="41 4 * * *", periodic_id="case.keeping")
@app.task(name="case.keeping", queue="case")
def keeping(timestamp: int) -> None:
    """Tells of every closed case that has been kept to its day. Erasing it stays a deed of two people."""
    by = Hand(HOUSE, Via.FLOW, clock.now())
    for case in Case.objects.filter(state=State.CLOSED, keep_until__isnull=False).order_by("number"):
        closing.lapse(case, by=by)
