"""A sealed file opens with its key, whole or in parts, and with nothing else; every change to it is told."""

import contextlib
import io
import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.sealing import (
    BadKey,
    NotSealed,
    Purpose,
    SealBroken,
    SealedReader,
    SealedWriter,
    WrongKey,
    is_sealed,
    key_id_of,
    new_key,
)

KEY = new_key("people")
SMALL = 12  # chunks of 4 KiB
HEADER, TAG, CHUNK = 64, 16, 4096


def sealed(content: bytes) -> bytes:
    target = io.BytesIO()
    target.close = lambda: None  # type: ignore[method-assign]
    with SealedWriter(target, KEY, chunk_power=SMALL) as writer:
        writer.write(content)
    return target.getvalue()


def opened(content: bytes) -> SealedReader:
    return SealedReader(io.BytesIO(content), KEY)


@given(st.integers(0, 4 * CHUNK + 1), st.lists(st.integers(0, 3 * CHUNK), max_size=6))
def test_what_went_in_comes_out_however_it_was_written(size: int, cuts: list[int]) -> None:
    content = random.Random(size).randbytes(size)
    target = io.BytesIO()
    writer = SealedWriter(target, KEY, chunk_power=SMALL)
    at = 0
    for cut in [*cuts, size]:
        writer.write(content[at : at + cut])
        at += cut
    writer.write(content[at:])
    assert writer.tell() == size
    writer.close()
    assert opened(target.getvalue()).read() == content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 1])
def test_a_file_is_header_and_chunks_with_a_tag_each(size: int) -> None:
    chunks = max(1, -(-size // CHUNK))
    assert len(sealed(bytes(size))) == HEADER + size + chunks * TAG


@given(
    st.integers(0, 3 * CHUNK), st.lists(st.tuples(st.integers(0, 3 * CHUNK + 9), st.integers(0, 2 * CHUNK)), max_size=9)
)
def test_any_part_can_be_read_alone(size: int, asks: list[tuple[int, int]]) -> None:
    content = random.Random(size).randbytes(size)
    plain, reader = io.BytesIO(content), opened(sealed(content))
    assert reader.size == size
    for offset, count in asks:
        assert reader.seek(offset) == plain.seek(offset)
        assert reader.read(count) == plain.read(count)
        assert reader.tell() == plain.tell()
    assert reader.seek(-size, io.SEEK_END) == 0
    assert io.BufferedReader(reader).read() == content


def test_the_same_content_is_never_sealed_to_the_same_bytes() -> None:
    one, two = sealed(b"x" * 100), sealed(b"x" * 100)
    assert one[HEADER:] != two[HEADER:]
    assert b"x" * 16 not in one


def changes() -> list[tuple[str, Callable[[bytes], bytes]]]:
    step = CHUNK + TAG
    part = lambda number: slice(HEADER + number * step, HEADER + (number + 1) * step)  # noqa: E731
    return [
        ("last chunk cut off", lambda raw: raw[: HEADER + 2 * step]),
        ("cut within the last chunk", lambda raw: raw[:-1]),
        ("cut to an empty last chunk", lambda raw: raw[: HEADER + 2 * step + TAG]),
        ("cut to less than a tag", lambda raw: raw[: HEADER + 9]),
        ("cut to the header", lambda raw: raw[:HEADER]),
        ("a byte appended", lambda raw: raw + b"\0"),
        ("a chunk appended", lambda raw: raw + raw[part(0)]),
        ("chunks swapped", lambda raw: raw[:HEADER] + raw[part(1)] + raw[part(0)] + raw[HEADER + 2 * step :]),
        ("a chunk taken out", lambda raw: raw[:HEADER] + raw[part(1)] + raw[HEADER + 2 * step :]),
        ("a chunk doubled", lambda raw: raw[: HEADER + step] + raw[part(0)] + raw[HEADER + step :]),
        ("a chunk of another file", lambda raw: raw[:HEADER] + sealed(bytes(9000))[part(0)] + raw[HEADER + step :]),
        ("the header of another file", lambda raw: sealed(bytes(9000))[:HEADER] + raw[HEADER:]),
    ]


@pytest.mark.parametrize(("name", "change"), changes(), ids=[name for name, _ in changes()])
def test_cut_moved_and_foreign_chunks_are_told(name: str, change: Callable[[bytes], bytes]) -> None:
    raw = sealed(random.Random(1).randbytes(9000))
    with pytest.raises(SealBroken):
        opened(change(raw)).read()


def test_every_changed_bit_is_told() -> None:
    raw = sealed(random.Random(2).randbytes(9000))
    luck = random.Random(3)
    places = [*range(HEADER), *(luck.randrange(HEADER, len(raw)) for _ in range(300))]
    for place in places:
        changed = bytearray(raw)
        changed[place] ^= 1 << luck.randrange(8)
        with pytest.raises((SealBroken, NotSealed, WrongKey)):
            opened(bytes(changed)).read()


def test_another_key_is_named_before_anything_is_tried(tmp_path: Path) -> None:
    with SealedWriter(tmp_path / "people.parquet", KEY) as writer:
        writer.write(b"x")
    assert key_id_of(tmp_path / "people.parquet") == KEY.id
    with pytest.raises(WrongKey, match=KEY.id):
        SealedReader(tmp_path / "people.parquet", new_key("other"))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"BRDSEAL", b"BRDSEAL\x02" + bytes(80), b"BRDSEAL\x01" + bytes(80)])
