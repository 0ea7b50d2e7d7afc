"""A journal with a ring beside it, and a clock that ticks when asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from breachdesk.ground.keys import KeyRing
from breachdesk.journal import Journal
from tests.journal.casebags import ADA, made

__all__ = ["ADA", "made"]
Open = Callable[[Path], Journal]


class Ticking:
    """A second passes at every look; `now` may be set back."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Ticking:
    return Ticking()


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def open_journal(ring: KeyRing, clock: Ticking) -> Open:
    return lambda folder: Journal.open(folder, case="2026-014", keyring=ring, clock=clock)
