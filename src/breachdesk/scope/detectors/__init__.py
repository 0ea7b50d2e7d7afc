"""Rows to findings: what is personal in a table, by header, values and checks together, and in running text."""

from breachdesk.scope.detectors.column import Column, Kind
from breachdesk.scope.detectors.detector import Detectors
from breachdesk.scope.detectors.judge import Judge
from breachdesk.scope.detectors.marker import SPANS, Marker, Marks
from breachdesk.scope.detectors.meanings import NOTHING, Meant
from breachdesk.scope.detectors.shelf import load

__all__ = ["NOTHING", "SPANS", "Column", "Detectors", "Judge", "Kind", "Marker", "Marks", "Meant", "load"]
