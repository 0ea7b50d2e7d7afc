"""The one page a tired person reads: what happened, what is due when, to whom, and what is not known."""
