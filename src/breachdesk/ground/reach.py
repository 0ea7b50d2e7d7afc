"""Asking another machine over HTTP, bounded in time and size, following nothing: what it answers is not trusted."""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

_CHUNK = 8 << 10


class Unreached(Exception):
    """No answer, or none that can be used. `reason`: address, unreachable, silent, large."""

    def __init__(self, reason: str, detail: str = "") -> None:
        detail = "".join(letter if letter.isprintable() else "?" for letter in detail)  # a server wrote part of it
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class _Pinned(HTTPSConnection):
    """Connects to `to` and speaks with it as `host`: certificate and Host header are those of the name."""

    def __init__(self, host: str, port: int | None, to: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds, context=ssl.create_default_context())
        self._to = to

    def connect(self) -> None:
        plain = socket.create_connection((self._to, self.port), self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


class _PinnedPlain(HTTPConnection):
    def __init__(self, host: str, port: int | None, to: str, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._to = to

    def connect(self) -> None:
        self.sock = socket.create_connection((self._to, self.port), self.timeout)


def ask(
    address: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 20.0,
    largest: int = 64 << 10,
    to: str = "",
) -> Answer:
    """GET, or POST with a `body`. No redirect is followed; `seconds` bound each wait and all of it; of an answer beyond
    `largest` bytes nothing is kept. `to`: the IP address to connect to, whatever the name means by now.

    Raises Unreached."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        raise Unreached("address", address[:200]) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Unreached("address", address[:200])
    made = _connection(parts.scheme == "https", parts.hostname, port, to, seconds)
    path = parts.path or "/"
    ends = time.monotonic() + seconds
    try:
        made.request(
            "POST" if body is not None else "GET",
            f"{path}?{parts.query}" if parts.query else path,
            body,
            {"Connection": "close", **(headers or {})},
        )
        response = made.getresponse()
        return Answer(response.status, _read(response, ends, largest, seconds))
    except TimeoutError:
        raise Unreached("silent", f"{seconds:g} s") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Unreached("unreachable", f"{type(error).__name__}: {error}"[:200]) from None
    finally:
        made.close()


def _connection(secure: bool, host: str, port: int | None, to: str, seconds: float) -> HTTPConnection:
    if to:
        return _Pinned(host, port, to, seconds) if secure else _PinnedPlain(host, port, to, seconds)
    if secure:
        return HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=seconds)


def _read(response: HTTPResponse, ends: float, largest: int, seconds: float) -> bytes:
    found = b""
    while chunk := response.read1(_CHUNK):
        found += chunk
        if len(found) > largest:
            raise Unreached("large", f"{largest} bytes")
        if time.monotonic() > ends:
            raise Unreached("silent", f"{seconds:g} s")
    if response.length:
        raise Unreached("unreachable", f"cut off {response.length} bytes before its end")
    return found
