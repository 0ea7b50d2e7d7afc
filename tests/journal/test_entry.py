"""What may be journalled: named deeds with plain values, never a row."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from breachdesk.journal import BadEntry, Via
from breachdesk.journal.entry import check_type, plain


@pytest.mark.parametrize(
    "name",
    ["law.duty.arose", "scope.source.read", "assess.pack.written", "scope.people_list.opened", "case.clock.set_back"],
)
def test_a_type_is_a_room_a_noun_and_a_past_verb(name: str) -> None:
    check_type(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "read",
        "scope.read",
        "scope.source.reads",
        "scope.source.read.twice",
        "Scope.source.read",
        "scope.source.",
        "scope..read",
        "scope.source.read\n",
        "scope.so urce.read",
        "scope.source.open",
        "scope._x.read",
        "1.a.read",
    ],
)
def test_other_types_are_refused(name: str) -> None:
    with pytest.raises(BadEntry):
        check_type(name)


def test_values_become_plain() -> None:
    given = {
        "count": 3,
        "share": 0.5,
        "done": True,
        "none": None,
        "at": datetime(2026, 11, 20, 18, 5, 3, 999, tzinfo=UTC),
        "via": Via.CLI,
        "id": UUID(int=1),
        "elements": {"phone", "email"},
        "names": ("a", "b"),
    }
    assert plain(given, "payload") == {
        "count": 3,
        "share": 0.5,
        "done": True,
        "none": None,
        "at": "2026-11-20T18:05:03Z",
        "via": "cli",
        "id": "00000000-0000-0000-0000-000000000001",
        "elements": ["email", "phone"],
        "names": ["a", "b"],
    }


SECRET = "anna.smith@example.org"


@pytest.mark.parametrize(
    "payload",
    [
        {"row": {"email": SECRET}},
        {"rows": [[SECRET]]},
        {"rows": [{"email": SECRET}]},
        {"raw": SECRET.encode()},
        {"long": SECRET * 400},
        {SECRET: 1},
        {"half": SECRET + "\ud800"},
        {"big": 2**53},
        {"nan": float("nan")},
        {"inf": float("inf")},
        {"obj": object()},
    ],
)
def test_rows_and_what_no_reader_can_share_are_refused_without_repeating_them(payload: dict[str, object]) -> None:
    with pytest.raises(BadEntry) as refused:
        plain(payload, "payload")
    assert SECRET not in str(refused.value)
