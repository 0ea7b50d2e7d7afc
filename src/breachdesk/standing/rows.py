"""What a stolen table is made of: columns that know what is personal in them, rows that know whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

Value = str | int | None


class Say(Enum):
    """What the truth says of a column."""

    NOTHING = "nothing personal"
    UNSCORED = "people may fairly differ"  # a total, a subject line, a user agent; left out of the truth


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    element: str | Say = Say.NOTHING
    mixed: bool = False  # which child of the element it is, each row says for itself


@dataclass(frozen=True, slots=True)
class Table:
    """`source` as scope names it: `shop.sql/customers`."""

    source: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Row:
    table: Table
    person: str | None
    values: tuple[Value, ...]
    also: tuple[str, ...] = ()  # elements that stand inside free text or a mixed column

    def elements(self) -> set[str]:
        """Of the person whom the row belongs to."""
        if self.person is None:
            return set()
        found = set(self.also)
        for column, value in zip(self.table.columns, self.values, strict=True):
            if value is not None and isinstance(column.element, str) and not column.mixed:
                found.add(column.element)
        return found


def table(source: str, *columns: tuple[str, str | Say] | tuple[str, str | Say, bool] | str) -> Table:
    """A bare name is a column with nothing personal in it."""
    return Table(source, tuple(Column(c) if isinstance(c, str) else Column(*c) for c in columns))


def truth_of(columns: Sequence[Column]) -> dict[str, str | None]:
    scored = (column for column in columns if column.element is not Say.UNSCORED)
    return {column.name: column.element if isinstance(column.element, str) else None for column in scored}
