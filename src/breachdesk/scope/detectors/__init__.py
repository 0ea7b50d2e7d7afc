"""Rows to findings: what kind of personal data stands where."""
