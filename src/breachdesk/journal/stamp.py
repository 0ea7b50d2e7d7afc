"""Asking a time-stamping authority when a state of the journal was there (RFC 3161), and believing only what holds.

What it says does not come from this house: who may write the journal cannot set it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder
from rfc3161_client import decode_timestamp_response as decoded

from breachdesk.ground.reach import Unreached, ask

SECONDS = 20
LARGEST = 64 << 10  # bytes of an answer; a token with its certificates takes five thousand
_HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


class StampError(Exception):
    """No stamp, or one that does not hold. `reason`: a word of the packs (`journal.stamp.<reason>`)."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Stamp:
    """`token`: the reply as it came (DER); `at`: the time the authority says; `serial`: its number there."""

    token: bytes
    at: datetime
    serial: int


def roots(file: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file: those whose word is believed. Raises StampError."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except OSError as error:
        raise StampError("roots", f"{file}: {type(error).__name__}") from None
    except ValueError:
        raise StampError("roots", f"{file}: no certificates in PEM form") from None
    return list(found)


def stamp(address: str, message: bytes, trusted: Sequence[x509.Certificate], *, seconds: float = SECONDS) -> Stamp:
    """A stamp over the SHA-256 of `message`, asked for at `address` (http or https) and checked: granted, for these
    bytes and this question (nonce), signed for time stamping under one of `trusted`. Raises StampError."""
    if not trusted:
        raise StampError("roots", "none are given")
    asked = TimestampRequestBuilder(message, HashAlgorithm.SHA256, nonce=True, cert_req=True).build()
    try:
        answer = ask(address, body=bytes(asked.as_bytes()), headers=_HEADERS, seconds=seconds, largest=LARGEST)
    except Unreached as error:
        raise StampError(error.reason, error.detail) from None
    if answer.status != 200:
        raise StampError("status", str(answer.status))
    try:
        response = decoded(answer.body)
    except ValueError as error:
        raise StampError("garbled", str(error)[:200]) from None
    verifier = VerifierBuilder.from_request(asked)
    for certificate in trusted:
        verifier = verifier.add_root_certificate(certificate)
    try:
        verifier.build().verify_message(response, message)
    except VerificationError as error:
        granted = response.status == 0
        raise StampError("false" if granted else "refused", str(error)[:200]) from None
    except ValueError as error:
        raise StampError("garbled", str(error)[:200]) from None
    said = response.tst_info
    return Stamp(answer.body, said.gen_time.astimezone(UTC), said.serial_number)
