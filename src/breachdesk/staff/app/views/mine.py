"""One's own page: who one is, how the desk speaks, and how one signs in."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation

from breachdesk.staff.app import actions
from breachdesk.staff.app.doors import DeskRequest, house
from breachdesk.staff.app.forms import SCHEMES, Mine
from breachdesk.staff.app.models import Token


@house()
def me(request: DeskRequest) -> HttpResponse:
    account = request.account
    initial = {name: getattr(account, name) for name in ("name", "language", "zone")}
    initial["scheme"] = account.scheme or SCHEMES[0]
    form = Mine(request.POST or None, words=request.words, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(account, by=request.by, **form.cleaned_data)
        translation.activate(account.language)
        messages.success(request, request.words.say("staff.me.kept"))
        return redirect("staff_me")
    kinds = list(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    return render(
        request,
        "staff/me.html",
        {
            "form": form,
            "app": kinds.count("totp"),
            "keys": kinds.count("webauthn"),
            "codes": kinds.count("recovery_codes"),
            "sessions": UserSession.objects.filter(user=account).count(),
            "tokens": Token.objects.filter(account=account, ended_at=None, expires_at__gt=request.at).count(),
        },
    )
