"""The journal in a database of its own for each test, with what every deed needs."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import pytest

from breachdesk import settings as ours
from breachdesk.ground.keys import KeyRing, Purpose
from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import Actor, Via
from tests.journal.app import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breachdesk.settings")
AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[tuple[Any, str]]:
    """The server, and a database with our tables to copy from."""
    server = database.server()
    template = f"{database.TEMPLATE}_{worker_id}"
    url = database.make(server, template)
    django.setup()
    _join(url)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    connection.close()
    yield server, template
    connection.close()
    database.drop(server, template)


def _join(url: str) -> None:
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict.update(ours.database(url))


@pytest.fixture
def desk(postgres: tuple[Any, str]) -> Iterator[str]:
    """The address of a fresh database that this process is connected to."""
    server, template = postgres
    name = f"journal_{secrets.token_hex(6)}"
    url = database.make(server, name, template)
    _join(url)
    yield url
    from django.db import connection

    connection.close()
    database.drop(server, name)


@pytest.fixture
def ada() -> Any:
    from breachdesk.journal.app.actions import Hand

    return Hand(Actor("ada@bakery.example", "lead"), Via.WEB, AT)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer("breachdesk/tests", KeyRing(tmp_path / "keys").create("journal", Purpose.SIGN))
