"""A message centre (SMSC) on loopback that speaks SMPP 3.4 and does what a test tells it: throttles, hangs up, tells
what became of messages late, twice or falsely. Written from the specification, not from our client."""

import contextlib
import re
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HANG_UP, SILENCE = -1, -2
#: Taken, and the line breaks before the answer.
TAKEN_HANG_UP = -3
_ADDRESS = re.compile(rb"[^\0]*\0(.)(.)([^\0]*)\0(.)(.)([^\0]*)\0", re.DOTALL)


@dataclass
class Part:
    """One submit_sm as it was taken."""

    ref: str
    sender: str
    to: str
    kind: int
    coding: int
    receipt: int
    octets: bytes
    options: dict[int, bytes]
    sequence: int

    @property
    def header(self) -> tuple[int, int, int] | None:
        """(reference, of how many, which)."""
        if not self.kind & 0x40:
            return None
        length, iei, size, reference, total, at = self.octets[:6]
        assert (length, iei, size) == (5, 0, 3)
        return reference, total, at

    @property
    def text(self) -> str:
        octets = self.octets[6:] if self.kind & 0x40 else self.octets or self.options.get(0x0424, b"")
        return octets.decode("utf-16-be") if self.coding == 8 else _unpacked(octets)


# 3GPP TS 23.038, the letters tests use.
_EXTENDED = {0x65: "€", 0x28: "{", 0x29: "}", 0x3C: "[", 0x3E: "]", 0x2F: "\\", 0x40: "|", 0x14: "^", 0x3D: "~"}
_OTHER = {0x00: "@", 0x02: "$", 0x01: "£", 0x11: "_", 0x7E: "ü", 0x7B: "ä", 0x7C: "ö", 0x1E: "ß", 0x5B: "Ä"}


def _unpacked(octets: bytes) -> str:
    found, at = [], 0
    while at < len(octets):
        if octets[at] == 0x1B:
            at += 1
            found.append(_EXTENDED[octets[at]])
        else:
            found.append(_OTHER.get(octets[at], chr(octets[at])))
        at += 1
    return "".join(found)


@dataclass
class Smsc:
    """`say`: number to, how many parts came -> status of the answer, or HANG_UP, SILENCE, TAKEN_HANG_UP; None: taken.
    `got`: what was taken, in order; `after`: done with each part after its answer."""

    system_id: str = "desk"
    password: str = "secret"
    say: Callable[[str, int], int | None] = lambda to, n: None
    after: "Callable[[Smsc, Part], None]" = lambda smsc, part: None
    hexadecimal: bool = False
    port: int = 0
    got: list[Part] = field(default_factory=list)
    asked: int = 0  # submit_sm that came
    most_open: int = 0  # unanswered at once
    binds: int = 0
    acknowledged: list[tuple[int, int]] = field(default_factory=list)  # (sequence, status) of deliver_sm_resp
    waiting: list[bytes] = field(default_factory=list)  # deliver_sm for the next bind
    lock: threading.Lock = field(default_factory=threading.Lock)
    sent: int = 0
    lines: "list[_Line]" = field(default_factory=list)

    def receipt(self, ref: str, stat: str, *, err: str = "000", tlv: bool = False, now: bool = True) -> None:
        """Tell what became of a message: over the line that is open, else with the next bind."""
        said = f"id:{ref} sub:001 dlvrd:001 submit date:2611241200 done date:2611241201 stat:{stat} err:{err} text:..."
        state = {"DELIVRD": 2, "EXPIRED": 3, "UNDELIV": 5, "REJECTD": 8}.get(stat, 1)
        options = b""
        if tlv:
            said = "report"
            name = ref.encode() + b"\0"
            options = struct.pack(">HH", 0x001E, len(name)) + name + struct.pack(">HHB", 0x0427, 1, state)
        self.deliver(_delivered(0x04, said.encode(), options), now=now)

    def deliver(self, body: bytes, *, now: bool = True) -> None:
        with self.lock:
            line = self.lines[-1] if self.lines and now else None
            if line is None:
                self.waiting.append(body)
                return
        line.deliver(body)

    def texts(self) -> dict[str, list[str]]:
        """Whole texts by number, put together as a telephone does it."""
        found: dict[str, list[str]] = {}
        halves: dict[tuple[str, int], dict[int, str]] = {}
        for part in self.got:
            header = part.header
            if header is None:
                found.setdefault(part.to, []).append(part.text)
                continue
            reference, total, at = header
            held = halves.setdefault((part.to, reference), {})
            held[at] = part.text
            if len(held) == total:
                found.setdefault(part.to, []).append("".join(held[n] for n in range(1, total + 1)))
                halves.pop((part.to, reference))
        return found


