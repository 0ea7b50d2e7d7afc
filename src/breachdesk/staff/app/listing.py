"""Long lists by the API: a part at a time, the newest first, by a mark that says where to go on.

A mark is a number that stays with its row, so that nothing is missed or told twice when others write meanwhile.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Field, Schema

T = TypeVar("T")
M = TypeVar("M", bound=Model)
MOST = 200
#: The number of a row in an address or a body.
Row = Annotated[int, Field(ge=1, lt=2**63)]


class Part(Schema):
    """What of a list is asked for. `after`: `next` of the part before."""

    limit: int = Field(50, ge=1, le=MOST)
    after: str = Field("", pattern=r"^[0-9]{0,18}$", max_length=18)

    @property
    def mark(self) -> int | None:
        return int(self.after) if self.after else None


class Listed(Schema, Generic[T]):
    """A part of a list. `next`: what to send as `after` for the following part; null: there is none."""

    items: list[T]
    next: str | None = None


def part_of(found: "QuerySet[M]", part: Part, *, by: str = "id") -> dict[str, Any]:
    """Rows by the number `by`, the largest first, of which no two may have the same."""
    if part.mark is not None:
        found = found.filter(**{f"{by}__lt": part.mark})
    rows = list(found.order_by(f"-{by}")[: part.limit + 1])
    return shown(rows, part, lambda row: getattr(row, by))


def shown(rows: Sequence[Any], part: Part, mark: Callable[[Any], int]) -> dict[str, Any]:
    """What is told of rows of which one more was fetched than was asked for."""
    more = len(rows) > part.limit
    return {"items": rows[: part.limit], "next": str(mark(rows[part.limit - 1])) if more else None}


def told(listed: dict[str, Any], one: Callable[[Any], Any]) -> dict[str, Any]:
    """The same part with each row as `one` tells it."""
    rows: Iterable[Any] = listed["items"]
    return {**listed, "items": [one(row) for row in rows]}
