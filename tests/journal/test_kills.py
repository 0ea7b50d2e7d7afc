"""A writer killed at any moment loses nothing it acknowledged. (A kill is not a power cut: the kernel lives on.)"""

import os
import random
import signal
import struct
import time
from pathlib import Path

import pytest

from breachdesk.ground.keys import KeyRing
from breachdesk.journal import Journal, JournalBusy, read
from tests.journal.conftest import ADA, Ticking

KILLS = 60


def _write_for_ever(folder: Path, ring: KeyRing, acknowledge: int) -> None:
    journal = Journal.open(folder, case="killed", keyring=ring, clock=Ticking())
    while True:
        entry = journal.write(
            "scope.source.read", actor=ADA, via="cli", payload={"mark": journal.size + 1, "text": "x" * 300}
        )
        os.write(acknowledge, struct.pack(">I", entry.seq))
        if entry.seq % 7 == 0:
            journal.checkpoint()
        if entry.seq % 31 == 0:
            journal.publish()


def _killed(folder: Path, ring: KeyRing, after: float) -> list[int]:
    """Entries a writer acknowledged before it was killed."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        try:
            _write_for_ever(folder, ring, theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    first = os.read(ours, 4)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = first
    while more := os.read(ours, 1 << 16):
        said += more
    os.close(ours)
    return [number for (number,) in struct.iter_unpack(">I", said)]


@pytest.mark.slow
def test_sixty_kills_cost_no_acknowledged_entry(tmp_path: Path, ring: KeyRing) -> None:
    luck = random.Random(60)
    folder, acknowledged = tmp_path / "journal", 0
    anchor, anchors = tmp_path / "anchor", []
    for _ in range(KILLS):
        said = _killed(folder, ring, luck.uniform(0, 0.05))
        assert said, "the writer never came to write"
        assert said[0] > acknowledged
        acknowledged = said[-1]
        journal = _opened(folder, ring)
        assert journal.size >= acknowledged
        anchor = tmp_path / f"anchor-{journal.size}"
        anchor.write_bytes(journal.checkpoint())
        anchors.append(anchor)
        journal.close()
    journal = _opened(folder, ring)
    report = journal.verify(since=anchors)
    journal.close()
    assert not report.faults
    marks = [entry.payload["mark"] for entry in read(folder) if entry.payload and entry.type == "scope.source.read"]
    assert set(range(1, acknowledged + 1)) - set(marks) <= _repairs(folder)


def _repairs(folder: Path) -> set[int]:
    return {entry.seq for entry in read(folder) if entry.type == "journal.tail.repaired"}


def _opened(folder: Path, ring: KeyRing) -> Journal:
    """The lock of a killed process goes with it, at the latest a moment later."""
    for _ in range(100):
        try:
            return Journal.open(folder, case="killed", keyring=ring, clock=Ticking())
        except JournalBusy:
            time.sleep(0.02)
    raise AssertionError("the lock outlived its holder")
