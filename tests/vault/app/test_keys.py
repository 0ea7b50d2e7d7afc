"""Keys of cases: made once, wrapped, and gone for good when destroyed."""

import io

import pytest

from breachdesk.vault.app import keys
from breachdesk.vault.app.models import CaseKey
from breachdesk.vault.store import BadVault
from tests.cast import AT


def test_a_case_has_one_key_that_is_kept_only_wrapped(desk: str) -> None:
    key = keys.key_for("2026-001", AT)
    assert keys.key_for("2026-001", AT).secret == key.secret == keys.key_of("2026-001").secret
    assert keys.key_for("2026-002", AT).secret != key.secret
    kept = CaseKey.objects.get(case="2026-001")
    assert kept.wrapped is not None
    assert key.secret not in bytes(kept.wrapped)


def test_a_key_of_another_case_opens_nothing(desk: str) -> None:
    keys.key_for("2026-001", AT)
    CaseKey.objects.filter(case="2026-001").update(case="2026-009")
    with pytest.raises(BadVault, match="does not open"):
        keys.key_of("2026-009")


def test_what_was_sealed_is_gone_with_its_key(desk: str) -> None:
    taken = keys.vault().seal("2026-003", "e-001", io.BytesIO(b"stolen"), keys.key_for("2026-003", AT))
    assert taken.size == 6
    CaseKey.objects.filter(case="2026-003").update(wrapped=None, destroyed_at=AT)
    with pytest.raises(BadVault, match="was destroyed"):
        keys.key_of("2026-003")
    keys.vault().forget_case("2026-003")
