"""A backup put back: proven to its last byte before anything is written, into a place where nothing lies yet."""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psycopg

from breachdesk.ground import clock, options
from breachdesk.ground.files import whole, write_whole
from breachdesk.ground.keys import Key, KeyRing
from breachdesk.ground.sealing import SealedReader, SealError
from breachdesk.journal.shapes import Actor, Via
from breachdesk.web.backup import ABOUT, FORMAT, MANIFEST, BadBackup, connected, may_be_in, program
from breachdesk.web.place import MARK, Tell, given_database, migrate, set_up, strange_keys
from breachdesk.web.postgres import BadDatabase, Postgres, first_line, tool

if TYPE_CHECKING:
    from breachdesk.journal.app.judging import Judged

_BLOCK = 1 << 20
_MOST_JSON = 256 << 20


@contextmanager
def _read_from(path: Path) -> Iterator[None]:
    """What is wrong with a backup while it is read is a BadBackup."""
    try:
        yield
    except (SealError, tarfile.TarError) as error:
        raise BadBackup(str(error) if isinstance(error, SealError) else f"{path}: cut short or damaged") from None
    except OSError as error:
        if error.filename is None:
            raise
        raise BadBackup(f"{error.filename}: {error.strerror}") from None


class _Content:
    """Of one file in a backup."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path, self._file = path, file

    def read(self, size: int = -1) -> bytes:
        """Raises BadBackup."""
        with _read_from(self._path):
            return self._file.read(size)


def prove(path: Path, key: Key) -> dict[str, Any]:
    """Read all of it, write nothing: what it says of itself. Raises BadBackup for one that is not whole and ours."""
    found: dict[str, list[Any]] = {}
    about: dict[str, Any] = {}
    said: dict[str, Any] | None = None
    for name, size, content in _members(path, key):
        if said is not None or name in found:
            raise BadBackup(f"{path}: {name} stands where it cannot; this is no backup of ours")
        kept = bytearray()
        digest = hashlib.sha256()
        while block := content.read(_BLOCK):
            digest.update(block)
            if name in (ABOUT, MANIFEST) and len(kept) < _MOST_JSON:
                kept += block
        if name == ABOUT:
            about = _json(path, kept)
        if name == MANIFEST:
            said = _json(path, kept)
        else:
            found[name] = [size, digest.hexdigest()]
    if about.get("format") != FORMAT:
        raise BadBackup(f"{path}: its form is {str(about.get('format'))!a}, which this release does not know")
    if said is None or said.get("files") != found:
        raise BadBackup(f"{path}: what is in it is not what its manifest says; use another copy")
    return {**about, "files": sum(name.startswith("files/") for name in found)}


def restore(path: Path, key: Key, *, data: Path, who: Actor, tell: Tell) -> "Judged":
    """Prove it, put it back, bring it to this release, judge its journal, and enter that it was put back.

    The caller has the lock of `data`. Raises BadBackup, BadDatabase, Unusable; OSError when there is no room."""
    about = prove(path, key)
    given = given_database()
    ring = options.folder("BREACHDESK_KEYS", data.parent / f"{data.name}-keys")
    if about["with_keys"]:
        need_no_keys(ring)
    tell("restore.proven", made=about["made_at"], entries=about["journal"]["entries"], files=about["files"])
    put_back(path, key, data=data, given=given, ring=ring)
    postgres = None if given else Postgres(data / "postgres")
    if postgres is None:
        return _finish(given, about, who, tell)
    postgres.start()
    try:
        return _finish(postgres.url(), about, who, tell)
    finally:
        postgres.stop()


def _finish(url: str, about: dict[str, Any], who: Actor, tell: Tell) -> "Judged":
    set_up(url)
    migrate()
    from django.db import connection, transaction

    from breachdesk.journal.app.actions import Hand, write
    from breachdesk.journal.app.judging import judge_journal

    judged = judge_journal()
    said = about["journal"]
    if (judged.entries, judged.root) != (said["entries"], said["root"]):
        judged.faults.append(("head", {"said": said["entries"], "found": judged.entries}))
    strangers = strange_keys()
    if strangers:
        tell("serve.strange_keys", n=strangers)
    with transaction.atomic():
        write(
            "web.backup.restored",
            by=Hand(who, Via.CLI, clock.now()),
            payload={"made_at": about["made_at"], "entries": judged.entries, "root": judged.root},
        )
    connection.close()
    return judged


def put_back(path: Path, key: Key, *, data: Path, given: str, ring: Path) -> None:
    """Put everything where it belongs. `given`: the address of an own, empty PostgreSQL; else ours is made in `data`.

    The caller has proven the backup, and has the lock of `data`. Broken off, it leaves nothing. Raises BadBackup,
    BadDatabase; OSError when there is no room."""
    _need_nothing(data, given)
    write_whole(data / MARK, "A backup is being put back. If it was broken off, empty this folder and begin again.\n")
    postgres = None if given else Postgres(data / "postgres")
    keys: list[Path] = []
    try:
        if postgres is not None:
            postgres.start()
        with _restoring(postgres.url() if postgres else given) as into:
            for name, _, content in _members(path, key):
                place, _, rest = name.partition("/")
                if place == "database":
                    shutil.copyfileobj(content, into, _BLOCK)
                elif place == "files":
                    _copy(content, data / rest)
                elif place == "keys":
                    keys.append(_copy_key(content, ring, rest))
        if postgres is not None:
            postgres.stop()
    except BaseException:
        if postgres is not None:
            with suppress(BadDatabase):
                postgres.stop()
        for left in data.iterdir():
            if left.name != "lock":
                shutil.rmtree(left) if left.is_dir() else left.unlink()
        for left in keys:
            left.unlink(missing_ok=True)
        raise
    (data / MARK).unlink()


def _need_nothing(data: Path, given: str) -> None:
    if left := sorted(path.name for path in data.iterdir() if path.name != "lock"):
        raise BadBackup(f"{data}: not empty ({left[0]}); a backup is put back into an empty folder only")
    if not given:
        return
    try:
        with psycopg.connect(given, connect_timeout=10) as connection:
            found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()").fetchone()
    except psycopg.Error as error:
        raise BadDatabase(f"BREACHDESK_DATABASE_URL: the database does not answer ({first_line(error)})") from None
    if found != (0,):
        raise BadBackup(
            "BREACHDESK_DATABASE_URL: there are tables in it; a backup is put back into an empty database only"
        )


def need_no_keys(ring: Path) -> None:
    """A backup with keys is put back beside no other keys. Raises BadBackup."""
    if ring.is_dir() and KeyRing(ring).names():
        raise BadBackup(f"{ring}: there are keys in it, and this backup brings its own; name an empty BREACHDESK_KEYS")


@contextmanager
def _restoring(url: str) -> Iterator[IO[bytes]]:
    """Where the dump goes: all of it is there in the end, or nothing."""
    options, around = connected(url)
    command = [str(tool("pg_restore")), *options, "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction"]
    with program(command, around, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as running:
        assert running.stdin is not None
        with suppress(BrokenPipeError):  # it gave up: `program` says why
            yield running.stdin


def _copy(content: _Content, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole(path) as file:
        shutil.copyfileobj(content, file, _BLOCK)


def _copy_key(content: _Content, ring: Path, name: str) -> Path:
    path = KeyRing(ring).folder / name
    write_whole(path, content.read(4096))
    return path


def _members(path: Path, key: Key) -> Iterator[tuple[str, int, _Content]]:
    """Every file in it: name, bytes, content, to be read before the next. Raises BadBackup."""
    with (
        _read_from(path),
        io.BufferedReader(SealedReader(path, key), _BLOCK) as plain,
        tarfile.open(fileobj=plain, mode="r|") as tar,
    ):
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or not may_be_in(member.name):
                raise BadBackup(f"{path}: {member.name!a} is no part of a backup")
            yield member.name, member.size, _Content(path, content)


def _json(path: Path, content: bytes | bytearray) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        raise BadBackup(f"{path}: what it says of itself cannot be read") from None
    return found if isinstance(found, dict) else {}
