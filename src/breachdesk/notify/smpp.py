"""What is said in SMPP 3.4: the units that go over the wire, and receipts of delivery.

Only what a sender of short messages needs of it: bind, submit, receipts, a sign of life, the end.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from breachdesk.notify import gsm
from breachdesk.notify.gsm import Alphabet
from breachdesk.notify.said import harmless
from breachdesk.notify.texts import Fate, Receipt, Text

LONGEST = 64 << 10  # octets of one unit
RESPONSE = 0x80000000
_HEAD = struct.Struct(">IIII")
_DEFAULT, _UCS2 = 0, 8  # data_coding
_RECEIPTED_ID, _STATE, _NETWORK_ERROR, _PAYLOAD = 0x001E, 0x0427, 0x0423, 0x0424
_HEADER_FOLLOWS, _IS_RECEIPT, _KIND = 0x40, 0x04, 0x3C  # esm_class
_SAID = re.compile(r"\b(id|stat|err):\s*([^\s:]+)", re.IGNORECASE)


class Command(IntEnum):
    NACK = 0x80000000
    SUBMIT = 0x00000004
    DELIVER = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE_LINK = 0x00000015


class Status(IntEnum):
    """Answers that are treated each in its own way."""

    OK = 0x00
    BAD_LENGTH = 0x01
    BAD_COMMAND_LENGTH = 0x02
    BAD_COMMAND = 0x03
    BAD_BIND_STATUS = 0x04
    ALREADY_BOUND = 0x05
    SYSTEM_ERROR = 0x08
    BAD_SOURCE = 0x0A
    BAD_DESTINATION = 0x0B
    BIND_FAILED = 0x0D
    BAD_PASSWORD = 0x0E
    BAD_SYSTEM_ID = 0x0F
    QUEUE_FULL = 0x14
    BAD_SERVICE_TYPE = 0x15
    BAD_ESM_CLASS = 0x43
    BAD_SOURCE_TON = 0x48
    BAD_SOURCE_NPI = 0x49
    BAD_DESTINATION_TON = 0x50
    BAD_DESTINATION_NPI = 0x51
    BAD_SYSTEM_TYPE = 0x53
    THROTTLED = 0x58
    TRY_LATER = 0x64
    NEVER = 0x65
    REJECTED = 0x66


#: The number cannot be written to, or this text never will be taken.
NEVER = frozenset(
    (Status.BAD_LENGTH, Status.BAD_DESTINATION, Status.BAD_DESTINATION_TON, Status.BAD_DESTINATION_NPI, Status.NEVER,
     Status.REJECTED)
)  # fmt: skip
#: Not now: there is too much at once.
SLOWER = frozenset((Status.THROTTLED, Status.QUEUE_FULL))
#: Nothing of ours is taken as we are set up, whoever it is for.
OURS = frozenset(
    (Status.BAD_COMMAND_LENGTH, Status.BAD_COMMAND, Status.BAD_BIND_STATUS, Status.BAD_SOURCE, Status.BAD_SERVICE_TYPE,
     Status.BAD_ESM_CLASS, Status.BAD_SOURCE_TON, Status.BAD_SOURCE_NPI, Status.BAD_SYSTEM_TYPE)
)  # fmt: skip


class BadUnit(Exception):
    """This is no SMPP: says why."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A PDU. `number`: of its sequence."""

    command: int
    status: int
    number: int
    body: bytes = b""

    def written(self) -> bytes:
        return _HEAD.pack(_HEAD.size + len(self.body), self.command, self.status, self.number) + self.body

    @property
    def answers(self) -> bool:
        return bool(self.command & RESPONSE)


def taken(buffer: bytearray) -> Unit | None:
    """The first whole unit, taken out of the buffer; None while it is not all there. Raises BadUnit."""
    if len(buffer) < 4:
        return None
    size = int.from_bytes(buffer[:4], "big")
    if not _HEAD.size <= size <= LONGEST:
        raise BadUnit(f"a unit of {size} octets")
    if len(buffer) < size:
        return None
    _, command, status, number = _HEAD.unpack_from(buffer)
    body = bytes(buffer[_HEAD.size : size])
    del buffer[:size]
    return Unit(command, status, number, body)


def text_of(octets: bytes) -> str:
    """A C-string, from its beginning to its zero."""
    return octets.partition(b"\0")[0].decode("latin-1")


def bind(number: int, *, system_id: str, password: str, system_type: str) -> Unit:
    """As transceiver. Raises ValueError for words that are too long or not ASCII."""
    body = _string(system_id, 15) + _string(password, 8) + _string(system_type, 12) + bytes((0x34, 0, 0)) + b"\0"
    return Unit(Command.BIND_TRANSCEIVER, 0, number, body)


