"""Letting an administrator in by whoever owns the machine: everything of it in one transaction."""

from typing import TYPE_CHECKING

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.journal.shapes import Actor

if TYPE_CHECKING:
    from breachdesk.journal.app.actions import Hand


class NotLetIn(Exception):
    """Why not, as a sentence."""


def let_in(email: str, reason: str, who: Actor, language: str) -> tuple[str, bool]:
    """A link that works once, and whether there was no account. The desk is set up (place.set_up). Raises NotLetIn."""
    from django.db import connections

    from breachdesk.journal.app.actions import Hand
    from breachdesk.journal.shapes import Via
    from breachdesk.web import sayings

    try:
        return _let_in(email, reason, Hand(who, Via.CLI, clock.now()))
    except Refused as refused:
        raise NotLetIn(sayings.words(language).say(refused.key, **refused.values)) from None
    finally:
        connections.close_all()


def _let_in(email: str, reason: str, by: "Hand") -> tuple[str, bool]:
    from django.db import transaction

    from breachdesk.staff.app import actions
    from breachdesk.staff.app.models import Account

    if not reason.strip():
        raise Refused("staff.refused.no_reason", field="reason")
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(email=email.strip().lower()).first()
        if account is None:
            return actions.invite(email, administrator=True, triage=True, by=by), True
        if not account.is_active:
            actions.reactivate(account, by=by)
        flags = {"administrator": True, "triage": account.triage}
        actions.change_flags(account, external=account.external, elsewhere=account.elsewhere, by=by, **flags)
        actions.reset_second_factor(account, reason=reason, by=by)
        return actions.offer_password(account, reason=reason, by=by), False
