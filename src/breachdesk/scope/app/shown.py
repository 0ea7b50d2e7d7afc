"""People as they are shown: half hidden, unless somebody said why they must see whole values."""

from collections.abc import Mapping
from typing import Any

from breachdesk.ground.masking import mask

#: Column of the people list -> the element its values are masked as.
MASKED = {
    "names": "name",
    "emails": "email",
    "phones": "phone",
    "addresses": "address",
    "date_of_birth": "date_of_birth",
}


def values(person: Mapping[str, Any], column: str, *, whole: bool = False) -> list[str]:
    """The values of a column of one person, masked unless `whole`."""
    value = person.get(column)
    found = value if isinstance(value, list) else [value] if value else []
    return [str(one) if whole else mask(MASKED[column], str(one)) for one in found]
