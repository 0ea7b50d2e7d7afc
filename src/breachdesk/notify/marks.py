"""The mark of a delivery: what a notice carries in its addresses, so that whatever comes back finds its row again.

A mark is one AES block: the number of the row and 65 bits of nothing, encrypted under a key of its own. Whoever sees
one learns neither the row nor how many there are; whoever makes one up hits with a chance of 2**-65. 26 letters of
base32 (RFC 4648, lower case), so that mail systems may change the case. The same row always has the same mark.

A mark is no secret of its reader: who got a letter, or was forwarded it, can quote its mark, and its mark alone.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from breachdesk.ground.keys import Key

LETTERS = 26
MOST_LOCAL = 64  # octets, RFC 5321 4.5.3.1.1
MOST_DOMAIN = 255  # octets, RFC 5321 4.5.3.1.2
MOST_TRIED = 64  # of what looks like a mark in one text: each costs a decryption
_MOST_ROW = 2**63 - 1
_ZEROS = bytes(8)
# Where a mark may begin: after no letter or digit, or after a "+" as xtext (RFC 3461 4), a MIME word or a link writes
# it.
_LIKELY = re.compile(rf"(?:(?<![a-z0-9])|(?<=[+=%]2b))[a-z2-7]{{{LETTERS}}}(?![a-z0-9])", re.ASCII | re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")


def mark(row: int, key: Key) -> str:
    """26 letters a-z, 2-7 for a row of the delivery ledger, 0 <= row < 2**63. Raises ValueError."""
    if not 0 <= row <= _MOST_ROW:
        raise ValueError(f"{row}: rows of the delivery ledger are numbered from 0 to 2**63 - 1")
    sealer = _cipher(key).encryptor()
    block = sealer.update(row.to_bytes(8, "big") + _ZEROS) + sealer.finalize()
    return base64.b32encode(block).decode("ascii").rstrip("=").lower()


def marks(rows: Sequence[int], key: Key) -> list[str]:
    """`mark` of each, at once: a hundred cost what ten cost one by one. Raises ValueError."""
    for row in rows:
        if not 0 <= row <= _MOST_ROW:
            raise ValueError(f"{row}: rows of the delivery ledger are numbered from 0 to 2**63 - 1")
    sealer = _cipher(key).encryptor()
    blocks = sealer.update(b"".join(row.to_bytes(8, "big") + _ZEROS for row in rows)) + sealer.finalize()
    padded = b"".join(blocks[at : at + 16] + bytes(4) for at in range(0, len(blocks), 16))
    letters = base64.b32encode(padded).decode("ascii").lower()
    return [letters[at : at + LETTERS] for at in range(0, len(letters), 32)]


def message_id(token: str, domain: str) -> str:
    """`<mark@domain>`, the Message-ID of a notice (RFC 5322 3.6.4). Raises ValueError for what is no domain."""
    return f"<{token}@{_domain(domain)}>"


def return_path(token: str, local: str, domain: str) -> str:
    """`n+mark@domain`, the address a notice is sent from, to which it comes back. Raises ValueError."""
    return f"{_local(local)}+{token}@{_domain(domain)}"


@lru_cache(maxsize=64)
def _local(local: str) -> str:
    if not _LOCAL.fullmatch(local) or ".." in local:
        raise ValueError(f"{local!r}: before the mark stand letters, digits and single points, hyphens, underscores")
    if len(local) + 1 + LETTERS > MOST_LOCAL:
        raise ValueError(f"{local!r}: at most {MOST_LOCAL - 1 - LETTERS} letters have room before the mark")
    return local


def row_of(text: str, key: Key) -> int | None:
    """The row a Message-ID, a return path or a mark alone belongs to, in any case, in brackets or not; None for what
    this key never made. Of several the first."""
    return next(rows_in([text], key), None)


def rows_in(texts: Iterable[str], key: Key) -> Iterator[int]:
    """The rows of all true marks in `texts`, in their order; after 64 likely ones no more are tried."""
    tried = 0
    for text in texts:
        for found in _LIKELY.finditer(text):
            if tried == MOST_TRIED:
                return
            tried += 1
            row = _row(found.group(), key)
            if row is not None:
                yield row


def _row(token: str, key: Key) -> int | None:
    block = base64.b32decode(token.upper() + "======")
    opener = _cipher(key).decryptor()
    plain = opener.update(block) + opener.finalize()
    # The last letter says two bits too many; only one of its four spellings is ours.
    spelt = base64.b32encode(block)[:LETTERS] == token.upper().encode("ascii")
    true = hmac.compare_digest(plain[8:], _ZEROS)
    row = int.from_bytes(plain[:8], "big")
    return row if true and spelt and row <= _MOST_ROW else None


@lru_cache(maxsize=8)
def _cipher(key: Key) -> Cipher[ECB]:
    # One block, each row its own: a permutation is what is wanted, and no mode makes it better.
    own = AES(hmac.digest(key.secret, b"breachdesk mark of a delivery 1", "sha256"))
    return Cipher(own, ECB())  # noqa: S305  # nosec B305 - one block, see above


@lru_cache(maxsize=64)
def _domain(domain: str) -> str:
    if not _DOMAIN.fullmatch(domain) or len(domain) > MOST_DOMAIN:
        raise ValueError(f"{domain!r}: not a domain as mail writes it (letters beyond a-z as xn--...)")
    return domain.lower()
