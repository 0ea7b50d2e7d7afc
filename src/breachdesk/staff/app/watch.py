"""Nobody stays signed in for ever: two hours without a step, or twelve hours in all, and the desk asks again."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from breachdesk.ground import clock
from breachdesk.staff.app.heard import WHY_ENDED

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
_NOTED = timedelta(minutes=1)  # a step is written down no oftener
_SINCE, _SEEN = "here_since", "seen_at"


class Watch:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        now, session = clock.now().timestamp(), request.session
        since, seen = session.setdefault(_SINCE, now), session.setdefault(_SEEN, now)
        over = "long" if now - since > LONGEST.total_seconds() else "idle" if now - seen > IDLE.total_seconds() else ""
        if over:
            setattr(request, WHY_ENDED, over)
            logout(request)
            messages.info(request, request.words.say(f"enter.over.{over}"))  # type: ignore[attr-defined]
        elif now - seen > _NOTED.total_seconds():
            session[_SEEN] = now
