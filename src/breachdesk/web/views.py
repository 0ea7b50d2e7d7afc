"""The front page, the language, and what is said when something is not there, not allowed, or went wrong."""

import sys

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from breachdesk.case.app.models import Case, Membership, State, Task
from breachdesk.ground.languages import LANGUAGES
from breachdesk.staff.app.doors import DeskRequest, house, public
from breachdesk.staff.rights import RIGHTS, Act, Role
from breachdesk.web.sayings import COOKIE, chosen, words
from breachdesk.web.troubles import trouble

_MOST = 200


@house()
def front(request: DeskRequest) -> HttpResponse:
    """The cases one is in, the most pressing first."""
    cases = _with_tasks(Case.objects.filter(members__account=request.account, members__ended_at=None), request)
    return render(
        request,
        "desk/front.html",
        {
            "open_cases": cases.filter(state=State.OPEN)[:_MOST],
            "closed_cases": cases.exclude(state=State.OPEN)[:_MOST],
        },
    )


def _with_tasks(cases: "QuerySet[Case]", request: DeskRequest) -> "QuerySet[Case]":
    """Each with `mine` and `late`: one's own open tasks in it, and how many of them are overdue, in the same query."""
    own = Task.objects.filter(case=OuterRef("id"), owner=request.account, done_at=None).filter(
        Q(privileged=False) | Exists(_reading_privileged(request))
    )
    return cases.annotate(mine=_count(own), late=_count(own.filter(due__lt=request.at)))


def _reading_privileged(request: DeskRequest) -> "QuerySet[Membership]":
    """Whether one may know of what is privileged in the case of a task."""
    roles = [role for role in Role if Act.PRIVILEGED in RIGHTS[role]]
    return Membership.objects.filter(case=OuterRef("case"), account=request.account, ended_at=None, role__in=roles)


def _count(found: "QuerySet[Task]") -> Coalesce:
    counted = found.order_by().values("case").annotate(n=Count("id")).values("n")
    return Coalesce(Subquery(counted), 0)


@public
@require_POST
def language(request: DeskRequest) -> HttpResponse:
    """The language by a button of the frame: kept with the account, else with the browser."""
    wanted, page = request.POST.get("language", ""), request.POST.get("page", "/")
    back = page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else "/"
    response = redirect(back)
    if wanted in LANGUAGES:
        if request.user.is_authenticated:
            request.user.language = wanted
            request.user.save(update_fields=["language"])
        response.set_cookie(
            COOKIE, wanted, max_age=31_536_000, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


@public
def healthy(request: DeskRequest) -> HttpResponse:
    """For whatever watches over the desk: 200 while the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"healthy": True})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/said.html", {"what": "bad_request"}, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/said.html", {"what": "forbidden"}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "desk/said.html", {"what": "not_found"}, status=404)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token: an old page, or somebody else's."""
    return render(request, "desk/said.html", {"what": "forged"}, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """An error nobody foresaw; or the database is away, or the disk full: then a page that needs neither."""
    what = trouble(sys.exc_info()[1])
    if not what:
        return render(request, "desk/said.html", {"what": "failed"}, status=500)
    return at_rest(request, what)


def at_rest(request: HttpRequest, what: str) -> HttpResponse:
    """Asks for patience, in words of the browser's language: who is signed in cannot be looked up."""
    request.user = AnonymousUser()
    for name in ("_messages", "account", "case"):
        request.__dict__.pop(name, None)
    said = words(chosen(request))
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(
            {
                "type": "about:blank",
                "title": "Service Unavailable",
                "status": 503,
                "detail": said.say(f"said.texts.{what}"),
            },
            status=503,
            content_type="application/problem+json",
        )
    else:
        request.words = said  # type: ignore[attr-defined]
        response = render(request, "desk/said.html", {"what": what}, status=503)
    response.headers["Retry-After"] = "15"
    return response
