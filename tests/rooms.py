"""Fixtures of every test that needs the desk: a database of its own for each test, the cast, a signed-in browser."""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest

from tests import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "breachdesk.settings")
django.setup()  # before tests are collected, so that they import models as anything else


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[tuple[Any, str]]:
    """The server, and a database with our tables to copy from."""
    server = database.server()
    template = f"{database.TEMPLATE}_{worker_id}"
    url = database.make(server, template)
    from django.test.utils import setup_test_environment

    setup_test_environment()
    unwatched()
    hurried()
    found_once()
    joined(url)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    connection.close()
    yield server, template
    connection.close()
    database.drop(server, template)


def unwatched() -> None:
    """Templates are not watched: Django's test environment copies the context of each part of a page, which no test of
    ours looks at, and which takes as long as the page itself."""
    from django.template import Template
    from django.test.utils import _TestState

    Template._render = _TestState.saved_data.template_render  # type: ignore[method-assign]


def hurried() -> None:
    """Passwords of the cast are hashed by the same method with a thousandth of its work: each test makes accounts, and
    what a hash costs a thief is measured by no test."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1


def found_once() -> None:
    """Styles and scripts are looked for once: the desk does it when it starts, Django's test client for each browser,
    which took as long as the page it then asked for."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, dict[str, Any]()

    def add_files_from_finders(self: Any) -> None:
        if not found:
            look(self)
            found.update(self.files)
        self.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = add_files_from_finders


def joined(url: str) -> None:
    """This process works in the database at `url` from now on."""
    from django.db import connections

    from breachdesk import settings as ours

    connections["default"].close()
    connections["default"].settings_dict.update(ours.database(url))


@pytest.fixture
def desk(postgres: tuple[Any, str], tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database that this process is connected to, and a fresh folder for the vault."""
    from django.conf import settings

    settings.DATA = tmp_path / "desk"
    server, template = postgres
    name = f"desk_{secrets.token_hex(6)}"
    url = database.make(server, name, template)
    joined(url)
    from django.contrib.contenttypes.models import ContentType
    from django.core import mail

    ContentType.objects.clear_cache()
    mail.outbox.clear()
    yield url
    from django.db import connection

    connection.close()
    database.drop(server, name)


@pytest.fixture
def cast(desk: str) -> Any:
    """Ada leads, Ben is counsel, Cara answers questions, Dan is a stranger (tests/cast.py)."""
    from tests.cast import Cast

    return Cast()


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`settings_of(NAME=value, ...)`: settings of the desk for the time of one test."""

    def put(**values: Any) -> None:
        from django.conf import settings

        for name, value in values.items():
            monkeypatch.setattr(settings, name, value)

    return put
