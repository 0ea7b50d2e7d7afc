"""A channel on this machine, as Apprise posts to it (`json://`): what it heard, and how it answers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Wall:
    """`status`: what it answers; `hold`: it takes what comes and says nothing until it is let go."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.status, self.port = 200, 0
        self.hold = threading.Event()
        self.hold.set()

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.port}/?rto=2&cto=2"

    @property
    def words(self) -> list[str]:
        return [one["message"] for one in self.heard]


@contextmanager
def posting() -> Iterator[Wall]:
    wall = Wall()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            wall.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            wall.hold.wait(30)
            self.send_response(wall.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    server.daemon_threads = True
    wall.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield wall
    finally:
        wall.hold.set()
        server.shutdown()
        server.server_close()
