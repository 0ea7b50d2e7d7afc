"""What goes in and out of the desk lies readable on no disk: a part of an upload stays in memory, the rest is noise."""

import hashlib
import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from breachdesk.ground.spill import Spill
from breachdesk.vault.parts import MOST_PART
from breachdesk.web import server

LARGE = 9 << 20


class Told(Spill):
    """Tells that it came into being."""

    made: int = 0

    def __init__(self, folder: str | None = None) -> None:
        super().__init__(folder)
        type(self).made += 1


def application(environ: dict[str, Any], start: Any) -> list[bytes]:
    """Answers with what came, behind its digest."""
    body = environ["wsgi.input"].read()
    start("200 OK", [("Content-Length", str(len(body) + 64)), ("Spilt", str(Told.made))])
    return [hashlib.sha256(body).hexdigest().encode(), body]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    from waitress import buffers

    monkeypatch.setattr(buffers.TempfileBasedBuffer, "newfile", buffers.TempfileBasedBuffer.newfile)  # put back after
    monkeypatch.setattr(server, "Spill", Told)
    Told.made = 0
    listening = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    web = server.Web(application, listening, settings)
    thread = threading.Thread(target=web.run, args=(ended.is_set,))
    thread.start()
    yield listening.getsockname()[1]
    ended.set()
    web.wake()
    thread.join(20)


def sent(port: int, body: bytes) -> int:
    """Sends it and gets it back whole; how often something had spilt over by the time it was in."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request("PUT", "/", body)
    answer = line.getresponse()
    assert answer.read(64).decode() == hashlib.sha256(body).hexdigest()
    assert answer.read() == body
    line.close()
    return int(answer.headers["Spilt"])


def test_a_part_of_an_upload_stays_in_memory_and_a_large_body_is_noise_on_the_disk(door: int) -> None:
    assert MOST_PART < server._BODY_IN_MEMORY
    assert sent(door, bytes(range(256)) * (MOST_PART // 256)) == 0
    assert sent(door, bytes(range(256)) * (LARGE // 256)) > 0
