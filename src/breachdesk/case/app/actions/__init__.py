"""Every write of the case room, a file for each kind of thing. One function = one transaction = one journal entry."""

from breachdesk.case.app.actions.facts import answer_fact
from breachdesk.case.app.actions.opening import decide_aware, let_in, let_out, open_case, still_open

__all__ = ["answer_fact", "decide_aware", "let_in", "let_out", "open_case", "still_open"]
