"""A mail server of our own on this machine, for tests that send letters over a real connection."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Postbox(socketserver.ThreadingTCPServer):
    """Takes letters by SMTP (RFC 5321) and keeps them. `refused`: addresses it takes nothing for."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.letters: list[tuple[list[str], EmailMessage]] = []
        self.refused: set[str] = set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for addresses, letter in self.letters if address in addresses]


class _Clerk(socketserver.StreamRequestHandler):
    server: Postbox

    def handle(self) -> None:
        self._say("220 postbox.example ready")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                if address in self.server.refused:
                    self._say("550 no such address")
                    continue
                to.append(address)
            if verb == "DATA":
                self._say("354 go on")
                letter = message_from_bytes(self._content(), policy=policy.default)
                assert isinstance(letter, EmailMessage)
                self.server.letters.append((to, letter))
                to = []
            self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def open_() -> Iterator[Postbox]:
    """Open as long as the block runs."""
    with Postbox() as box:
        threading.Thread(target=box.serve_forever, daemon=True).start()
        try:
            yield box
        finally:
            box.shutdown()
