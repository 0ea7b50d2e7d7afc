"""How often a password may be guessed. Counted in the database, so that it holds over every process."""

import time
from datetime import timedelta

from allauth.account import app_settings
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

_APP = "allauth.account"
NEAR, FAR = "login_failed", "login_failed_anywhere"


def guess(request: HttpRequest, login: str) -> ratelimit.RateLimitUsage | None:
    """Counts one try; None when there were too many. What came right is taken back by `rollback`."""
    counted = []
    for action, key in _keys(request, login):
        usage = ratelimit.consume(request, app=_APP, action=action, key=key)
        if usage is None:
            return None
        counted += usage.usage
    return ratelimit.RateLimitUsage(usage=counted)


def left(request: HttpRequest, login: str) -> timedelta:
    """How long until one may try again; nothing when one may now."""
    now, longest = time.time(), 0.0
    for action, key in _keys(request, login):
        for rate in ratelimit.get_rates(app=_APP, action=action, config=app_settings.RATE_LIMITS):
            name = ratelimit.get_cache_key(request, app=_APP, action=action, rate=rate, key=key)
            history = cache.get(name, [])  # the newest first
            if len(history) >= rate.amount:
                longest = max(longest, history[rate.amount - 1] + rate.duration - now)
    return timedelta(seconds=longest)


def _keys(request: HttpRequest, login: str) -> list[tuple[str, str]]:
    return [(NEAR, f"{login} {ratelimit.get_ip(request)}"), (FAR, login)]
