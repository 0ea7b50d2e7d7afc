"""The page an invitation leads to."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from breachdesk.ground.refused import Refused
from breachdesk.staff.app import actions
from breachdesk.staff.app.doors import DeskRequest, public
from breachdesk.staff.app.forms import Join


@public
def join(request: DeskRequest, token: str) -> HttpResponse:
    """Name, password, language, time zone; then on to a second factor. A link that does not hold says only that."""
    invitation = actions.find_invitation(token)
    if invitation is None or not invitation.holds(request.at):
        return render(request, "staff/join_over.html", status=404)
    initial = {"language": request.words.language}
    form = Join(request.POST or None, words=request.words, invited=invitation.email, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            account = actions.join(
                token,
                name=given["name"],
                password=given["password"],
                language=given["language"],
                zone=given["zone"],
                email=given.get("email", ""),
                by=request.by,
            )
        except Refused as refused:
            if not refused.field:
                raise
            form.add_error(refused.field, request.words.say(refused.key, **refused.values))
        else:
            logout(request)  # whoever else was signed in here
            record_authentication(request, account, method="password", reauthenticated=True)
            entered: HttpResponse = perform_login(
                request, account, email_verification=None, redirect_url=reverse("staff_second_factor")
            )
            return entered
    return render(request, "staff/join.html", {"form": form, "invitation": invitation})
