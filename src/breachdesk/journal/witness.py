"""Watching the journal of a desk from another machine: each signed state must go on from the last one seen.

A witness reads no contents. It keeps what it saw, so whoever holds the desk's key and database cannot write the journal
anew without being found out here. C2SP tlog-checkpoint and tlog-cosignature (cosignature/v1).
"""

import base64
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachdesk.ground.files import sync_folder
from breachdesk.ground.keys import BadKey, Key, Purpose
from breachdesk.ground.reach import Unreached, ask
from breachdesk.journal.verify import consistency_holds, read_checkpoint, read_consistency, read_note, signed_by

_COSIGNATURE = b"\4"
_LARGEST = 64 << 10
_SEEN = re.compile(r"(\d{12})\.note", re.ASCII)


class Verdict(StrEnum):
    """`empty`: nothing was signed yet. The last five are alarms."""

    EMPTY = "empty"
    FIRST = "first"
    SAME = "same"
    GROWN = "grown"
    UNSIGNED = "unsigned"
    SHRUNK = "shrunk"
    REWRITTEN = "rewritten"
    UNPROVEN = "unproven"
    OTHER = "other"

    @property
    def alarm(self) -> bool:
        return self in (Verdict.UNSIGNED, Verdict.SHRUNK, Verdict.REWRITTEN, Verdict.UNPROVEN, Verdict.OTHER)


@dataclass(frozen=True, slots=True)
class Seen:
    """`size`: entries the desk says now; `before`: entries of the last state seen; `note`: what it showed."""

    verdict: Verdict
    size: int = 0
    before: int = 0
    note: bytes = b""


class Cosigner:
    """Signs that it saw a state, and when. `name`: without spaces and plus signs."""

    def __init__(self, name: str, key: Key) -> None:
        if key.purpose is not Purpose.SIGN:
            raise BadKey(f"key {key.name!r} is for {key.purpose}, not for signing")
        if not name or "+" in name or any(letter.isspace() or not letter.isprintable() for letter in name):
            raise ValueError("the name of a witness has no spaces and no plus signs")
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(key.secret)
        self._public = _COSIGNATURE + self._private.public_key().public_bytes_raw()
        self._id = hashlib.sha256(name.encode() + b"\n" + self._public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self._id.hex()}+{base64.b64encode(self._public).decode()}"

    def sign(self, note: bytes, at: datetime) -> bytes:
        """`note` with one more signature line: the time in seconds, and Ed25519 over time and text."""
        text, _ = read_note(note)
        seconds = int(at.timestamp())
        said = self._private.sign(f"cosignature/v1\ntime {seconds}\n".encode() + text)
        line = base64.b64encode(self._id + seconds.to_bytes(8, "big") + said).decode()
        return note + f"\N{EM DASH} {self.name} {line}\n".encode()


class Memory:
    """What a witness saw of one log, in a folder of its own: `seen/<entries>.note`, and `alarm-*.note`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def last(self) -> bytes | None:
        """The largest state seen. Raises OSError."""
        seen = self.folder / "seen"
        names = sorted(name for name in os.listdir(seen) if _SEEN.fullmatch(name)) if seen.is_dir() else []
        return (seen / names[-1]).read_bytes() if names else None

    def keep(self, size: int, note: bytes) -> Path:
        return self._put(self.folder / "seen" / f"{size:012}.note", note)

    def alarm(self, note: bytes, at: datetime) -> Path:
        """What was shown stays as evidence; what was seen before is not touched."""
        return self._put(self.folder / f"alarm-{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}.note", note)

    def _put(self, path: Path, note: bytes) -> Path:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with part.open("wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
        return path


def look(address: str, vkey: str, earlier: bytes | None, *, seconds: float = 20.0) -> Seen:
    """What the desk at `address` shows now, against the state seen last.

    Raises Unreached when it does not answer as a desk does, and ValueError when `vkey` or `earlier` cannot be read."""
    before = _state(earlier, vkey) if earlier is not None else None
    if before is None and earlier is not None:
        raise ValueError("the state seen last is not signed by this key")
    note = _get(f"{address.rstrip('/')}/journal/checkpoint", seconds)
    if not note:
        return Seen(Verdict.SHRUNK if before else Verdict.EMPTY, 0, before[1] if before else 0)
    now = _state(note, vkey)
    if now is None:
        return Seen(Verdict.UNSIGNED, 0, before[1] if before else 0, note)
    if before is None:
        return Seen(Verdict.FIRST, now[1], 0, note)
    if now[0] != before[0]:
        return Seen(Verdict.OTHER, now[1], before[1], note)
    if now[1] < before[1]:
        return Seen(Verdict.SHRUNK, now[1], before[1], note)
    if now[1] == before[1]:
        return Seen(Verdict.SAME if now[2] == before[2] else Verdict.REWRITTEN, now[1], before[1], note)
    return _grown(address, vkey, before, note, seconds)


State = tuple[str, int, bytes]


def _grown(address: str, vkey: str, before: State, note: bytes, seconds: float) -> Seen:
    size = before[1]
    try:
        proof = _get(f"{address.rstrip('/')}/journal/consistency?from={size}", seconds, refused=b"")
        old, path, shown = read_consistency(proof)
        now = _state(shown, vkey)
    except ValueError:
        return Seen(Verdict.UNPROVEN, 0, size, note)
    if now is None or old != size:
        return Seen(Verdict.UNPROVEN, 0, size, note)
    if now[0] != before[0] or not consistency_holds(size, now[1], before[2], now[2], path):
        return Seen(Verdict.REWRITTEN, now[1], size, shown)
    return Seen(Verdict.GROWN, now[1], size, shown)


def _state(note: bytes, vkey: str) -> State | None:
    """Origin, size, root of a note this key signed; None for any other. Raises ValueError for what is no key."""
    name = vkey.partition("+")[0]
    try:
        origin, size, root = read_checkpoint(signed_by(note, vkey))
    except ValueError:
        _usable(vkey)
        return None
    return (origin, size, root) if origin == name else None


def _usable(vkey: str) -> None:
    from breachdesk.journal.verify import read_vkey

    read_vkey(vkey)


def _get(address: str, seconds: float, *, refused: bytes | None = None) -> bytes:
    answer = ask(address, seconds=seconds, largest=_LARGEST)
    if answer.status == 204:
        return b""
    if answer.status == 400 and refused is not None:
        return refused
    if answer.status != 200:
        raise Unreached("status", str(answer.status))
    return answer.body
