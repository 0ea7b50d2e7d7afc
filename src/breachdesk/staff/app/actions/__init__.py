"""Every write of the staff room; tokens have a file of their own. Each is one transaction, one entry."""

from breachdesk.staff.app.actions.accounts import (
    change_flags,
    change_profile,
    deactivate,
    offer_password,
    reactivate,
    reset_second_factor,
)
from breachdesk.staff.app.actions.inviting import (
    INVITED_FOR,
    find_account,
    find_invitation,
    invite,
    invite_first,
    join,
    withdraw,
)

__all__ = [
    "INVITED_FOR",
    "change_flags",
    "change_profile",
    "deactivate",
    "find_account",
    "find_invitation",
    "invite",
    "invite_first",
    "join",
    "offer_password",
    "reactivate",
    "reset_second_factor",
    "withdraw",
]
