"""Carrying a sending out by one channel: take some in hand, cast each letter, hand it to whoever carries it, write down
what that one said.

At any moment at most a batch is in hand. What is known is written down in the very transaction that takes the next in
hand, so a carrier that is killed leaves no more than a batch in doubt, and loses none. Several carriers, on several
machines, share one sending.

Two threads: one speaks to the relay (or whoever else takes what goes), the other to the database, which is where the
ledger's connection and its lock live. While the second writes down and takes in hand, the first goes on with what is
there.
"""

import hashlib
import os
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction

from breachdesk.ground import clock
from breachdesk.notify import marks
from breachdesk.notify.app import in_hand, ledger, pace, quiet
from breachdesk.notify.app.in_hand import Held
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Carrier, Sending, Standing
from breachdesk.notify.app.pens import Pen, hand, mark_key, recipients_of, wording_of
from breachdesk.notify.app.transports import Transport
from breachdesk.notify.logfiles import end_of
from breachdesk.notify.message import BadMessage
from breachdesk.notify.mould import Unfilled
from breachdesk.notify.outcomes import End, Item, Outcome, Unusable
from breachdesk.notify.recipients import Recipient, Recipients
from breachdesk.notify.states import State

_LOOK_SECONDS = 0.5  # between two looks at whether it was paused
_MEND_SECONDS = 600.0  # how long the database may be away before a carrier gives up
_LONGEST_REST = 15.0
IDLE_SECONDS = 45.0
_STATES = {
    End.ACCEPTED: State.ACCEPTED,
    End.REFUSED: State.REFUSED,
    End.LATER: State.DEFERRED,
    End.DOUBT: State.DOUBT,
}
#: After so many vain tries a relay has said no.
MOST_TRIES = 20


class _Ready(NamedTuple):
    """Taken in hand. `at`: when; the letter is of that moment, as the ledger says."""

    held: Held
    recipient: Recipient
    token: str
    at: datetime


