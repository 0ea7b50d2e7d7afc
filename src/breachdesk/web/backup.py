"""A backup: the database as it stood at one moment and every sealed file, in one sealed file (docs/formats/backup.md).

It is made while people go on working. What is in memory is a few blocks, whatever the size of the desk.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psycopg
import psycopg.conninfo

from breachdesk import __version__
from breachdesk.ground import clock
from breachdesk.ground.files import sha256_of
from breachdesk.ground.keys import Key, KeyRing
from breachdesk.ground.sealing import SealedWriter
from breachdesk.journal.shapes import Actor, Via
from breachdesk.journal.tree import Frontier
from breachdesk.web.place import MARK
from breachdesk.web.postgres import NEW, BadDatabase, first_line, tool

FORMAT = "breachdesk.backup/1"
ABOUT, MANIFEST = "about.json", "manifest.json"
PIECE = 4 << 20
#: In the data folder, and in no backup: the database goes as a dump, the rest is of the moment.
LEFT_OUT = frozenset({"postgres", NEW, "lock", MARK})
#: Tables whose rows are of the moment: nobody stays signed in over a restore.
_ROWS_LEFT_OUT = ("django_session", "desk_cache", "usersessions_usersession")
_NAME = re.compile(
    r"about\.json|manifest\.json|database/\d{6}|keys/[a-z0-9][a-z0-9._-]{0,99}\.key"
    r"|files(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}){1,8}"
)


class BadBackup(Exception):
    """A backup that cannot be made, or cannot be believed: says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Made:
    """`bytes` and `sha256` are of the file as it lies there; `entries` of the journal are in it, `files` beside it."""

    path: Path
    bytes: int
    sha256: str
    entries: int
    files: int
    keys: int


