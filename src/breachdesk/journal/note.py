"""Signing in the C2SP texts: verifier keys, checkpoints as signed notes (Ed25519), proofs to give away."""

import base64
import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breachdesk.ground.keys import BadKey, Key, Purpose
from breachdesk.journal.verify import read_checkpoint, read_note

_ED25519 = b"\1"


class Signer:
    """Signs for one log. `origin` is the log's name, unique to it, without spaces and plus signs."""

    def __init__(self, origin: str, key: Key) -> None:
        if key.purpose is not Purpose.SIGN:
            raise BadKey(f"key {key.name!r} is for {key.purpose}, not for signing")
        if not origin or "+" in origin or any(letter.isspace() or not letter.isprintable() for letter in origin):
            raise ValueError("the name of a log has no spaces and no plus signs")
        self.origin = origin
        self._private = Ed25519PrivateKey.from_private_bytes(key.secret)
        self._public = _ED25519 + self._private.public_key().public_bytes_raw()
        self._id = hashlib.sha256(origin.encode() + b"\n" + self._public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The public key as one line, for the second channel."""
        return f"{self.origin}+{self._id.hex()}+{_base64(self._public)}"

    def checkpoint(self, size: int, root: bytes) -> bytes:
        text = f"{self.origin}\n{size}\n{_base64(root)}\n"
        signature = _base64(self._id + self._private.sign(text.encode()))
        return f"{text}\n\N{EM DASH} {self.origin} {signature}\n".encode()


def proof_text(index: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """A tlog-proof: where the leaf stands (from 0), its path, the checkpoint it leads to."""
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(_base64, path), "", ""]
    return "\n".join(lines).encode() + checkpoint


def consistency_text(earlier: bytes, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """What a C2SP tlog-witness is asked with: size of the earlier note, proof, later note. Raises ValueError."""
    _, size, _ = read_checkpoint(read_note(earlier)[0])
    return "\n".join([f"old {size}", *map(_base64, path), "", ""]).encode() + checkpoint


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
