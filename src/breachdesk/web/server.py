"""The whole desk in one process: its database, its pages, its worker; started in order, stopped in order."""

import ctypes
import gc
import logging
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from breachdesk.ground import clock, options
from breachdesk.ground.spill import Spill
from breachdesk.web.place import (
    Tell,
    Unusable,
    claimed,
    data_folder,
    given_database,
    migrate,
    need_whole,
    set_up,
    strange_keys,
)
from breachdesk.web.postgres import BadDatabase, Postgres, reachable

THREADS = 8
_STOP_SECONDS = 30.0
_LOOK_SECONDS = 1.0
_GIVE_UP_SECONDS = 180.0
_MOST_BODY = 128 << 20
_BODY_IN_MEMORY = 4 << 20
_ARENAS, _MMAP_THRESHOLD = -8, -3  # malloc.h


class GaveUp(Exception):
    """The desk had to stop while it was open. Nothing is lost; started again it goes on."""


class _Stop(Exception):
    """Somebody asked for the end before the desk was open."""


def serve(*, host: str, port: int, worker: bool, tell: Tell, demo: bool = False) -> None:
    """Open the desk and keep it open until SIGINT, SIGTERM or SIGHUP. Raises Unusable, GaveUp."""
    thrifty()
    asked = _Asked()
    data = data_folder()
    need_whole(data)
    given = given_database()
    postgres = None if given else Postgres(data / "postgres")
    finished = True
    with asked, suppress(_Stop), claimed(data), listening(host, port) as door:
        try:
            if postgres is not None:
                postgres.start()
            elif why := reachable(given, seconds=30):
                raise Unusable(f"BREACHDESK_DATABASE_URL: the database does not answer ({why})")
            asked.go_on()
            if demo:
                os.environ["BREACHDESK_DEMO"] = secrets.token_urlsafe(18)
            set_up(postgres.url() if postgres else given, site_of(host, port))
            asked.go_on()
            migrate()
            if demo:
                _filled(tell)
            asked.go_on()
            strangers = strange_keys()
            if strangers:
                tell("serve.strange_keys", n=strangers)
            finished = _open(door, postgres, worker, asked, tell)
        except BadDatabase as error:
            raise Unusable(str(error)) from None
        finally:
            if postgres is not None:
                with suppress(BadDatabase):
                    postgres.stop()
    if not finished:
        _leave()


def _filled(tell: Tell) -> None:
    """The demo, in a desk that is empty; one that holds a demo already is opened as it is. Raises Unusable."""
    from django.conf import settings

    from breachdesk.web import demo

    mark = settings.DATA / "demo"
    if demo.needed():
        tell("serve.filling")
        demo.fill(clock.now())
        mark.touch()
    elif not mark.exists():
        raise Unusable(
            "this desk has accounts or cases: a demo is filled into an empty one; name another BREACHDESK_DATA"
        )
    tell("serve.demo", link=f"{settings.SITE_URL}/demo/{settings.DEMO}/")


def _nothing() -> None:
    """Whom nobody has to wake: it looks by itself."""


def _leave() -> None:
    """End the process though the thread of a task goes on: the task begins again at its last step at the next start."""
    sys.stderr.flush()
    os._exit(0)


def _open(door: socket.socket, postgres: Postgres | None, worker: bool, asked: "_Asked", tell: Tell) -> bool:
    """Until somebody asks for the end; false when a task could not be finished by then."""
    from django.conf import settings
    from django.db import connections

    from breachdesk.web.worker import Worker
    from breachdesk.web.wsgi import application

    helper = Worker() if worker else None
    web = Web(application, door, settings)
    watcher = Watcher(postgres, web.wake, tell) if postgres is not None else None
    link = first_link()
    connections.close_all()
    gc.collect()
    gc.freeze()  # what was loaded lives as long as the desk: no collection looks through it again
    for thread in (watcher, helper):
        if thread is not None:
            thread.start()
    asked.wake = web.wake
    tell("serve.open", address=settings.SITE_URL)
    if link:
        tell("serve.first", link=link)
    finished = True
    try:
        web.run(lambda: asked.asked or (watcher is not None and watcher.gave_up))
    finally:
        if helper is not None and not helper.stop(_STOP_SECONDS):
            finished = False
            tell("serve.unfinished")
        if watcher is not None:
            watcher.stop()
    if watcher is not None and watcher.gave_up:
        raise GaveUp(watcher.why)
    tell("serve.closed")
    return finished


def first_link() -> str:
    """The link by which the first administrator comes in, once; nothing when there is one."""
    from breachdesk.journal.app.actions import Hand
    from breachdesk.journal.shapes import HOUSE, Via
    from breachdesk.staff.app.actions import invite_first

    return invite_first(by=Hand(HOUSE, Via.CLI, clock.now()))


def never_in_clear() -> None:
    """What waitress cannot hold in memory (a large body on its way in, an item on its way out to somebody slow) goes
    into a file that is noise to whoever reads the disk."""
    from waitress import buffers

    buffers.TempfileBasedBuffer.newfile = lambda self: Spill()


