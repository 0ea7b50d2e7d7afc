"""A run that is broken off goes on where it was, and gives what an unbroken one gives."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from breachdesk.ground.sealing import is_sealed
from tests.scope import evidence
from tests.scope.conftest import KEY, Run, partition, read, rows

FILES = ("findings.parquet", "people.parquet", "records.parquet", "summary.json")
_KILLED = """
import os, signal, sys
from pathlib import Path
from breachdesk.ground.sealing import Key, Purpose
from breachdesk.scope.run import scope
from tests.scope.conftest import at

source, out, secret, step, count = sys.argv[1:]
left = [int(count)]

def progress(what, size):
    if what == step:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

key = Key("people", Purpose.SEAL, bytes.fromhex(secret))
scope([Path(source)], Path(out), key=key, clock=at, plain=True, progress=progress)
"""


def broken_off(source: Path, out: Path, step: str, count: int) -> None:
    """A run killed when `step` is told for the `count`th time."""
    command = [sys.executable, "-c", _KILLED, str(source), str(out), KEY.secret.hex(), step, str(count)]
    ended = subprocess.run(
        command, check=False, cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert ended.returncode == -signal.SIGKILL


def told(out: Path) -> list[object]:
    return [rows(out / "people.parquet"), rows(out / "records.parquet"), rows(out / "findings.parquet")]


@pytest.mark.parametrize(
    ("step", "count", "taken_up"),
    [("read", 1, 0), ("reading", 3, 2), ("tie", 1, 4), ("find", 4, 4), ("resolve", 1, 4), ("list", 1, 4)],
)
def test_a_killed_run_goes_on_and_ends_like_an_unbroken_one(
    shop: Run, tmp_path: Path, step: str, count: int, taken_up: int
) -> None:
    out = tmp_path / "out"
    broken_off(shop.evidence, out, step, count)
    assert not any((out / name).exists() for name in FILES if name != "findings.parquet")
    kept = [path for path in out.rglob("*") if path.parent.name == ".work" and path.name != "record.json"]
    assert all(is_sealed(path) for path in kept)
    assert not any(value.encode() in path.read_bytes() for path in kept for value in evidence.planted())
    notes: dict[str, dict[str, object]] = {}
    summary = read(out, shop.evidence, journal=lambda type, payload: notes.update({type: dict(payload)}))
    assert notes["scope.sources.read"]["taken_up_again"] == taken_up
    assert told(out) == told(shop.out)
    same = ("sources", "people")
    assert [summary.document[part] for part in same] == [shop.summary.document[part] for part in same]
    assert {path.name for path in out.iterdir()} == set(FILES)


@pytest.fixture
def done(shop: Run, tmp_path: Path) -> Run:
    """A finished run of one's own, to be spoilt."""
    source = shutil.copytree(shop.evidence, tmp_path / "evidence")
    return Run(source, tmp_path / "out", read(tmp_path / "out", source))


def test_a_finished_run_is_not_repeated_and_says_the_same(done: Run) -> None:
    before = {name: (done.out / name).stat().st_mtime_ns for name in FILES}
    again = read(done.out, done.evidence)
    assert again.resumed
    assert again.document == done.summary.document
    assert [one.source for one in again.sources] == [one.source for one in done.summary.sources]
    assert {name: (done.out / name).stat().st_mtime_ns for name in FILES} == before


def test_a_finished_run_is_repeated_when_told_to(done: Run) -> None:
    assert not read(done.out, done.evidence, resume=False).resumed


@pytest.mark.parametrize("spoilt", ["changed", "touched", "added", "taken away", "sealed", "lost"])
def test_a_finished_run_is_repeated_when_something_is_not_as_it_was(done: Run, spoilt: str) -> None:
    letters = done.evidence / "newsletter.csv"
    expected = {"changed": 16, "taken away": 12, "added": 16}.get(spoilt, 15)
    if spoilt == "changed":
        letters.write_text(letters.read_text() + "reader.rosa@example.net,Rosa\n")
    elif spoilt == "touched":
        os.utime(letters, ns=(1, 1))
    elif spoilt == "added":
        (done.evidence / "more.csv").write_text("email,first_name\nreader.rosa@example.net,Rosa\n")
    elif spoilt == "taken away":
        letters.unlink()
    elif spoilt == "lost":
        (done.out / "records.parquet").unlink()
    again = read(done.out, done.evidence, plain=spoilt != "sealed")
    assert not again.resumed
    assert again.people == expected


def test_a_file_that_changed_since_the_run_was_broken_is_read_again(shop: Run, tmp_path: Path) -> None:
    source = shutil.copytree(shop.evidence, tmp_path / "evidence")
    broken_off(source, tmp_path / "out", "tie", 1)
    letters = source / "newsletter.csv"
    letters.write_text(letters.read_text() + "reader.rosa@example.net,Rosa\n")
    notes: list[object] = []
    summary = read(tmp_path / "out", source, journal=lambda type, payload: notes.append(payload.get("taken_up_again")))
    assert notes[0] == 3
    assert summary.people == 16
    fresh = read(tmp_path / "fresh", source)
    assert fresh.document["people"] == summary.document["people"]
    assert partition(tmp_path / "fresh") == partition(tmp_path / "out")


def test_a_run_that_fails_leaves_no_list_and_raises(shop: Run, tmp_path: Path) -> None:
    def stop(what: str, count: int) -> None:
        if what == "list":
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        read(tmp_path, shop.evidence, progress=stop)
    assert not any((tmp_path / name).exists() for name in ("people.parquet", "records.parquet", "summary.json"))
    assert not list(tmp_path.rglob("*.part"))
