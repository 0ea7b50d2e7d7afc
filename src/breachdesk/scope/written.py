"""The files a run leaves: findings, records and the sealed list of people. Each is whole or absent."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from breachdesk.ground.files import whole
from breachdesk.ground.sealing import Key, SealedWriter
from breachdesk.scope.beside import Behind
from breachdesk.scope.detectors import Marks
from breachdesk.scope.people.listing import element_sets, person_ids
from breachdesk.scope.people.rows import Bits
from breachdesk.scope.shapes import FINDINGS, PEOPLE, RECORDS, Field

SUMMARY = "summary.json"
PEOPLE_FILE = "people.parquet"
RECORDS_FILE = "records.parquet"
FINDINGS_FILE = "findings.parquet"
# Columns whose values repeat: of the others a dictionary would be thrown away. By what rows are looked up.
_REPEATED = [
    *("source", "field", "element", "start", "end", "count", "confidence", "detector", "reason", "residence"),
    *("residence_basis", "language", "minor", "records", "elements.list.element"),
]
_LOOKED_UP = ["source", "record", "person_id"]


class Parquet:
    """A Parquet file that appears under its name only when the block ends well; sealed when a key is given."""

    def __init__(self, path: Path, schema: pa.Schema, key: Key | None = None) -> None:
        self._path = path
        self._schema = schema
        self._key = key
        self._stack = ExitStack()
        self._behind = Behind()

    def __enter__(self) -> Self:
        if self._key is not None:
            file: SealedWriter | BinaryIO = self._stack.enter_context(SealedWriter(self._path, self._key))
        else:
            file = self._stack.enter_context(whole(self._path))
        self._writer = pq.ParquetWriter(
            file,
            self._schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=_REPEATED,
            write_statistics=_LOOKED_UP,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._behind.close() if error is None else self._behind.stop()
            self._writer.close()
        except BaseException as late:
            self._stack.__exit__(type(late), late, late.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)

    def write(self, table: pa.Table) -> None:
        self._behind.do(self._writer.write_table, table)


class Findings:
    def __init__(self, file: Parquet) -> None:
        self._file = file

    def spans(self, source: str, first_row: int, marks: Marks) -> None:
        spans = marks.spans
        size = spans.num_rows
        if size == 0:
            return
        rows = pa.array(spans.column("row").to_numpy() + first_row)
        columns = [
            pa.array([source] * size),
            rows,
            spans.column("column"),
            spans.column("element"),
            spans.column("start"),
            spans.column("end"),
            pa.array(np.ones(size, dtype=np.int64)),
            spans.column("confidence"),
            spans.column("detector"),
            spans.column("reason"),
        ]
        self._file.write(_table(columns, FINDINGS))

    def fields(self, source: str, fields: Sequence[Field]) -> None:
        """Whole fields: one line per element that a column holds."""
        found = [one for one in fields if one.element is not None]
        if not found:
            return
        size = len(found)
        columns = [
            pa.array([source] * size),
            pa.nulls(size, pa.int64()),
            pa.array([one.field for one in found]),
            pa.array([one.element for one in found]),
            pa.nulls(size, pa.int32()),
            pa.nulls(size, pa.int32()),
            pa.array([one.count for one in found]),
            pa.array([one.confidence for one in found]),
            pa.array([one.detector for one in found]),
            pa.array([one.reason for one in found]),
        ]
        self._file.write(_table(columns, FINDINGS))


class Records:
    def __init__(self, file: Parquet, bits: Bits) -> None:
        self._file = file
        self._bits = bits

    def take(self, source: str, facts: pl.DataFrame) -> None:
        """`facts`: row, person (-1: nobody), e0, e1. What tells of nobody and nothing is left out."""
        kept = facts.select("row", "person", "e0", "e1")
        kept = kept.filter((pl.col("person") >= 0) | ((pl.col("e0") | pl.col("e1")) != 0))
        if kept.is_empty():
            return
        sets, which = element_sets(kept["e0"], kept["e1"], self._bits)
        columns = [
            pa.array([source]).dictionary_encode().take(pa.array(np.zeros(len(kept), dtype=np.int32))),
            kept["row"].to_arrow(),
            person_ids(kept["person"].to_numpy()),
            _cast(pa.array(sets, pa.list_(pa.string())), RECORDS.field("elements").type).take(pa.array(which)),
        ]
        self._file.write(_table(columns, RECORDS))


def people_file(path: Path, key: Key | None) -> Parquet:
    return Parquet(path, PEOPLE, key)


def _table(columns: Sequence[pa.Array], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays(
        [_cast(column, kind.type) for column, kind in zip(columns, schema, strict=True)], schema=schema
    )


def _cast(column: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> pa.Array | pa.ChunkedArray:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if column.type == kind:
        return column
    if pa.types.is_list(kind) and pa.types.is_dictionary(kind.value_type):
        flat = column.cast(pa.list_(pa.string()))
        return pa.ListArray.from_arrays(flat.offsets, flat.values.dictionary_encode())
    if pa.types.is_dictionary(kind):
        return (
            column.cast(pa.string()).dictionary_encode()
            if not pa.types.is_dictionary(column.type)
            else column.cast(kind)
        )
    return column.cast(kind)
