"""What the judge says about a column."""

from dataclasses import dataclass, field
from enum import StrEnum

from breachdesk.scope.detectors.guide import Guide
from breachdesk.scope.shapes import Field


class Kind(StrEnum):
    """What sort of values a column holds, whether or not they are personal."""

    ID = "id"
    PERSON_KEY = "person_key"
    DATE = "date"
    NUMBER = "number"
    CODE = "code"
    TEXT = "text"
    CATEGORY = "category"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Column:
    """One column judged over all its rows. `elements` is empty when nothing personal is in it (words inside free text
    are found later, by the Marker); several when it mixes, say, national ids of several countries; the main one last.
    `role` says what part it plays for a person: given, family, patronymic, full (names); street, city, region, postal,
    country, address; birth, email, phone, gov_id, gender, language... or ""."""

    name: str
    filled: int
    elements: tuple[Field, ...]
    main: str | None
    free_text: bool
    kind: Kind
    distinct_estimate: int
    reason: str
    role: str = ""
    plan: tuple[str, ...] = field(default=(), repr=False)  # ids of the detectors that mark it, in order; main last
    guide: Guide | None = field(default=None, repr=False)  # another column says, row by row, which of the plan it is
    things: bool = field(default=False, repr=False)  # the table is about things, as far as its columns show
    whole: bool = field(default=False, repr=False)  # the judge saw that every filled cell is of the main one's shape
    loose: bool = field(default=False, repr=False)  # the main detector takes cells by shape, not only by check
    left: bool = field(
        default=False, repr=False
    )  # somebody says that nothing personal stands in it: it is not looked at
