"""Files to rows. One file per format in formats/; adding a format is adding a file."""

from breachdesk.scope.readers.intake import Ledger
from breachdesk.scope.readers.limits import Limits
from breachdesk.scope.readers.walk import read

__all__ = ["Ledger", "Limits", "read"]
