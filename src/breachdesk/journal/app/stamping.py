"""States of the journal dated by a time-stamping authority, when the settings name one."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache

from breachdesk.ground import clock
from breachdesk.journal.app.models import Checkpoint
from breachdesk.journal.stamp import SECONDS, StampError, roots, stamp

_TROUBLE = "journal.stamp.trouble"


def date_last() -> Checkpoint | None:
    """Date the last checkpoint, unless it is dated; it covers all before it. What fails is kept to be told."""
    last = Checkpoint.objects.order_by("-size").first()
    if not settings.TSA_URL or last is None or last.token is not None:
        return None
    return last if date(last) else None


def date(made: Checkpoint, *, seconds: float = SECONDS) -> bytes | None:
    """The token over this checkpoint, asked for now and kept; None when there is none to be had.

    It is not written in the journal: that entry would ask for a checkpoint of its own."""
    try:
        if settings.TSA_CERTIFICATES is None:
            raise StampError("roots", "BREACHDESK_TSA_CERTIFICATES")
        said = stamp(settings.TSA_URL, bytes(made.note), roots(settings.TSA_CERTIFICATES), seconds=seconds)
    except StampError as error:
        found = cache.get(_TROUBLE) or {"since": clock.now()}
        cache.set(_TROUBLE, {**found, "reason": error.reason, "detail": error.detail}, None)
        return None
    cache.delete(_TROUBLE)
    whose = str(urlsplit(settings.TSA_URL).hostname)[:300]
    Checkpoint.objects.filter(size=made.size, token=None).update(token=said.token, token_from=whose, token_at=said.at)
    return said.token


def trouble() -> dict[str, Any] | None:
    """Why the last attempt gave no stamp, and since when none does: {since, reason, detail}; None when all is well."""
    found: dict[str, Any] | None = cache.get(_TROUBLE) if settings.TSA_URL else None
    return found
