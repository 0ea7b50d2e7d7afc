"""Signing in at the organisation's own provider (OpenID Connect): for accounts that are here already, never for new
ones, and only where an administrator allowed it (docs/decisions/0094)."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor, Via
from breachdesk.staff.app.models import Account

PROVIDER = "house"


class Elsewhere(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Goes on only with an account that may come this way; everybody else gets the same answer."""
        account = sociallogin.user if sociallogin.is_existing else None
        if account is None:
            account = _tie(sociallogin)
        if not isinstance(account, Account) or not account.elsewhere or not account.is_active:
            raise ImmediateHttpResponse(turned_away(request, "enter.elsewhere.unknown"))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        raise ImmediateHttpResponse(turned_away(request, "enter.elsewhere.failed"))


def offered(request: HttpRequest) -> str:
    """What stands on the button of the provider; "" when none is set up."""
    apps = get_adapter().list_apps(request, provider=PROVIDER)
    return str(apps[0].name) if apps else ""


def turned_away(request: Any, key: str) -> HttpResponse:
    messages.error(request, request.words.say(key))
    return redirect("account_login")


@transaction.atomic
def _tie(sociallogin: Any) -> Account | None:
    """The account whose address the provider vouches for, tied to that person of the provider from now on.

    Not when it is tied to somebody else there: an address may have been given to a successor."""
    vouched = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
    account = Account.objects.select_for_update().filter(email__in=vouched, elsewhere=True, is_active=True).first()
    if account is None or SocialAccount.objects.filter(user=account).exists():
        return None
    sociallogin.user = account
    sociallogin.account.user = account
    sociallogin.account.save()
    write("staff.account.tied", by=Hand(Actor(account.email, "staff"), Via.WEB, clock.now()))
    return account