def make(path: Path, key: Key, *, url: str, data: Path, ring: KeyRing | None, at: datetime) -> Made:
    """Write the backup to `path`, which must be new; it appears there whole or not at all.

    `ring`: the keys go with it too. Raises BadBackup, BadDatabase; OSError when there is no room."""
    if path.exists():
        raise BadBackup(f"{path}: there is a file of this name already; backups are never overwritten")
    with SealedWriter(path, key) as sealed, tarfile.open(fileobj=sealed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        pack = _Pack(tar, at)
        with _snapshot(url) as (connection, snapshot):
            about = _about(connection, at, keys=ring is not None)
            pack.put(ABOUT, json.dumps(about, indent=1).encode())
            with _dump(url, snapshot) as dumped:
                for number, piece in enumerate(_pieces(dumped)):
                    pack.put(f"database/{number:06}", piece)
        # After the dump: what it speaks of was sealed before its row was committed, so it is here already.
        files = sum(pack.put_file(f"files/{name}", found) for name, found in files_of(data))
        keys = (
            sum(pack.put_file(f"keys/{name}.key", ring.folder / f"{name}.key") for name in ring.names()) if ring else 0
        )
        pack.close()
    return Made(path, path.stat().st_size, sha256_of(path), about["journal"]["entries"], files, keys)


def back_up(path: Path, key: Key, *, url: str, data: Path, who: Actor, with_keys: bool) -> Made:
    """Make it and enter it into the journal, as everything is that lets data out. This process is a Django already."""
    from django.conf import settings
    from django.db import transaction

    from breachdesk.journal.app.actions import Hand, write

    ring = KeyRing(settings.KEYS) if with_keys else None
    made = make(path, key, url=url, data=data, ring=ring, at=clock.now())
    with transaction.atomic():
        write(
            "web.backup.made",
            by=Hand(who, Via.CLI, clock.now()),
            payload={
                "sha256": made.sha256,
                "bytes": made.bytes,
                "entries": made.entries,
                "files": made.files,
                "keys": made.keys,
                "sealed_by": key.id,
            },
        )
    return made


def may_be_in(name: str) -> bool:
    """Whether a file of that name can be in a backup: names are ours, lead nowhere else, and hide nothing."""
    return bool(_NAME.fullmatch(name)) and name.split("/")[:2] not in [["files", one] for one in LEFT_OUT]


def files_of(data: Path) -> Iterator[tuple[str, Path]]:
    """Every finished file below the data folder that a backup holds, by its path there."""
    for folder, folders, names in os.walk(data):
        below = Path(folder).relative_to(data)
        if below == Path():
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            names = [name for name in names if name not in LEFT_OUT]
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                yield (below / name).as_posix(), path


class _Pack:
    """A tar under way, with the digest of each member for its manifest."""

    def __init__(self, tar: tarfile.TarFile, at: datetime) -> None:
        self._tar, self._at = tar, int(at.timestamp())
        self._sums: dict[str, list[Any]] = {}

    def put(self, name: str, content: bytes) -> None:
        self._add(name, len(content), io.BytesIO(content))

    def put_file(self, name: str, path: Path) -> bool:
        """False when it was taken away in the meantime: its case was erased."""
        try:
            with path.open("rb") as file:
                self._add(name, os.fstat(file.fileno()).st_size, file)
        except FileNotFoundError:
            return False
        return True

    def _add(self, name: str, size: int, content: IO[bytes]) -> None:
        if not may_be_in(name):
            raise BadBackup(f"{name!a}: no file of ours has such a name; take it out of the data folder")
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, self._at
        hashing = _Hashing(content)
        self._tar.addfile(member, hashing)
        self._sums[name] = [size, hashing.digest.hexdigest()]

    def close(self) -> None:
        self.put(MANIFEST, json.dumps({"format": FORMAT, "files": self._sums}).encode())


class _Hashing:
    """Reads through, and remembers the digest."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self.digest = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._content.read(size)
        self.digest.update(block)
        return block


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """One moment of the database, for us and for pg_dump."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            found = connection.execute("SELECT pg_export_snapshot()").fetchone()
            yield connection, found[0] if found else ""
    except psycopg.Error as error:
        raise BadDatabase(f"the database could not be read ({first_line(error)})") from None


def _about(connection: psycopg.Connection[Any], at: datetime, *, keys: bool) -> dict[str, Any]:
    head = connection.execute("SELECT size, edge FROM journal_head WHERE id = 1").fetchone() or (0, b"")
    edge = bytes(head[1])
    root = Frontier(head[0], [edge[place : place + 32] for place in range(0, len(edge), 32)]).root()
    done = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY id").fetchall()
    masters = connection.execute("SELECT DISTINCT master FROM vault_casekey WHERE wrapped IS NOT NULL ORDER BY 1")
    return {
        "format": FORMAT,
        "release": __version__,
        "made_at": at.isoformat(timespec="seconds"),
        "postgres": connection.info.server_version,
        "journal": {"entries": head[0], "root": root.hex()},
        "migrations": [name for (name,) in done],
        "master_keys": [name for (name,) in masters.fetchall()],
        "with_keys": keys,
    }


def connected(url: str) -> tuple[list[str], dict[str, str]]:
    """Options and environment by which a program of PostgreSQL connects; no password on its command line."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    password = str(given.pop("password", "") or "")
    options = ["-w", "-d", psycopg.conninfo.make_conninfo("", **given)]
    around = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return options, {**around, "PGPASSWORD": password, "LC_ALL": "C"}


@contextmanager
def _dump(url: str, snapshot: str) -> Iterator[IO[bytes]]:
    options, around = connected(url)
    leave = [f"--exclude-table-data={table}" for table in _ROWS_LEFT_OUT]
    command = [
        str(tool("pg_dump")),
        *options,
        "-Fc",
        "-Z",
        "3",
        "--no-owner",
        "--no-acl",
        f"--snapshot={snapshot}",
        *leave,
    ]
    with program(command, around, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        yield running.stdout


@contextmanager
def program(
    command: list[str], around: Mapping[str, str], *, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program of PostgreSQL at work. Raises BadDatabase with the first thing it said, when it fails."""
    name = Path(command[0]).name
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, env=around, stdin=stdin, stdout=stdout, stderr=said) as running,
    ):
        try:
            yield running
        except BaseException:
            running.kill()
            raise
        if running.stdin is not None:
            with suppress(BrokenPipeError):
                running.stdin.close()
        if running.wait():
            said.seek(0)
            raise BadDatabase(f"{name} failed: {first_line(said.read(2000).decode('utf-8', 'replace'))}")


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(PIECE):
        yield piece
