"""A relay on loopback that takes everything, as quick as Python can, and logs as Postfix does: `python -m
tests.notify.sink PORT LOG [MILLISECONDS]`. A line is in the log before a message is said to be taken."""

import asyncio
import os
import re
import sys
from datetime import UTC, datetime
from typing import BinaryIO

_ID = re.compile(rb"\r\nMessage-ID: (<[^>]+>)\r\n")


class Sink(asyncio.Protocol):
    taken = 0

    def __init__(self, log: BinaryIO, wait: float) -> None:
        self.log, self.wait, self.rest, self.data = log, wait, b"", False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.rest += data
        out = b""
        while True:
            if self.data:
                end = self.rest.find(b"\r\n.\r\n")
                if end < 0:
                    break
                content, self.rest = self.rest[: end + 2], self.rest[end + 5 :]
                self.data = False
                out += self._taken(content)
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                break
            self.rest = rest
            word = line[:4].upper()
            if word == b"EHLO":
                out += b"250-sink\r\n250 PIPELINING\r\n"
            elif word == b"DATA":
                self.data = True
                out += b"354 go on\r\n"
            elif word == b"QUIT":
                out += b"221 bye\r\n"
            else:
                out += b"250 ok\r\n"
        if out and self.transport is not None:
            if self.wait:
                asyncio.get_running_loop().call_later(self.wait, self._say, out)
            else:
                self.transport.write(out)

    def _say(self, out: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(out)

    def _taken(self, content: bytes) -> bytes:
        Sink.taken += 1
        found = _ID.search(content)
        name = found[1].decode() if found else "<>"
        at, queue = datetime.now(UTC).isoformat(), f"{Sink.taken:X}"
        self.log.write(
            f"{at} here postfix/cleanup[1]: {queue}: message-id={name}\n"
            f"{at} here postfix/qmgr[1]: {queue}: from=<x@x>, size={len(content)}, nrcpt=1 (queue active)\n".encode()
        )
        return b"250 taken\r\n"


async def serve(port: int, log: str, wait: float) -> None:
    loop = asyncio.get_running_loop()
    with open(log, "ab", buffering=0) as file:
        server = await loop.create_server(lambda: Sink(file, wait), "127.0.0.1", port, backlog=256)
        sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        while os.getppid() != 1:  # whoever started it is there
            await asyncio.sleep(0.5)
            file.write(f"{datetime.now(UTC).isoformat()} here postfix/qmgr[1]: turning\n".encode())


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], float((sys.argv[3:] or ["0"])[0]) / 1000))
