"""Why a second factor is asked for, and the way to one."""

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponse
from django.shortcuts import redirect, render

from breachdesk.staff.app.doors import DeskRequest, house
from breachdesk.staff.app.onward import onward


@house()
def second_factor(request: DeskRequest) -> HttpResponse:
    """Leads to setting one up, and then back to the page that was wanted."""
    there = onward(request)
    if there:
        request.session["wanted"] = there
    if is_mfa_enabled(request.account):
        return redirect(request.session.pop("wanted", "/"))
    return render(request, "staff/second_factor.html")
