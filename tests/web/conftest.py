"""A database with everything in it, filled once and copied for each test that walks through all pages."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import database
from tests.rooms import joined


@pytest.fixture(scope="session")
def full(postgres: tuple[Any, str], worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The template to copy from, its vault, and what is in it (tests/web/filled.py)."""
    from django.conf import settings
    from django.db import connection

    server, template = postgres
    name = f"filled_{worker_id}"
    joined(database.make(server, name, template))
    settings.DATA = tmp_path_factory.mktemp("filled") / "desk"
    from tests.web.filled import Filled

    filled = Filled()
    connection.close()
    yield name, settings.DATA, filled
    database.drop(server, name)


@pytest.fixture
def filled(full: Any, postgres: tuple[Any, str], tmp_path: Path) -> Iterator[Any]:
    """A copy of it of one's own."""
    from django.conf import settings
    from django.db import connection

    server, (template, vault, there) = postgres[0], full
    name = f"walk_{secrets.token_hex(6)}"
    joined(database.make(server, name, template))
    settings.DATA = tmp_path / "desk"
    if vault.is_dir():
        shutil.copytree(vault, settings.DATA)
    yield there
    connection.close()
    database.drop(server, name)
