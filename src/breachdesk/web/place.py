"""Where a desk lies: its data folder, its database, its keys; and a process made a Django of that database.

Nothing of Django is imported before the environment says which database it is: settings are read once.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from breachdesk.ground import options
from breachdesk.ground.keys import BadKey
from breachdesk.web.postgres import BadDatabase, Postgres, first_line, reachable

#: Says one thing to whoever watches the terminal: a key of packs/messages/cli and its values.
Tell = Callable[..., None]
#: Lies in the data folder from the first byte of a backup that is put back to the last: until then it is not whole.
MARK = "restoring"
#: Where people open a desk of which nobody said where: by the name that browsers let security keys work at.
AT_HOME = "http://localhost:8500"
_MIGRATING = 0x6272656163686473  # an advisory lock of ours: "breachds"


class Unusable(Exception):
    """The desk cannot start: one clear line of what, where, and what to do."""


def data_folder() -> Path:
    """BREACHDESK_DATA, made if it is not there. Raises Unusable."""
    try:
        folder = options.folder("BREACHDESK_DATA", Path.home() / ".local" / "share" / "breachdesk")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (options.BadOption, OSError) as error:
        raise Unusable(told(error, "name another in BREACHDESK_DATA")) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unusable(f"{folder}: may not be written to; name another in BREACHDESK_DATA")
    return folder


def given_database() -> str:
    """The address of a PostgreSQL of the owner's, or nothing. Raises Unusable."""
    try:
        return options.text("BREACHDESK_DATABASE_URL")
    except options.BadOption as error:
        raise Unusable(str(error)) from None


def told(error: Exception, advice: str) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'the data folder'}: {error.strerror}; {advice}"
    return str(error)


def need_whole(folder: Path) -> None:
    """Raises Unusable for a data folder into which a backup was put back half-way."""
    if (folder / MARK).exists():
        raise Unusable(f"{folder}: a restore was broken off here; empty the folder and run `breachdesk restore` again")


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """This data folder is ours until the end. Raises Unusable when another process has it."""
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unusable(told(error, "name another in BREACHDESK_DATA")) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable(
                f"{folder}: a desk is at work in this folder already; stop it, or name another in BREACHDESK_DATA"
            ) from None
        yield
    finally:
        os.close(handle)


@contextmanager
def database_of(folder: Path) -> Iterator[str]:
    """The address of the desk's database: the owner's, that of the desk at work in `folder`, or ours, started for the
    while. Raises Unusable."""
    if given := given_database():
        if why := reachable(given):
            raise Unusable(f"BREACHDESK_DATABASE_URL: the database does not answer ({why})")
        yield given
        return
    need_whole(folder)
    postgres = Postgres(folder / "postgres")
    if not postgres.made:
        raise Unusable(f"{folder}: there is no desk here; name its folder in BREACHDESK_DATA")
    try:
        with claimed(folder):
            postgres.start()
            try:
                yield postgres.url()
            finally:
                postgres.stop()
            return
    except BadDatabase as error:
        raise Unusable(str(error)) from None
    except Unusable:
        if not postgres.running():
            raise
    yield postgres.url()


# --- Django


def set_up(url: str, site: str = "") -> None:
    """From here on this process is a Django of that database. Raises Unusable."""
    os.environ["BREACHDESK_DATABASE_URL"] = url
    os.environ.pop("BREACHDESK_DATABASE_URL" + "_FILE", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "breachdesk.settings"
    import django

    try:
        if not options.text("BREACHDESK_SITE_URL"):  # the same for every command: checkpoints are signed under its name
            os.environ["BREACHDESK_SITE_URL"] = site or AT_HOME
        # By these names nobody comes from elsewhere, but whatever watches over the desk on its own machine.
        os.environ["BREACHDESK_HOSTS"] = " ".join([*options.several("BREACHDESK_HOSTS"), "localhost", "127.0.0.1"])
        django.setup()
    except (options.BadOption, BadKey, OSError) as error:
        raise Unusable(told(error, "name a folder you may write, or mend its rights")) from None


def unknown_migrations() -> list[str]:
    """What was done to the database by a release newer than this one."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    return sorted(".".join(key) for key in loader.applied_migrations.keys() - loader.disk_migrations.keys())


def missing_migrations() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def need_no_newer_release() -> None:
    """Raises Unusable for a database that this release cannot know."""
    if unknown := unknown_migrations():
        raise Unusable(
            f"the database was written by a newer release ({unknown[-1]} is unknown here); install that release, or "
            "restore a backup that this one made"
        )


def need_this_release() -> None:
    """Raises Unusable when the database is of another release."""
    need_no_newer_release()
    if missing := missing_migrations():
        raise Unusable(
            f"the database is of an earlier release ({missing[0]} is not done); use that release, or open the desk "
            "with this one first"
        )


def migrate() -> list[str]:
    """Bring the database to this release; one process at a time. Returns what was done. Raises Unusable."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.utils import Error

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
            try:
                need_no_newer_release()
                if missing := missing_migrations():
                    call_command("migrate", verbosity=0, interactive=False)
                if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
                    call_command("createcachetable", verbosity=0)
                return missing
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
    except Error as error:
        raise Unusable(f"the database could not be brought to this release ({first_line(error)})") from None


def strange_keys() -> int:
    """How many cases have a key that this master key did not wrap. Raises Unusable when there is no master key."""
    from breachdesk.vault.app.keys import the_master
    from breachdesk.vault.app.models import CaseKey
    from breachdesk.vault.store import BadVault

    try:
        master = the_master()
    except (BadVault, BadKey) as error:
        raise Unusable(f"the master key: {error}") from None
    except OSError as error:
        raise Unusable(told(error, "name another folder in BREACHDESK_KEYS")) from None
    return CaseKey.objects.exclude(wrapped=None).exclude(master=master.id).count()
