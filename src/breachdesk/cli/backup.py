"""`breachdesk backup` and `breachdesk restore`: the whole desk in one sealed file, and back."""

from pathlib import Path
from typing import Annotated

import typer

from breachdesk.cli.common import ATTENTION, FAILED, UNUSABLE, ActorName, actor, fail
from breachdesk.cli.house import telling
from breachdesk.ground import options
from breachdesk.ground.keys import BadKey, Key, KeyRing, outside
from breachdesk.web import backup as making
from breachdesk.web import place
from breachdesk.web import restore as restoring
from breachdesk.web.backup import BadBackup
from breachdesk.web.postgres import BadDatabase

_NAME = "backup"
KeyOfBackups = Annotated[
    Path, typer.Option("--key", help="Folder of the key of backups, away from the desk and from the backups.")
]


def add(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; there must be none of that name.")],
    key: KeyOfBackups,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="The keys of the desk go with it: who opens it can read everything.")
    ] = False,
    actor_name: ActorName = "",
) -> None:
    """Write everything the desk holds to one sealed file, while people go on working."""
    tell = telling()
    try:
        data = place.data_folder()
        with place.database_of(data) as url:
            sealing = _key(key, data)
            place.set_up(url)
            place.need_this_release()
            made = making.back_up(file, sealing, url=url, data=data, who=actor(actor_name), with_keys=with_keys)
    except (place.Unusable, BadBackup, BadDatabase, BadKey, options.BadOption) as error:
        fail(UNUSABLE, str(error))
    except OSError as error:
        fail(FAILED, f"{file}: {error.strerror or error}; nothing was written")
    tell(
        "backup.made", file=made.path, bytes=f"{made.bytes:,}", entries=made.entries, files=made.files, sha=made.sha256
    )
    tell("backup.with_keys" if with_keys else "backup.without_keys")
    tell("backup.key", folder=key)


def restore(
    file: Annotated[Path, typer.Argument(help="What `breachdesk backup` wrote.")],
    key: KeyOfBackups,
    actor_name: ActorName = "",
) -> None:
    """Put a backup back into an empty data folder, and check its journal."""
    tell = telling()
    try:
        data = place.data_folder()
        sealing = KeyRing(outside(key, data)).get(_NAME)
        with place.claimed(data):
            judged = restoring.restore(file, sealing, data=data, who=actor(actor_name), tell=tell)
    except (place.Unusable, BadBackup, BadDatabase, BadKey, options.BadOption) as error:
        fail(UNUSABLE, str(error))
    except OSError as error:
        fail(FAILED, f"{file}: {error.strerror or error}; what was begun was taken away again")
    if judged.faults:
        tell("restore.faults")
        raise typer.Exit(ATTENTION)
    tell("restore.done", entries=judged.entries, root=judged.root)


def _key(folder: Path, data: Path) -> Key:
    """The key backups are sealed with, made the first time. It must not be lost with the desk."""
    ring = options.folder("BREACHDESK_KEYS", data.parent / f"{data.name}-keys")
    if folder.resolve() == ring.resolve():
        raise BadKey(f"--key: {folder}: the desk's own keys lie there; who loses them would lose its backups too")
    return KeyRing(outside(folder, data)).get_or_create(_NAME)
