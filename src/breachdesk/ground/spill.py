"""A file without a name whose bytes never lie readable on a disk: what does not fit into memory for a moment.

AES-256 in counter mode under a key that is made with the file, lives in this process only and ends with it. It hides;
it does not tell whether somebody changed it, so nothing that is to be kept belongs here.
"""

import io
import secrets
import tempfile
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

_BLOCK = 16
_COUNTERS = 1 << 128


class Spill(io.RawIOBase):
    """Grows at its end only: bytes that were written are never written over, so that no key stream is used twice."""

    def __init__(self, folder: str | None = None) -> None:
        super().__init__()
        self._file = tempfile.TemporaryFile("w+b", dir=folder)  # noqa: SIM115 - closed with this one
        self._key, self._first = secrets.token_bytes(32), secrets.randbits(128)
        self._size = self._at = 0

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("there is nothing before the beginning of a file")
        self._at = start + offset
        return self._at

    def write(self, data: Any, /) -> int:
        """Raises UnsupportedOperation anywhere but at the end."""
        if self._at != self._size:
            raise io.UnsupportedOperation("this file grows at its end only")
        given = bytes(data)
        self._file.seek(self._at)
        self._file.write(self._stream(self._at).update(given))
        self._at = self._size = self._at + len(given)
        return len(given)

    def readinto(self, buffer: Any, /) -> int:
        view = memoryview(buffer).cast("B")
        self._file.seek(self._at)
        held = self._file.read(min(len(view), max(0, self._size - self._at)))
        view[: len(held)] = self._stream(self._at).update(held)
        self._at += len(held)
        return len(held)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _stream(self, at: int) -> CipherContext:
        """The key stream from byte `at` on."""
        block, inside = divmod(at, _BLOCK)
        counter = (self._first + block) % _COUNTERS
        stream = Cipher(algorithms.AES(self._key), modes.CTR(counter.to_bytes(_BLOCK, "big"))).encryptor()
        stream.update(bytes(inside))
        return stream
