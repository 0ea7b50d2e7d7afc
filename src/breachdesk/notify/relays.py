"""A relay as an address says it: `smtp://`, `smtp+tls://` (STARTTLS), `smtps://`."""

import socket
from urllib.parse import unquote, urlsplit

from breachdesk.ground.options import BadOption
from breachdesk.notify.smtp import Relay

_TLS = {"smtp": "none", "smtp+tls": "starttls", "smtps": "implicit"}
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def relay_of(name: str, url: str, password: str) -> Relay | None:
    """None for an empty address. Raises BadOption, with the name of the setting."""
    if not url:
        return None
    found = urlsplit(url)
    try:
        port = found.port
    except ValueError:
        port = -1
    if found.scheme not in _TLS or not found.hostname or port == -1:
        raise BadOption(f"{name}: begins with smtp://, smtp+tls:// (STARTTLS) or smtps://, and names a host")
    return Relay(
        found.hostname,
        port or _PORTS[found.scheme],
        tls=_TLS[found.scheme],
        user=unquote(found.username or ""),
        password=password or unquote(found.password or ""),
        helo=socket.gethostname(),
    )
