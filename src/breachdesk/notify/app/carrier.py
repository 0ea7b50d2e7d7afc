"""Carrying a sending out by mail: take some in hand, cast each letter, hand it to the relay, write down what it said.

At any moment at most a batch is in hand. What is known is written down in the very transaction that takes the next in
hand, so a carrier that is killed leaves no more than a batch in doubt, and loses none. Several carriers, on several
machines, share one sending.
"""

import hashlib
import os
import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from breachdesk.ground import clock
from breachdesk.ground.keys import Key, KeyRing
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.notify import marks, smtp
from breachdesk.notify.app import ledger, pace, quiet
from breachdesk.notify.app.ledger import Held, Word
from breachdesk.notify.app.models import Carrier, Sending, Standing
from breachdesk.notify.message import BadMessage, Frame, Writer, writer
from breachdesk.notify.mould import Unfilled
from breachdesk.notify.recipients import Recipient, Recipients
from breachdesk.notify.smtp import End, Mail, Outcome, Relay, Unusable
from breachdesk.notify.states import Channel, State
from breachdesk.notify.values import Person
from breachdesk.notify.wording import Wording, read_wording
from breachdesk.vault.app import keys

BATCH = 200
_LOOK_SECONDS = 0.5  # between two looks at whether it was paused
_MEND_SECONDS = 600.0  # how long the database may be away before a carrier gives up
_LONGEST_REST = 15.0
IDLE_SECONDS = 45.0
_KEY = "deliveries"
_GUARD = "DJANGO_ALLOW_ASYNC_UNSAFE"
_STATES = {
    End.ACCEPTED: State.ACCEPTED,
    End.REFUSED: State.REFUSED,
    End.LATER: State.DEFERRED,
    End.DOUBT: State.DOUBT,
}
#: After so many vain tries a relay has said no.
MOST_TRIES = 20


def mark_key() -> Key:
    """The key of the marks of deliveries."""
    return KeyRing(settings.KEYS).get_or_create(_KEY)


def hand(at: datetime | None = None) -> Hand:
    return Hand(HOUSE, Via.FLOW, at or clock.now())


def wording_of(sending: Sending) -> Wording:
    """The approved one. Raises BadVault, SealError, FileNotFoundError, BadWording."""
    number = sending.case.number
    with keys.vault().open(number, sending.wording, keys.key_of(number)) as file:
        return read_wording(file.read())


def recipients_of(sending: Sending) -> Recipients:
    """The approved list, open. Raises BadVault, SealError, FileNotFoundError."""
    number = sending.case.number
    return Recipients(keys.vault().place(number, sending.recipients), keys.key_of(number))


@dataclass(slots=True)
class Pen:
    """Writes the mails of one sending: what goes is cast from what was approved, for whom it was approved."""

    wording: Wording
    key: Key
    _writers: dict[int, Writer] = field(default_factory=dict)

    def write(self, row: int, attempt: int, recipient: Recipient, at: datetime, known: str = "") -> Mail:
        """`known`: the mark of the row, where it is known. Raises Unfilled, BadMessage."""
        sender = self.wording.sender
        letter = self.wording.letters[recipient.letter]
        samples = dict(zip(letter.elements, recipient.samples, strict=False))
        person = Person(recipient.name, samples=samples, code=recipient.code)
        token = known or marks.mark(row, self.key)
        to = recipient.emails[attempt]
        content = self._writer(recipient.letter).write(
            person, at.date(), to=to, message_id=marks.message_id(token, sender.return_domain), at=at
        )
        back = marks.return_path(token, sender.return_local, sender.return_domain)
        return Mail(row, back, to, content)

    def _writer(self, letter: int) -> Writer:
        found = self._writers.get(letter)
        if found is None:
            one, sender = self.wording.letters[letter], self.wording.sender
            frame = Frame(sender.address, sender.names[one.language], one.title, one.language, sender.reply_to)
            found = writer(frame, one)
            self._writers[letter] = found
        return found


