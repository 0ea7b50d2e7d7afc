"""Running text: who is spoken of in a line. A line with one mailbox, one number, one paper speaks of one person; a line
with several of a kind (a letter to many) reaches each of them, and ties nobody to anybody."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from breachdesk.scope.detectors import Marks
from breachdesk.scope.people import phones
from breachdesk.scope.people.resolve import Kind
from breachdesk.scope.people.rows import Bits, Mailboxes, hashed, mailbox

_COLUMNS = {
    "table": pl.Int32, "row": pl.Int64, "kind": pl.UInt8, "value": pl.UInt64, "paper": pl.UInt64,
    "element": pl.String, "said": pl.String,
}  # fmt: skip
EMPTY = pl.DataFrame(schema=_COLUMNS)


@dataclass(slots=True)
class Mentions:
    """Identifiers found in texts, line by line."""

    parts: list[pl.DataFrame] = field(default_factory=list)

    def take(self, table: int, first_row: int, column: pa.Array, marks: Marks, known: Mailboxes) -> None:
        spans = marks.spans
        if spans.num_rows == 0:
            return
        frame = pl.from_arrow(spans)
        assert isinstance(frame, pl.DataFrame)
        element = pl.col("element")
        frame = frame.filter((element == "email") | (element == "phone") | element.str.starts_with("gov_id"))
        if frame.is_empty():
            return
        rows = frame["row"].to_list()
        texts = column.take(pa.array(rows)).to_pylist()
        said = [
            text[start:end]
            for text, start, end in zip(texts, frame["start"].to_list(), frame["end"].to_list(), strict=True)
        ]
        frame = frame.select("row", "element").with_columns(said=pl.Series(said, dtype=pl.String))
        for part in frame.partition_by("element"):
            self.parts.append(_valued(part, table, first_row, known))

    def all(self) -> pl.DataFrame:
        found = pl.concat([EMPTY, *self.parts]).filter(pl.col("value") != 0)
        return found.unique(["table", "row", "kind", "value"], keep="first", maintain_order=True)


def _valued(part: pl.DataFrame, table: int, first_row: int, known: Mailboxes) -> pl.DataFrame:
    element = part["element"][0]
    paper = 0
    if element == "email":
        kind = Kind.EMAIL
        said = mailbox(part["said"], known)
        value = hashed(said, 17)
    elif element == "phone":
        kind = Kind.PHONE
        value = phones.e164(part["said"])
        said = phones.written(value)
    else:
        kind = Kind.GOV_ID
        paper = int(hashed(pl.Series([element]), 5)[0])
        said = part["said"].str.to_uppercase().str.replace_all(r"[^\p{L}\d]", "")
        value = hashed(said, 13 + paper % 1_000_003)
        said = pl.Series([None] * len(part), dtype=pl.String)
    return pl.DataFrame(
        {
            "table": np.full(len(part), table, dtype=np.int32),
            "row": part["row"] + first_row,
            "kind": np.full(len(part), int(kind), dtype=np.uint8),
            "value": value,
            "paper": np.full(len(part), paper, dtype=np.uint64),
            "element": part["element"],
            "said": said,
        },
        schema=_COLUMNS,
    )


def lines_of_one(found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(mentions of lines that speak of one person, the others)."""
    most = found.group_by("table", "row", "kind").len().group_by("table", "row").agg(pl.col("len").max())
    marked = found.join(most, on=["table", "row"], maintain_order="left")
    return marked.filter(pl.col("len") == 1).drop("len"), marked.filter(pl.col("len") > 1).drop("len")


def reach(several: pl.DataFrame, identifiers: pl.DataFrame, bits: Bits, fresh: int) -> tuple[pl.DataFrame, int]:
    """Where each mention of a line with several leads: (table, row, group, e0, e1), and how many new groups.

    `identifiers`: kind, value, group. A mention nobody has (or that two groups have) becomes a group of its own value.
    """
    only = identifiers.unique().group_by("kind", "value").agg(pl.col("group").first(), homes=pl.len())
    led = several.join(only.filter(pl.col("homes") == 1), on=["kind", "value"], how="left", maintain_order="left")
    new = led.filter(pl.col("group").is_null()).select("kind", "value").unique(maintain_order=True)
    new = new.with_columns(new=pl.int_range(fresh, fresh + len(new), dtype=pl.Int32))
    led = led.join(new, on=["kind", "value"], how="left", maintain_order="left")
    masks = [bits(name) for name in led["element"].to_list()]
    e0 = pl.Series([int(bit) if word == 0 else 0 for word, bit in masks], dtype=pl.UInt64)
    e1 = pl.Series([int(bit) if word == 1 else 0 for word, bit in masks], dtype=pl.UInt64)
    facts = led.with_columns(e0=e0, e1=e1, group=pl.coalesce("group", "new").cast(pl.Int32))
    mail = pl.when(pl.col("kind") == int(Kind.EMAIL)).then("said")
    call = pl.when(pl.col("kind") == int(Kind.PHONE)).then("said")
    facts = facts.select("table", "row", "group", "e0", "e1", emails=mail, phones=call)
    return facts, len(new)
