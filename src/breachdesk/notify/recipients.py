"""The list of a sending: whom it writes to and with which values, sealed as one file, a line for each person.

The ledger holds where a line begins and how long it is, and no value of anybody. A line is JSON
(docs/formats/sending.md); lines are read back in runs, as the ledger hands them out.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from breachdesk.ground.keys import Key
from breachdesk.ground.sealing import SealedReader, SealedWriter

_FAR = 1 << 18  # bytes between two lines that are still read in one go


class Recipient(NamedTuple):
    """`person`: by what they are known from one list to the next (of a desk: knowing.py); `letter`: number of their
    letter in the wording; `country`: where they live (ISO 3166); `samples`: masked, in the
    order of the elements of the letter; `code`: by which they sign up for a free service."""

    person: str
    name: str
    letter: int
    country: str
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    code: str = ""

    def written(self) -> bytes:
        return json.dumps(self, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_line(line: bytes) -> Recipient:
    return _read(json.loads(line.decode()))


def _read(said: list[Any]) -> Recipient:
    person, name, letter, country, emails, phones, addresses, samples, code = said
    lists = (tuple(emails), tuple(phones), tuple(addresses))
    return Recipient(person, name, letter, country, *lists, tuple(map(tuple, samples)), code)


class Place(NamedTuple):
    """Where a line lies in the list, in bytes of the plain content."""

    offset: int
    length: int


class RecipientsWriter:
    """Writes a list; it is there only when the `with` block ends well. `digest`: SHA-256 of the plain content so far,
    in hex."""

    def __init__(self, path: Path, key: Key) -> None:
        self._file = SealedWriter(path, key)
        self._hash = hashlib.sha256()
        self._at = 0

    def add(self, recipient: Recipient) -> Place:
        line = recipient.written()
        self._file.write(line)
        self._hash.update(line)
        place = Place(self._at, len(line))
        self._at += len(line)
        return place

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._file.close()
        else:
            self._file.discard()


class Recipients:
    """A list, open to read lines of. Raises SealError, FileNotFoundError."""

    def __init__(self, path: Path, key: Key) -> None:
        self._file = SealedReader(path, key)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def at(self, places: Sequence[Place]) -> list[Recipient]:
        """The recipients of these lines, in the order asked. Memory: the lines, and what lies between near ones."""
        found: dict[Place, Recipient] = {}
        for begin, end, here in _runs(sorted(set(places))):
            raw = self._file.read_at(begin, end - begin)
            lines = [raw[one.offset - begin : one.offset - begin + one.length] for one in here]
            said = json.loads(b"[%b]" % b",".join(lines))  # at once: one by one it takes a third longer
            found.update(zip(here, map(_read, said), strict=True))
        return [found[one] for one in places]

    def everybody(self) -> Iterator[Recipient]:
        """All of them, in the order of the list."""
        self._file.seek(0)
        rest = b""
        while block := self._file.read(1 << 20):
            *lines, rest = (rest + block).split(b"\n")
            yield from map(read_line, lines)

    def digest(self) -> str:
        """SHA-256 of the plain content, in hex: whether it is the list that was approved."""
        found = hashlib.sha256()
        self._file.seek(0)
        while block := self._file.read(1 << 20):
            found.update(block)
        return found.hexdigest()


def _runs(places: Iterable[Place]) -> Iterator[tuple[int, int, list[Place]]]:
    """Lines near each other, with where the first begins and the last ends."""
    here: list[Place] = []
    for place in places:
        if here and place.offset - (here[-1].offset + here[-1].length) > _FAR:
            yield here[0].offset, here[-1].offset + here[-1].length, here
            here = []
        here.append(place)
    if here:
        yield here[0].offset, here[-1].offset + here[-1].length, here
