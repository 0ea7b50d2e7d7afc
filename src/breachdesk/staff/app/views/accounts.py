"""Everybody's accounts, for administrators. What changes one asks for the password again."""

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from breachdesk.ground.refused import Refused
from breachdesk.staff.app import actions, post
from breachdesk.staff.app.again import asked_again, asked_again_to_send
from breachdesk.staff.app.doors import DeskRequest, house
from breachdesk.staff.app.elsewhere import offered
from breachdesk.staff.app.forms import Flags, Invite
from breachdesk.staff.app.models import Account, Invitation, Token

_PAGE = 50


@house(administrators=True)
def listed(request: DeskRequest) -> HttpResponse:
    factors = Count("authenticator", filter=~Q(authenticator__type=Authenticator.Type.RECOVERY_CODES))
    found = Account.objects.annotate(factors=factors).order_by("-is_active", "email")
    waiting = Invitation.objects.filter(used_at=None, ended_at=None, expires_at__gt=request.at).exclude(email="")
    return render(
        request,
        "staff/accounts.html",
        {
            "accounts": Paginator(found, _PAGE).get_page(request.GET.get("page")),
            "active": Account.objects.filter(is_active=True).count(),
            "bare": found.filter(is_active=True, factors=0).count(),
            "waiting": waiting[:_PAGE],
        },
    )


@house(administrators=True)
@asked_again
def invite(request: DeskRequest) -> HttpResponse:
    """The link stands in the answer itself and nowhere else: a redirect would have to keep it."""
    form = Invite(request.POST or None, words=request.words, provider=offered(request))
    if request.method == "POST" and form.is_valid():
        try:
            link = actions.invite(**form.cleaned_data, by=request.by)
        except Refused as refused:
            form.add_error(refused.field or None, request.words.say(refused.key, **refused.values))
        else:
            words, email = request.words, form.cleaned_data["email"]
            text = words.say(
                "staff.invite.mail.text",
                who=str(request.account),
                site=settings.SITE_URL,
                url=link,
                hours=_hours(actions.INVITED_FOR.total_seconds()),
            )
            post.post(email, words.say("staff.invite.mail.subject"), text)
            return render(
                request, "staff/link.html", {"what": "invite", "link": link, "email": email, "mailed": post.works()}
            )
    return render(request, "staff/invite.html", {"form": form})


def _hours(seconds: float) -> int:
    return round(seconds / 3600)


@house(administrators=True)
@require_POST
def withdraw(request: DeskRequest, invitation_id: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.exclude(email=""), id=invitation_id)
    actions.withdraw(invitation, by=request.by)
    messages.success(request, request.words.say("staff.accounts.withdrawn", email=invitation.email))
    return redirect("staff_accounts")


@house(administrators=True)
@asked_again_to_send
def one(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, id=account_id)
    initial = {name: getattr(account, name) for name in ("administrator", "triage", "external", "elsewhere")}
    form = Flags(request.POST or None, words=request.words, initial=initial, provider=offered(request))
    if request.method == "POST" and form.is_valid():
        actions.change_flags(account, **form.cleaned_data, by=request.by)
        messages.success(request, request.words.say("staff.account.kept"))
        return redirect("staff_account", account_id)
    members = apps.get_model("case", "Membership").objects.filter(account=account, ended_at=None)
    factors = Authenticator.objects.filter(user=account).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return render(
        request,
        "staff/account.html",
        {
            "one": account,
            "form": form,
            "cases": members.count(),  # how many, not which: an administrator sees no case by being one
            "leads": members.filter(role="lead", case__state="open").count(),
            "factors": factors.count(),
            "tokens": Token.objects.filter(account=account, ended_at=None, expires_at__gt=request.at).count(),
        },
    )


@house(administrators=True)
@require_POST
@asked_again
def off(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, id=account_id)
    actions.deactivate(account, reason=_reason(request), by=request.by)
    return _said(request, account, "staff.account.is_off_now")


@house(administrators=True)
@require_POST
@asked_again
def on(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, id=account_id)
    actions.reactivate(account, by=request.by)
    return _said(request, account, "staff.account.is_on_now")


@house(administrators=True)
@require_POST
@asked_again
def factor(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, id=account_id)
    actions.reset_second_factor(account, reason=_reason(request), by=request.by)
    return _said(request, account, "staff.account.is_bare_now")


@house(administrators=True)
@require_POST
@asked_again
def password(request: DeskRequest, account_id: int) -> HttpResponse:
    account = get_object_or_404(Account, id=account_id)
    link = actions.offer_password(account, reason=_reason(request), by=request.by)
    return render(request, "staff/link.html", {"what": "password", "link": link, "email": account.email})


def _reason(request: DeskRequest) -> str:
    return request.POST.get("reason", "")[:1000]


def _said(request: DeskRequest, account: Account, key: str) -> HttpResponse:
    messages.success(request, request.words.say(key, who=str(account)))
    return redirect(reverse("staff_account", args=[account.id]))
