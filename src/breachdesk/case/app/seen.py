"""Who sees what of a case: for those who may not read privileged things, neither they nor their counts are there."""

from collections.abc import Set
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet

from breachdesk.staff.rights import Act

M = TypeVar("M", bound=Model)
ROWS = 50


def readable(found: QuerySet[M], rights: Set[Act]) -> QuerySet[M]:
    """Of tasks, decisions or notes, those that whoever has these rights may know of."""
    return found if Act.PRIVILEGED in rights else found.filter(privileged=False)


def page(found: QuerySet[M], asked: str | None) -> "Page[M]":
    """One page of a long list: of 50 rows; the nearest there is to the number asked for."""
    return Paginator(found, ROWS).get_page(asked)
