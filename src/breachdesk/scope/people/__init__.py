"""Findings to persons: which rows are one human being, and where that person lives."""
