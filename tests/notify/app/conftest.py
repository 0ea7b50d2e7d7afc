"""What tests of sendings share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import database
from tests.notify.app.apart import Run, runner
from tests.notify.app.sending import relay
from tests.notify.relay import Box, relaying


@pytest.fixture
def box() -> Iterator[Box]:
    """A relay, and what it took."""
    with relaying(Box()) as one:
        yield one


@pytest.fixture
def by_relay(settings_of: Any, box: Box) -> None:
    """The desk sends by it."""
    settings_of(RELAY=relay(box), NOTICE_FROM="privacy@bakery.example", NOTICE_RETURN="back@bakery.example")


@pytest.fixture
def run(postgres: Any, tmp_path: Path, worker_id: str) -> Iterator[Run]:
    """`run(module, *words)`: a process against a database of its own; its last line of JSON."""
    server, template = postgres
    name = f"kills_{worker_id}"
    url = database.make(server, name, template=template)
    given = {
        "BREACHDESK_DATABASE_URL": url,
        "BREACHDESK_DATA": str(tmp_path / "desk"),
        "DJANGO_SETTINGS_MODULE": "breachdesk.settings",
    }

    do = runner(given)
    do.name = name
    yield do
    database.drop(server, name)
