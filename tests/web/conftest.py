"""A database with everything in it, filled once and copied for each test that walks through all pages."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def copied(full: Any, server: Any, folder: Path) -> Iterator[Any]:
    """A copy of it, its vault below `folder`, that this process works in until it goes back to where it was."""
    from django.conf import settings
    from django.db import connection

    template, vault, there = full
    before, data = dict(connection.settings_dict), settings.DATA
    name = f"walk_{secrets.token_hex(6)}"
    joined(database.make(server, name, template))
    settings.DATA = folder / "desk"
    if vault.is_dir():
        shutil.copytree(vault, settings.DATA)
    yield there
    connection.close()
    database.drop(server, name)
    connection.settings_dict.update(before)
    settings.DATA = data


@pytest.fixture
def filled(full: Any, postgres: tuple[Any, str], tmp_path: Path) -> Iterator[Any]:
    """A copy of one's own."""
    with copied(full, postgres[0], tmp_path) as there:
        yield there


@pytest.fixture(scope="module")
def shared(full: Any, postgres: tuple[Any, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A copy for all tests of a file that only read, or take back what they write (`passing`)."""
    with copied(full, postgres[0], tmp_path_factory.mktemp("shared")) as there:
        yield there


@pytest.fixture(scope="module")
def sessions(shared: Any) -> dict[str, str]:
    """Of each account of the shared copy a session, begun before any test."""
    from django.conf import settings

    from tests.cast import browser

    return {name: browser(one).cookies[settings.SESSION_COOKIE_NAME].value for name, one in shared.accounts.items()}


@pytest.fixture
def within(request: pytest.FixtureRequest, passing: Any) -> Callable[[str], Any]:
    """Name of an account -> a browser that somebody has just opened, signed in: signing in takes as long as a page,
    and what a test does to a session is taken back with all else."""
    from django.conf import settings

    from tests.cast import browser

    def opened(name: str) -> Any:
        if request.node.callspec.params["route"].name in _ALONE:
            return browser(passing.accounts[name])
        client = browser()
        client.cookies[settings.SESSION_COOKIE_NAME] = request.getfixturevalue("sessions")[name]
        return client

    return opened


#: Pages that begin a transaction of their own: each test of one has a copy of its own.
_ALONE = ("journal_verify",)


@pytest.fixture
def passing(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The shared copy; what a test of a `route` writes into the database is taken back at its end."""
    from django.db import transaction

    if request.node.callspec.params["route"].name in _ALONE:
        yield request.getfixturevalue("filled")
        return
    shared = request.getfixturevalue("shared")
    request.getfixturevalue("sessions")
    with transaction.atomic():
        yield shared
        transaction.set_rollback(True)
