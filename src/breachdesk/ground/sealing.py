"""Files at rest under AES-256-GCM, in chunks: any part can be read alone, no part can be changed, cut or moved.

The STREAM construction: nonce = random prefix of the file | chunk number | last-chunk flag; the whole header is
authenticated with every chunk; each file has a key of its own (HKDF of the kept key and a random salt).
The bytes are described in docs/formats/sealed-file.md.
"""

import io
import os
import secrets
import struct
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from breachdesk.ground.files import sync_folder
from breachdesk.ground.keys import BadKey, Key, KeyExists, KeyRing, NoKey, Purpose, new_key, outside

__all__ = [
    "BadKey",
    "Key",
    "KeyExists",
    "KeyRing",
    "NoKey",
    "NotSealed",
    "Purpose",
    "SealBroken",
    "SealError",
    "SealedReader",
    "SealedWriter",
    "WrongKey",
    "is_sealed",
    "key_id_of",
    "new_key",
    "outside",
]

MAGIC = b"BRDSEAL\x01"  # the last byte is the version
_AES_256_GCM = 1
_HEADER = struct.Struct(">8sBBxx12s32s7sx")
_TAG = 16
_CHUNK_POWER = 18  # 256 KiB
_POWERS = range(12, 25)
_MOST_CHUNKS = 2**32
_KEPT_CHUNKS = 8  # decrypted chunks a reader remembers


class SealError(Exception):
    """A sealed file cannot be opened: says which and why."""


class NotSealed(SealError):
    """The file is not one of ours, or of a version we do not know."""


class WrongKey(SealError):
    """The file was sealed under another key; the message names the id of the right one."""


class SealBroken(SealError):
    """The file was altered, cut or damaged after it was sealed. Nothing of the broken part is handed out."""


@dataclass(frozen=True, slots=True)
class _Header:
    raw: bytes
    power: int
    key_id: str
    salt: bytes
    prefix: bytes

    def cipher(self, key: Key) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=self.salt, info=b"breachdesk sealed file 1").derive(key.secret))

    def nonce(self, number: int, last: bool) -> bytes:
        return self.prefix + struct.pack(">IB", number, last)


def _new_header(key: Key, power: int) -> _Header:
    salt, prefix = secrets.token_bytes(32), secrets.token_bytes(7)
    raw = _HEADER.pack(MAGIC, _AES_256_GCM, power, bytes.fromhex(key.id), salt, prefix)
    return _Header(raw, power, key.id, salt, prefix)


def _read_header(raw: bytes, name: str) -> _Header:
    if len(raw) < _HEADER.size or raw[:7] != MAGIC[:7]:
        raise NotSealed(f"{name}: not a sealed file")
    magic, cipher, power, key_id, salt, prefix = _HEADER.unpack(raw)
    if magic != MAGIC or cipher != _AES_256_GCM or power not in _POWERS:
        raise NotSealed(f"{name}: sealed in a form this version does not know; open it with a newer one")
    return _Header(raw, power, key_id.hex(), salt, prefix)


def is_sealed(path: Path) -> bool:
    """Whether the file begins like a sealed one."""
    with path.open("rb") as file:
        return file.read(7) == MAGIC[:7]


def key_id_of(path: Path) -> str:
    """The id of the key that opens the file (for `KeyRing.find`). Raises NotSealed."""
    with path.open("rb") as file:
        return _read_header(file.read(_HEADER.size), path.name).key_id


def _need_sealing_key(key: Key) -> None:
    if key.purpose is not Purpose.SEAL:
        raise BadKey(f"key {key.name!r} is for {key.purpose}, not for sealing")


class SealedWriter(io.RawIOBase):
    """A file-like object that seals what is written to it; pyarrow's writers take it as it is.

    Given a path, the file appears there only when `close` ends well, synced to disk; leaving a `with` block by an
    exception, `discard`, or losing the object leaves nothing. Given an open binary file, that file is not closed.
    Only whole chunks leave memory, at most one (256 KiB) is held.
    """

    def __init__(self, target: Path | str | BinaryIO, key: Key, *, chunk_power: int = _CHUNK_POWER) -> None:
        super().__init__()
        self._file: BinaryIO | None = None
        _need_sealing_key(key)
        if chunk_power not in _POWERS:
            raise ValueError(f"a chunk is 2**{_POWERS[0]} to 2**{_POWERS[-1]} bytes")
        self._path: Path | None = None
        self._part: Path | None = None
        self._header = _new_header(key, chunk_power)
        self._cipher = self._header.cipher(key)
        self._held = bytearray()
        self._number = 0
        self._written = 0
        if isinstance(target, str | os.PathLike):
            self._path = Path(target)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}.part")
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(handle, "wb", buffering=0)
        else:
            self._file = target
        self._put(self._header.raw)

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        """Bytes taken in so far (of the plain content)."""
        return self._written

    def write(self, data: Any) -> int:
        if self._file is None:
            raise ValueError("write to a closed sealed file")
        view = memoryview(data).cast("B")
        size, at = 1 << self._header.power, 0
        # A full chunk is sealed only when more follows: the last one carries the flag.
        while len(self._held) + len(view) - at > size:
            if self._held:
                take = size - len(self._held)
                self._held += view[at : at + take]
                self._seal(self._held, last=False)
                self._held.clear()
            else:
                take = size
                self._seal(view[at : at + take], last=False)
            at += take
        self._held += view[at:]
        self._written += len(view)
        return len(view)

    def close(self) -> None:
        """Seal the last chunk and give the file its name. Closing twice is harmless."""
        if self._file is None or self.closed:
            super().close()
            return
        try:
            self._seal(self._held, last=True)
            self._finish()
        except BaseException:
            self.discard()
            raise
        self._held.clear()
        super().close()

    def discard(self) -> None:
        """Give up: nothing appears under the path."""
        file, self._file = self._file, None
        if self._part is not None:
            if file is not None:
                file.close()
            self._part.unlink(missing_ok=True)
            self._part = None
        super().close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()

    def __del__(self) -> None:
        # Never finish a file nobody closed: half a table would look whole.
        if getattr(self, "_file", None) is not None:
            self.discard()

    def _finish(self) -> None:
        file, self._file = self._file, None
        if file is None or self._path is None or self._part is None:
            return
        with file:
            os.fsync(file.fileno())
        self._part.replace(self._path)
        self._part = None
        sync_folder(self._path.parent)

    def _seal(self, chunk: bytes | bytearray | memoryview, *, last: bool) -> None:
        if self._number >= _MOST_CHUNKS:
            raise SealError("a sealed file holds at most 2**32 chunks; use larger chunks")
        self._put(self._cipher.encrypt(self._header.nonce(self._number, last), chunk, self._header.raw))
        self._number += 1

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while self._file is not None and view:
            view = view[self._file.write(view) :]


