"""A mail server on loopback that does as a test says: takes, refuses, falls silent, hangs up, speaks nonsense."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HANG_UP = "hang up"
SILENCE = "silence"


@dataclass
class Box:
    """What came in whole, and what is answered. `say(stage, words)`: an answer for `connect`, `ehlo`, `mail`, `rcpt`,
    `data`, `end` in place of the usual one, or nothing."""

    say: Callable[[str, str], str | None] = lambda stage, words: None
    offers: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    tls: ssl.SSLContext | None = None
    got: list[tuple[str, str, bytes]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    port: int = 0

    def recipients(self) -> list[str]:
        with self.lock:
            return [to for _, to, _ in self.got]


class _Gone(Exception):
    pass


class _Talk(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        box = self.server.box
        self.connection.settimeout(20)
        with suppress(_Gone, OSError):
            self._answer("connect", "", "220 here")
            sender = to = ""
            refused = begun = False
            while raw := self.rfile.readline(70_000):
                line = raw.decode("latin-1").rstrip("\r\n")
                word = line.split(" ")[0].upper().split(":")[0]
                with box.lock:
                    box.heard.append(line)
                if word == "EHLO":
                    offers = [
                        *box.offers,
                        *(["STARTTLS"] if box.tls and not isinstance(self.connection, ssl.SSLSocket) else []),
                    ]
                    lines = ["here", *offers]
                    self._answer(
                        "ehlo",
                        line,
                        "\r\n".join(f"250{'-' if n < len(lines) - 1 else ' '}{one}" for n, one in enumerate(lines)),
                    )
                elif word == "STARTTLS" and box.tls:
                    self._answer("starttls", line, "220 go on")
                    self.connection = box.tls.wrap_socket(self.connection, server_side=True)
                    self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                elif word == "AUTH":
                    self._answer("auth", line, "235 known")
                elif word == "MAIL":
                    sender, to = line[11:-1], ""
                    begun = self._answer("mail", line, "250 ok").startswith("250")
                elif word == "RCPT":
                    said = self._answer("rcpt", line, "250 ok" if begun else "503 no sender")
                    refused = not said.startswith("25")
                    to = to if refused else line[9:-1]
                elif word == "DATA":
                    if not self._answer("data", line, "354 go on" if to else "554 no recipients").startswith("354"):
                        continue
                    content = b""
                    while (part := self.rfile.readline(70_000)) not in (b".\r\n", b""):
                        content += part[1:] if part.startswith(b".") else part
                    if not part:
                        return
                    said = box.say("end", to)
                    if said is None or said.startswith("2") or said in ("taken, " + HANG_UP,):
                        with box.lock:
                            box.got.append((sender, to, content))
                    if said == "taken, " + HANG_UP:
                        raise _Gone
                    self._say(said or "250 taken")
                elif word == "RSET":
                    sender = to = ""
                    self._answer("rset", line, "250 ok")
                elif word == "QUIT":
                    self._say("221 bye")
                    return

    def _answer(self, stage: str, words: str, usual: str) -> str:
        said = self.server.box.say(stage, words) or usual
        self._say(said)
        return said

    def _say(self, said: str) -> None:
        if said == HANG_UP:
            self.connection.shutdown(socket.SHUT_RDWR)
            raise _Gone
        if said == SILENCE:
            self.server.quiet.wait(10)
            raise _Gone
        self.wfile.write(f"{said}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Box
    quiet: threading.Event


@contextmanager
def relaying(box: Box) -> Iterator[Box]:
    """`box.port` on 127.0.0.1, for as long as it lasts."""
    with _Server(("127.0.0.1", 0), _Talk) as server:
        server.box, server.quiet = box, threading.Event()
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.quiet.set()
            server.shutdown()
            thread.join(5)
