"""What the worker does for the vault: errands, and clearing up."""

from procrastinate.contrib.django import app

from breachdesk.ground import clock
from breachdesk.vault.app import errands, sweeping
from breachdesk.vault.app.models import Errand


@app.task(name="vault.errand", queue="vault")
def do(errand: int) -> None:
    """One errand; one that was broken off begins again."""
    found = Errand.objects.select_related("case", "item").filter(id=errand).first()
    if found is not None:
        errands.do(found)


@app.periodic(cron="23 * * * *", periodic_id="vault.sweep")
@app.task(name="vault.sweep", queue="vault")
def sweep(timestamp: int) -> None:
    sweeping.sweep(clock.now())
