"""An upload that breaks off goes on where it stood; its parts lie sealed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breachdesk.ground.keys import new_key
from breachdesk.ground.sealing import WrongKey
from breachdesk.vault.parts import Parts, WrongPlace


def test_parts_come_in_order_and_the_next_place_is_told(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "upload", new_key())
    assert parts.size == 0
    assert parts.add(0, b"first,") == 6
    with pytest.raises(WrongPlace) as wrong:
        parts.add(0, b"first,")  # its answer was lost: the browser learns where to go on
    assert wrong.value.at == 6
    with pytest.raises(WrongPlace):
        parts.add(7, b"hole")
    assert parts.add(6, b"second") == 12
    assert parts.whole().read() == b"first,second"


def test_another_process_goes_on_where_the_first_was_killed(tmp_path: Path) -> None:
    key = new_key()
    Parts(tmp_path / "upload", key).add(0, b"before the crash ")
    (tmp_path / "upload" / ".000000000017-000000000005.abcd.part").write_bytes(b"half")
    again = Parts(tmp_path / "upload", key)
    assert again.size == 17
    again.add(17, b"and after")
    assert _all(again) == b"before the crash and after"
    with pytest.raises(WrongKey):
        _all(Parts(tmp_path / "upload", new_key()))


def _all(parts: Parts, size: int = 5) -> bytes:
    whole, found = parts.whole(), b""
    while block := whole.read(size):
        found += block
    return found


def test_two_that_send_the_same_place_at_once_do_not_spoil_the_whole(tmp_path: Path) -> None:
    key = new_key()
    for name, content in (("one", b"abc"), ("two", b"abcdef")):  # each began when nothing was there
        Parts(tmp_path / name, key).add(0, content)
    (tmp_path / "two" / f"{0:012}-{6:012}").rename(tmp_path / "one" / f"{0:012}-{6:012}")
    parts = Parts(tmp_path / "one", key)
    assert parts.size == 3
    parts.add(3, b"def")
    assert _all(parts) == b"abcdef"


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 64))
def test_what_went_in_by_parts_comes_out_whole(
    tmp_path_factory: pytest.TempPathFactory, blocks: list[bytes], size: int
) -> None:
    parts = Parts(tmp_path_factory.mktemp("upload") / "u", new_key())
    for block in blocks:
        parts.add(parts.size, block)
    assert parts.size == len(b"".join(blocks))
    assert _all(parts, size) == b"".join(blocks)


def test_a_discarded_upload_leaves_nothing_and_holds_no_clear_text(tmp_path: Path) -> None:
    parts = Parts(tmp_path / "upload", new_key())
    parts.add(0, b"Ada Petrova")
    assert all(b"Petrova" not in path.read_bytes() for path in (tmp_path / "upload").iterdir())
    (tmp_path / "upload" / ".000000000011-000000000005.abcd.part").write_bytes(b"half")
    parts.discard()
    assert list(tmp_path.iterdir()) == []
    parts.discard()  # a second time is no fault