def _delivered(kind: int, said: bytes, options: bytes = b"") -> bytes:
    addresses = b"\0\x01\x01491701234567\0\x05\x00Bakery\0"
    return addresses + bytes((kind, 0, 0)) + b"\0\0" + bytes((0, 0, 0, 0, len(said))) + said + options


class _Line:
    def __init__(self, smsc: Smsc, sock: socket.socket) -> None:
        self.smsc, self.sock = smsc, sock
        self.buffer = b""
        self.lock = threading.Lock()
        self.number = 1000

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                found = self.unit()
                if found is None:
                    break
                if not self.done(*found):
                    break
        with self.smsc.lock:
            if self in self.smsc.lines:
                self.smsc.lines.remove(self)
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def unit(self) -> tuple[int, int, int, bytes] | None:
        while len(self.buffer) < 16 or len(self.buffer) < int.from_bytes(self.buffer[:4], "big"):
            octets = self.sock.recv(1 << 16)
            if not octets:
                return None
            self.buffer += octets
        size, command, status, number = struct.unpack(">IIII", self.buffer[:16])
        body, self.buffer = self.buffer[16:size], self.buffer[size:]
        return command, status, number, body

    def write(self, command: int, status: int, number: int, body: bytes = b"") -> None:
        with self.lock:
            self.sock.sendall(struct.pack(">IIII", 16 + len(body), command, status, number) + body)

    def deliver(self, body: bytes) -> None:
        with self.smsc.lock:
            self.number += 1
            number = self.number
        self.write(0x05, 0, number, body)

    def done(self, command: int, status: int, number: int, body: bytes) -> bool:
        smsc = self.smsc
        if command == 0x09:
            name, password = body.split(b"\0")[:2]
            right = (name.decode(), password.decode()) == (smsc.system_id, smsc.password)
            self.write(0x80000009, 0 if right else 0x0E, number, b"smsc\0" if right else b"")
            if not right:
                return False
            with smsc.lock:
                smsc.binds += 1
                smsc.lines.append(self)
                waiting, smsc.waiting = smsc.waiting, []
            for one in waiting:
                self.deliver(one)
            return True
        if command == 0x04:
            return self.submitted(number, body)
        if command == 0x15:
            self.write(0x80000015, 0, number)
            return True
        if command == 0x06:
            self.write(0x80000006, 0, number)
            return False
        if command == 0x80000005:
            smsc.acknowledged.append((number, status))
            return True
        return command == 0x80000015

    def submitted(self, number: int, body: bytes) -> bool:
        smsc = self.smsc
        part = _read(body, number)
        if select.select([self.sock], [], [], 0.005)[0]:
            self.buffer += self.sock.recv(1 << 16)  # what comes before we answered
        with smsc.lock:
            smsc.asked += 1
            smsc.sent += 1
            part.ref = f"{smsc.sent:X}" if smsc.hexadecimal else f"m{smsc.sent}"
            said = smsc.say(part.to, smsc.asked)
            open_ = self.buffer.count(b"\0\0\0\x04\0\0\0\0") + 1
            smsc.most_open = max(smsc.most_open, open_)
        if said == HANG_UP:
            return False
        if said == SILENCE:
            return True
        if said and said != TAKEN_HANG_UP:
            self.write(0x80000004, said, number)
            return True
        with smsc.lock:
            smsc.got.append(part)
        if said == TAKEN_HANG_UP:
            return False
        self.write(0x80000004, 0, number, part.ref.encode() + b"\0")
        smsc.after(smsc, part)
        return True


def _read(body: bytes, number: int) -> Part:
    found = _ADDRESS.match(body)
    assert found is not None
    ton, sender, to = found[1][0], found[3].decode(), found[6].decode()
    at = found.end()
    kind, at = body[at], at + 3
    for _ in range(2):
        at = body.index(b"\0", at) + 1
    receipt, _, coding, _, size = body[at : at + 5]
    at += 5
    octets, rest, options = body[at : at + size], body[at + size :], {}
    while rest:
        tag, length = struct.unpack(">HH", rest[:4])
        options[tag], rest = rest[4 : 4 + length], rest[4 + length :]
    return Part("", ("+" if ton == 1 else "") + sender, "+" + to, kind, coding, receipt, octets, options, number)


@contextmanager
def smsc(centre: Smsc | None = None) -> Iterator[Smsc]:
    """`port` on 127.0.0.1, for as long as it lasts."""
    made = centre or Smsc()
    listening = socket.create_server(("127.0.0.1", 0))
    made.port = listening.getsockname()[1]

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listening.accept()
                threading.Thread(target=_Line(made, sock).run, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield made
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for line in list(made.lines):
            with contextlib.suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)
