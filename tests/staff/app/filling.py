"""Hostile values in what the staff room keeps, for the walk through every page (tests/web/filled.py)."""

from collections.abc import Callable
from typing import Any

from breachdesk.case.app.models import Case
from breachdesk.staff.app import actions
from breachdesk.staff.app.models import Account, Delivery, Hook, Invitation, Token
from breachdesk.staff.app.tokens import make_token
from tests.cast import AT, account, hand

VALUES: dict[str, Callable[[Case], Any]] = {
    "staff_join:token": lambda case: "not-a-token",
    "account_id": lambda case: Account.objects.get(email="hostile@bakery.example").id,
    "hook_id": lambda case: Hook.objects.order_by("id")[0].id,
    "invitation_id": lambda case: Invitation.objects.get(ended_at=None, used_at=None).id,
    "token_id": lambda case: Token.objects.filter(account__email="lead@bakery.example")[0].id,
}


def fill(case: Case, lead: Account, hostile: str) -> None:
    if not Account.objects.filter(email="hostile@bakery.example").exists():
        made = account("hostile")
        Account.objects.filter(id=made.id).update(name=hostile[:120])
    actions.invite("invited@bakery.example", by=hand(lead))
    where = f"https://192.0.2.1/{hostile}"[:500]
    made = Hook.objects.create(
        name=hostile[:80], address=where, events=["case.task.made"], made_at=AT, made_by="x", paused_at=AT
    )
    Delivery.objects.create(
        hook=made, message=f"msg_{made.id}", event="case.task.made", body="{}", state="failed", told=hostile, made_at=AT
    )
    make_token(lead, hostile[:80], scopes=["read"], days=365, by=hand(lead))