@dataclass(slots=True)
class _Batches:
    """What is in hand: an iterator over what goes, for the thread of the relay; filled and emptied by that of the
    database.

    `changed` guards what both touch: `queue`, `flying`, `known` and the marks of the end."""

    sending: Sending
    carrier: Carrier
    pen: Pen
    people: Recipients
    transport: Transport[Any]
    changed: threading.Condition = field(default_factory=threading.Condition)
    queue: deque[_Ready] = field(default_factory=deque)
    flying: dict[int, tuple[int, bytes | None]] = field(default_factory=dict)  # row: (which try, what went)
    known: list[Word] = field(default_factory=list)
    untried: list[int] = field(default_factory=list)  # rows the carrier would not even look at
    low: int = 0  # with so many left it is time to take more
    dry: bool = False  # nothing more is to be had for now
    halt: bool = False  # what is left in the queue does not go
    ended: bool = False  # the relay is not spoken to any more
    failure: BaseException | None = None
    after: dict[str | None, int] = field(default_factory=dict)
    looked: float = 0.0
    going: bool = True
    broken: bool = False  # the database is away
    sent: int = 0

    # --- the thread of the relay

    def __iter__(self) -> Iterator[Item]:
        return self

    def __next__(self) -> Item:
        while True:
            with self.changed:
                while not (self.queue or self.dry or self.halt):
                    self.changed.notify_all()
                    self.changed.wait()
                if self.halt or not self.queue:
                    raise StopIteration
                held, recipient, token, at = self.queue.popleft()
                self.flying[held.id] = held.tries, None
                if len(self.queue) == self.low:
                    self.changed.notify_all()
            try:
                item: Item = self.transport.write(self.pen, held, recipient, at, token)
            except (Unfilled, BadMessage, ValueError, IndexError) as error:
                self._say(Word(held.id, State.REFUSED, 0, f"not written: {error}"[:300]))
                continue
            self.flying[held.id] = held.tries, hashlib.sha256(item.content).digest()
            return item

    def heard(self, row: int, outcome: Outcome) -> None:
        """What the relay said of one."""
        if outcome.end is End.BACK:
            with self.changed:
                self.flying.pop(row, None)
                self.untried.append(row)
            return
        state, again = _STATES[outcome.end], None
        tries, content = self.flying.get(row, (1, None))
        if state is State.DEFERRED:
            if tries >= MOST_TRIES:
                state = State.REFUSED
            else:
                again = clock.now() + in_hand.backoff(tries)
        went = content if state in (State.ACCEPTED, State.DOUBT) else None
        self._say(Word(row, state, outcome.code, outcome.told, again, went, refs=outcome.refs))

    def _say(self, word: Word) -> None:
        with self.changed:
            self.flying.pop(word.id, None)
            self.known.append(word)

    def _speak(self) -> None:
        try:
            self.transport.send(self, self.heard)
        except BaseException as error:  # raised where it is waited for
            self.failure = error
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    # --- the thread of the database

    def through(self) -> None:
        """All there is to send, by connections of their own. Raises Unusable when none could be had."""
        self.ended, self.failure = False, None
        thread = threading.Thread(target=self._speak, daemon=True)
        thread.start()
        try:
            while not self._waited():
                if time.monotonic() - self.looked > _LOOK_SECONDS:
                    self.look()
                if not self.broken:
                    self.refill()
                with self.changed:
                    self.halt = self.halt or self.broken or not self.going
                    self.changed.notify_all()
        except BaseException:
            with self.changed:
                self.halt = True
                self.changed.notify_all()
            raise
        thread.join()
        if self.failure is not None:
            raise self.failure

    def _waited(self) -> bool:
        """Until more is wanted, or it is time to write down and to look; whether the relay is done with."""
        with self.changed:
            self.changed.wait_for(
                lambda: self.ended or (len(self.queue) <= self.low and not self.dry and not self.halt), _LOOK_SECONDS
            )
            return self.ended

    def look(self) -> None:
        """Whether it still goes."""
        self.looked = time.monotonic()
        try:
            self.going = Sending.objects.filter(id=self.sending.id, standing=Standing.GOING).exists()
        except DatabaseError:
            self.broken = True

    def refill(self) -> None:
        """Write down what is known, and take the next in hand: in one transaction."""
        at = clock.now()
        with self.changed:
            known, self.known = self.known, []
            room = self.transport.batch - len(self.flying) - len(self.queue) - len(self.untried)
        wanted = self.going and not self.halt and not self.dry and len(self.queue) <= self.low
        try:
            with transaction.atomic():
                taken = self._claimed(room, at) if wanted and room > 0 else list[Held]()
                if known:  # last: who writes into the journal keeps everybody else from it until the end
                    ledger.tell(self.sending, known, source=self.transport.source, by=hand(at))
        except DatabaseError:
            self.broken = True
            with self.changed:
                self.known = known + self.known
            return
        self.sent += len(known)
        people = self.people.at([one.place for one in taken])
        tokens = marks.marks([one.id for one in taken], self.pen.key)
        with self.changed:
            self.queue.extend(_Ready(*one, at) for one in zip(taken, people, tokens, strict=True))
            if wanted:
                self.low, self.dry = len(self.queue) // 2, not taken
            self.changed.notify_all()

    def _claimed(self, room: int, at: datetime) -> list[Held]:
        sending, taken = self.sending, list[Held]()
        whole = f"{sending.id} {self.transport.channel}"
        rates = [(name, rate) for name, rate in ((whole, sending.per_second), self.transport.rate) if rate]
        for name, rate in rates:
            room = min(room, pace.allowed(name, rate, at))
        limits = {name: pace.allowed(f"{whole} {name}", rate, at) for name, rate in self._domains()}
        for zone in quiet.zones(sending, at):
            if len(taken) >= room:
                break
            without = [name for name, most in limits.items() if most <= 0]
            found = in_hand.claim(
                self.carrier,
                self.transport.channel,
                most=room - len(taken),
                at=at,
                zone=zone,
                after=self.after.get(zone, 0),
                without=without,
            )
            kept, over = _within(found, limits)
            if over:
                in_hand.give_back([one.id for one in over])
            elif not without:
                self.after[zone] = max([self.after.get(zone, 0), *(one.id for one in kept if one.tries == 1)])
            taken += kept
        for name, rate in rates if taken else ():
            pace.used(name, rate, len(taken), at)
        for name, rate in self._domains():
            if count := sum(one.domain == name for one in taken):
                pace.used(f"{whole} {name}", rate, count, at)
        return taken

    def _domains(self) -> list[tuple[str, float]]:
        return [(str(name), float(rate)) for name, rate in sorted(self.sending.domain_per_second.items())]

    def rest(self) -> bool:
        """Write down what is known, and give back what was not tried; false while the database is away. When nobody
        speaks to the relay any more."""
        lost = [Word(row, State.DOUBT, content=content) for row, (_, content) in self.flying.items()]
        words = [*self.known, *lost]
        back = [*self.untried, *(one.held.id for one in self.queue)]
        try:
            with transaction.atomic():
                if back:
                    in_hand.give_back(back)
                if words:
                    ledger.tell(self.sending, words, source=self.transport.source, by=hand())
        except DatabaseError:
            return False
        self.sent += len(self.known)
        self.known = []
        if back:
            self.after.clear()
        self.untried = []
        self.queue.clear()
        self.flying.clear()
        self.low, self.dry, self.halt, self.broken = 0, False, False, False
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


