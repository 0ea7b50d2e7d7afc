"""The doors of the desk: every view stands behind exactly one, and one that names none is not served.

`public`: everybody. `house`: whoever is signed in; `house(triage=True)`, `house(administrators=True)`: only these.
`case(act)`: who has that right in that case; `post`: what sending a form to it needs. To whom a case is closed, it does
not exist: 404. Whoever is in the case without the right is told so: 403. What shows people needs a second factor first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal

from allauth.mfa.utils import is_mfa_enabled
from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from breachdesk.ground import clock
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import Actor, Via
from breachdesk.staff.app.models import Account
from breachdesk.staff.app.once import before
from breachdesk.staff.rights import NEEDS_SECOND_FACTOR, RIGHTS, Act, Role

if TYPE_CHECKING:
    from breachdesk.report.words import Words

SAFE = ("GET", "HEAD", "OPTIONS")


class DeskRequest(HttpRequest):
    """A request as the frame hands it on: with the words of its language, the moment it came, whose hand it is."""

    words: "Words"
    at: datetime
    by: Hand
    account: Account
    case: Any  # case.app.models.Case, or None
    role: Role | None
    rights: frozenset[Act]
    auth: Any  # staff.app.models.Token, at the API


@dataclass(frozen=True, slots=True)
class Door:
    """Which door a view stands behind. `post`: what sending to it needs, when that is more than reading."""

    kind: Literal["public", "house", "case"]
    act: Act | None = None
    post: Act | None = None
    triage: bool = False
    administrators: bool = False
    second_factor: bool = False
    once: bool = True  # at the API: whether an Idempotency-Key counts

    def needed(self, method: str | None) -> Act | None:
        return self.act if method in SAFE else self.post or self.act


View = Callable[..., HttpResponseBase]
Operation = Callable[..., Any]


def public(view: View) -> View:
    """Everybody may come. The hand is nobody's: `by.actor` is `public`."""

    @wraps(view)
    def inside(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        _enter(request, Actor("public", "public"))
        return view(request, *args, **kwargs)

    return _behind(inside, Door("public"))


def house(*, triage: bool = False, administrators: bool = False, second_factor: bool = False) -> Callable[[View], View]:
    """Whoever is signed in; with `triage` or `administrators`, only these, and with a second factor."""
    second_factor = second_factor or triage or administrators

    def made(view: View) -> View:
        @wraps(view)
        def inside(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, Account):
                return redirect_to_login(request.get_full_path())
            if (triage and not request.user.triage) or (administrators and not request.user.administrator):
                raise PermissionDenied
            if second_factor and not is_mfa_enabled(request.user):
                return second_factor_first(request)
            role = "triage" if triage else "administrator" if administrators else "staff"
            _enter(request, Actor(request.user.email, role), request.user)
            return view(request, *args, **kwargs)

        return inside

    door = Door("house", triage=triage, administrators=administrators, second_factor=second_factor)
    return lambda view: _behind(made(view), door)


def case(act: Act, *, post: Act | None = None) -> Callable[[View], View]:
    """Who may `act` in the case that the address names: the view gets the case as its second argument."""
    door = Door("case", act, post)

    def made(view: View) -> View:
        @wraps(view)
        def inside(request: DeskRequest, number: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, Account):
                return redirect_to_login(request.get_full_path())
            member = membership(request.user, number)
            if member is None:
                raise Http404
            role, needed = Role(member.role), door.needed(request.method)
            if needed is not None and needed not in RIGHTS[role]:
                raise PermissionDenied
            if needed in NEEDS_SECOND_FACTOR and not is_mfa_enabled(request.user):
                return second_factor_first(request)
            _enter(request, Actor(request.user.email, role.value), request.user)
            request.case, request.role, request.rights = member.case, role, RIGHTS[role]
            return view(request, member.case, *args, **kwargs)

        return inside

    return lambda view: _behind(made(view), door)


def second_factor_first(request: HttpRequest) -> HttpResponseBase:
    """The page that leads to a second factor, and from there to the page that was asked for."""
    wanted = request.get_full_path() if request.method in SAFE else request.POST.get("page", "/")
    return redirect(f"{reverse('staff_second_factor')}?{urlencode({'next': wanted})}")


def api_house(
    *, scope: str = "", triage: bool = False, administrators: bool = False, once: bool = True
) -> Callable[[Operation], Operation]:
    """For operations of the API: whose token has `scope` (none: any token), with the flag that is asked for. `once`:
    the answer may be kept and told again (once.py); not what holds a secret or a file."""

    def made(view: Operation) -> Operation:
        @wraps(view)
        def inside(request: DeskRequest, *args: Any, **kwargs: Any) -> Any:
            account = _allowed(request, scope)
            if (triage and not account.triage) or (administrators and not account.administrator):
                raise PermissionDenied
            role = "triage" if triage else "administrator" if administrators else "staff"
            _enter(request, Actor(account.email, role), account, Via.API)
            answered = before(request, request.auth, request.at)
            return view(request, *args, **kwargs) if answered is None else answered

        return inside

    return lambda view: _behind(made(view), Door("house", triage=triage, administrators=administrators, once=once))


def api_case(act: Act, *, once: bool = True) -> Callable[[Operation], Operation]:
    """For operations of the API below a case: as `case`, and the token must have that act among its scopes. What the
    hand may see and do there is what role and token have in common."""

    def made(view: Operation) -> Operation:
        @wraps(view)
        def inside(request: DeskRequest, number: str, *args: Any, **kwargs: Any) -> Any:
            account = _allowed(request, act.value, number)
            member = membership(account, number)
            if member is None:
                raise Http404
            role = Role(member.role)
            if act not in RIGHTS[role]:
                raise PermissionDenied
            _enter(request, Actor(account.email, role.value), account, Via.API)
            request.case, request.role = member.case, role
            request.rights = RIGHTS[role] & {one for one in Act if one.value in request.auth.scopes}
            answered = before(request, request.auth, request.at)
            return view(request, number, *args, **kwargs) if answered is None else answered

        return inside

    return lambda view: _behind(made(view), Door("case", act, once=once))


def _allowed(request: DeskRequest, scope: str, number: str = "") -> Account:
    """Whose token it is. What a token was not made for is 403; a case it was not made for is not there: 404."""
    token = request.auth  # what the bearer check of the API found
    if number and not token.reaches(number):
        raise Http404
    if scope and scope not in token.scopes:
        raise PermissionDenied
    account: Account = token.account
    return account


def membership(account: Account, number: str) -> Any:
    """How the account belongs to the case of that number, or None. The model is case.app's: a room below this one, so
    it is asked for by name."""
    found = apps.get_model("case", "Membership").objects.select_related("case")
    return found.filter(account=account, case__number=number, ended_at=None, account__is_active=True).first()


def _enter(request: DeskRequest, actor: Actor, account: Account | None = None, via: Via = Via.WEB) -> None:
    request.at = clock.now()
    request.by = Hand(actor, via, request.at)
    request.case, request.role, request.rights = None, None, frozenset()
    if account is not None:
        request.account = account


def _behind(view: View, door: Door) -> View:
    view.door = door  # type: ignore[attr-defined]
    return view
