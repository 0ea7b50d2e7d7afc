"""Signals: what somebody noticed. So far the codes by which a reporter without a name comes back."""
