"""Whose address is believed: only what our own proxies wrote."""

import pytest

from breachdesk.staff.whence import client

PEER = "198.51.100.9"


@pytest.mark.parametrize(
    ("forwarded", "proxies", "told"),
    [
        ("", 0, PEER),
        ("203.0.113.5", 0, PEER),  # nobody of ours wrote it
        ("203.0.113.5", 1, "203.0.113.5"),
        ("10.0.0.1, 203.0.113.5", 1, "203.0.113.5"),  # the first was made up by the client
        ("203.0.113.5, 192.0.2.1", 2, "203.0.113.5"),
        ("203.0.113.5", 2, PEER),  # too short: it did not pass both
        ("", 1, PEER),
        ("garbage", 1, PEER),
        ("203.0.113.5:4711", 1, "203.0.113.5"),
        ("[2001:db8::7]:443", 1, "2001:db8::7"),
        ("2001:db8::7", 1, "2001:db8::7"),
    ],
)
def test_an_address_is_believed_as_far_as_our_proxies_go(forwarded: str, proxies: int, told: str) -> None:
    assert client(PEER, forwarded, proxies) == told


def test_a_connection_without_an_address_has_one_for_all() -> None:
    assert client("", "", 0) == "0.0.0.0"
