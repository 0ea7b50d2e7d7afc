"""The main job: evidence and a fact sheet in, a response pack out."""

from breachdesk.assess.pack import NotAPack
from breachdesk.assess.run import Order, Outcome, Stopped, assess

__all__ = ["NotAPack", "Order", "Outcome", "Stopped", "assess"]
