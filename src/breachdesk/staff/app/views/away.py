"""Ways in beside the password: a link by mail for whoever forgot it, and the organisation's own provider."""

from typing import Any

from allauth.account.views import password_reset
from allauth.socialaccount.adapter import get_adapter
from django.http import Http404, HttpResponse
from requests import RequestException

from breachdesk.staff.app import post
from breachdesk.staff.app.doors import DeskRequest, public
from breachdesk.staff.app.elsewhere import PROVIDER, offered, turned_away
from breachdesk.staff.app.onward import onward


@public
def forgotten(request: DeskRequest) -> HttpResponse:
    """Only where mail is set up; elsewhere an administrator hands over a link."""
    if not post.works():
        raise Http404
    answer: HttpResponse = password_reset(request)
    return answer


@public
def elsewhere(request: DeskRequest) -> HttpResponse:
    """To the provider, and back to the page that was wanted. Only ever to sign in, never to tie an account."""
    if not offered(request):
        raise Http404
    provider: Any = get_adapter().get_provider(request, PROVIDER)
    try:
        there: HttpResponse = provider.redirect(request, process="login", next_url=onward(request) or "/")
    except (RequestException, KeyError, ValueError):  # not there, or not a provider
        return turned_away(request, "enter.elsewhere.failed")
    return there
