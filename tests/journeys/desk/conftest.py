"""A desk with a case, an item of evidence and a key of backups, for tests of what its owner does with it."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk.running import Running, a_folder, running, typed

CONTENT = b"id,email\n1,maria@example.org\n" * 40_000


class Kept:
    """A desk with a case, an item of evidence and somebody at work in it; backups of it, made while it is open."""

    def __init__(self, desk: Running, keys: Path) -> None:
        from django.conf import settings

        self.desk, self.keys, self.folder = desk, keys, desk.folder.parent
        self.key = self.folder / "key"
        self.settings = {"BREACHDESK_DATA": str(desk.folder), "BREACHDESK_KEYS": str(keys)}
        settings.DATA = desk.folder

    def backup(self, name: str, *words: str) -> tuple[Path, str]:
        path = self.folder / name
        done = typed("backup", str(path), "--key", str(self.key), *words, **self.settings)
        assert done.returncode == 0, done.stderr
        return path, done.stderr

    def restore(self, path: Path, into: str, key: Path | None = None, **settings: str) -> tuple[int, str, Path]:
        data = self.folder / into
        own = {"BREACHDESK_DATA": str(data), "BREACHDESK_KEYS": str(self.folder / f"{into}-keys"), **settings}
        done = typed("restore", str(path), "--key", str(key or self.key), **own)
        return done.returncode, done.stderr, data


@pytest.fixture(scope="module")
def kept(postgres: Any) -> Iterator[Kept]:
    from django.conf import settings
    from django.db import connection

    from breachdesk.case.app.actions import open_case
    from breachdesk.vault.app.actions import Origin, take_in
    from tests.cast import AT, account, hand
    from tests.rooms import joined

    before = settings.DATA
    with a_folder() as folder, running(folder / "desk", 0, "--no-worker", BREACHDESK_KEYS=str(settings.KEYS)) as desk:
        found = Kept(desk, settings.KEYS)
        joined(desk.postgres.url())
        ada = account("Ada")
        case = open_case("Bakery North", lead=ada, by=hand(ada))
        take_in(case, io.BytesIO(CONTENT), name="customers.csv", origin=Origin(AT, "ada"), by=hand(ada))
        connection.close()
        yield found
        connection.close()
        settings.DATA = before
