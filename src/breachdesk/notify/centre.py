"""Short messages to a message centre by SMPP, several in flight; what became of each is told.

As with mail nobody knows what became of what was handed over whole and never answered: that is in doubt. A session
begins with one message and has more in flight with every answer, so a centre that hangs up each time costs one doubt.
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from breachdesk.notify import smpp
from breachdesk.notify.outcomes import End, Outcome, Told, Unusable
from breachdesk.notify.said import harmless
from breachdesk.notify.smpp import BadUnit, Command, Status, Unit
from breachdesk.notify.texts import Receipt, Text

Heard = Callable[[Receipt], None]

MOST_WAITS = 6  # of one message, when the centre says that it is too much at once
_LONGEST_WAIT = 15.0
_GOODBYE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Centre:
    """`window`: how many may be unanswered at once; `payload`: how long texts go (smpp.bodies); `seconds`: how long an
    answer may take; `idle`: after so many seconds without a word it is asked whether it is there."""

    host: str
    port: int
    tls: bool
    system_id: str
    password: str = field(default="", repr=False)
    system_type: str = ""
    window: int = 10
    payload: bool = False
    seconds: float = 60.0
    idle: float = 30.0
    trusted: ssl.SSLContext | None = None


def send(centre: Centre, texts: Iterator[Text], told: Told, heard: Heard) -> int:
    """Send what `texts` gives until it ends; `told` once for each that was taken from it; `heard` of each receipt that
    comes meanwhile, and only what it returned from is acknowledged. How many were taken. Raises Unusable when nothing
    can be sent any more."""
    with _bound(centre, heard) as session:
        run = _Run(centre, session, texts, told)
        try:
            run.through()
        except _Closed as error:
            run.lost(str(error))
            raise Unusable(f"{centre.host}:{centre.port}: {error}") from error
        return run.taken


def listen(centre: Centre, heard: Heard, *, quiet: float = 3.0, most: float = 30.0) -> int:
    """Take the receipts that wait, until none came for `quiet` seconds; how many. Raises Unusable."""
    with _bound(centre, heard) as session:
        ends = time.monotonic() + most
        try:
            while time.monotonic() < ends and session.read(quiet) is not None:
                pass
        except _Closed as error:
            raise Unusable(f"{centre.host}:{centre.port}: {error}") from error
        return session.heard_of


def check(centre: Centre) -> None:
    """Whether it lets us in; nothing is sent. Raises Unusable."""

    def refuse(receipt: Receipt) -> None:
        raise _Busy  # nobody is here to keep it: it comes again

    with _bound(centre, refuse) as session:
        try:
            session.ask(Command.ENQUIRE_LINK)
            session.answered(centre.seconds)
        except _Closed as error:
            raise Unusable(f"{centre.host}:{centre.port}: {error}") from error


class _Closed(Exception):
    """The connection ended. Says why."""


class _Busy(Exception):
    """A receipt that cannot be kept now."""


class _Session:
    """One connection. What the centre asks of us is answered wherever somebody reads."""

    def __init__(self, centre: Centre, heard: Heard) -> None:
        self._centre, self._heard = centre, heard
        self._number, self.heard_of = 0, 0
        self._buffer = bytearray()
        try:
            plain = socket.create_connection((centre.host, centre.port), centre.seconds)
            if centre.tls:
                context = centre.trusted or ssl.create_default_context()
                plain = context.wrap_socket(plain, server_hostname=centre.host)
        except OSError as error:
            raise Unusable(f"{centre.host}:{centre.port}: {error or 'no answer'}") from error
        self._socket = plain

    def bind(self) -> None:
        """Raises Unusable."""
        centre = self._centre
        try:
            self._number += 1
            said = {"password": centre.password, "system_type": centre.system_type}
            self._write(smpp.bind(self._number, system_id=centre.system_id, **said))
            found = self.answered(centre.seconds)
        except (_Closed, ValueError) as error:
            raise Unusable(f"{centre.host}:{centre.port}: {error}") from error
        if found.status:
            raise Unusable(f"{centre.host}:{centre.port}: it does not let us in ({named(found.status)})")

    def ask(self, command: int, body: bytes = b"") -> int:
        """The number by which it will be answered. Raises _Closed, having written less than all of it."""
        self._number = self._number % 0x7FFFFFFE + 1
        self._write(Unit(command, 0, self._number, body))
        return self._number

    def answered(self, seconds: float) -> Unit:
        """The next answer. Raises _Closed."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            found = self.read(left)
            if found is not None and found.answers:
                return found
        raise _Closed(f"no answer within {seconds:g} s")

    def read(self, seconds: float) -> Unit | None:
        """The next unit, having done what it asks; None when nothing came in that time. Raises _Closed."""
        ends = time.monotonic() + seconds
        try:
            while (found := smpp.taken(self._buffer)) is None:
                left = ends - time.monotonic()
                if left <= 0:
                    return None
                self._socket.settimeout(left)
                octets = self._socket.recv(1 << 16)
                if not octets:
                    raise _Closed("the centre closed the connection")
                self._buffer += octets
        except TimeoutError:
            return None
        except BadUnit as error:
            raise _Closed(f"this is no SMPP: {error}") from error
        except OSError as error:
            raise _Closed(str(error) or type(error).__name__) from error
        self._mind(found)
        return found

    def _mind(self, unit: Unit) -> None:
        """What the centre asks of us. Raises _Closed."""
        if unit.answers:
            return
        status = Status.OK
        if unit.command == Command.DELIVER:
            status = self._delivered(unit.body)
        elif unit.command not in (Command.ENQUIRE_LINK, Command.UNBIND):
            self._write(Unit(Command.NACK, Status.BAD_COMMAND, unit.number))
            return
        body = b"\0" if unit.command == Command.DELIVER else b""
        self._write(Unit(unit.command | smpp.RESPONSE, status, unit.number, body))
        if unit.command == Command.UNBIND:
            raise _Closed("the centre ended the session")

    def _delivered(self, body: bytes) -> Status:
        try:
            receipt = smpp.receipt_of(body)
        except BadUnit:
            return Status.NEVER
        if receipt is None:
            return Status.OK  # somebody answered: nobody reads it here, and the text says where to ask
        try:
            self._heard(receipt)
        except Exception:  # whatever keeps it is away: the centre keeps it, and tells it again
            return Status.TRY_LATER
        self.heard_of += 1
        return Status.OK

    def _write(self, unit: Unit) -> None:
        try:
            self._socket.settimeout(self._centre.seconds)
            self._socket.sendall(unit.written())
        except OSError as error:
            raise _Closed(str(error) or type(error).__name__) from error

    def end(self) -> None:
        """Say goodbye, and wait a moment for the answer."""
        with contextlib.suppress(_Closed):
            number = self.ask(Command.UNBIND)
            ends = time.monotonic() + _GOODBYE_SECONDS
            while (left := ends - time.monotonic()) > 0:
                found = self.read(left)
                if found is None or (found.answers and found.number == number):
                    break

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()


