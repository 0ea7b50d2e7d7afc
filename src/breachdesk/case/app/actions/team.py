"""The team of a case, by the addresses of accounts."""

from django.db import transaction

from breachdesk.case.app.actions.opening import let_in, let_out
from breachdesk.case.app.models import Case, Membership
from breachdesk.ground.refused import Refused
from breachdesk.journal.app.actions import Hand
from breachdesk.staff.app.models import Account
from breachdesk.staff.rights import Role


@transaction.atomic
def admit(case: Case, email: str, role: Role, *, by: Hand, note: str = "") -> Membership:
    """Whoever has an account with that address may enter the case from now on.

    Raises Refused when there is no such account in use, or when they are in the case already."""
    account = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
    if account is None:
        raise Refused("team.refused.no_account", field="email")
    if case.members.filter(account=account, ended_at=None).exists():
        raise Refused("team.refused.in_already", field="email", who=str(account))
    return let_in(case, account, role, note=note, by=by)


@transaction.atomic
def change(member: Membership, role: Role, *, by: Hand, note: str = "") -> Membership:
    """Another role, or another word about them. Raises Refused when it has ended, or nobody would be left to lead."""
    _in(member)
    return let_in(member.case, member.account, role, note=note, by=by)


@transaction.atomic
def end(member: Membership, *, reason: str, by: Hand) -> None:
    """They may enter no longer. Raises Refused without a reason, when it has ended, or nobody would be left to lead."""
    _in(member)
    if not reason.strip():
        raise Refused("case.refused.no_reason", field="reason")
    let_out(member.case, member.account, reason=reason, by=by)


def _in(member: Membership) -> None:
    if Membership.objects.select_for_update(of=("self",)).get(id=member.id).ended_at is not None:
        raise Refused("team.refused.ended")
