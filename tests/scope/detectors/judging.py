"""A table given in lists, judged and marked."""

from collections.abc import Mapping, Sequence
from functools import cache

import pyarrow as pa

from breachdesk.ground.shelf import our_shelf
from breachdesk.scope.detectors import Column, Detectors, Judge, Marker, Marks, load


@cache
def detectors() -> Detectors:
    return load(our_shelf())


def batch(columns: Mapping[str, Sequence[str | None]]) -> pa.RecordBatch:
    return pa.record_batch([pa.array(cells, pa.large_string()) for cells in columns.values()], names=list(columns))


def judge(columns: Mapping[str, Sequence[str | None]], table: str = "") -> dict[str, Column]:
    judge = Judge(table, detectors())
    judge.see(batch(columns))
    return {column.name: column for column in judge.verdict()}


def column(header: str, values: Sequence[str | None], table: str = "") -> Column:
    return judge({header: values}, table)[header]


def marks(columns: Mapping[str, Sequence[str | None]], table: str = "") -> Marks:
    seen = batch(columns)
    judge = Judge(table, detectors())
    judge.see(seen)
    return Marker(judge.verdict(), detectors()).mark(seen)


def in_text(text: str, table: str = "tickets") -> list[tuple[str, str]]:
    """Findings in one remark among others: (element, words)."""
    others = ["the parcel came late and nobody was there to take it", "thank you for the quick answer, all is well now"]
    found = marks({"message": [text, *others]}, table).spans.to_pylist()
    return [(one["element"], text[one["start"] : one["end"]]) for one in found if one["row"] == 0]
