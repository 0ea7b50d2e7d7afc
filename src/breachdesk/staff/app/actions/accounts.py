"""What administrators change about accounts, and everybody about their own."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.staff.app.models import Account, Token


@transaction.atomic
def change_flags(
    account: Account, *, administrator: bool, triage: bool, external: bool, elsewhere: bool, by: Hand
) -> Account:
    """What somebody may do beside their cases. Without `elsewhere` the tie to the provider goes too.

    Raises Refused when nobody would be left to look after accounts."""
    if not administrator:
        _keeps_an_administrator(account)
    flags = {"administrator": administrator, "triage": triage, "external": external, "elsewhere": elsewhere}
    before = {name: getattr(account, name) for name in flags}
    if before == flags:
        return account
    for name, value in flags.items():
        setattr(account, name, value)
    account.save(update_fields=list(flags))
    if not elsewhere:
        SocialAccount.objects.filter(user=account).delete()
    changed = [f"{name}: {'yes' if value else 'no'}" for name, value in flags.items() if before[name] != value]
    write("staff.flags.changed", by=by, payload={"account": account.email, "now": changed})
    return account


@transaction.atomic
def deactivate(account: Account, *, reason: str, by: Hand) -> None:
    """May enter no longer, from this moment: sessions and tokens end. Raises Refused without a reason, and for the
    last administrator."""
    if not reason.strip():
        raise Refused("staff.refused.no_reason", field="reason")
    if not account.is_active:
        raise Refused("staff.refused.is_off", who=account.email)
    _keeps_an_administrator(account)
    account.is_active = False
    account.save(update_fields=["is_active"])
    sessions, tokens = _put_out(account, by)
    write(
        "staff.account.deactivated",
        by=by,
        payload={"account": account.email, "reason": reason, "sessions": sessions, "tokens": tokens},
    )


@transaction.atomic
def reactivate(account: Account, *, by: Hand) -> None:
    """May enter again, with the password and second factor they had. Raises Refused when they may already."""
    if account.is_active:
        raise Refused("staff.refused.is_on", who=account.email)
    account.is_active = True
    account.save(update_fields=["is_active"])
    write("staff.account.reactivated", by=by, payload={"account": account.email})


@transaction.atomic
def reset_second_factor(account: Account, *, reason: str, by: Hand) -> None:
    """Every second factor goes, for somebody who lost it; sessions and tokens end. Raises Refused without a reason."""
    if not reason.strip():
        raise Refused("staff.refused.no_reason", field="reason")
    kinds = sorted(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    Authenticator.objects.filter(user=account).delete()
    sessions, tokens = _put_out(account, by)
    write(
        "staff.factor.withdrawn",
        by=by,
        payload={"account": account.email, "reason": reason, "kinds": kinds, "sessions": sessions, "tokens": tokens},
    )


@transaction.atomic
def offer_password(account: Account, *, reason: str, by: Hand) -> str:
    """A link by which somebody who forgot their password sets a new one, within four hours, once. To be shown once.

    Raises Refused without a reason, and for an account that may not enter."""
    if not reason.strip():
        raise Refused("staff.refused.no_reason", field="reason")
    if not account.is_active:
        raise Refused("staff.refused.is_off", who=account.email)
    uid, key = user_pk_to_url_str(account), default_token_generator.make_token(account)
    write("staff.password.offered", by=by, payload={"account": account.email, "reason": reason})
    return str(settings.SITE_URL) + reverse("account_reset_password_from_key", args=[uid, key])


@transaction.atomic
def change_profile(account: Account, *, name: str, language: str, zone: str, scheme: str, by: Hand) -> Account:
    """How the desk names somebody and speaks to them. `scheme`: "" as the device says, light, dark."""
    given = {"name": name, "language": language, "zone": zone, "scheme": scheme}
    if all(getattr(account, field) == value for field, value in given.items()):
        return account
    for field, value in given.items():
        setattr(account, field, value)
    account.save(update_fields=list(given))
    write("staff.profile.changed", by=by, payload={"account": account.email, **given})
    return account


def _put_out(account: Account, by: Hand) -> tuple[int, int]:
    """Ends every session and token; how many there were."""
    sessions = list(UserSession.objects.filter(user=account))
    for session in sessions:
        session.end()
    tokens = Token.objects.filter(account=account, ended_at=None, expires_at__gt=by.at).update(ended_at=by.at)
    return len(sessions), tokens


def _keeps_an_administrator(account: Account) -> None:
    """Two who take each other's flag away at once wait here for one another."""
    active = Account.objects.select_for_update().filter(administrator=True, is_active=True).order_by("id")
    if {one.id for one in active} == {account.id}:
        raise Refused("staff.refused.last_administrator")
