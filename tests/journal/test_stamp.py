"""A real time-stamping authority (OpenSSL's): what holds is believed, everything else is told and nothing kept."""

import hashlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from breachdesk.journal.stamp import StampError, roots, stamp
from tests.answering import answering
from tests.journal.authority import Authority

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
NOTE = b"breachdesk/tests\n3\nAAAA\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with Authority(tmp_path_factory.mktemp("tsa") / "one").open() as found:
        yield found


def test_a_stamp_holds_here_and_for_openssl(authority: Authority, tmp_path: Path) -> None:
    found = stamp(authority.url, NOTE, roots(authority.root))
    assert abs(found.at.timestamp() - time.time()) < 120
    (tmp_path / "note").write_bytes(NOTE)
    (tmp_path / "note.tsr").write_bytes(found.token)
    check = ["openssl", "ts", "-verify", "-data", str(tmp_path / "note"), "-in", str(tmp_path / "note.tsr")]
    assert subprocess.run([*check, "-CAfile", str(authority.root)], capture_output=True).returncode == 0
    (tmp_path / "note").write_bytes(NOTE + b"x")
    assert subprocess.run([*check, "-CAfile", str(authority.root)], capture_output=True).returncode != 0


def test_a_stamp_that_does_not_hold_is_refused(authority: Authority, tmp_path: Path) -> None:
    trusted = roots(authority.root)
    earlier = stamp(authority.url, NOTE, trusted).token
    other = Authority(tmp_path / "other")

    def told(answer: Callable[[bytes], tuple[int, bytes]], message: bytes = NOTE) -> str:
        with answering(lambda method, path, body, headers: answer(body)) as url, pytest.raises(StampError) as error:
            stamp(url, message, trusted, seconds=5)
        return error.value.reason

    assert told(lambda body: (200, earlier)) == "false"  # of an earlier question
    digest, instead = hashlib.sha256(NOTE).digest(), hashlib.sha256(b"another state").digest()
    assert told(lambda body: (200, authority.stamp(body.replace(digest, instead)))) == "false"  # of another state
    assert told(lambda body: (200, other.stamp(body))) == "false"  # of somebody unknown
    assert told(lambda body: (200, earlier[:-3] + b"abc")) in ("false", "garbled")
    assert told(lambda body: (200, authority.stamp(b"\x30\x03\x02\x01\x01"))) in ("refused", "garbled")
    assert told(lambda body: (200, b"<html>")) == "garbled"
    assert told(lambda body: (503, b"")) == "status"
    assert told(lambda body: (200, b"\0" * (1 << 20))) == "large"


def test_nobody_waits_for_one_that_hangs_or_is_away() -> None:
    trusted: list[object] = [object()]

    def hang(*asked: object) -> tuple[int, bytes]:
        time.sleep(1.5)
        return 200, b""

    with answering(hang) as url, pytest.raises(StampError) as error:
        stamp(url, NOTE, trusted, seconds=0.3)  # type: ignore[arg-type]
    assert error.value.reason == "silent"
    for address, reason in (
        ("http://127.0.0.1:1", "unreachable"),
        ("ftp://x", "address"),
        ("http://x:99999", "address"),
    ):
        with pytest.raises(StampError) as error:
            stamp(address, NOTE, trusted)  # type: ignore[arg-type]
        assert error.value.reason == reason


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("no certificate")
    for path in (tmp_path / "x.pem", tmp_path / "away.pem"):
        with pytest.raises(StampError) as error:
            roots(path)
        assert error.value.reason == "roots"
