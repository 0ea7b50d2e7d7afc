"""Parquet: batch by batch; a short file that claims long values cannot make memory grow."""

import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from breachdesk.scope.readers.feed import HaltError, Item
from breachdesk.scope.readers.formats.sqlite import blob
from breachdesk.scope.readers.intake import Head, Intake
from breachdesk.scope.readers.paths import flatten
from breachdesk.scope.readers.tables import unique
from breachdesk.scope.shapes import Problem

_BYTES = 24 << 20
_TEXT = pa.large_string()


class Parquet:
    """Nested columns become dotted paths, as in JSON."""

    def sniff(self, head: Head) -> tuple[str, int]:
        return "parquet", 99 if head.raw.startswith((b"PAR1", b"PARE")) else 0

    def read(self, item: Item, kind: str, intake: Intake) -> None:
        if item.head.startswith(b"PARE"):
            raise HaltError(Problem("encrypted"))
        with item.seekable(intake.scratch) as raw:
            try:
                schema = pq.read_schema(raw)
                plain = [field.name for field in schema if not pa.types.is_nested(field.type)]
                coded = [name for name in plain if _is_bytes(schema.field(name).type)]
                file = pq.ParquetFile(raw, read_dictionary=coded, buffer_size=1 << 20, pre_buffer=False)
            except (pa.ArrowException, OSError, ValueError) as error:
                locked = "encrypt" in str(error).lower()
                raise HaltError(Problem("encrypted" if locked else "corrupt")) from None
            names = unique(plain)
            table = intake.table(item, kind, names)
            try:
                for batch in file.iter_batches(batch_size=1 << 14):
                    for part in _parts(batch):
                        table.count += part.num_rows
                        table.stream.write(_strings(part))
            except (pa.ArrowException, OSError, ValueError):
                table.tally.add("corrupt", table.count)
            table.close()


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_string(kind))


def _parts(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Slices whose values, written out, stay within bounds."""
    widest = sum(_widest(column) for column in batch.columns)
    rows = max(1, min(batch.num_rows or 1, _BYTES // max(widest, 1)))
    for start in range(0, batch.num_rows, rows):
        yield batch.slice(start, rows)


def _widest(column: pa.Array) -> int:
    if not pa.types.is_dictionary(column.type):
        return 64
    return int(pc.max(pc.binary_length(column.dictionary)).as_py() or 0)


def _strings(batch: pa.RecordBatch) -> pa.RecordBatch:
    arrays: dict[str, pa.Array] = {}
    for field, column in zip(batch.schema, batch.columns, strict=True):
        if pa.types.is_nested(field.type):
            arrays.update(_nested(field.name, column))
        else:
            arrays[field.name] = _text(column)
    names = unique(list(arrays))
    return pa.RecordBatch.from_arrays(list(arrays.values()), names=names)


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_floating(column.type):
        return _empty_to_null(pa.array([_number(value) for value in column.to_pylist()], _TEXT))
    try:
        text = pc.cast(column, _TEXT)
        if pa.types.is_timestamp(column.type):
            text = pc.replace_substring_regex(text, r"\.0+(Z?)$", r"\1")
        return _empty_to_null(text)
    except pa.ArrowInvalid:
        return _empty_to_null(pa.array([_any(value) for value in column.to_pylist()], _TEXT))
    except pa.ArrowNotImplementedError:
        return _empty_to_null(pa.array([_any(value) for value in column.to_pylist()], _TEXT))


def _number(value: float | None) -> str | None:
    if value is None or value != value:
        return None
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _any(value: object) -> str | None:
    if value is None:
        return None
    return blob(value) if isinstance(value, bytes) else str(value)


def _empty_to_null(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, _TEXT), column)


def _nested(name: str, column: pa.Array) -> dict[str, pa.Array]:
    rows = [flatten({name: json.loads(json.dumps(value, default=_any))}) for value in column.to_pylist()]
    paths = dict.fromkeys(path for row in rows for path in row)
    return {path: _empty_to_null(pa.array([row.get(path) for row in rows], _TEXT)) for path in paths}


READER = Parquet()
