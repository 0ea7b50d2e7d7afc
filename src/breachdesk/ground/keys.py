"""Keys, and the ring that keeps them: one small file per key, in a folder outside every pack, for its owner alone.

Destroying a key is how sealed people lists are erased, so a key is never copied, logged or printed.
"""

import base64
import hashlib
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from breachdesk.ground.files import sync_folder

_FORMAT = "breachdesk.key/1"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.)){0,99}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_HAS_MODES = os.name == "posix"


class BadKey(Exception):
    """A key or its ring cannot be used: says which, why, and what to do. Never holds key bytes."""


class NoKey(BadKey):
    """The ring has no such key: never made, kept elsewhere, or destroyed."""


class KeyExists(BadKey):
    """A key of that name is already on the ring; keys are never overwritten."""


class Purpose(StrEnum):
    SEAL = "seal"  # AES-256-GCM of files
    SIGN = "sign"  # Ed25519 of checkpoints


@dataclass(frozen=True, slots=True)
class Key:
    """32 secret bytes. `id` (24 hex digits) is derived from them one way and may be written anywhere."""

    name: str
    purpose: Purpose
    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        return hashlib.sha256(f"{_FORMAT} {self.purpose} id\0".encode() + self.secret).hexdigest()[:24]


def new_key(name: str = "unkept", purpose: Purpose = Purpose.SEAL) -> Key:
    """A key that lives only in memory, for files that need not outlive the run."""
    return Key(name, purpose, secrets.token_bytes(32))


def outside(folder: Path, pack: Path) -> Path:
    """`folder`, resolved. Raises BadKey when it is `pack` or lies in it: who gets the pack must not get its keys."""
    keys, shared = folder.resolve(), pack.resolve()
    if keys == shared or shared in keys.parents:
        raise BadKey(f"{folder}: keys must lie outside {pack}, or whoever is given the pack can open it; name another")
    return keys


class KeyRing:
    """The keys in `folder` (made with mode 0700 when absent; each key is a file of mode 0600)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.exists():
            folder.mkdir(parents=True, mode=0o700)
        if not folder.is_dir():
            raise BadKey(f"{folder}: not a folder, so it cannot hold keys; name another")
        _private(folder, "700")

    def create(self, name: str, purpose: Purpose = Purpose.SEAL) -> Key:
        """A new random key, on disk before it is returned. Raises KeyExists."""
        path = self._path(name)
        key = new_key(name, purpose)
        line = f"{_FORMAT} {purpose} {key.id} {base64.b64encode(key.secret).decode()}\n"
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
            _claim(part, path)
        except FileExistsError:
            raise KeyExists(f"{path}: there is a key of this name already; keys are never overwritten") from None
        finally:
            part.unlink(missing_ok=True)
        sync_folder(self.folder)
        return key

    def get(self, name: str) -> Key:
        """The key of that name. Raises NoKey, or BadKey when others can read it or it is damaged."""
        path = self._path(name)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except FileNotFoundError:
            raise NoKey(
                f"{self.folder}: no key {name!r} here; it was made elsewhere or destroyed (name its folder)"
            ) from None
        except OSError as error:
            raise BadKey(f"{path}: cannot be opened as a key: {error.strerror}") from None
        with open(handle, "rb") as file:
            _private(path, "600")
            return _parse(name, path, file.read(1024))

    def get_or_create(self, name: str, purpose: Purpose = Purpose.SEAL) -> Key:
        """The key of that name, made now if it never was. Raises BadKey when it serves another purpose."""
        try:
            key = self.get(name)
        except NoKey:
            try:
                key = self.create(name, purpose)
            except KeyExists:  # another process was quicker
                key = self.get(name)
        if key.purpose is not purpose:
            raise BadKey(f"{self._path(name)}: this key is for {key.purpose}, not for {purpose}; use another name")
        return key

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.key") if _NAME.fullmatch(path.stem))

    def find(self, key_id: str) -> Key:
        """The key with that id, whatever its name (a sealed file names the id). Raises NoKey."""
        for name in self.names():
            key = self.get(name)
            if key.id == key_id:
                return key
        raise NoKey(
            f"{self.folder}: no key with id {key_id} here; it was made elsewhere or destroyed (name its folder)"
        )

    def destroy(self, name: str) -> str:
        """Overwrite and remove the key; return its id. What it sealed is gone for ever (copies of the ring excepted:
        backups, snapshots and flash wear-levelling may still hold the old bytes)."""
        key = self.get(name)
        path = self._path(name)
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(self.folder)
        return key.id

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise BadKey(f"{name!r}: a key's name is a-z, 0-9, '-', '_' and single dots, at most 100 characters")
        return self.folder / f"{name}.key"


def _claim(part: Path, path: Path) -> None:
    """Give the finished file its name, only if nobody has it. File systems without links: as near as they allow."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError(path) from None
        part.rename(path)


def _parse(name: str, path: Path, content: bytes) -> Key:
    try:
        form, purpose, key_id, secret = content.decode("ascii").split()
        key = Key(name, Purpose(purpose), base64.b64decode(secret, validate=True))
    except ValueError:
        raise BadKey(f"{path}: not a key file ({_FORMAT}), or damaged; restore it from a backup") from None
    if form != _FORMAT or len(key.secret) != 32 or key.id != key_id:
        raise BadKey(f"{path}: not a key file ({_FORMAT}), or damaged; restore it from a backup")
    return key


def _private(path: Path, mode: str) -> None:
    if _HAS_MODES and path.stat().st_mode & _OTHERS:
        raise BadKey(f"{path}: others on this machine can read it; run `chmod {mode} {path}` or name another folder")
