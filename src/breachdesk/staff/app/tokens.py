"""Keys to the API: `Authorization: Bearer breachdesk_<8 hex digits>_<secret>`. Only the hash of a secret is kept."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.db import transaction

from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand, write
from breachdesk.staff.app.models import Account, Token
from breachdesk.staff.rights import Act

SIGNALS = "signals"
HOUSE = "house"  # what concerns no case: accounts, webhooks, the journal of the house; of administrators only
SCOPES = (*(act.value for act in Act), SIGNALS, HOUSE)
DAYS = (7, 30, 90, 365)
MOST = 20  # tokens that hold at once, for one account
_FORM = re.compile(r"Bearer breachdesk_([0-9a-f]{8})_([A-Za-z0-9_-]{43})", re.IGNORECASE)
_NOTED = timedelta(minutes=1)
_NONE = "0" * 64


@transaction.atomic
def make_token(
    account: Account, name: str, *, scopes: Collection[str], days: int, by: Hand, cases: Collection[str] = ()
) -> tuple[Token, str]:
    """A token, and its text, to be shown once. `cases`: numbers it is limited to; none: every case of the account.

    Raises Refused without a second factor, for an unknown scope or length, and for too many."""
    if not is_mfa_enabled(account):
        raise Refused("staff.refused.no_factor")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise Refused("staff.refused.no_scope", field="scopes")
    if days not in DAYS:
        raise Refused("staff.refused.no_days", field="days")
    Account.objects.select_for_update().get(id=account.id)
    if Token.objects.filter(account=account, ended_at=None, expires_at__gt=by.at).count() >= MOST:
        raise Refused("staff.refused.many_tokens", most=MOST)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    made = Token.objects.create(
        account=account,
        name=name,
        prefix=prefix,
        hash=_hash(secret),
        scopes=sorted(scopes),
        cases=sorted(cases),
        made_at=by.at,
        expires_at=by.at + timedelta(days=days),
    )
    write(
        "staff.token.made",
        by=by,
        refs={"token": prefix},
        payload={"name": name, "scopes": made.scopes, "cases": made.cases, "until": made.expires_at},
    )
    return made, f"breachdesk_{prefix}_{secret}"


@transaction.atomic
def end_token(token: Token, *, by: Hand) -> None:
    """It opens nothing any more. Raises Refused when it has ended already."""
    kept = Token.objects.select_for_update().get(id=token.id)
    if not kept.holds(by.at):
        raise Refused("staff.refused.token_over")
    kept.ended_at = by.at
    kept.save(update_fields=["ended_at"])
    write("staff.token.ended", by=by, refs={"token": kept.prefix}, payload={"name": kept.name})


def account_for(header: str, at: datetime) -> Token | None:
    """The token of an Authorization header, with its account; None for anything that opens nothing.

    It holds while its owner may enter and has a second factor. How long this takes does not depend on the secret."""
    found = _FORM.fullmatch(header)
    prefix, secret = found.groups() if found else ("", "")
    token = Token.objects.select_related("account").filter(prefix=prefix.lower()).first()
    same = hmac.compare_digest(_hash(secret), token.hash if token else _NONE)
    if token is None or not same or not token.holds(at) or not token.account.is_active:
        return None
    if not is_mfa_enabled(token.account):
        return None
    if token.last_used_at is None or at - token.last_used_at > _NOTED:
        Token.objects.filter(id=token.id).update(last_used_at=at)
        token.last_used_at = at
    return token


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
