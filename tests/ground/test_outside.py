"""What may be connected to: the outside, by https, at the address that was judged."""

import socket
from typing import Any

import pytest

from breachdesk.ground.outside import networks, resolved
from breachdesk.ground.reach import Unreached


def names(*addresses: str) -> Any:
    def look_up(host: str, port: int, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    return look_up


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "224.0.0.1", "100.64.0.1",
        "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "ff02::1", "255.255.255.255", "198.18.0.1",
    ],
)  # fmt: skip
def test_into_the_house_leads_nothing(address: str) -> None:
    for others in ((), ("93.184.216.34",)):  # one good address of a name does not excuse a bad one
        with pytest.raises(Unreached) as error:
            resolved("https://hook.example/", look_up=names(*others, address))
        assert error.value.reason == "inside"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d822"])
def test_the_outside_is_reached_by_https_only(address: str) -> None:
    assert resolved("https://hook.example/x", look_up=names(address)) == address
    with pytest.raises(Unreached) as error:
        resolved("http://hook.example/x", look_up=names(address))
    assert error.value.reason == "plain"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hook.example",
        "ftp://hook.example",
        "file:///etc/passwd",
        "https://",
        "https://u:p@hook.example",
        "https://x:99999/",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unreached) as error:
        resolved(address, look_up=names("93.184.216.34"))
    assert error.value.reason == "address"


def test_networks_of_the_house_may_be_named() -> None:
    inside = networks(["10.0.0.0/8", "::1"])
    assert resolved("http://tickets.local/", inside, look_up=names("10.9.9.9")) == "10.9.9.9"
    with pytest.raises(Unreached):
        resolved("http://tickets.local/", inside, look_up=names("10.9.9.9", "192.168.0.1"))
    with pytest.raises(ValueError, match="host bits"):
        networks(["10.0.0.1/8"])


@pytest.mark.parametrize("written", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_other_spellings_of_this_machine_are_this_machine(written: str) -> None:
    with pytest.raises(Unreached) as error:
        resolved(f"https://{written}/")
    assert error.value.reason in ("inside", "unknown")
