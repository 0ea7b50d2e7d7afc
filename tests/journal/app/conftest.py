"""What every deed in the journal needs: a hand and a key to sign with."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from breachdesk.ground.keys import KeyRing, Purpose
from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import Actor, Via

AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)


@pytest.fixture
def ada() -> Any:
    from breachdesk.journal.app.actions import Hand

    return Hand(Actor("ada@bakery.example", "lead"), Via.WEB, AT)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer("breachdesk/tests", KeyRing(tmp_path / "keys").create("journal", Purpose.SIGN))