@contextlib.contextmanager
def _bound(centre: Centre, heard: Heard) -> Iterator[_Session]:
    session = _Session(centre, heard)
    try:
        session.bind()
        yield session
        session.end()
    finally:
        session.close()


@dataclass(slots=True)
class _Going:
    """One text on its way: its parts go one after the other. `at`: which part is next or unanswered."""

    text: Text
    bodies: list[bytes]
    at: int = 0
    refs: list[str] = field(default_factory=list)
    waits: int = 0
    since: float = 0.0

    @property
    def last(self) -> bool:
        return self.at + 1 == len(self.bodies)


class _Run:
    """What is in flight over one session."""

    def __init__(self, centre: Centre, session: _Session, texts: Iterator[Text], told: Told) -> None:
        self._centre, self._session, self._texts, self._told = centre, session, texts, told
        self._flying: dict[int, _Going] = {}
        self._later: list[tuple[float, _Going]] = []  # when to try again what was too much at once
        self._window, self._slow_until = 1, 0.0
        self._sign_of_life, self._asked_at = 0, 0.0
        self._last_word = time.monotonic()
        self._over, self._refuses_us = False, ""
        self.taken = 0

    def through(self) -> None:
        """Raises _Closed; Unusable when the centre takes nothing of ours as we are set up."""
        while True:
            now = time.monotonic()
            self._try_again(now)
            self._take(now)
            if self._over and not self._flying and (self._refuses_us or not self._later):
                break
            unit = self._session.read(self._pause(now))
            if unit is not None:
                self._last_word, self._sign_of_life = time.monotonic(), 0
                if unit.answers:
                    self._answered(unit)
            else:
                self._watch()
        if self._refuses_us:
            self.lost(self._refuses_us)
            raise Unusable(f"{self._centre.host}: it takes nothing from us ({self._refuses_us})")

    def _take(self, now: float) -> None:
        while not self._over and now >= self._slow_until and len(self._flying) + len(self._later) < self._window:
            text = next(self._texts, None)
            if text is None:
                self._over = True
                return
            self.taken += 1
            try:
                going = _Going(text, smpp.bodies(text, payload=self._centre.payload))
            except ValueError as error:
                self._told(text.key, Outcome(End.REFUSED, 0, f"not written: {error}"))
                continue
            self._submit(going)

    def _submit(self, going: _Going) -> None:
        going.since = time.monotonic()
        try:
            number = self._session.ask(Command.SUBMIT, going.bodies[going.at])
        except _Closed as error:
            self._tell(going, End.LATER, 0, str(error))  # it has no whole unit, so it was not taken
            raise
        self._flying[number] = going

    def _try_again(self, now: float) -> None:
        if self._refuses_us:
            return
        ready = [going for at, going in self._later if at <= now]
        self._later = [one for one in self._later if one[0] > now]
        for place, going in enumerate(ready):
            try:
                self._submit(going)
            except _Closed:
                self._later += [(now, one) for one in ready[place + 1 :]]
                raise

    def _answered(self, unit: Unit) -> None:
        going = self._flying.pop(unit.number, None)
        if going is None or unit.command not in (Command.SUBMIT | smpp.RESPONSE, Command.NACK):
            return
        status = unit.status or (Status.SYSTEM_ERROR if unit.command == Command.NACK else 0)
        if status == Status.OK:
            going.refs.append(smpp.text_of(unit.body)[:72])
            going.at += 1
            if going.at < len(going.bodies):
                self._submit(going)
            else:
                self._window = min(self._window + 1, self._centre.window)
                self._tell(going, End.ACCEPTED)
        elif status in smpp.SLOWER and going.waits < MOST_WAITS:
            going.waits += 1
            again = time.monotonic() + min(_LONGEST_WAIT, 0.5 * 2**going.waits)
            self._slow_until, self._window = again, max(1, self._window // 2)
            self._later.append((again, going))
        elif status in smpp.OURS:
            self._tell(going, End.LATER, status, named(status))
            self._over, self._refuses_us = True, named(status)
        else:
            self._tell(going, End.REFUSED if status in smpp.NEVER else End.LATER, status, named(status))

    def lost(self, why: str) -> None:
        """The session is over. A last part that was written and not answered leaves the text in doubt; without its
        last part no telephone shows a text, and what waits was not taken."""
        for going in self._flying.values():
            self._tell(going, End.DOUBT if going.last else End.LATER, 0, why)
        for _, going in self._later:
            self._tell(going, End.LATER, 0, why)
        self._flying.clear()
        self._later.clear()

    def _tell(self, going: _Going, end: End, code: int = 0, why: str = "") -> None:
        refs = tuple(filter(None, going.refs)) if end is End.ACCEPTED else ()
        code = code if code < 1 << 15 else 0  # as the ledger keeps codes; the words have it whole
        self._told(going.text.key, Outcome(end, code, harmless(why, (going.text.to,)), refs))

    def _pause(self, now: float) -> float:
        """How long to wait for a word at most."""
        ends = [now + self._centre.idle, *(at for at, _ in self._later)]
        ends += [going.since + self._centre.seconds for going in self._flying.values()]
        if not self._over and self._slow_until > now:
            ends.append(self._slow_until)
        return max(0.01, min(ends) - now)

    def _watch(self) -> None:
        """Raises _Closed when an answer takes too long."""
        now = time.monotonic()
        if any(now - going.since >= self._centre.seconds for going in self._flying.values()):
            raise _Closed(f"no answer within {self._centre.seconds:g} s")
        if self._sign_of_life and now - self._asked_at >= self._centre.seconds:
            raise _Closed("no sign of life")
        if not self._sign_of_life and now - self._last_word >= self._centre.idle:
            self._sign_of_life, self._asked_at = self._session.ask(Command.ENQUIRE_LINK), now


def named(status: int) -> str:
    """A status in words, with its number as the documents of SMPP have it."""
    try:
        return f"{Status(status).name.lower().replace('_', ' ')}, 0x{status:02X}"
    except ValueError:
        return f"status 0x{status:02X}"
