"""Where sealed things lie, and how the key of a case is kept: wrapped by a master key that lies elsewhere.

A wrapped key is AES-256-GCM over the 32 bytes, bound to the name of its case, so that it opens no other.
"""

import hashlib
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from breachdesk.ground.files import sync_folder
from breachdesk.ground.keys import BadKey, Key, KeyRing, Purpose
from breachdesk.ground.sealing import SealedReader, SealedWriter

BLOCK = 1 << 20
_NONCE = 12
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_HEX = re.compile(r"[0-9a-f]{64}")
_COMMAND_SECONDS = 30


class Content(Protocol):
    """What gives bytes, block by block."""

    def read(self, size: int, /) -> bytes: ...


class BadVault(Exception):
    """The vault cannot be used: says what, why and what to do."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What was sealed: size in bytes and digests of the plain content."""

    size: int
    sha256: str
    sha512: str


class Master:
    """The key that wraps the keys of cases. `id` tells whether two desks wrap with the same one."""

    def __init__(self, key: Key) -> None:
        self.id = key.id
        self._cipher = AESGCM(key.secret)

    def wrap(self, key: Key, case: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, key.secret, _bound(case))

    def unwrap(self, wrapped: bytes, case: str) -> Key:
        """Raises BadVault when this master key did not wrap it, or not for this case."""
        try:
            secret = self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bound(case))
        except (InvalidTag, ValueError):
            raise BadVault(
                f"the key of case {case} does not open under this master key; put the right master key back"
            ) from None
        return Key(f"case-{case}", Purpose.SEAL, secret)


def _bound(case: str) -> bytes:
    return b"breachdesk case key 1\0" + case.encode()


def master(*, ring: KeyRing, given: str = "", command: str = "") -> Master:
    """The master key: as given (64 hex digits), as a command prints it, else one made once on the ring.

    Raises BadVault."""
    if given and command:
        raise BadVault("a master key and a command for it are both set; keep one of them")
    if command:
        given = _printed(command)
    if given:
        if not _HEX.fullmatch(given):
            raise BadVault("the master key is 64 hexadecimal digits in lower case")
        return Master(Key("master", Purpose.SEAL, bytes.fromhex(given)))
    try:
        return Master(ring.get_or_create("master"))
    except BadKey as error:
        raise BadVault(str(error)) from error


def _printed(command: str) -> str:
    """What the owner's own command prints (a KMS client); it is run by a shell, as the owner wrote it."""
    try:
        done = subprocess.run(  # noqa: S602
            command, shell=True, capture_output=True, timeout=_COMMAND_SECONDS, check=True, text=True
        )  # nosec B602
    except (subprocess.SubprocessError, OSError) as error:
        raise BadVault(f"the command for the master key did not print a key ({type(error).__name__})") from None
    return done.stdout.strip()


class Vault:
    """Sealed files below `folder`: one folder a case, one file a thing. Names are ours, never those of evidence."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, case: str, name: str) -> Path:
        if not _NAME.fullmatch(case) or not _NAME.fullmatch(name):
            raise BadVault(f"{case!a}/{name!a}: not a name of the vault")
        return self.folder / case / name

    def seal(self, case: str, name: str, content: Content, key: Key) -> Taken:
        """Seal what `content` gives, a block in memory at a time; nothing appears unless it ends well.

        Raises BadVault for a name that is taken: what lies in the vault is never written again."""
        path = self.place(case, name)
        if path.exists():
            raise BadVault(f"{case}/{name}: lies in the vault already, and is not written again")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with SealedWriter(path, key) as sealed:
            return _hashed(content, sealed.write)

    def open(self, case: str, name: str, key: Key) -> SealedReader:
        """Raises SealError, or FileNotFoundError."""
        return SealedReader(self.place(case, name), key)

    def check(self, case: str, name: str, key: Key, told: Callable[[int], object] = lambda count: None) -> Taken:
        """Hash the plain content again, as at every handing over; `told`: how many bytes more. Raises SealError,
        FileNotFoundError."""
        with self.open(case, name, key) as content:
            return _hashed(content, lambda block: told(len(block)))

    def forget(self, case: str, name: str) -> None:
        self.place(case, name).unlink(missing_ok=True)

    def forget_case(self, case: str) -> None:
        """Remove what lies there. The key destroyed, nobody could read it anyway."""
        folder = self.place(case, "any").parent
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(FileNotFoundError):
            sync_folder(folder.parent)


def _hashed(content: Content, to: Callable[[bytes], object]) -> Taken:
    """Pass everything on, and tell its size and digests."""
    short, long, size = hashlib.sha256(), hashlib.sha512(), 0
    while block := content.read(BLOCK):
        short.update(block)
        long.update(block)
        to(block)
        size += len(block)
    return Taken(size, short.hexdigest(), long.hexdigest())
