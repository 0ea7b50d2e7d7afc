"""The command `breachdesk`: each room brings its own commands, one file per room beside this one."""

import atexit
import ctypes
import gc
import importlib
import os
import pkgutil
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path

import typer

import breachdesk.cli
from breachdesk import __version__

_REPORT = "Nothing is lost; please report this line. BREACHDESK_DEBUG=1 shows everything, values too: never share that."

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h

app = typer.Typer(
    name="breachdesk",
    help="From a stolen database to every duty done. Not legal advice.",
    pretty_exceptions_enable=False,
    add_completion=True,
)


@app.callback(invoke_without_command=True)
def door(context: typer.Context, version: bool = typer.Option(False, "--version", help="Print the version.")) -> None:
    if version:
        typer.echo(f"breachdesk {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def collect(only: str = "") -> typer.Typer:
    """Each file of this room that has an `add` gives its commands; `only` the file of that name, if there is one."""
    rooms = sorted(module.name for module in pkgutil.iter_modules(breachdesk.cli.__path__))
    for room in [only] if only in rooms else rooms:
        add = getattr(importlib.import_module(f"breachdesk.cli.{room}"), "add", None)
        if add is not None:
            add(app)
    return app


def _share_the_cores() -> None:
    """Rooms run threads of their own; the libraries they stand on, asked before they load, keep to the other half."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, cores // 2)))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrices here, only idle threads of its


def _keep_memory() -> None:
    """Whoever reads evidence frees and takes the same large blocks again and again; giving them back to the system in
    between costs a tenth of the time, as fresh pages are zeroed. Asked before the libraries load; glibc knows how."""
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:20000,muzzy_decay_ms:20000")  # the allocator in polars
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        mallopt(_M_TRIM_THRESHOLD, (1 << 31) - 1)


def run() -> None:
    """The door of the program. Readers' threads still at work when it is left (it was asked to end) are left at once:
    a library's code that comes back to an interpreter being taken down aborts the process or crashes it."""
    try:
        _run()
    except SystemExit as end:
        if isinstance(end.code, int) and any(one.daemon for one in threading.enumerate()):
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(end.code)
        raise


def _run() -> None:
    """An error nobody foresaw is told without its text, which could hold a stolen value."""
    try:
        _share_the_cores()
        if sys.argv[1:2] in (["scope"], ["assess"]):
            _keep_memory()
        gc.disable()  # a program being loaded leaves nothing to collect
        # A command lies in the file of its name: the others, and all they stand on, need not be read for it.
        commands = collect(*sys.argv[1:2])
        # What the program is made of lives as long as it does; findings come by the hundred thousand, without cycles.
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)
        gc.enable()
        sys.exit(commands())
    except Exception as error:
        if os.environ.get("BREACHDESK_DEBUG"):
            raise
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        typer.echo(f"breachdesk broke down: {type(error).__name__} at {where}. {_REPORT}", err=True)
        sys.exit(3)
