"""Whether an address leads out of this house: what may be asked for by name must not open what stands behind the door.

Server-side request forgery: a name is looked up once, every address it has is judged, and the one that passed is
connected to, so that a second look-up cannot lead elsewhere.
"""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from breachdesk.ground.reach import Unreached

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """`10.0.0.0/8`, `192.0.2.7`. Raises ValueError."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def resolved(address: str, inside: Sequence[Network] = (), *, look_up: Callable[..., list[Any]] | None = None) -> str:
    """The IP address to connect to for a web address. Plain http is only for networks named as `inside`.

    Raises Unreached: `address` for what is none, `unknown` for a name nobody knows, `inside` for one that leads into
    this house, `plain` for http to the outside."""
    parts = urlsplit(address)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Unreached("address", address[:200]) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Unreached("address", address[:200])
    try:
        found = (look_up or socket.getaddrinfo)(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreached("unknown", parts.hostname[:200]) from None
    addresses = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    for one in addresses:
        if not _outside(one) and not _named(one, inside):
            raise Unreached("inside", str(one))
        if parts.scheme == "http" and not _named(one, inside):
            raise Unreached("plain", address[:200])
    return str(addresses[0])


def _named(address: Address, inside: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in inside)


def _outside(address: Address) -> bool:
    """Public and for one machine; what wraps an IPv4 address (mapped, 6to4, Teredo, NAT64) is judged by that."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return _outside(wrapped)
    return address.is_global and not address.is_multicast
