"""What a case has cost so far: of all, per person and vendor, per week; and as CSV for the insurer."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncWeek

from breachdesk.case.app.models import Spent

COLUMNS = ("day", "who", "vendor", "what", "minutes", "amount", "currency", "entered_by", "entered_at")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)")
_DECIMAL = re.compile(r"\d{1,12}(?:[.,]\d{1,2})?")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@dataclass(slots=True)
class Total:
    """Minutes, and money per currency: of a person, a vendor, a week, or of all."""

    name: str | date = ""
    vendor: bool = False
    minutes: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)

    def add(self, minutes: int | None, amount: Decimal | None, currency: str) -> None:
        self.minutes += minutes or 0
        if amount is not None:
            self.money[currency] = self.money.get(currency, Decimal(0)) + amount


def whole(found: "QuerySet[Spent]") -> Total:
    """Of everything that counts, in one query."""
    total = Total()
    for row in _counted(found).values("currency").annotate(m=Sum("minutes"), a=Sum("amount")).order_by("currency"):
        total.add(row["m"], row["a"], row["currency"])
    return total


def by_who(found: "QuerySet[Spent]") -> list[Total]:
    """People first, then vendors, each by name."""
    totals: dict[tuple[bool, str], Total] = {}
    rows = _counted(found).values("vendor", "who", "currency").annotate(m=Sum("minutes"), a=Sum("amount"))
    for row in rows.order_by("vendor", "who", "currency"):
        key = (row["vendor"], row["who"])
        totals.setdefault(key, Total(row["who"], row["vendor"])).add(row["m"], row["a"], row["currency"])
    return list(totals.values())


def by_week(found: "QuerySet[Spent]") -> list[Total]:
    """Each week by its Monday, the newest first."""
    totals: dict[date, Total] = {}
    rows = _counted(found).annotate(week=TruncWeek("day")).values("week", "currency")
    for row in rows.annotate(m=Sum("minutes"), a=Sum("amount")).order_by("-week", "currency"):
        totals.setdefault(row["week"], Total(row["week"])).add(row["m"], row["a"], row["currency"])
    return list(totals.values())


def _counted(found: "QuerySet[Spent]") -> "QuerySet[Spent]":
    return found.filter(gone=False).order_by()


def table(found: Iterable[Spent]) -> Iterator[str]:
    """Lines of CSV. A cell that a spreadsheet would work out, or that holds unseen characters, is made harmless."""
    yield "\ufeff" + _line(COLUMNS)  # spreadsheets take it as UTF-8 by this mark
    for one in found:
        yield _line(
            (
                one.day.isoformat(),
                one.who,
                "yes" if one.vendor else "no",
                one.what,
                "" if one.minutes is None else str(one.minutes),
                "" if one.amount is None else str(one.amount),
                one.currency,
                one.by,
                one.at.isoformat(),
            )
        )


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    shown = _UNSEEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", cell)
    return f"'{shown}" if cell.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA[:4]) else shown


def minutes(said: str) -> int | None:
    """`1:30`, `1.5` and `1,5` hours are 90 minutes; None for what is no time."""
    said = said.strip()
    if clock := _CLOCK.fullmatch(said):
        return int(clock[1]) * 60 + int(clock[2])
    hours = money(said)
    return None if hours is None or hours > 9999 else round(hours * 60)


def money(said: str) -> Decimal | None:
    """`1250`, `1 250,50`, `1250.50`; None for what is no amount, or could be two of them."""
    plain = re.sub("[ \u00a0\u202f]", "", said)
    if not plain.isascii() or not _DECIMAL.fullmatch(plain):
        return None
    try:
        return Decimal(plain.replace(",", "."))
    except InvalidOperation:
        return None
