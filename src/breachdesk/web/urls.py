"""Every address of the desk. Each room that has pages brings `app/urls.py`: `house`, `case` and `public` lists."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from breachdesk.api import api
from breachdesk.staff.app.urls import enter as entering
from breachdesk.web import demo, feeds, record, views

ROOMS = ("staff", "detect", "case", "vault", "scope", "law", "notify", "authorities", "journal")
handler400 = "breachdesk.web.views.bad_request"
handler403 = "breachdesk.web.views.forbidden"
handler404 = "breachdesk.web.views.not_found"
handler500 = "breachdesk.web.views.failed"


def _of_rooms(kind: str) -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for room in ROOMS:
        name = f"breachdesk.{room}.app.urls"
        if find_spec(name) is not None:
            found += getattr(import_module(name), kind, [])
    return found


urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.front, name="front"),
    path("language/", views.language, name="language"),
    path("healthy", views.healthy, name="healthy"),
    path("calendar/<str:token>.ics", feeds.feed, name="law_feed"),
    path("api/1/", api.urls),
    path("enter/", include(entering)),
    *_of_rooms("house"),
    *record.house,
    path("case/<slug:number>/", include([*_of_rooms("case"), *record.case])),
    *_of_rooms("public"),
    *record.public,
    *demo.public,
]