@dataclass(slots=True)
class _Batches:
    """What goes out: an iterator over mails, that takes in hand what it gives, and writes down what it hears."""

    sending: Sending
    carrier: Carrier
    pen: Pen
    people: Recipients
    after: dict[str | None, int] = field(default_factory=dict)
    queue: deque[tuple[Held, Recipient, str]] = field(default_factory=deque)
    hashes: dict[int, bytes] = field(default_factory=dict)  # in flight: what went
    tries: dict[int, int] = field(default_factory=dict)
    known: list[Word] = field(default_factory=list)
    at: datetime = field(default_factory=clock.now)
    looked: float = 0.0
    going: bool = True
    broken: bool = False  # the database is away
    sent: int = 0

    def __iter__(self) -> Iterator[Mail]:
        return self

    def __next__(self) -> Mail:
        while True:
            if time.monotonic() - self.looked > _LOOK_SECONDS:
                self._look()
            if not self.queue and self.going and not self.broken:
                self.refill()
            if not self.queue or not self.going or self.broken:
                raise StopIteration
            held, recipient, token = self.queue.popleft()
            self.tries[held.id] = held.tries
            try:
                mail = self.pen.write(held.id, held.attempt, recipient, self.at, token)
            except (Unfilled, BadMessage, ValueError, IndexError) as error:
                self._say(Word(held.id, State.REFUSED, 0, f"not written: {error}"[:300]))
                continue
            self.hashes[held.id] = hashlib.sha256(mail.content).digest()
            return mail

    def heard(self, row: int, outcome: Outcome) -> None:
        """What the relay said of one."""
        state, again = _STATES[outcome.end], None
        content = self.hashes.pop(row, None)
        if state is State.DEFERRED:
            tries = self.tries.get(row, 1)
            if tries >= MOST_TRIES:
                state = State.REFUSED
            else:
                again = clock.now() + ledger.backoff(tries)
        went = content if state in (State.ACCEPTED, State.DOUBT) else None
        self._say(Word(row, state, outcome.code, outcome.told, again, went))

    def _say(self, word: Word) -> None:
        self.tries.pop(word.id, None)
        self.known.append(word)

    def _look(self) -> None:
        self.looked = time.monotonic()
        try:
            self.going = Sending.objects.filter(id=self.sending.id, standing=Standing.GOING).exists()
        except DatabaseError:
            self.broken = True

    def refill(self) -> None:
        """Write down what is known, and take the next in hand: in one transaction."""
        at = clock.now()
        try:
            with transaction.atomic():
                self._written(at)
                room = BATCH - len(self.hashes)
                taken = self._claimed(room, at) if room > 0 and self.going else []
        except DatabaseError:
            self.broken = True
            return
        self.known, self.at = [], at
        people = self.people.at([one.place for one in taken])
        tokens = marks.marks([one.id for one in taken], self.pen.key)
        self.queue.extend(zip(taken, people, tokens, strict=True))

    def _written(self, at: datetime) -> None:
        if self.known:
            ledger.tell(self.sending, self.known, source="relay", by=hand(at))
            self.sent += len(self.known)

    def _claimed(self, room: int, at: datetime) -> list[Held]:
        sending, taken = self.sending, list[Held]()
        whole = f"{sending.id}"
        if sending.per_second:
            room = min(room, pace.allowed(whole, sending.per_second, at))
        limits = {name: pace.allowed(f"{whole} {name}", rate, at) for name, rate in self._domains()}
        for zone in quiet.zones(sending, at):
            if len(taken) >= room:
                break
            without = [name for name, most in limits.items() if most <= 0]
            found = ledger.claim(
                self.carrier,
                Channel.EMAIL,
                most=room - len(taken),
                at=at,
                zone=zone,
                after=self.after.get(zone, 0),
                without=without,
            )
            kept, over = _within(found, limits)
            if over:
                ledger.give_back(over)
            elif not without:
                self.after[zone] = max([self.after.get(zone, 0), *(one.id for one in kept if one.tries == 1)])
            taken += kept
        if sending.per_second and taken:
            pace.used(whole, sending.per_second, len(taken), at)
        for name, rate in self._domains():
            if count := sum(one.domain == name for one in taken):
                pace.used(f"{whole} {name}", rate, count, at)
        return taken

    def _domains(self) -> list[tuple[str, float]]:
        return [(str(name), float(rate)) for name, rate in sorted(self.sending.domain_per_second.items())]

    def rest(self) -> bool:
        """Write down what is known, and give back what was not tried; false while the database is away."""
        lost = [Word(row, State.DOUBT, content=content) for row, content in self.hashes.items()]
        words = [*self.known, *lost]
        try:
            with transaction.atomic():
                if self.queue:
                    ledger.give_back([held for held, _, _ in self.queue])
                if words:
                    ledger.tell(self.sending, words, source="relay", by=hand())
        except DatabaseError:
            return False
        self.sent += len(self.known)
        self.known = []
        if self.queue:
            self.after.clear()
        self.queue.clear()
        self.hashes.clear()
        return True


