"""Breachdesk: from the first suspicion of stolen data to the last letter and the last lesson."""

__version__ = "0.1.0"
