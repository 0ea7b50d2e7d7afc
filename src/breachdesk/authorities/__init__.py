"""Filings to regulators."""