def _within(found: list[Held], limits: dict[str, int]) -> tuple[list[Held], list[Held]]:
    """What may go, and what is more than a domain takes now. Counts down `limits`."""
    kept, over = [], []
    for one in found:
        if one.domain in limits:
            if limits[one.domain] <= 0:
                over.append(one)
                continue
            limits[one.domain] -= 1
        kept.append(one)
    return kept, over


def carry(sending: Sending, relay: Relay, *, idle: float = IDLE_SECONDS) -> int:
    """Send what is ready to go, until nothing is or somebody paused it; returns how many were told of. When the relay
    cannot be had, what is in hand goes back and the sending says why; it is tried again after a rest, longer each
    time. `idle`: for how many seconds it waits for rates, quiet hours and the relay before it ends; the worker begins
    again."""
    ledger.bury(sending, by=hand())
    carrier = ledger.begin(sending, f"{socket.gethostname()} {os.getpid()}", clock.now())
    rest, sent, busy = 1.0, 0, time.monotonic()
    with recipients_of(sending) as people:
        pen = Pen(wording_of(sending), mark_key())
        batches = _Batches(sending, carrier, pen, people)
        while True:
            trouble = ""
            before = batches.sent
            batches.refill()
            if batches.queue:
                try:
                    with _of_one_thread():
                        smtp.send(relay, batches, batches.heard)
                except Unusable as error:
                    trouble = str(error)[:300]
            if not batches.rest():
                _mended(batches)
            sent = batches.sent
            if trouble or sending.trouble:
                sending.trouble = trouble
                Sending.objects.filter(id=sending.id).update(trouble=trouble)
            if not batches.going:
                break
            if sent == before and not trouble:
                if any(batches.after.values()):
                    batches.after.clear()  # what was given back behind us
                elif not _soon(sending) or time.monotonic() - busy > idle:
                    break
                else:
                    time.sleep(_pause(sending))
            elif trouble:
                if time.monotonic() - busy > idle:
                    break
                time.sleep(rest)
                rest = min(rest * 2, _LONGEST_REST)
            else:
                rest, busy = 1.0, time.monotonic()
            batches._look()
    ledger.end(carrier, clock.now())
    return sent


@contextmanager
def _of_one_thread() -> Iterator[None]:
    """Django keeps its connections from coroutines, lest two share one. Here there is one thread, and what it asks the
    database it waits for."""
    before = os.environ.get(_GUARD)
    os.environ[_GUARD] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_GUARD]
        else:
            os.environ[_GUARD] = before


def _pause(sending: Sending) -> float:
    """Seconds until something may be allowed again."""
    slowest = [float(rate) for rate in (sending.per_second, *sending.domain_per_second.values()) if rate]
    return min(1.0, max(0.05, 1 / min(slowest))) if slowest else 0.2


def _soon(sending: Sending) -> bool:
    """Whether something waits only for its turn."""
    return bool(sending.per_second or sending.domain_per_second) and ledger.ready(sending, clock.now())


def _mended(batches: _Batches) -> None:
    """Wait for the database, then write down what is known. Raises DatabaseError when it stays away."""
    deadline = time.monotonic() + _MEND_SECONDS
    while True:
        try:
            connection.close()
            ledger.alive(batches.carrier)
            if batches.rest():
                batches.broken = False
                return
        except DatabaseError:
            if time.monotonic() > deadline:
                raise
        time.sleep(1.0)
