"""What spills over from memory is the same when it is read, and noise on the disk."""

import io
import os
import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breachdesk.ground.spill import Spill


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=90), max_size=12),
    st.lists(st.tuples(st.integers(0, 700), st.integers(0, 99)), max_size=9),
)
def test_it_reads_as_it_was_written_from_anywhere(parts: list[bytes], looks: list[tuple[int, int]]) -> None:
    with Spill() as spilt, io.BytesIO() as plain:
        for part in parts:
            spilt.write(part)
            plain.write(part)
        for at, size in looks:
            assert spilt.seek(at) == plain.seek(at)
            assert spilt.read(size) == plain.read(size)
        assert spilt.seek(0, os.SEEK_END) == plain.seek(0, os.SEEK_END)
        spilt.seek(0)
        assert spilt.read() == plain.getvalue()


def test_what_was_written_is_never_written_over() -> None:
    with Spill() as spilt:
        spilt.write(b"once")
        spilt.seek(1)
        with pytest.raises(io.UnsupportedOperation):
            spilt.write(b"twice")
        spilt.seek(0)
        assert spilt.read() == b"once"


def test_the_disk_holds_noise(tmp_path: Path) -> None:
    mark = secrets.token_bytes(32)
    with Spill(str(tmp_path)) as spilt:
        spilt.write(mark * 100)
        spilt._file.flush()
        raw = os.pread(spilt._file.fileno(), 1 << 20, 0)
        assert len(raw) == 3_200
        assert mark not in raw
        assert mark[:8] not in raw