class Web:
    """Waitress at an open socket; stopped, it takes no new request and answers those it has."""

    def __init__(self, application: Any, door: socket.socket, settings: Any) -> None:
        from waitress.server import create_server

        never_in_clear()
        logging.getLogger("waitress").setLevel(logging.ERROR)
        self._door = door
        self._server = create_server(
            application,
            sockets=[door],
            threads=THREADS,
            ident=None,
            max_request_body_size=max(_MOST_BODY, 4 * settings.MOST_ATTACHMENT + (16 << 20)),
            inbuf_overflow=_BODY_IN_MEMORY,
            clear_untrusted_proxy_headers=not settings.PROXIES,
            url_scheme="http",
        )

    def wake(self) -> None:
        self._server.pull_trigger()

    def run(self, ended: Callable[[], object]) -> None:
        server, until = self._server, 0.0
        while True:
            server.asyncore.loop(timeout=1, map=server._map, count=1, use_poll=True)
            if not ended():
                continue
            if not until:
                until = time.monotonic() + _STOP_SECONDS
                server.del_channel()
                self._door.close()  # nobody new comes in
                server.maintenance(time.monotonic())
            if time.monotonic() > until or not self._busy():
                break
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=1)
        server.trigger.close()

    def _busy(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


class Watcher(threading.Thread):
    """Looks after our PostgreSQL: gone, it is started again; while the disk is full, as soon as there is room."""

    def __init__(self, postgres: Postgres, wake: Callable[[], None], tell: Tell) -> None:
        super().__init__(name="watcher", daemon=True)
        self._postgres, self._wake, self._tell = postgres, wake, tell
        self._stopping = threading.Event()
        self.gave_up = False
        self.why = ""

    def run(self) -> None:
        from breachdesk.web.troubles import crowded

        gone_at = 0.0
        while not self._stopping.wait(_LOOK_SECONDS):
            if self._postgres.running():
                if gone_at:
                    self._tell("serve.back")
                gone_at = 0.0
                continue
            if not gone_at:
                gone_at = time.monotonic()
                self._tell("serve.gone")
            try:
                self._postgres.start()
            except BadDatabase as error:
                if crowded():
                    gone_at = time.monotonic()
                elif time.monotonic() - gone_at > _GIVE_UP_SECONDS and not self._postgres.running():
                    self.why, self.gave_up = str(error), True
                    self._wake()
                    return

    def stop(self) -> None:
        self._stopping.set()
        self.join()


class _Asked:
    """SIGINT, SIGTERM, SIGHUP: before the desk is open they break its start off after the step at hand, afterwards it
    closes."""

    def __init__(self) -> None:
        self.asked = False
        self.wake: Callable[[], None] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "_Asked":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.asked = True  # and nothing is raised: it could come anywhere, and be swallowed there
        if self.wake is not None:
            self.wake()

    def go_on(self) -> None:
        """Between two steps of the start. Raises _Stop when somebody asked for the end."""
        if self.asked:
            raise _Stop


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The open door. Raises Unusable when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        door = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        raise Unusable(
            f"--host {host} --port {port}: {error.strerror or error}; choose another port, or stop who has it"
        ) from None
    with door:
        yield door


def site_of(host: str, port: int) -> str:
    """Where people open it, when nobody said: by the name that browsers let security keys work at."""
    at_home = host in ("127.0.0.1", "0.0.0.0", "::1", "::", "localhost")  # noqa: S104 # nosec B104
    return f"http://{'localhost' if at_home else f'[{host}]' if ':' in host else host}:{port}"


def thrifty() -> None:
    """Many threads share few arenas of memory, here and in processes that read evidence; what is freed goes back."""
    if os.environ.setdefault("MALLOC_ARENA_MAX", "2") != "2":
        return
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENAS, 2)
        mallopt(_MMAP_THRESHOLD, 1 << 20)


def work(tell: Tell) -> None:
    """A further worker beside a desk, until SIGINT or SIGTERM. Raises Unusable."""
    thrifty()
    given = given_database()
    if not given:
        raise Unusable("breachdesk worker works beside a desk: name its database in BREACHDESK_DATABASE_URL")
    if not options.text("BREACHDESK_SITE_URL"):
        raise Unusable("breachdesk worker sends links: name the address of the desk in BREACHDESK_SITE_URL")
    asked = _Asked()
    with asked, suppress(_Stop):
        if why := reachable(given, seconds=30):
            raise Unusable(f"BREACHDESK_DATABASE_URL: the database does not answer ({why})")
        asked.go_on()
        set_up(given)
        asked.go_on()
        migrate()
        asked.go_on()
        from breachdesk.web.worker import Worker

        helper = Worker(name=f"{socket.gethostname()}-{os.getpid()}")
        gc.freeze()
        asked.wake = _nothing
        helper.start()
        tell("serve.working")
        while not asked.asked:  # an Event would take a lock that a signal may find taken by this very thread
            time.sleep(_LOOK_SECONDS / 2)
        if not helper.stop(_STOP_SECONDS):
            tell("serve.unfinished")
            _leave()
