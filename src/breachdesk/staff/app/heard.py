"""What allauth tells of, written into the journal of the house: who came and went, whom it turned away, what changed
about how somebody signs in. Never a password or a code, and of addresses typed only those that are accounts here."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor, Via
from breachdesk.staff.app import limits
from breachdesk.staff.app.models import Account
from breachdesk.staff.app.whence import address_of

View = Callable[..., HttpResponse]
_METHODS = "account_authentication_methods"  # where allauth keeps by what somebody came in
WHY_ENDED = "breachdesk_why_ended"


def refused(request: HttpRequest, typed: str) -> None:
    """A wrong password, or an address nobody has here; and when that was one too many."""
    login = typed.strip().lower()
    known = Account.objects.filter(email=login).exists()
    told: dict[str, str | bool] = {"known": known, "account": login if known else "", "from": address_of(request)}
    with transaction.atomic():
        write("staff.login.failed", by=_nobody(), payload=told)
    if limits.left(request, login):
        with transaction.atomic():
            write("staff.login.locked", by=_nobody(), payload=told)


def sessions_ended(request: HttpRequest, count: int) -> None:
    with transaction.atomic():
        write("staff.session.ended", by=_by(request.user), payload={"count": count})


def _came(request: HttpRequest, user: Account, **_: Any) -> None:
    records = request.session.get(_METHODS, [])
    methods = [f"{one.get('method', '')} {one.get('type', '')}".strip() for one in records]
    with transaction.atomic():
        write("staff.account.entered", by=_by(user), payload={"by": methods, "from": address_of(request)})


def _went(request: HttpRequest, user: Account | None, **_: Any) -> None:
    if user is not None:
        reason = getattr(request, WHY_ENDED, "asked")
        with transaction.atomic():
            write("staff.account.left", by=_by(user), payload={"why": reason})


def factors_changed(view: View) -> View:
    """A view of allauth that adds or takes away second factors: with the entries of that, or not at all."""

    @wraps(view)
    def inside(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            before = _factors(request.user)
            response = view(request, *args, **kwargs)
            after = _factors(request.user)
            for kind in sorted({*before.values(), *after.values()}):
                added = [one for one in after if one not in before and after[one] == kind]
                gone = [one for one in before if one not in after and before[one] == kind]
                if added or gone:
                    deed = "renewed" if added and gone else "added" if added else "removed"
                    write(_FACTOR[deed], by=_by(request.user), payload={"kind": kind})
        return response

    return inside


_FACTOR = {"added": "staff.factor.added", "removed": "staff.factor.removed", "renewed": "staff.factor.renewed"}


def _factors(user: Any) -> dict[int, str]:
    if not user.is_authenticated:
        return {}
    return dict(Authenticator.objects.filter(user=user).values_list("id", "type"))


def at_once(view: View) -> View:
    """A view of allauth whose change and entry are one."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return inside


def _factor_failed(request: HttpRequest, user: Account, authenticator: Any, **_: Any) -> None:
    with transaction.atomic():
        write(
            "staff.factor.failed",
            by=_nobody(),
            payload={"account": user.email, "kind": str(authenticator.type), "from": address_of(request)},
        )


def _password(how: str) -> Any:
    def hear(user: Account, **_: Any) -> None:
        with transaction.atomic():
            write("staff.password.changed", by=_by(user), payload={"how": how})

    return hear


def _by(user: Any) -> Hand:
    return Hand(Actor(user.email, "staff"), Via.WEB, clock.now())


def _nobody() -> Hand:
    return Hand(Actor("public", "public"), Via.WEB, clock.now())


HEARD = (
    (account.user_logged_in, _came),
    (user_logged_out, _went),
    (account.password_changed, _password("changed")),
    (account.password_set, _password("set")),
    (account.password_reset, _password("by a link")),
    (mfa.authentication_failed, _factor_failed),
)


def listen() -> None:
    for signal, hear in HEARD:
        signal.connect(hear, weak=False, dispatch_uid=f"breachdesk.{hear.__qualname__}.{id(signal)}")
