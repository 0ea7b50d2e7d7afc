"""Words that only one form asks: read flat, bounded, a blank is nobody knows, what cannot be used is named."""

from typing import Any

import pytest

from breachdesk.authorities.extra import read_extra
from breachdesk.notify.organisation import BadOrganisation


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"lei": "X1"}, {"lei": {"*": "X1"}}),
        ({"dora": {"type": "bank"}}, {"dora.type": {"*": "bank"}}),
        ({"dora": {"type": {"en": "bank", "ru": "банк"}}}, {"dora.type": {"en": "bank", "ru": "банк"}}),
        ({"fr": {"siren": 123456789}}, {"fr.siren": {"*": "123456789"}}),
        ({"continuity": True}, {"continuity": {"*": "yes"}}),
        ({"list": ["a", 2]}, {"list": {"*": "a; 2"}}),
        ({"lei": None}, {}),  # a blank: nobody knows yet
        ({"lei": {"en": None, "ru": "да"}}, {"lei": {"ru": "да"}}),
        ({"a": {}}, {}),
        ({"a": "x\u202ey\x00z"}, {"a": {"*": "x y z"}}),
    ],
)
def test_it_is_read_flat(given: dict[str, Any], read: dict[str, Any]) -> None:
    assert read_extra({"filing": given}) == read


def test_flat_keys_of_the_sheet_are_the_same() -> None:
    assert read_extra({"filing.lei": "X1"}) == read_extra({"filing": {"lei": "X1"}})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("a text", "write a map of keys"),
        ({"lei": "x" * 4001}, "filing.lei: 4001 characters"),
        ({"lei": [["deep", None]]}, "filing.lei: write text"),
        ({"lei": {"en": ["a", {"b": 1}]}}, "filing.lei: write text"),
    ],
)
def test_what_cannot_be_used_is_named(given: Any, words: str) -> None:
    with pytest.raises(BadOrganisation, match=words):
        read_extra({"filing": given})