def test_what_is_not_sealed_is_told_from_what_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    assert is_sealed(tmp_path / "file") is content.startswith(b"BRDSEAL")
    with pytest.raises(NotSealed):
        SealedReader(tmp_path / "file", KEY)


def test_a_signing_key_does_not_seal(tmp_path: Path) -> None:
    with pytest.raises(BadKey):
        SealedWriter(tmp_path / "file", new_key("journal", Purpose.SIGN))
    assert list(tmp_path.iterdir()) == []


def test_a_file_appears_when_it_is_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    writer = SealedWriter(path, KEY)
    writer.write(bytes(2**19))
    assert not path.exists()
    writer.close()
    writer.close()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ValueError, match="closed"):
        writer.write(b"x")
    path.unlink()
    with contextlib.suppress(KeyError), SealedWriter(path, KEY) as writer:
        writer.write(b"x")
        raise KeyError
    lost = SealedWriter(path, KEY)
    lost.write(b"x")
    del lost
    SealedWriter(path, KEY).discard()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    writer = SealedWriter(tmp_path / "people.parquet", KEY)
    writer.write(b"x")
    with pytest.raises(OSError, match="No space"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


TABLE = pa.table({"id": list(range(50_000)), "name": [f"name {number}" for number in range(50_000)]})


def test_parquet_is_written_and_read_through_the_seal(tmp_path: Path) -> None:
    path = tmp_path / "people.parquet"
    with SealedWriter(path, KEY) as target, pq.ParquetWriter(target, TABLE.schema) as writer:
        for batch in TABLE.to_batches(max_chunksize=7000):
            writer.write_batch(batch)
    with SealedReader(path, KEY) as source:
        assert pq.read_table(source).equals(TABLE)
    with SealedReader(path, KEY) as source:
        assert pq.ParquetFile(source).read_row_group(0, columns=["name"]).num_rows == 7000
    assert b"name 1" not in path.read_bytes()


@pytest.mark.parametrize(("write", "read"), [(ipc.new_file, ipc.open_file), (ipc.new_stream, ipc.open_stream)])
def test_arrow_is_written_and_read_through_the_seal(tmp_path: Path, write: Callable, read: Callable) -> None:  # type: ignore[type-arg]
    options = ipc.IpcWriteOptions(compression="lz4")
    with SealedWriter(tmp_path / "spool", KEY) as target, write(target, TABLE.schema, options=options) as writer:
        writer.write_table(TABLE, max_chunksize=5000)
    with SealedReader(tmp_path / "spool", KEY) as source, read(source) as reader:
        assert reader.read_all().equals(TABLE)


def test_arrow_hands_our_errors_through(tmp_path: Path) -> None:
    with (
        SealedWriter(tmp_path / "spool", KEY, chunk_power=SMALL) as target,
        ipc.new_file(target, TABLE.schema) as writer,
    ):
        writer.write_table(TABLE, max_chunksize=5000)
    raw = bytearray((tmp_path / "spool").read_bytes())
    raw[len(raw) // 2] ^= 1
    (tmp_path / "spool").write_bytes(raw)
    with pytest.raises(SealBroken, match="spool: altered"):
        ipc.open_file(SealedReader(tmp_path / "spool", KEY)).read_all()


def test_threads_may_share_a_reader() -> None:
    content = random.Random(4).randbytes(40 * CHUNK)
    reader = opened(sealed(content))

    def look(number: int) -> bool:
        luck = random.Random(number)
        offset, size = luck.randrange(len(content)), luck.randrange(2 * CHUNK)
        return reader.read_at(offset, size) == content[offset : offset + size]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(look, range(400)))
