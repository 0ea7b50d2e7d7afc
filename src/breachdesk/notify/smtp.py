"""Many messages to one relay, over a few connections, pipelined (RFC 5321, RFC 2920); what became of each is told.

SMTP cannot give "exactly once": between the last dot and its answer nobody knows (RFC 1047). So there are four ends,
and one of them says just that: `DOUBT`. Whoever keeps the ledger looks it up before anything is sent again.
"""

import asyncio
import base64
import contextlib
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from breachdesk.notify.said import harmless

LONGEST_REPLY = 64 << 10  # bytes waiting to become lines


class End(StrEnum):
    """`ACCEPTED`: the relay has it. `REFUSED`: it never will. `LATER`: not now, and certainly not taken.
    `DOUBT`: it was handed over whole, and no answer came."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Mail:
    """`key`: whatever tells the caller which it is. `content`: the message with CRLF lines, nowhere a line of one dot
    (dots are doubled here)."""

    key: int
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code`: of SMTP, 0 where none came; `told`: the words beside it, harmless, without addresses (said.py)."""

    end: End
    code: int = 0
    told: str = ""


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


class Unusable(Exception):
    """The relay takes no mail from us as things stand: says why. Nothing was sent."""


Told = Callable[[int, Outcome], None]


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


class _Wire(asyncio.Protocol):
    """One connection: what was answered, in order."""

    def __init__(self) -> None:
        self.replies: deque[tuple[int, list[str]]] = deque()
        self.closed = ""
        self._rest = b""
        self._lines: list[str] = []
        self._waiter: asyncio.Future[None] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_REPLY or len(self._lines) > 200:
            self._end("an answer without end")
            return
        for raw in lines:
            text = raw.rstrip(b"\r").decode("utf-8", "replace")
            if not text[:3].isdigit() or text[3:4] not in ("", " ", "-"):
                self._end(f"this is no SMTP: {harmless(text)}")
                return
            self._lines.append(text[4:])
            if text[3:4] != "-":
                self.replies.append((int(text[:3]), self._lines))
                self._lines = []
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = self.closed or str(error or "the relay closed the connection")
        self._wake()

    def _end(self, why: str) -> None:
        self.closed = why
        if self.transport is not None:
            self.transport.abort()
        self._wake()

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
                self._end(f"no answer within {seconds:g} s")
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


def _speakable(mail: Mail) -> bool:
    """Whether the addresses are what may stand in a command: one line, no brackets, letters of ASCII."""
    both = mail.sender + mail.recipient
    return both.isascii() and both.isprintable() and not set(both) & set('<>" ') and "@" in mail.recipient


def _body(mail: Mail) -> bytes:
    content = mail.content
    if content.startswith(b".") or b"\n." in content:
        content = content.replace(b"\n.", b"\n..")
        content = b"." + content if content.startswith(b".") else content
    return content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n")


def _of(code: int) -> End:
    return End.ACCEPTED if 200 <= code < 300 else End.REFUSED if 500 <= code < 600 else End.LATER


async def _session(relay: Relay, shared: _Shared) -> None:
    wire, offers = await _open(relay)
    pipelined = "PIPELINING" in offers
    try:
        mail = _taken(shared)
        if mail is not None:
            await (_pipelined if pipelined else _stepwise)(relay, wire, shared, mail)
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
    mail: Mail | None = first
    wire.write(_envelope(first))
    while mail is not None:
        try:
            refused, go = await _answered(relay, wire)
        except _Closed as error:
            shared.tell(mail, End.LATER, 0, str(error))
            return
        following = _taken(shared) if refused is None or refused[0] != 421 else None
        more = _envelope(following) if following is not None else b""
        if refused is not None:
            shared.tell(mail, _of(refused[0]), *refused)
            if refused[0] == 421:
                return
            if go:  # it wants the message though it knows nobody to give it to: it gets an empty one
                wire.write(b".\r\n")
            wire.write(b"RSET\r\n" + more)
            try:
                for _ in range(1 + go):
                    await wire.reply(relay.seconds)
            except _Closed as error:
                if following is not None:
                    shared.tell(following, End.LATER, 0, str(error))
                return
        else:
            handed = not wire.closed
            wire.write(_body(mail) + more)
            try:
                code, lines = await wire.reply(relay.seconds_for_end)
            except _Closed as error:
                shared.tell(mail, End.DOUBT if handed else End.LATER, 0, str(error))
                if following is not None:
                    shared.tell(following, End.LATER, 0, str(error))
                return
            shared.tell(mail, _of(code), code, " ".join(lines))
            if code == 421:
                if following is not None:
                    shared.tell(following, End.LATER, code, " ".join(lines))
                return
        mail = following


async def _answered(relay: Relay, wire: _Wire) -> tuple[tuple[int, str] | None, bool]:
    """(what was refused, whether it waits for the message all the same) of an envelope that was sent."""
    refused: tuple[int, str] | None = None
    for wanted in (250, 250, 354):
        code, lines = await wire.reply(relay.seconds)
        if code != wanted and not (wanted == 250 and code == 251) and refused is None:
            refused = (code, " ".join(lines))
        if code == 421:
            return refused, False
    return refused, code == 354


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
