"""Conditions with a number behind them, as the packs of severity and risk hold them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from breachdesk.law import conditions
from breachdesk.law.answer import Answer
from breachdesk.law.conditions import Finding
from breachdesk.law.sheet import Sheet
from breachdesk.law.vocabulary import Facts


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: what it says and whether it holds."""

    raw: Mapping[str, Any]
    finding: Finding

    @property
    def facts(self) -> list[str]:
        return [because.fact for because in self.finding.because]


def ask(row: Mapping[str, Any], sheet: Sheet, words: Facts) -> Row:
    return Row(row, conditions.parse(row["when"], words).ask(sheet))


def holding(rows: Sequence[Mapping[str, Any]], sheet: Sheet, words: Facts) -> Iterator[Row]:
    """Rows of which the answer is yes."""
    for raw in rows:
        row = ask(raw, sheet, words)
        if row.finding.answer is Answer.YES:
            yield row


def possible(rows: Sequence[Mapping[str, Any]], sheet: Sheet, words: Facts) -> Iterator[Row]:
    """The first row that holds, and those before it that may. A `shown` row whose facts are missing does not hold."""
    for raw in rows:
        row = ask(raw, sheet, words)
        if row.finding.answer is Answer.YES:
            yield row
            return
        if row.finding.answer is Answer.UNKNOWN and not raw.get("shown"):
            yield row
