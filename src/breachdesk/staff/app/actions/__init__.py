"""Every write of the staff room. One function = one transaction = one journal entry."""

from breachdesk.staff.app.actions.inviting import find_account, find_invitation, invite, invite_first, join, withdraw

__all__ = ["find_account", "find_invitation", "invite", "invite_first", "join", "withdraw"]
