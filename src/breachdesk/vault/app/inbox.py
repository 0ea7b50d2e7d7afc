"""The folder on the server from which evidence can be taken in without a browser."""

from pathlib import Path
from typing import Any

from django.conf import settings

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand
from breachdesk.vault.app import actions
from breachdesk.vault.app.actions import Origin
from breachdesk.vault.app.models import Errand

_MOST = 200


def files() -> list[tuple[str, int]]:
    """Names and sizes of the files in the folder of the server, the newest first."""
    folder = Path(settings.INBOX)
    if not settings.INBOX or not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.is_file() and not path.is_symlink()]
    found.sort(key=lambda path: -path.stat().st_mtime)
    return [(path.name, path.stat().st_size) for path in found[:_MOST]]


def take_in(case: Any, name: str, *, origin: Origin, by: Hand) -> Errand:
    """Have the worker take a file of the folder in. It is copied; what lies there stays for its owner to remove.

    Raises Refused."""
    if name not in [one for one, _ in files()]:
        raise Refused("evidence.refused.not_in_inbox")
    return actions.from_inbox(case, Path(settings.INBOX) / name, origin=origin, by=by)
