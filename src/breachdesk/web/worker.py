"""The worker: tasks of every room, a few at a time, in a thread beside the web or in a process of its own. So evidence
that is read for an hour holds up no deadline.


A task that was broken off (killed, database gone) is found by the heartbeat of its worker that ceased, and begins
again: every task goes on from its last finished step.
"""

import asyncio
import logging
import threading
from typing import Any

import procrastinate
from asgiref.sync import sync_to_async
from django.db import close_old_connections
from procrastinate.contrib.django import app as desk
from procrastinate.contrib.django.utils import connector_params

from breachdesk.ground import clock
from breachdesk.vault.app import sweeping

_LOG = logging.getLogger("breachdesk.worker")
_AGAIN_SECONDS = 2.0  # after the database went away
_STALLED_SECONDS = 30.0
_MENDING_SECONDS = 10.0


def _connector() -> procrastinate.PsycopgConnector:
    """Few connections: one that listens, one that writes, one to spare."""
    return procrastinate.PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4)


def _swept() -> None:
    """What a killed process left behind is cleared away before anything new is begun."""
    try:
        sweeping.sweep(clock.now())
    except Exception as error:  # whatever it was, it is tried again within the hour
        _LOG.warning("clearing up (%s)", type(error).__name__)
    finally:
        close_old_connections()


class Worker(threading.Thread):
    """Starts with `start()`, survives every loss of the database, and ends after `stop()`, its task finished."""

    def __init__(self, name: str = "desk", concurrency: int = 3) -> None:
        super().__init__(name="worker", daemon=True)
        self._as, self._concurrency = name, concurrency
        self._stopping = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._working: asyncio.Task[None] | None = None

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._work())
            except asyncio.CancelledError:
                return
            except Exception as error:  # the database went away: whatever it was, the next turn tries again
                if not self._stopping.is_set():
                    _LOG.warning("the worker begins again (%s)", type(error).__name__)
            self._stopping.wait(_AGAIN_SECONDS)

    def stop(self, seconds: float) -> bool:
        """Take no further task and end the one at hand; false when that takes longer."""
        self._stopping.set()
        loop, working = self._loop, self._working
        if loop is not None and working is not None and not loop.is_closed():
            loop.call_soon_threadsafe(working.cancel)
        self.join(seconds)
        return not self.is_alive()

    async def _work(self) -> None:
        self._loop, self._working = asyncio.get_running_loop(), asyncio.current_task()
        if self._stopping.is_set():
            return
        await sync_to_async(close_old_connections)()  # that of periodic tasks, if the database went away under it
        # An app of its own, with the tasks of the desk: the web beside it goes on putting tasks into the queue by its
        # own connection, in the transaction of the deed.
        app = procrastinate.App(connector=_connector(), worker_defaults=desk.worker_defaults)
        app.tasks, app.periodic_registry = desk.tasks, desk.periodic_registry
        await sync_to_async(_swept)()
        async with app.open_async():
            mending = asyncio.create_task(self._mend(app))
            try:
                await app.run_worker_async(
                    name=self._as,
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                )
            finally:
                mending.cancel()

    @staticmethod
    async def _mend(app: Any) -> None:
        """Put back what a worker that is no more had begun."""
        while True:
            try:
                for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED_SECONDS):
                    await app.job_manager.retry_job(job)
            except procrastinate.exceptions.ConnectorException:
                pass  # the database is away; the worker notices, and everything begins again
            await asyncio.sleep(_MENDING_SECONDS)
