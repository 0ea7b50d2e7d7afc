"""Text messages to a provider by HTTP, in the form Twilio gave it: `POST Messages.json`, a `sid` for an answer, signed
reports. What became of each is told.

It knows no key by which the same is not sent twice, so what was written and never answered is in doubt; it can be
looked up in the provider's list by number and day.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import select
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from breachdesk.notify.outcomes import End, Outcome, Told, Unusable
from breachdesk.notify.said import harmless
from breachdesk.notify.texts import Fate, Receipt, Text

LARGEST = 256 << 10  # bytes of an answer
MOST_WAITS = 6  # of one message, when it is told that it is too much at once
MOST_TROUBLES = 3  # one after the other: then nothing more is tried for now
MOST_PAGES = 20  # of a list
_LONGEST_WAIT = 15.0
#: What it says of this number, or of this text to it: it never will be taken. Its list of errors grows; what is not
#: here is tried again, and refused in the end.
_NEVER = frozenset((21211, 21214, 21217, 21265, 21408, 21610, 21612, 21614, 21617, 21635, 60005))
#: What it says of us, whoever it is for.
_OURS = frozenset(
    (20003, 20005, 20404, 21212, 21601, 21603, 21606, 21607, 21608, 21609, 21618, 21659, 21660, 21661, 21703, 21705,
     21712)
)  # fmt: skip
_FATES = {
    "delivered": Fate.DELIVERED, "read": Fate.DELIVERED, "undelivered": Fate.UNDELIVERED, "failed": Fate.UNDELIVERED,
    "canceled": Fate.UNDELIVERED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class WebGate:
    """`base`: the address below which `Messages.json` lies; `secret`: what its reports are signed with."""

    base: str
    user: str
    password: str = field(repr=False)
    secret: str = field(default="", repr=False)
    connections: int = 4
    seconds: float = 30.0
    trusted: ssl.SSLContext | None = None

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or ""


def send(gate: WebGate, texts: Iterator[Text], told: Told) -> int:
    """Send what `texts` gives until it ends; `told` once for each that was taken from it. How many were taken. Raises
    Unusable when nothing can be sent any more."""
    shared = _Shared(texts, told)
    said = (gate, shared)
    workers = [threading.Thread(target=_work, args=said, daemon=True) for _ in range(gate.connections)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    if shared.failure is not None:
        raise shared.failure
    return shared.taken


class _Shared:
    """Where all connections take from and tell to."""

    def __init__(self, texts: Iterator[Text], told: Told) -> None:
        self._texts, self._told = texts, told
        self._lock = threading.Lock()
        self.taken, self.troubles = 0, 0
        self.slow_until = 0.0
        self.failure: BaseException | None = None

    def next(self) -> Text | None:
        with self._lock:
            if self.failure is not None:
                return None
            text = next(self._texts, None)
            self.taken += text is not None
            return text

    def tell(self, text: Text, outcome: Outcome) -> None:
        told = harmless(outcome.told, (text.to,)) if outcome.told else ""
        self._told(text.key, Outcome(outcome.end, outcome.code, told, outcome.refs))

    def stop(self, why: BaseException) -> None:
        self.failure = self.failure or why


def _work(gate: WebGate, shared: _Shared) -> None:
    line = _Line(gate)
    try:
        line.fresh()
        while (text := shared.next()) is not None:
            outcome = _posted(line, shared, text)
            shared.tell(text, outcome)
            _count(shared, outcome)
    except OSError as error:
        shared.stop(Unusable(f"{gate.host}: {error or 'no answer'}"))
    except BaseException as error:  # raised where it is waited for
        shared.stop(error)
    finally:
        line.close()


def _count(shared: _Shared, outcome: Outcome) -> None:
    """Trouble after trouble: whoever is not asked is not in doubt."""
    silent = outcome.end is End.DOUBT or (outcome.end is End.LATER and outcome.code == 0)
    shared.troubles = shared.troubles + 1 if silent or 500 <= outcome.code < 600 else 0
    if shared.troubles >= MOST_TROUBLES:
        shared.stop(Unusable(f"{outcome.code or ''} {outcome.told}".strip() or "no answers"))


def _posted(line: "_Line", shared: _Shared, text: Text) -> Outcome:
    for turn in range(MOST_WAITS + 1):
        while (left := shared.slow_until - time.monotonic()) > 0:
            time.sleep(left)
        outcome, wait = line.post(text)
        if outcome.code != 429 or turn == MOST_WAITS:
            if isinstance(line.refuses_us, Unusable):
                shared.stop(line.refuses_us)
            return outcome
        shared.slow_until = time.monotonic() + min(_LONGEST_WAIT, wait or 0.5 * 2**turn)
    raise AssertionError  # the last turn returned


class _Line:
    """One connection, kept open."""

    def __init__(self, gate: WebGate) -> None:
        self._gate = gate
        self._made: HTTPConnection | None = None
        self.refuses_us: Unusable | None = None

    def fresh(self) -> None:
        """Open it, unless it is open still. Raises OSError."""
        if self._made is not None and self._made.sock is not None and not _ended(self._made.sock):
            return
        self.close()
        self._made = connection(self._gate)
        self._made.connect()

    def close(self) -> None:
        if self._made is not None:
            self._made.close()
            self._made = None

    def post(self, text: Text) -> tuple[Outcome, float]:
        """What became of it, and how long it asks to wait."""
        gate = self._gate
        body = urlencode(_form(text)).encode()
        headers = {**_head(gate), "Content-Type": "application/x-www-form-urlencoded"}
        try:
            self.fresh()
            assert self._made is not None  # nosec B101 - opened above
            self._made.request("POST", f"{urlsplit(gate.base).path}/Messages.json", body, headers)
        except (OSError, HTTPException) as error:  # not all of it was written, so none of it counts
            self.close()
            return Outcome(End.LATER, 0, str(error) or type(error).__name__), 0.0
        try:
            response = self._made.getresponse()
            status, wait = response.status, response.getheader("Retry-After", "")
            raw = response.read(LARGEST)
            if not response.isclosed():
                self.close()  # more than anybody reads
        except (OSError, HTTPException) as error:
            self.close()
            return Outcome(End.DOUBT, 0, str(error) or type(error).__name__), 0.0
        return self._judged(status, raw), float(wait) if wait.isdigit() else 0.0

    def _judged(self, status: int, raw: bytes) -> Outcome:
        said = _read(raw)
        sid = str(said.get("sid") or "")
        if status in (200, 201):
            code = _number(said.get("error_code"))
            if not sid:
                return Outcome(End.DOUBT, status, "it took it, and gave no number")
            if _FATES.get(str(said.get("status"))) is Fate.UNDELIVERED:
                return Outcome(End.REFUSED, _small(code), f"{said.get('status')} {code or ''}".strip())
            return Outcome(End.ACCEPTED, status, str(said.get("status") or ""), (sid[:72],))
        code = _number(said.get("code"))
        words = f"{code or status} {said.get('message') or ''}".strip()
        if status == 429 or code in (20429, 21611):
            return Outcome(End.LATER, 429, words)
        if status in (500, 502, 504) or 200 < status < 300:
            return Outcome(End.DOUBT, status, words)
        if status == 503:
            return Outcome(End.LATER, status, words)
        if code in _NEVER:
            return Outcome(End.REFUSED, _small(code), words)
        if status in (401, 403, 404, 405) or 300 <= status < 400 or code in _OURS:
            self.refuses_us = Unusable(f"{self._gate.host}: it takes nothing from us ({words})")
        return Outcome(End.LATER, status, words)


def _form(text: Text) -> dict[str, str]:
    sender = "MessagingServiceSid" if text.sender.startswith("MG") and len(text.sender) == 34 else "From"
    said = {"To": text.to, sender: text.sender, "Body": text.text}
    return {**said, "StatusCallback": text.back} if text.back else said


def connection(gate: WebGate) -> HTTPConnection:
    parts = urlsplit(gate.base)
    if parts.scheme == "https":
        context = gate.trusted or ssl.create_default_context()
        return HTTPSConnection(gate.host, parts.port, timeout=gate.seconds, context=context)
    return HTTPConnection(gate.host, parts.port, timeout=gate.seconds)


def _ended(sock: Any) -> bool:
    """Whether the other side closed it meanwhile: what is written into it would be in doubt for nothing."""
    try:
        return bool(select.select([sock], [], [], 0)[0])
    except (OSError, ValueError):
        return True


def _head(gate: WebGate) -> dict[str, str]:
    said = base64.b64encode(f"{gate.user}:{gate.password}".encode()).decode()
    return {"Authorization": f"Basic {said}", "Accept": "application/json"}


def _read(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _small(code: int) -> int:
    """As the ledger keeps codes; a larger one stands in the words alone."""
    return code if code < 1 << 15 else 0


# --- looking up


@dataclass(frozen=True, slots=True)
class Listed:
    """A message as the provider has it."""

    sid: str
    text: str
    fate: Fate
    code: int
    told: str
    at: datetime | None


def listed(gate: WebGate, to: str, since: date | None) -> list[Listed]:
    """What it has to that number, sent since that day; None: all it has. Raises Unusable when it cannot be asked, or
    has no end."""
    day = {"DateSent>": since.isoformat()} if since else {}
    query = urlencode({"To": to, **day, "PageSize": 100})
    path, found = f"{urlsplit(gate.base).path}/Messages.json?{query}", list[Listed]()
    for _ in range(MOST_PAGES):
        said = _got(gate, path)
        rows = said.get("messages")
        if not isinstance(rows, list):
            raise Unusable(f"{gate.host}: this is no list of messages")
        found += [_listed(row) for row in rows if isinstance(row, dict) and row.get("sid")]
        further = said.get("next_page_uri")
        if not further:
            return found
        path = str(further)
        if not path.startswith("/") or path.startswith("//"):
            break
    raise Unusable(f"{gate.host}: a list without end")


def check(gate: WebGate) -> None:
    """Whether it knows us; nothing is sent. Raises Unusable."""
    _got(gate, f"{urlsplit(gate.base).path}.json")


def _got(gate: WebGate, path: str) -> Mapping[str, Any]:
    made = connection(gate)
    with contextlib.closing(made):
        try:
            made.request("GET", path, headers={**_head(gate), "Connection": "close"})
            response = made.getresponse()
            raw = response.read(8 * LARGEST)
        except (OSError, HTTPException) as error:
            raise Unusable(f"{gate.host}: {error or 'no answer'}") from error
    said = _read(raw)
    if response.status != 200:
        words = harmless(f"{response.status} {said.get('message') or ''}".strip())
        raise Unusable(f"{gate.host}: {words}")
    return said


def _listed(row: Mapping[str, Any]) -> Listed:
    try:
        at = parsedate_to_datetime(str(row.get("date_created")))
    except (ValueError, TypeError):
        at = None
    name, code = str(row.get("status") or ""), _number(row.get("error_code"))
    fate = _FATES.get(name, Fate.ON_ITS_WAY)
    return Listed(str(row["sid"])[:72], str(row.get("body") or ""), fate, _small(code), _said(name, code), at)


def _said(name: str, code: int) -> str:
    """The words beside a code that is kept; with one that is too large for the ledger."""
    return harmless(f"{name} {code}" if code and not _small(code) else name)


# --- reports


def signature(secret: str, address: str, said: Mapping[str, Sequence[str]]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the whole address and the sorted names with their values."""
    text = address + "".join(f"{name}{value}" for name in sorted(said) for value in sorted(set(said[name])))
    # The digest is what the provider signs with; a MAC of SHA-1 is not broken by its collisions.
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()


def is_signed(secret: str, address: str, said: Mapping[str, Sequence[str]], signed: str) -> bool:
    return bool(secret) and hmac.compare_digest(signature(secret, address, said).encode(), signed.encode())


def receipt_of(said: Mapping[str, Sequence[str]]) -> Receipt | None:
    """What a report tells; None where it names no message or no state."""
    sid = next(iter(said.get("MessageSid") or said.get("SmsSid") or ()), "")
    name = next(iter(said.get("MessageStatus") or said.get("SmsStatus") or ()), "").lower()
    if not sid or not name:
        return None
    code = _number(next(iter(said.get("ErrorCode") or ()), ""))
    return Receipt(sid[:72], _FATES.get(name, Fate.ON_ITS_WAY), _small(code), _said(name, code))
