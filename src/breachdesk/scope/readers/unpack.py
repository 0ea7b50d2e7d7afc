"""Streams of one packed thing: gzip, bzip2, xz and zstd, one behind another, in pieces that never grow."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

import zstandard

from breachdesk.scope.readers.feed import Feed, HaltError
from breachdesk.scope.shapes import Problem

_MEMORY = 1 << 30  # dictionary of an xz stream
_WINDOW = 1 << 27  # window of a zstd frame


class Engine(Protocol):
    """One stream being unpacked."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...


class _Zlib:
    """zlib in the manners of bz2 and lzma."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(31)
        self._tail = b""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        piece = self._engine.decompress(self._tail + data, max_length)
        self._tail = self._engine.unconsumed_tail
        return piece

    @property
    def eof(self) -> bool:
        return self._engine.eof

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._tail


class _Zstd:
    """zstd in the manners of bz2 and lzma. It has no maximum, so it is fed in morsels and keeps what is too much."""

    _MORSEL = 1 << 10

    def __init__(self) -> None:
        self._engine = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
        self._tail = b""
        self._ready = b""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        self._tail += data
        parts, have, at = [self._ready], len(self._ready), 0
        while have < max_length and at < len(self._tail) and not self._engine.eof:
            piece = self._engine.decompress(self._tail[at : at + self._MORSEL])
            at += self._MORSEL
            parts.append(piece)
            have += len(piece)
        self._tail = self._tail[at:]
        whole = b"".join(parts)
        self._ready = whole[max_length:]
        return whole[:max_length]

    @property
    def eof(self) -> bool:
        return self._engine.eof and not self._ready

    @property
    def unused_data(self) -> bytes:
        return self._engine.unused_data + self._tail

    @property
    def needs_input(self) -> bool:
        return not self._tail and not self._ready


ENGINES: dict[str, tuple[bytes, Callable[[], Engine]]] = {
    "gzip": (b"\x1f\x8b", _Zlib),
    "bzip2": (b"BZh", bz2.BZ2Decompressor),
    "xz": (b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor(memlimit=_MEMORY)),
    "zstd": (b"\x28\xb5\x2f\xfd", _Zstd),
}


class Unpacked:
    """What a packed feed holds. Raises EOFError when it ends too early, the engine's error when it is damaged, and
    HaltError when other bytes follow."""

    def __init__(self, feed: Feed, kind: str) -> None:
        self._feed = feed
        self._magic, self._new = ENGINES[kind]
        self._engine = self._new()
        self._input = b""

    def read(self, size: int, /) -> bytes:
        while True:
            if self._engine.eof and not self._next():
                return b""
            if not self._input and self._engine.needs_input:
                self._input = self._feed.read(1 << 16)
                if not self._input:
                    raise EOFError
            data, self._input = self._input, b""
            piece = self._engine.decompress(data, size)
            if piece:
                return piece

    def _next(self) -> bool:
        """Another stream behind the one that ended; zeros are padding."""
        rest = self._engine.unused_data.lstrip(b"\x00")
        while len(rest) < len(self._magic) and (more := self._feed.read(1 << 16)):
            rest = (rest + more).lstrip(b"\x00")
        if not rest:
            return False
        if not rest.startswith(self._magic):
            raise HaltError(Problem("trailing_bytes", f"byte {self._feed.given - len(rest)}"))
        self._engine, self._input = self._new(), rest
        return True