class SealedReader(io.RawIOBase):
    """A seekable file-like object over the plain content of a sealed file; pyarrow's readers take it as it is.

    Opening proves key, header and length (the last chunk is opened at once, so a cut file is refused); every other
    chunk is proven when it is first read. A lock makes it safe to share among threads, each read being whole.
    Raises NotSealed, WrongKey, SealBroken.
    """

    def __init__(self, source: Path | str | BinaryIO, key: Key) -> None:
        super().__init__()
        _need_sealing_key(key)
        self._lock = threading.RLock()
        self._own = isinstance(source, str | os.PathLike)
        self._name = Path(source).name if isinstance(source, str | os.PathLike) else "sealed content"
        self._file: BinaryIO = (
            open(source, "rb", buffering=0)  # noqa: SIM115 - closed by close()
            if isinstance(source, str | os.PathLike)
            else source
        )
        try:
            self._open(key)
        except BaseException:
            self.close()
            raise

    def _open(self, key: Key) -> None:
        self._at = 0
        self._chunks: OrderedDict[int, bytes] = OrderedDict()
        self._file.seek(0)
        self._header = _read_header(self._pull(_HEADER.size), self._name)
        if self._header.key_id != key.id:
            raise WrongKey(f"{self._name}: sealed under key {self._header.key_id}, not under {key.id} ({key.name!r})")
        self._cipher = self._header.cipher(key)
        body = self._file.seek(0, io.SEEK_END) - _HEADER.size
        step = (1 << self._header.power) + _TAG
        self._count = max(1, -(-body // step))
        self._size = body - self._count * _TAG
        if self._size < 0 or (self._count > 1 and body - (self._count - 1) * step <= _TAG):
            raise SealBroken(f"{self._name}: cut short after it was sealed; use an intact copy")
        self._chunk(self._count - 1)

    @property
    def size(self) -> int:
        """Bytes of plain content."""
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with self._lock:
            start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
            if start + offset < 0:
                raise ValueError("seek before the beginning")
            self._at = start + offset
            return self._at

    def read(self, size: int | None = -1) -> bytes:
        with self._lock:
            data = self.read_at(self._at, self._size if size is None or size < 0 else size)
            self._at += len(data)
            return data

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read_at(self, offset: int, size: int) -> bytes:
        """`size` bytes from `offset` (fewer at the end), the position left alone."""
        end = min(offset + size, self._size)
        if offset >= end:
            return b""
        power = self._header.power
        first, last = offset >> power, (end - 1) >> power
        with self._lock:
            if first == last:
                low = offset - (first << power)
                return self._chunk(first)[low : low + end - offset]
            parts = [memoryview(self._chunk(number)) for number in range(first, last + 1)]
        parts[0] = parts[0][offset - (first << power) :]
        parts[-1] = parts[-1][: end - (last << power)]
        return b"".join(parts)

    def close(self) -> None:
        if self._own and not self.closed:
            self._file.close()
        super().close()

    def __enter__(self) -> Self:
        return self

    def _chunk(self, number: int) -> bytes:
        kept = self._chunks.get(number)
        if kept is not None:
            self._chunks.move_to_end(number)
            return kept
        step = (1 << self._header.power) + _TAG
        self._file.seek(_HEADER.size + number * step)
        sealed = self._pull(step)
        try:
            nonce = self._header.nonce(number, number == self._count - 1)
            plain = self._cipher.decrypt(nonce, sealed, self._header.raw)
        except (InvalidTag, ValueError):
            raise SealBroken(
                f"{self._name}: altered, cut or damaged after it was sealed (part {number + 1} of {self._count}); "
                "use an intact copy"
            ) from None
        self._chunks[number] = plain
        if len(self._chunks) > _KEPT_CHUNKS:
            self._chunks.popitem(last=False)
        return plain

    def _pull(self, size: int) -> bytes:
        parts = []
        while size > 0:
            part = self._file.read(size)
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)
