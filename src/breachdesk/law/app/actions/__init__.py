"""What is written about the law of a case."""

from breachdesk.law.app.actions.deadlines import give, hand_in, look_at_changes, remind
from breachdesk.law.app.actions.feeds import digest_of, end_feed, make_feed
from breachdesk.law.app.actions.judge import judge

__all__ = ["digest_of", "end_feed", "give", "hand_in", "judge", "look_at_changes", "make_feed", "remind"]