def carry(sending: Sending, transport: Transport[Any], *, idle: float = IDLE_SECONDS) -> int:
    """Send what is ready to go, until nothing is or somebody paused it; returns how many were told of. When the relay
    cannot be had, what is in hand goes back and the sending says why; it is tried again after a rest, longer each
    time. `idle`: for how many seconds it waits for rates, quiet hours and the relay before it ends; the worker begins
    again."""
    in_hand.bury(sending, by=hand())
    log = end_of(settings.RELAY_LOG) if settings.RELAY_LOG else ""
    carrier = in_hand.begin(sending, f"{socket.gethostname()} {os.getpid()}", clock.now(), log=log)
    rest, sent, busy, said = 1.0, 0, time.monotonic(), sending.troubles.get(transport.channel, "")
    with recipients_of(sending) as people:
        pen = Pen(wording_of(sending), mark_key())
        batches = _Batches(sending, carrier, pen, people, transport)
        while True:
            trouble = ""
            before = batches.sent
            batches.look()
            batches.refill()
            if batches.queue:
                try:
                    batches.through()
                except Unusable as error:
                    trouble = str(error)
            away = batches.broken or not batches.rest()
            if away:
                _mended(batches)
            sent = batches.sent
            if trouble or said:
                said = trouble
                in_hand.trouble(sending.id, transport.channel, trouble)
            if not batches.going:
                break
            if away:
                continue
            if sent == before and not trouble:
                if any(batches.after.values()):
                    batches.after.clear()  # what was given back behind us
                elif not _soon(sending, transport) or time.monotonic() - busy > idle:
                    break
                else:
                    time.sleep(_pause(sending, transport))
            elif trouble:
                if time.monotonic() - busy > idle:
                    break
                time.sleep(rest)
                rest = min(rest * 2, _LONGEST_REST)
            else:
                rest, busy = 1.0, time.monotonic()
    in_hand.end(carrier, clock.now())
    return sent


def _pause(sending: Sending, transport: Transport[Any]) -> float:
    """Seconds until something may be allowed again."""
    rates = (sending.per_second, transport.rate[1], *sending.domain_per_second.values())
    slowest = [float(rate) for rate in rates if rate]
    return min(1.0, max(0.05, 1 / min(slowest))) if slowest else 0.2


def _soon(sending: Sending, transport: Transport[Any]) -> bool:
    """Whether something waits only for its turn."""
    rated = bool(sending.per_second or transport.rate[1] or sending.domain_per_second)
    return rated and in_hand.ready(sending, clock.now(), [transport.channel])


def _mended(batches: _Batches) -> None:
    """Wait for the database, then write down what is known; what it has us down for, and we never heard of, goes back.
    Raises DatabaseError when it stays away."""
    deadline = time.monotonic() + _MEND_SECONDS
    while True:
        try:
            connection.close()
            in_hand.alive(batches.carrier)
            if batches.rest():
                in_hand.give_back_unheard(batches.carrier)
                batches.after.clear()
                return
            fault = DatabaseError("what the relay answered cannot be written down")
        except DatabaseError as error:
            fault = error
        if time.monotonic() > deadline:
            raise fault
        time.sleep(1.0)
