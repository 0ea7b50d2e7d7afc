"""Rows of duties that were drawn before. A run writes its report before each of its steps, and from one to the next
hardly a row of some hundreds is another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

from breachdesk.report.rows import DutyRow


@dataclass
class Kept:
    """What one run drew, by language and id of the duty, each with all that it was drawn from."""

    rows: dict[tuple[str, str], tuple[tuple[Any, ...], Markup]] = field(default_factory=dict)

    def of(
        self, language: str, at: datetime, asked: Mapping[str, str]
    ) -> Callable[[DutyRow, Callable[[DutyRow], Markup]], Markup]:
        """For one page: gives a row as it was drawn, or has it drawn. `asked` are the questions of missing facts."""

        def drawn(row: DutyRow, draw: Callable[[DutyRow], Markup]) -> Markup:
            made_of = (row, at, tuple(asked.get(fact) for fact in row.duty.missing))
            before = self.rows.get((language, row.duty.id))
            if before is not None and before[0] == made_of:
                return before[1]
            html = draw(row)
            self.rows[language, row.duty.id] = (made_of, html)
            return html

        return drawn
