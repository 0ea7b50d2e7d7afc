"""The breach case, from suspicion to closing: what a good team looks after, phase by phase."""
