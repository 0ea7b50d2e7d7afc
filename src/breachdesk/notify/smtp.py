"""Many messages to one relay, over a few connections, pipelined (RFC 5321, RFC 2920); what became of each is told.

SMTP cannot give "exactly once": between the last dot and its answer nobody knows (RFC 1047). So there are four ends,
and one of them says just that: `DOUBT`. Whoever keeps the ledger looks it up before anything is sent again.
"""

import asyncio
import base64
import contextlib
import re
import ssl
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, cast

from breachdesk.notify.outcomes import End, Outcome, Told, Unusable
from breachdesk.notify.said import harmless

LONGEST_REPLY = 64 << 10  # bytes waiting to become lines


class Mail(NamedTuple):
    """`key`: whatever tells the caller which it is. `content`: the message with CRLF lines; dots that begin one are
    doubled here. `dotless`: there are none, so nobody has to look for them."""

    key: int
    sender: str
    recipient: str
    content: bytes
    dotless: bool = False


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail server that takes mail from us. `tls`: `none`, `starttls` or `implicit`. Seconds as RFC 5321 §4.5.3.2 asks
    of a client, unless told otherwise."""

    host: str
    port: int = 25
    tls: str = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    helo: str = "localhost"
    connections: int = 8
    seconds: float = 300.0
    seconds_for_end: float = 600.0
    trusted: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext | None:
        """Whose certificates are believed; reading them takes a tenth of a second, so not where none is shown."""
        return None if self.tls == "none" else self.trusted or ssl.create_default_context()


def send(relay: Relay, mails: Iterator[Mail], told: Told) -> int:
    """Send what `mails` gives until it ends; `told(key, outcome)` once for each that was taken from it, in no promised
    order. How many were taken. Raises Unusable when no connection could be had at all: then none was taken."""
    return asyncio.run(_send(relay, mails, told))


async def _send(relay: Relay, mails: Iterator[Mail], told: Told) -> int:
    shared = _Shared(mails, told)
    sessions = [asyncio.create_task(_session(relay, shared)) for _ in range(relay.connections)]
    failed: list[Unusable] = []
    try:
        for one in asyncio.as_completed(sessions):
            try:
                await one
            except Unusable as error:
                failed.append(error)
    finally:
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
    if failed and not shared.taken and len(failed) == len(sessions):
        raise failed[0]
    return shared.taken


class _Shared:
    """Where all connections take from and tell to."""

    def __init__(self, mails: Iterator[Mail], told: Told) -> None:
        self._mails, self._told, self.taken = mails, told, 0

    def next(self) -> Mail | None:
        mail = next(self._mails, None)
        self.taken += mail is not None
        return mail

    def tell(self, mail: Mail, end: End, code: int = 0, text: str = "") -> None:
        names = () if end is End.ACCEPTED else (mail.recipient,)  # a search of its own for each, and there are many
        self._told(mail.key, Outcome(end, code, harmless(text, names)))


class _Closed(Exception):
    """The connection ended. `why` in words."""


@lru_cache(maxsize=64)
def _line(raw: bytes) -> tuple[int, bool, str]:
    """(code, whether the answer ends with it, text) of a line; code 0 for what is no SMTP. Relays say the same again
    and again."""
    text = raw.rstrip(b"\r").decode("utf-8", "replace")
    if not (text[:3].isascii() and text[:3].isdigit()) or text[3:4] not in ("", " ", "-"):
        return 0, True, text
    return int(text[:3]), text[3:4] != "-", text[4:]


class _Wire(asyncio.Protocol):
    """One connection: what was answered, in order, to whoever waits for it or to a listener."""

    def __init__(self) -> None:
        self.replies: deque[tuple[int, list[str]]] = deque()
        self.listener: _Run | None = None
        self.closed = ""
        self._rest = b""
        self._lines: list[str] = []
        self._waiter: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LONGEST_REPLY or len(self._lines) > 200:
            self._end("an answer without end")
            return
        for raw in lines:
            code, last, text = _line(raw)
            if not code:
                self._end(f"this is no SMTP: {harmless(text)}")
                return
            self._lines.append(text)
            if last:
                said, self._lines = self._lines, []
                if self.listener is not None:
                    self.listener.heard(code, said)
                else:
                    self.replies.append((code, said))
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(str(error or "the relay closed the connection"))

    def _end(self, why: str) -> None:
        self.closed = self.closed or why
        self.end()
        self._wake()
        if self.listener is not None:
            self.listener.lost(self.closed)

    def give_up(self, seconds: float) -> None:
        """Nothing came in all this time."""
        self._end(f"no answer within {seconds:g} s")

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def taken(self) -> asyncio.Transport:
        """What carries it. Raises _Closed."""
        if self.transport is None or self.closed:
            raise _Closed(self.closed or "there is no connection")
        return self.transport

    def write(self, data: bytes) -> None:
        if self.transport is not None and not self.closed:
            self.transport.write(data)

    async def reply(self, seconds: float) -> tuple[int, list[str]]:
        """The next answer. Raises _Closed."""
        while not self.replies:
            if self.closed:
                raise _Closed(self.closed)
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._waiter
            except TimeoutError:
                self.give_up(seconds)
        return self.replies.popleft()

    def end(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def _ordered(told: tuple[int, list[str]], *wanted: int) -> list[str]:
    code, lines = told
    if code not in wanted:
        raise Unusable(f"{code} {harmless(' '.join(lines))}")
    return lines


async def _open(relay: Relay) -> tuple[_Wire, frozenset[str]]:
    """A connection that has said hello. Raises Unusable."""
    loop = asyncio.get_running_loop()
    context = relay.context()
    try:
        async with asyncio.timeout(relay.seconds):
            _, wire = await loop.create_connection(
                _Wire, relay.host, relay.port, ssl=context if relay.tls == "implicit" else None
            )
    except (OSError, TimeoutError, ssl.SSLError) as error:
        raise Unusable(f"{relay.host}:{relay.port}: {error or 'no answer'}") from error
    try:
        _ordered(await wire.reply(relay.seconds), 220)
        offers = await _hello(relay, wire)
        if relay.tls == "starttls":
            if "STARTTLS" not in offers:
                raise Unusable(f"{relay.host}: it offers no STARTTLS, and nothing is sent in clear")
            wire.write(b"STARTTLS\r\n")
            _ordered(await wire.reply(relay.seconds), 220)
            if wire.replies or wire._rest:
                raise Unusable(f"{relay.host}: words before the encryption that belong behind it")  # CVE-2011-0411
            secured = context or ssl.create_default_context()
            wire.transport = await loop.start_tls(wire.taken(), wire, secured, server_hostname=relay.host)
            offers = await _hello(relay, wire)
        if relay.user:
            await _authenticate(relay, wire)
    except (_Closed, OSError, ssl.SSLError) as error:
        wire.end()
        raise Unusable(f"{relay.host}:{relay.port}: {error}") from error
    except Unusable:
        wire.end()
        raise
    return wire, offers


async def _hello(relay: Relay, wire: _Wire) -> frozenset[str]:
    wire.write(f"EHLO {relay.helo}\r\n".encode())
    lines = _ordered(await wire.reply(relay.seconds), 250)
    return frozenset(line.split()[0].upper() for line in lines[1:] if line.strip())


async def _authenticate(relay: Relay, wire: _Wire) -> None:
    said = base64.b64encode(f"\0{relay.user}\0{relay.password}".encode()).decode()
    wire.write(f"AUTH PLAIN {said}\r\n".encode())
    _ordered(await wire.reply(relay.seconds), 235)


def _envelope(mail: Mail) -> bytes:
    return f"MAIL FROM:<{mail.sender}>\r\nRCPT TO:<{mail.recipient}>\r\nDATA\r\n".encode()


_SPOKEN = re.compile(r"[!#-;=?-~]*")  # the visible letters of ASCII without < > "


def _speakable(mail: Mail) -> bool:
    """Whether the addresses are what may stand in a command: one line, no brackets, letters of ASCII."""
    return bool(_SPOKEN.fullmatch(mail.sender + mail.recipient)) and "@" in mail.recipient


def _body(mail: Mail, following: bytes = b"") -> bytes:
    """What is sent of it, and what is said behind it."""
    content = mail.content
    if not mail.dotless and (content.startswith(b".") or b"\n." in content):
        content = content.replace(b"\n.", b"\n..")
        content = b"." + content if content.startswith(b".") else content
    return b"".join((content, b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n", following))


def _of(code: int) -> End:
    return End.ACCEPTED if 200 <= code < 300 else End.REFUSED if 500 <= code < 600 else End.LATER


async def _session(relay: Relay, shared: _Shared) -> None:
    wire, offers = await _open(relay)
    try:
        mail = _taken(shared)
        if mail is not None:
            await (_pipelined if "PIPELINING" in offers else _stepwise)(relay, wire, shared, mail)
        wire.write(b"QUIT\r\n")
        with contextlib.suppress(_Closed):
            await wire.reply(5)
    finally:
        wire.end()


def _taken(shared: _Shared) -> Mail | None:
    """The next that can be sent at all; others are told of at once."""
    while (mail := shared.next()) is not None:
        if _speakable(mail):
            return mail
        shared.tell(mail, End.REFUSED, 553, "this is no address that a mail server takes")
    return None


async def _pipelined(relay: Relay, wire: _Wire, shared: _Shared, first: Mail) -> None:
    """Each message is followed in one breath by the envelope of the next: one round trip for each."""
    run = _Run(relay, wire, shared)
    wire.listener = run
    try:
        run.begin(first)
        for code, lines in wire.replies:  # nothing was asked yet: it is no relay, or not a sane one
            run.heard(code, lines)
        wire.replies.clear()
        await run.done
    finally:
        run.rest()
        wire.listener = None


class _Step(IntEnum):
    """What a connection is to be answered next."""

    SENDER, RECIPIENT, DATA, CONTENT, FORGET = range(5)


_WANTED = {_Step.SENDER: 250, _Step.RECIPIENT: 250, _Step.DATA: 354}
_NEXT = {_Step.SENDER: _Step.RECIPIENT, _Step.RECIPIENT: _Step.DATA}


class _Run:
    """Message after message over one connection, moved on by what is answered, not by somebody who waits for it: that
    costs a third, and there are a hundred thousand of them."""

    def __init__(self, relay: Relay, wire: _Wire, shared: _Shared) -> None:
        self._relay, self._wire, self._shared = relay, wire, shared
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self._loop.create_future()
        self._mail: Mail | None = None
        self._following: Mail | None = None
        self._step = _Step.SENDER
        self._refused: tuple[int, str] | None = None
        self._forgets = 0
        self._seconds, self._since = relay.seconds, self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._watch()

    def begin(self, mail: Mail) -> None:
        self._mail = mail
        self._wire.write(_envelope(mail))
        self._since = self._loop.time()
        if self._wire.closed:
            self.lost(self._wire.closed)

    def heard(self, code: int, lines: list[str]) -> None:
        """An answer came. Whatever breaks here ends the run, and is raised by whoever waits for its end."""
        if self.done.done():
            return
        self._since = self._loop.time()
        try:
            if self._step in _WANTED:
                self._of_envelope(code, lines)
            elif self._step is _Step.CONTENT:
                self._of_content(code, lines)
            else:
                self._forgets -= 1
                if not self._forgets:
                    self._go_on()
        except Exception as error:  # a loop would only log it
            self._broke(error)

    def lost(self, why: str) -> None:
        """The connection is gone. What was handed over whole, and not answered, is in doubt; nothing else is."""
        if self.done.done():
            return
        try:
            mail, following = self._mail, self._following
            if mail is not None and self._step is not _Step.FORGET:
                self._shared.tell(mail, End.DOUBT if self._step is _Step.CONTENT else End.LATER, 0, why)
            if following is not None:
                self._shared.tell(following, End.LATER, 0, why)
            self._end()
        except Exception as error:
            self._broke(error)

    def rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _of_envelope(self, code: int, lines: list[str]) -> None:
        wanted = _WANTED[self._step]
        if code != wanted and not (code == 251 and wanted == 250) and self._refused is None:
            self._refused = code, " ".join(lines)
        if code == 421:
            self._told(*(self._refused or (code, "")))
            self._end()
        elif self._step is not _Step.DATA:
            self._step = _NEXT[self._step]
        elif self._refused is None:
            self._hand_over()
        else:
            self._take_back(wants_it=code == 354)

    def _hand_over(self) -> None:
        assert self._mail is not None  # nosec B101 - whose envelope was answered
        self._following = _taken(self._shared)
        more = _envelope(self._following) if self._following is not None else b""
        if self._wire.closed:
            self.lost(self._wire.closed)
            return
        self._step, self._seconds = _Step.CONTENT, self._relay.seconds_for_end
        self._wire.write(_body(self._mail, more))

    def _take_back(self, *, wants_it: bool) -> None:
        """It was refused. A relay that wants the message though it knows nobody to give it to gets an empty one."""
        self._told(*(self._refused or (0, "")))
        self._following = _taken(self._shared)
        more = _envelope(self._following) if self._following is not None else b""
        self._step, self._forgets = _Step.FORGET, 1 + wants_it
        self._wire.write((b".\r\n" if wants_it else b"") + b"RSET\r\n" + more)

    def _of_content(self, code: int, lines: list[str]) -> None:
        text = " ".join(lines)
        self._told(code, text)
        if code == 421:
            if self._following is not None:
                self._shared.tell(self._following, End.LATER, code, text)
            self._end()
        else:
            self._go_on()

    def _told(self, code: int, text: str) -> None:
        mail, self._mail = self._mail, None
        if mail is not None:
            self._shared.tell(mail, _of(code), code, text)

    def _go_on(self) -> None:
        self._mail, self._following = self._following, None
        self._step, self._refused, self._seconds = _Step.SENDER, None, self._relay.seconds
        if self._mail is None:
            self._end()

    def _end(self) -> None:
        self._mail = self._following = None
        self.rest()
        self.done.set_result(None)

    def _broke(self, error: Exception) -> None:
        self.rest()
        if not self.done.done():
            self.done.set_exception(error)

    def _watch(self) -> None:
        """One clock for the connection, not one for each answer."""
        waited = self._loop.time() - self._since
        if waited >= self._seconds:
            self._wire.give_up(self._seconds)
            return
        tick = min(self._seconds - waited, self._relay.seconds, self._relay.seconds_for_end)
        self._timer = self._loop.call_later(tick, self._watch)


async def _stepwise(relay: Relay, wire: _Wire, shared: _Shared, first: Mail) -> None:
    """For a relay that wants each command answered before the next."""
    mail: Mail | None = first
    while mail is not None:
        refused: tuple[int, str] | None = None
        handed = False
        try:
            for command, wanted in (
                (f"MAIL FROM:<{mail.sender}>\r\n", (250,)),
                (f"RCPT TO:<{mail.recipient}>\r\n", (250, 251)),
                ("DATA\r\n", (354,)),
            ):
                wire.write(command.encode())
                code, lines = await wire.reply(relay.seconds)
                if code not in wanted:
                    refused = (code, " ".join(lines))
                    break
            if refused is None:
                handed = not wire.closed
                wire.write(_body(mail))
                code, lines = await wire.reply(relay.seconds_for_end)
                shared.tell(mail, _of(code), code, " ".join(lines))
            else:
                shared.tell(mail, _of(refused[0]), *refused)
                if refused[0] != 421:
                    wire.write(b"RSET\r\n")
                    await wire.reply(relay.seconds)
        except _Closed as error:
            if refused is None:
                shared.tell(mail, End.DOUBT if handed else End.LATER, 0, str(error))
            return
        if code == 421:
            return
        mail = _taken(shared)
