"""Programs that share a secret with the desk, whichever of the two speaks: the secret, its turns, pause and end."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from breachdesk.ground.keys import KeyRing
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.staff.app.models import Program

P = TypeVar("P", bound=Program)
_BOTH = timedelta(days=1)
_KEY = "hooks"


def secret_of(program: Program, turn: int | None = None) -> str:
    """`whsec_...` of 32 bytes, as the libraries of the standard take it."""
    key = KeyRing(settings.KEYS).get_or_create(_KEY).secret
    made = hmac.new(key, f"{program.KIND} {program.pk} {turn or program.turn}".encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(made).decode()}"


def secrets_of(program: Program, at: datetime) -> list[str]:
    """Those that hold: of this turn, and for a day of the one before."""
    turns = [program.turn]
    if program.turned_at is not None and at - program.turned_at < _BOTH:
        turns.append(program.turn - 1)
    return [secret_of(program, one) for one in turns]


# What is done to a program, with the type of entry that its room tells it by.


@transaction.atomic
def turn(program: Program, type: str, *, by: Hand) -> str:
    """A new secret; the one before holds for another day."""
    held = still(program)
    held.turn, held.turned_at = held.turn + 1, by.at
    held.save(update_fields=["turn", "turned_at"])
    write(type, by=by, refs={held.KIND: held.pk})
    program.refresh_from_db()
    return secret_of(held)


@transaction.atomic
def pause(program: Program, type: str, *, by: Hand) -> None:
    held = still(program)
    if held.paused_at is None:
        held.paused_at = by.at
        held.save(update_fields=["paused_at"])
        write(type, by=by, refs={held.KIND: held.pk}, payload={"name": held.name})


@transaction.atomic
def resume(program: Program, type: str, *, by: Hand) -> None:
    held = still(program)
    if held.paused_at is not None:
        held.paused_at = None
        held.save(update_fields=["paused_at"])
        write(type, by=by, refs={held.KIND: held.pk})


@transaction.atomic
def remove(program: Program, type: str, *, by: Hand) -> None:
    held = still(program)
    held.gone_at = by.at
    held.save(update_fields=["gone_at"])
    write(type, by=by, refs={held.KIND: held.pk}, payload={"name": held.name})


def still(program: P) -> P:
    """It, as it is now: nobody else changes it until the transaction ends. Raises Refused when it was removed."""
    held: P = type(program)._default_manager.select_for_update().get(pk=program.pk)
    if held.gone_at is not None:
        raise Refused("hooks.refused.gone")
    return held
