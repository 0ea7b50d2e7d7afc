"""From which address somebody comes, believed only as far as our own proxies say it."""

import ipaddress


def client(peer: str, forwarded: str, proxies: int) -> str:
    """The address of the client. `peer` holds the connection, `forwarded` is X-Forwarded-For, of which the last
    `proxies` entries were written by proxies of ours; what stands before them, anybody can have written.

    What is no address, or too short a list, is not believed: then it is the peer."""
    entries = [entry.strip() for entry in forwarded.split(",")] if forwarded else []
    if proxies and len(entries) >= proxies:
        told = _address(entries[-proxies])
        if told:
            return told
    return _address(peer) or "0.0.0.0"  # noqa: S104  # nosec B104 - a socket without an address, not one to listen on


def _address(text: str) -> str:
    text = text.strip()
    if text.startswith("["):  # [2001:db8::1]:443
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # 192.0.2.1:443
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
