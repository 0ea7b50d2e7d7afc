"""How somebody gets an account: by a link that an administrator hands over, and that works once."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor
from breachdesk.staff.app.models import Account, Invitation

FIRST_FOR = timedelta(hours=24)
INVITED_FOR = timedelta(days=3)


@transaction.atomic
def invite_first(*, by: Hand) -> str:
    """The link by which the first administrator comes in; "" when there is an active one already.

    An earlier link of this kind ends. It works once, for 24 hours."""
    if _has_administrator():
        return ""
    Invitation.objects.filter(email="", used_at=None, ended_at=None).update(ended_at=by.at)
    link, made = _made("", FIRST_FOR, by, administrator=True, triage=True)
    write("staff.administrator.expected", by=by, refs={"invitation": made.id}, payload={"until": made.expires_at})
    return link


@transaction.atomic
def invite(
    email: str,
    *,
    administrator: bool = False,
    triage: bool = False,
    external: bool = False,
    elsewhere: bool = False,
    by: Hand,
) -> str:
    """The link for whoever reads mail at `email`, to be shown once: it is kept nowhere. An earlier one ends.

    `elsewhere`: may sign in at the organisation's provider. Raises Refused for what is no address, and for one that has
    an account."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused("staff.refused.no_address", field="email") from None
    if Account.objects.filter(email=email).exists():
        raise Refused("staff.refused.has_account", field="email", email=email)
    Invitation.objects.filter(email=email, used_at=None, ended_at=None).update(ended_at=by.at)
    flags = {"administrator": administrator, "triage": triage, "external": external, "elsewhere": elsewhere}
    link, made = _made(email, INVITED_FOR, by, **flags)
    write(
        "staff.account.invited",
        by=by,
        refs={"invitation": made.id},
        payload={"email": email, "until": made.expires_at, **flags},
    )
    return link


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Hand) -> None:
    """The link works no longer. Raises Refused when it was used, or has ended."""
    kept = Invitation.objects.select_for_update().get(id=invitation.id)
    if not kept.holds(by.at):
        raise Refused("staff.refused.invitation_over")
    kept.ended_at = by.at
    kept.save(update_fields=["ended_at"])
    write("staff.invitation.withdrawn", by=by, refs={"invitation": kept.id}, payload={"email": kept.email})


def find_account(email: str) -> Account | None:
    """The account of that address, if it is one that may enter."""
    return Account.objects.filter(email=email.strip().lower(), is_active=True).first()


def find_invitation(secret: str) -> Invitation | None:
    """What the link with this secret is; whether it still holds, it says itself."""
    return Invitation.objects.filter(hash=_hash(secret)).first()


@transaction.atomic
def join(secret: str, *, name: str, password: str, language: str, zone: str, by: Hand, email: str = "") -> Account:
    """An account for whoever has the link. `email` counts only for the first administrator, who was not named.

    `password` has been judged already. Raises Refused when the link does not hold any more."""
    invitation = Invitation.objects.select_for_update().filter(hash=_hash(secret)).first()
    if invitation is None or not invitation.holds(by.at):
        raise Refused("staff.refused.invitation_over")
    if not invitation.email and _has_administrator():
        raise Refused("staff.refused.invitation_over")
    email = invitation.email or email.strip().lower()
    if Account.objects.filter(email=email).exists():
        raise Refused("staff.refused.has_account", field="email", email=email)
    account = Account.objects.create_user(
        email,
        password,
        name=name,
        language=language,
        zone=zone,
        administrator=invitation.administrator,
        triage=invitation.triage,
        external=invitation.external,
        elsewhere=invitation.elsewhere,
    )
    invitation.used_at = by.at
    invitation.save(update_fields=["used_at"])
    write(
        "staff.account.joined",
        by=Hand(Actor(email, "staff"), by.via, by.at),
        refs={"invitation": invitation.id},
        payload={"email": email, "administrator": account.administrator, "triage": account.triage},
    )
    return account


def _made(email: str, lasts: timedelta, by: Hand, **flags: bool) -> tuple[str, Invitation]:
    secret = secrets.token_urlsafe(32)
    made = Invitation.objects.create(
        hash=_hash(secret),
        email=email,
        made_at=by.at,
        made_by=by.actor.name,
        expires_at=by.at + lasts,
        **flags,
    )
    return settings.SITE_URL + reverse("staff_join", args=[secret]), made


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _has_administrator() -> bool:
    return Account.objects.filter(administrator=True, is_active=True).exists()
