"""Exposed files to rows, rows to findings, findings to persons."""
