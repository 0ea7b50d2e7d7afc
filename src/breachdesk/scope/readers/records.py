"""Records that need not be alike, gathered into a table that grows a column when one brings a new key."""

from typing import Any

from breachdesk.scope.readers.feed import Item
from breachdesk.scope.readers.intake import Intake
from breachdesk.scope.readers.paths import flatten
from breachdesk.scope.readers.tables import Table

_WIDEST = 5000
REST = "(other)"


class Records:
    """A table of JSON values, opened with the columns of its first record."""

    def __init__(self, item: Item, kind: str, intake: Intake, part: str = "") -> None:
        self._item = item
        self._kind = kind
        self._intake = intake
        self._part = part
        self._places: dict[str, int] = {}
        self.table: Table | None = None

    def add(self, value: Any) -> None:
        """One record; a value that is no object stands in a column `value`."""
        row = flatten(value) if isinstance(value, dict) else flatten({"value": value})
        if not row:
            row = {"value": None}
        table = self.open(list(row))
        cells: list[str | None] = [None] * len(table.columns)
        for path, text in row.items():
            place = self._place(path, table)
            if place >= len(cells):
                cells.extend([None] * (place + 1 - len(cells)))
            cells[place] = f"{cells[place]}\n{text}" if cells[place] and text else text or cells[place]
        table.add(cells)

    def unparsed(self, text: str, code: str, detail: str = "") -> None:
        """What could not be parsed is kept as text, so that it is searched all the same."""
        table = self.open(["unparsed"])
        table.tally.add(code, table.count, detail)
        cells: list[str | None] = [None] * len(table.columns)
        place = self._place("unparsed", table)
        cells.extend([None] * (place + 1 - len(cells)))
        cells[place] = text
        table.add(cells)

    def open(self, columns: list[str]) -> Table:
        if self.table is None:
            self.table = self._intake.table(self._item, self._kind, columns, part=self._part)
            self._places = {name: place for place, name in enumerate(self.table.columns)}
        return self.table

    def columns(self, names: list[str]) -> None:
        """Columns that frames handed in elsewhere have brought."""
        for name in names:
            self._place(name, self.open(names))

    def _place(self, path: str, table: Table) -> int:
        name = " ".join(path.split())[:200] or "(empty)"
        if name not in self._places:
            if len(self._places) >= _WIDEST:
                name = REST  # keys that are values themselves must not become a column each
            if name not in self._places:
                table.widen(name)
                self._places[name] = len(table.columns) - 1
        return self._places[name]

    def close(self) -> None:
        if self.table:
            self.table.close()
