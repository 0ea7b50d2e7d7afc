"""One sheet becoming a table: where its header stands is found among its first rows."""

from breachdesk.scope.readers.dialect import find_header
from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Intake
from breachdesk.scope.readers.tables import Table
from breachdesk.scope.shapes import Problem

_FIRST = 50
Row = list[str | None]


class Sheet:
    """Rows are held back until the header is found; empty rows are no records."""

    def __init__(self, kind: str, name: str, item: Item, intake: Intake) -> None:
        self._kind, self._name, self._item, self._intake = kind, name, item, intake
        self._first: list[Row] = []
        self._table: Table | None = None
        self._problems: list[Problem] = []

    def add(self, row: Row) -> None:
        if not any(row):
            return
        if self._table:
            self._put(row)
            return
        self._first.append(row)
        if len(self._first) >= _FIRST:
            self._open()

    def problem(self, problem: Problem) -> None:
        self._problems.append(problem)

    def close(self) -> None:
        if not self._table and self._first:
            self._open()
        if self._table:
            self._table.close()
            for problem in self._problems:
                self._table.stream.problem(problem)
        elif self._problems:
            self._intake.unreadable(self._item, self._kind, self._problems[0], part=self._name)

    def _open(self) -> None:
        width = max(len(row) for row in self._first)
        padded = [[cell or "" for cell in row] + [""] * (width - len(row)) for row in self._first]
        place, header = find_header(padded)
        columns: Row = list(header) if header else [None] * width
        self._table = self._intake.table(self._item, self._kind, columns, part=self._name)
        for row in self._first[place + (header is not None) :]:
            self._put(row)
        self._first = []

    def _put(self, row: Row) -> None:
        table = self._table
        assert table is not None
        while len(row) > len(table.columns) and any(row[len(table.columns) :]):
            table.widen(f"column_{len(table.columns) + 1}")
        table.add(row[: len(table.columns)])
