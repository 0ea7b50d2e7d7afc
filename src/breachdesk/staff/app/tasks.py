"""What the worker does for other programs: tell them what happened."""

from procrastinate.contrib.django import app

from breachdesk.ground import clock
from breachdesk.staff.app import hooks, once


@app.task(name="staff.deliver", queue="hooks")
def deliver(delivery: int) -> None:
    hooks.deliver(delivery)


def deliver_soon(delivery: int, seconds: float) -> None:
    """Into the queue, in the transaction that runs."""
    if seconds:
        deliver.configure(schedule_in={"seconds": int(seconds) + 1}).defer(delivery=delivery)
    else:
        deliver.defer(delivery=delivery)


@app.periodic(cron="37 3 * * *", periodic_id="staff.deliveries")
@app.task(name="staff.deliveries", queue="hooks")
def forget(timestamp: int) -> None:
    now = clock.now()
    hooks.forget_old(now)
    once.forget_old(now)
