"""How allauth is held to the rules of the house: nobody signs up; whoever is invited, comes."""

import base64
import secrets
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from breachdesk.ground import clock
from breachdesk.ground.keys import KeyRing
from breachdesk.staff.app import heard, limits, post
from breachdesk.staff.app.whence import address_of

if TYPE_CHECKING:
    from breachdesk.report.words import Words

_LONGEST = timedelta(minutes=15)
_SEALED = "sealed:"


def _words() -> "Words":
    words: Words = context.request.words
    return words


class _Worded:
    """Says what is wrong in the words of the packs: `enter.errors.<code>`."""

    def validation_error(self, code: str, *args: object) -> ValidationError:
        words, key = _words(), f"enter.errors.{code}"
        if code in ("too_many_login_attempts", "rate_limited"):
            return locked(words, _LONGEST)
        if key in words:
            return ValidationError(words.say(key), code=code)
        error: ValidationError = super().validation_error(code, *args)  # type: ignore[misc]
        return error


def locked(words: "Words", left: timedelta) -> ValidationError:
    """Too many wrong ones: and after how many minutes one may try again."""
    minutes = max(1, -(-int(left.total_seconds()) // 60))
    return ValidationError(words.say("enter.locked", minutes), code="locked")


class Entering(_Worded, DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Guesses are counted for each address from each place, and more loosely from everywhere: so nobody is kept
        out of the desk by a stranger who types their address wrong (docs/decisions/0093)."""
        login = str(credentials.get("email", "")).lower()
        self._login_failed_rl_usage = limits.guess(request, login)
        if self._login_failed_rl_usage is None:
            raise locked(_words(), limits.left(request, login))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        heard.refused(request, str(credentials.get("email", "")))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """`enter.mail.<name>`: a subject and a text, in the language of the page it was asked from."""
        words, name = _words(), template_prefix.rpartition("/")[2]
        values = {
            "email": email,
            "site": settings.SITE_URL,
            "url": context.get("password_reset_url", ""),
            "when": words.utc(clock.now()),
        }
        post.post(email, words.say(f"enter.mail.{name}.subject"), words.say(f"enter.mail.{name}.text", **values))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """By the address of the desk, whatever host the request named."""
        url: str = super().get_reset_password_from_key_url(key)
        return str(settings.SITE_URL) + urlsplit(url).path


class Factors(_Worded, DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors. What codes are made from is sealed with a key of the ring: the database alone makes none."""

    def encrypt(self, text: str) -> str:
        nonce = secrets.token_bytes(12)
        return _SEALED + base64.b64encode(nonce + _seal().encrypt(nonce, text.encode(), b"factor")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text.removeprefix(_SEALED))
        return _seal().decrypt(sealed[:12], sealed[12:], b"factor").decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": str(urlsplit(settings.SITE_URL).hostname), "name": "Breachdesk"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Filled in when a key gets no name."""
        count: int = user.authenticator_set.filter(type=type).count()
        return _words().say("enter.key_name", number=count + 1)


class Sessions(DefaultUserSessionsAdapter):  # type: ignore[misc]
    def end_sessions(self, sessions: Any) -> None:
        ended = list(sessions)
        super().end_sessions(ended)
        if ended:
            heard.sessions_ended(context.request, len(ended))


@cache
def _seal() -> AESGCM:
    return AESGCM(KeyRing(settings.KEYS).get_or_create("factors").secret)
