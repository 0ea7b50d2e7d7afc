"""What killed processes and people who never came back left behind is cleared away; what is told first is told."""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.vault.app import actions, keys
from breachdesk.vault.app.models import OPEN, Errand, Upload
from breachdesk.vault.store import BadVault

_LOG = logging.getLogger(__name__)
Sweep = Callable[[datetime], None]
#: An upload that stands still is told of, then forgotten.
TOLD_AFTER, GONE_AFTER = timedelta(days=7), timedelta(days=14)
_HALVES = timedelta(days=1)
_sweeps: list[Sweep] = []


def register(sweep: Sweep) -> None:
    """From AppConfig.ready of a room: it is asked at the start of the worker and every hour."""
    if sweep not in _sweeps:
        _sweeps.append(sweep)


def sweep(at: datetime) -> None:
    """All of them; one that cannot is no reason to leave the others."""
    for one in (uploads, written, halves, *_sweeps):
        try:
            one(at)
        except (OSError, BadVault) as error:
            _LOG.warning("clearing up: %s (%s)", one.__name__, type(error).__name__)


def uploads(at: datetime) -> None:
    """Uploads nobody went on with: told after a week, abandoned after two."""
    by = Hand(HOUSE, Via.FLOW, at)
    for upload in Upload.objects.select_related("case").filter(made_at__lt=at - TOLD_AFTER):
        if Errand.objects.filter(upload=upload.id, state__in=OPEN).exists():
            continue
        try:
            last = max(upload.made_at, datetime.fromtimestamp(actions.parts_of(upload, at).touched, UTC))
        except BadVault:  # its key was destroyed, or does not open: then the parts are nobody's to read either
            last = upload.made_at
        if last <= at - GONE_AFTER:
            actions.abandon_upload(upload, by=by)
        elif last <= at - TOLD_AFTER and upload.told_at is None:
            actions.tell_of(upload, by=by)


def written(at: datetime) -> None:
    """What errands wrote and nobody fetched in its time."""
    from breachdesk.vault.app.errands import TOLD

    late = Errand.objects.select_related("case").filter(ended_at__lt=at - TOLD, outcome__has_key="sealed")
    for errand in late:
        keys.vault().forget(errand.case.number, errand.outcome.pop("sealed"))
        errand.save(update_fields=["outcome"])


def halves(at: datetime) -> None:
    """Halves of sealed files that a killed process left."""
    for half in keys.vault().folder.glob("*/.*.part"):
        with suppress(FileNotFoundError):
            if half.stat().st_mtime < (at - _HALVES).timestamp():
                half.unlink()


def strays(folder: Path, pattern: str) -> list[Path]:
    """Folders of that name, for a sweep of another room."""
    return [path for path in folder.glob(pattern) if path.is_dir() and not path.is_symlink()]
