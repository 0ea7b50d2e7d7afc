"""A provider of text messages on loopback, in the form Twilio gave its API; it does what a test tells it."""

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

ACCOUNT, TOKEN = "AC" + "0" * 32, "token-of-tests"


class Said(NamedTuple):
    """`cut`: the line breaks in the middle of the answer; `silent`: there is none."""

    status: int
    body: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}
    silent: bool = False
    taken: bool = False


@dataclass
class Box:
    """`say`: the form that came -> what is answered in place of 201; None: it is taken."""

    say: Callable[[Mapping[str, str]], Said | None] = lambda form: None
    port: int = 0
    got: list[dict[str, str]] = field(default_factory=list)  # what was taken, with its `sid`
    asked: list[str] = field(default_factory=list)  # paths of questions
    listed: bool = True
    closing: bool = False  # the line after each answer, without having said so
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}/2010-04-01/Accounts/{ACCOUNT}"

    def take(self, form: Mapping[str, str]) -> str:
        with self.lock:
            sid = f"SM{len(self.got) + 1:032x}"
            self.got.append({**form, "sid": sid, "status": "queued", "created": format_datetime(datetime.now(UTC))})
        return sid

    def numbers(self) -> list[str]:
        return [one["To"] for one in self.got]


def signed(address: str, form: Mapping[str, str], secret: str = TOKEN) -> str:
    """As Twilio documents it."""
    text = address + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


class _Talk(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _known(self) -> bool:
        said = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if said == f"{ACCOUNT}:{TOKEN}":
            return True
        self._answer(Said(401, {"code": 20003, "message": "Authenticate"}))
        return False

    def do_POST(self) -> None:
        box = self.server.box
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True))
        if not self._known():
            return
        said = box.say(form)
        if said is None or said.taken:
            sid = box.take(form)
            said = said or Said(201, {"sid": sid, "status": "queued", "error_code": None})
        self._answer(said)

    def do_GET(self) -> None:
        box = self.server.box
        box.asked.append(self.path)
        if not self._known():
            return
        found = urlsplit(self.path)
        if found.path.endswith(f"/{ACCOUNT}.json"):
            self._answer(Said(200, {"sid": ACCOUNT, "status": "active"}))
            return
        if not box.listed:
            self._answer(Said(503, {"message": "later"}))
            return
        wanted = dict(parse_qsl(found.query))
        rows = [
            {"sid": one["sid"], "to": one["To"], "body": one["Body"], "status": one["status"], "error_code": None,
             "date_created": one["created"]}
            for one in box.got if one["To"] == wanted["To"]
        ]  # fmt: skip
        self._answer(Said(200, {"messages": rows, "next_page_uri": None}))

    def _answer(self, said: Said) -> None:
        if said.silent:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        body = json.dumps(said.body).encode()
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        if self.server.box.closing:
            self.close_connection = True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Box


@contextmanager
def texting(box: Box) -> Iterator[Box]:
    """`box.port` on 127.0.0.1, for as long as it lasts."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.box = box
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join(5)
