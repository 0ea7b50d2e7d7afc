"""What every request passes: its language, the doors, and hostile characters made harmless on the way out."""

import re
from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone, translation

from breachdesk.ground import clock
from breachdesk.ground.refused import Refused
from breachdesk.ground.visible import visible
from breachdesk.staff.app.models import Account
from breachdesk.web import sayings

Next = Callable[[HttpRequest], HttpResponseBase]
#: Whose views bring a door of their own kind: sign-in and second factors, by their own rules.
_LENT = ("allauth.", "django.contrib.auth.", "django.contrib.staticfiles.")
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e007f]"
)
_ENTITY = re.compile(r"&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));", re.IGNORECASE)


def inert(page: str) -> str:
    """A page in which characters that nobody sees, or that turn the line around, are written out. Our own templates and
    packs have none of them."""
    return _UNSEEN.sub(lambda found: visible(found.group()), page)


class Safe:
    """Outermost: no page leaves with a character that plays tricks, and none is kept by a browser or a proxy."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        kind = response.headers.get("Content-Type", "")
        if isinstance(response, HttpResponse) and kind.startswith("text/html"):
            page = response.content.decode(response.charset)
            if not page.isascii():
                response.content = inert(page).encode(response.charset)
                response.headers["Content-Length"] = str(len(response.content))
        return response


class Language:
    """The language and zone of whoever is signed in; else what was chosen by a link, else what the browser asks for."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = sayings.chosen(request)
        translation.activate(language)
        zone = request.user.zone if isinstance(request.user, Account) else "UTC"
        timezone.activate(clock.time_zone(zone))
        request.words = sayings.words(language)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class Doors:
    """A view that names no door is not served; what an action refuses is said where it was asked."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        if request.path.startswith("/api/"):
            return  # the doors of its operations are looked at when it is put together (api.py)
        if getattr(view, "door", None) is None and not getattr(view, "__module__", "").startswith(_LENT):
            raise PermissionDenied("this view names no door")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if isinstance(error, DataError):  # what no text holds (NUL), a number too large: taken back whole
            from breachdesk.web.views import bad_request

            return bad_request(request)
        if not isinstance(error, Refused) or request.path.startswith("/api/"):
            return None
        messages.error(request, request.words.say(error.key, **error.values))  # type: ignore[attr-defined]
        return redirect(request.path if request.method in ("GET", "HEAD") else _whence(request))


def _whence(request: HttpRequest) -> str:
    """The page the form stood on: forms name it, as not every browser names its referrer."""
    from django.utils.http import url_has_allowed_host_and_scheme

    page = request.POST.get("page", "")
    if page and url_has_allowed_host_and_scheme(page, allowed_hosts=None):
        return page
    return "/"
