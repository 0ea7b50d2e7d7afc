"""What tests of sendings share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import database
from tests.notify.app.apart import Run, runner


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
