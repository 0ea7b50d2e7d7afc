"""The database of a desk: where its socket lies, what it is told about who may come in, and how it fails."""

import hashlib
import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from breachdesk.web.postgres import BadDatabase, Postgres
from tests.journeys.desk.running import a_folder


@pytest.fixture
def deep() -> Iterator[Path]:
    """A folder whose path is longer than the address of a socket may be."""
    with a_folder() as folder:
        deep = folder / ("d" * 120)
        deep.mkdir(mode=0o700)
        yield deep / "postgres"


def short_place(folder: Path) -> Path:
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"breachdesk-{os.getuid()}-{mark}"


def test_below_a_long_path_the_socket_lies_in_a_short_folder_of_its_own(deep: Path) -> None:
    database = Postgres(deep)
    database.start()
    try:
        place = short_place(deep)
        assert database.socket == place
        assert place.stat().st_mode & 0o777 == 0o700
        with psycopg.connect(database.url()) as connection:
            assert connection.execute("SELECT upper('ёж')").fetchone() == ("ЁЖ",)
    finally:
        database.stop()
    assert not database.running()


def test_a_short_folder_that_somebody_else_made_is_not_trusted(deep: Path) -> None:
    place = short_place(deep)
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    try:
        with pytest.raises(BadDatabase, match="belongs to somebody else"):
            Postgres(deep).start()
        place.rmdir()
        place.symlink_to(deep.parent)
        with pytest.raises(BadDatabase, match="belongs to somebody else"):
            Postgres(deep).start()
    finally:
        place.unlink() if place.is_symlink() else place.rmdir()


def test_a_cluster_of_another_version_is_left_alone() -> None:
    with a_folder() as folder:
        (folder / "postgres").mkdir()
        (folder / "postgres" / "PG_VERSION").write_text("9\n")
        with pytest.raises(BadDatabase, match="made by PostgreSQL 9"):
            Postgres(folder / "postgres").start()
        assert [path.name for path in (folder / "postgres").iterdir()] == ["PG_VERSION"]


def test_why_it_does_not_start_is_said_in_its_own_words() -> None:
    with a_folder() as folder:
        database = Postgres(folder / "postgres")
        database.start()
        database.stop()
        (folder / "postgres" / "global" / "pg_control").write_bytes(b"\0" * 8192)
        with pytest.raises(BadDatabase, match="pg_ctl failed: database files are incompatible with server"):
            database.start()


def test_a_database_that_was_half_made_is_made_again_and_a_damaged_one_is_not_wiped() -> None:
    with a_folder() as folder:
        (folder / "postgres.new" / "base").mkdir(parents=True)
        (folder / "postgres.new" / "PG_VERSION").write_text("18\n")
        database = Postgres(folder / "postgres")
        database.start()
        database.stop()
        assert [path.name for path in folder.iterdir()] == ["postgres"]
        owner = pwd.getpwuid((folder / "postgres").stat().st_uid).pw_name
        assert owner == (database.user or pwd.getpwuid(os.getuid()).pw_name)
        (folder / "postgres" / "PG_VERSION").unlink()
        with pytest.raises(BadDatabase, match="no database, and not empty"):
            database.start()
        assert (folder / "postgres" / "base").is_dir()


def test_one_that_cannot_be_started_again_is_given_up_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    from breachdesk.web import server

    monkeypatch.setattr(server, "_GIVE_UP_SECONDS", 0)
    said: list[str] = []
    with a_folder() as folder:
        database = Postgres(folder / "postgres")
        database.start()
        watcher = server.Watcher(database, lambda: said.append("woken"), lambda key, **values: said.append(key))
        watcher.start()
        try:
            database.stop()
            (folder / "postgres" / "global" / "pg_control").write_bytes(b"\0" * 8192)
            watcher.join(60)
            assert watcher.gave_up
            assert said == ["serve.gone", "woken"]
            assert "incompatible with server" in watcher.why
        finally:
            watcher.stop()
            database.stop()
