"""Signals: what somebody or something noticed, until it is a duplicate, a false alarm or a case."""
