"""What whoever writes about a case is handed."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from breachdesk.notify.library import Library
from breachdesk.notify.organisation import Organisation


class Brief(NamedTuple):
    """What every text of a case is composed from and checked against: how it is worded, who speaks, what is known."""

    library: Library
    organisation: Organisation
    facts: Mapping[str, Any]