def bodies(text: Text, *, payload: bool) -> list[bytes]:
    """A `submit_sm` for each part, its receipt asked for. `payload`: a long text goes whole, for the other side to
    cut; else every part has a header that says which it is (3GPP TS 23.040, 9.2.3.24.1). Raises ValueError."""
    alphabet = gsm.alphabet_of(text.text)
    parts = gsm.parts(text.text)
    if len(parts) == 1:
        return [_submit(text, alphabet, gsm.encoded(text.text, alphabet))]
    if payload:
        whole = gsm.encoded(text.text, alphabet)
        return [_submit(text, alphabet, b"", _tlv(_PAYLOAD, whole))]
    if len(parts) > 255:
        raise ValueError(f"{len(parts)} parts")
    # The same row has the same reference: sent again, a part takes the place of its first copy.
    heads = (bytes((5, 0, 3, text.key & 0xFF, len(parts), at)) for at in range(1, len(parts) + 1))
    return [
        _submit(text, alphabet, head + gsm.encoded(part, alphabet), kind=_HEADER_FOLLOWS)
        for head, part in zip(heads, parts, strict=True)
    ]


def _submit(text: Text, alphabet: Alphabet, octets: bytes, tail: bytes = b"", kind: int = 0) -> bytes:
    coding = _UCS2 if alphabet is Alphabet.UCS2 else _DEFAULT
    return b"".join(
        (
            b"\0", _address(text.sender), _address(text.to),
            bytes((kind, 0, 0)), b"\0\0",  # protocol, priority; at once, as long as the centre keeps it
            bytes((1, 0, coding, 0, len(octets))),  # a receipt, whatever becomes of it
            octets, tail,
        )
    )  # fmt: skip


def _address(text: str) -> bytes:
    if text.startswith("+"):
        return bytes((1, 1)) + _string(text[1:], 20)
    return bytes((3, 0) if text.isdigit() else (5, 0)) + _string(text, 20)


def _string(text: str, most: int) -> bytes:
    if len(text) > most or not text.isascii() or "\0" in text:
        raise ValueError(f"at most {most} letters of ASCII have room")
    return text.encode("ascii") + b"\0"


def _tlv(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


# --- receipts

_STATES = {2: Fate.DELIVERED, 3: Fate.UNDELIVERED, 4: Fate.UNDELIVERED, 5: Fate.UNDELIVERED, 8: Fate.UNDELIVERED}
_NAMES = {
    "DELIVRD": Fate.DELIVERED, "EXPIRED": Fate.UNDELIVERED, "DELETED": Fate.UNDELIVERED, "UNDELIV": Fate.UNDELIVERED,
    "REJECTD": Fate.UNDELIVERED,
}  # fmt: skip


def receipt_of(body: bytes) -> Receipt | None:
    """What a `deliver_sm` tells of a message; None for what is no receipt: somebody wrote to us. Raises BadUnit."""
    try:
        kind, said, options = _delivered(body)
    except (IndexError, struct.error, ValueError) as error:
        raise BadUnit(f"a deliver_sm that cannot be read ({error})") from error
    words = {name.lower(): value for name, value in reversed(_SAID.findall(said))}
    if kind & _KIND != _IS_RECEIPT and _RECEIPTED_ID not in options:
        return None
    ref = text_of(options.get(_RECEIPTED_ID, b"")) or words.get("id", "")
    state = options.get(_STATE, b"")
    name = words.get("stat", "").upper()[:7]
    fate = _STATES.get(state[0], Fate.ON_ITS_WAY) if state else _NAMES.get(name, Fate.ON_ITS_WAY)
    failure = words.get("err", "")
    network = options.get(_NETWORK_ERROR, b"")
    code = int.from_bytes(network[1:3], "big") if len(network) == 3 else int(failure) if failure.isdecimal() else 0
    other = f"err {failure}" if failure and not failure.isdecimal() else ""
    told = " ".join(filter(None, (name or (f"state {state[0]}" if state else ""), other)))
    return Receipt(ref[:72], fate, min(code, 32767), harmless(told))


def _delivered(body: bytes) -> tuple[int, str, dict[int, bytes]]:
    """esm_class, the text, what stands behind it by its tag."""
    at = body.index(b"\0") + 1  # service type
    for _ in range(2):
        at = body.index(b"\0", at + 2) + 1  # the addresses
    kind, at = body[at], at + 3
    for _ in range(2):
        at = body.index(b"\0", at) + 1  # when, and until when
    size, at = body[at + 4], at + 5
    if at + size > len(body):
        raise ValueError("it is cut off")
    options = dict(_options(body[at + size :]))
    said = body[at : at + size] or options.get(_PAYLOAD, b"")
    return kind, said.decode("latin-1"), options


def _options(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(octets):
        tag, size = struct.unpack_from(">HH", octets, at)
        if at + 4 + size > len(octets):
            raise ValueError("an option that is cut off")
        yield tag, octets[at + 4 : at + 4 + size]
        at += 4 + size
