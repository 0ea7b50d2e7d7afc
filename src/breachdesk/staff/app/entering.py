"""How allauth is held to the rules of the house: nobody signs up; whoever is invited, comes."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class Entering(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class Elsewhere(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Signing in at the organisation's own provider: for accounts that are here already, never for new ones."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


class Factors(DefaultMFAAdapter):  # type: ignore[misc]
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        from django.conf import settings

        return {"id": str(settings.ALLOWED_HOSTS[0]), "name": "Breachdesk"}
