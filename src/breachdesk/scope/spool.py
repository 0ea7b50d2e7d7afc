"""Rows of evidence kept aside between the passes of a run: sealed, packed, in order, gone when the run is done.

A spool is a sealed file of frames; a frame is eight bytes of length and one Arrow IPC stream of one batch, so that a
later batch may bring new columns and a reader may skip the columns it does not need.
"""

import shutil
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from breachdesk.ground.sealing import Key, SealedReader, SealedWriter

_LENGTH = struct.Struct("<q")
_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


class Spool:
    """One spool being written. It exists under its name only once it is closed."""

    def __init__(self, path: Path, key: Key) -> None:
        self._file = SealedWriter(path, key)

    def write(self, batch: pa.RecordBatch) -> None:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema, options=_PACKED) as stream:
            stream.write_batch(batch)
        frame = sink.getvalue()
        self._file.write(_LENGTH.pack(frame.size))
        self._file.write(frame)

    def close(self) -> None:
        self._file.close()

    def discard(self) -> None:
        self._file.discard()


class Chest:
    """The folder of a run's spools, under one key."""

    def __init__(self, folder: Path, key: Key) -> None:
        self.folder = folder
        self._key = key
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def open(self, name: str) -> Spool:
        return Spool(self.folder / name, self._key)

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Batches in order. With `columns`, only those of them that a batch has (perhaps none)."""
        with SealedReader(self.folder / name, self._key) as file:
            while head := file.read(_LENGTH.size):
                frame = file.read(_LENGTH.unpack(head)[0])
                yield from _opened(frame, columns)

    def forget(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def _opened(frame: bytes, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    if columns is None:
        yield from pa.ipc.open_stream(frame)
        return
    names = pa.ipc.open_stream(frame).schema.names
    wanted = [names.index(column) for column in columns if column in names]
    if not wanted:
        rows = sum(batch.num_rows for batch in pa.ipc.open_stream(frame))
        yield pa.RecordBatch.from_struct_array(pa.array([{}] * rows, type=pa.struct([])))
        return
    yield from pa.ipc.open_stream(frame, options=pa.ipc.IpcReadOptions(included_fields=wanted))
