"""What comes back to a sender of notices: which delivery it speaks of, and what it says of it.

Anybody can write such a message, so nothing in it is believed but a true mark (marks.py), and a true mark proves only
that its writer has seen that one letter: he can move his own delivery, nobody else's. Never raises for what a message
says. Of an address only the domain is kept, in what a server said as well.
"""

import base64
import binascii
import logging
import quopri
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.utils import parseaddr
from enum import StrEnum
from itertools import islice

from flufl.bounce import all_failures

from breachdesk.detect import letter
from breachdesk.detect.letter import header
from breachdesk.ground.keys import Key
from breachdesk.notify.marks import rows_in
from breachdesk.notify.said import harmless, whole

# Where one of its detectors stumbles it logs a trace: anybody could fill the log with that.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

MOST_READ = 256 << 10  # bytes of a message; what lies behind them is not looked at
MOST_FATES = 20
MOST_ALSO = 8
_LONGEST_LINE = 8 << 10  # bytes of a line, and of a header with all its folds
_MOST_PARTS = 200
_MOST_NESTED = 200  # mentions of a type that holds others
_MOST_BORDERS = 1_000  # lines that may be the border of a part
_MOST_BLOCKS = 60
_MOST_VALUES = 20  # of one header that stands there many times
_GUESS_LINES = 300
_GUESS_WIDTH = 300

_ADDRESSED = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "X-RCPT-To",
    "To",
    "Cc",
)
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FEEDBACK = frozenset({"message/feedback-report"})
_DISPOSITION = frozenset({"message/disposition-notification", "message/global-disposition-notification"})
_RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
_QUOTED = (
    "Original-Envelope-Id",
    "Original-Message-ID",
    "Original-Mail-From",
    "Message-ID",
    "Return-Path",
    *_ADDRESSED,
)
_DAEMONS = frozenset({"mailer-daemon", "mail-daemon", "postmaster", "mailerdaemon", "mail-delivery-system"})
_DAEMON_HEADERS = ("X-Failed-Recipients", "X-Mailer-Daemon-Error", "X-MS-Exchange-Message-Is-Ndr")
_AWAY_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponse", "X-AutoReply-From", "X-Mail-Autoreply")
# How Exchange, Outlook, Gmail and Mail.ru begin the subject of an absence, where no header says that a machine wrote.
_AWAY = re.compile(
    r"\s*(?:automatic reply|auto(?:matic)?[- ]?repl(?:y|ies)|auto[- ]?response|out of (?:the )?office|"
    r"автоматический ответ|автоответ|abwesenheitsnotiz|automatische antwort|automatisch antwoord|réponse automatique|"
    r"respuesta automática|risposta automatica|resposta automática|odpowiedź automatyczna|autosvar)\b",
    re.IGNORECASE,
)
# RFC 5965 7.3 and the registry it opened: a person did not want the letter, or a system took it for harm.
_COMPLAINTS = frozenset({"abuse", "fraud", "virus", "opt-out", "opt-out-list", "other"})

_CODE = r"[45]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9]|\.[0-9])"
_STATUS_CODE = re.compile(r"\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9])")
_IN_WORDS = (
    re.compile(rf"(?<![0-9.])[45][0-9][0-9][ -]#?(?P<status>{_CODE})"),
    re.compile(rf"#(?P<status>{_CODE})"),
)
_LOOSELY = re.compile(rf"(?<![0-9.])(?P<status>{_CODE})")
_REPLY = re.compile(r"(?:^[ \t]*|: |\b(?:said|error|code) )(?P<status>[45])[0-5][0-9][ -](?=\S)", re.IGNORECASE | re.M)
_ANSWER = re.compile(r"([245][0-5][0-9])(?:[ -]|$)")
_COPY = re.compile(r"^--.*\b(?:copy|original|returned|копия|исходное)\b", re.IGNORECASE | re.M)
_NESTING = re.compile(rb"(?:multipart|message)/", re.IGNORECASE)
_HOST = re.compile(r"\[[0-9a-f.:]{2,45}\]|[^\W_][\w-]*(?:\.[\w-]+)*")


class Kind(StrEnum):
    BOUNCED = "bounced"  # whoever reports it has given up
    DELAYED = "delayed"  # is still tried; more may come
    DELIVERED = "delivered"  # `reach` says how far
    COMPLAINED = "complained"  # reported as unwanted or harmful (RFC 5965)
    AUTO_REPLY = "auto_reply"  # a machine answers for a person: it came, and says nothing of being read
    ANSWER = "answer"  # a person writes
    UNKNOWN = "unknown"


class Reach(StrEnum):
    """What a good word is worth (RFC 3464 2.3.3, RFC 8098 3.2.6)."""

    OPENED = "opened"  # a mail program showed it to somebody
    MAILBOX = "mailbox"  # delivered: laid into the mailbox; not that anybody read it
    HANDED_ON = (
        "handed_on"  # relayed: to a system that sends no reports. Nothing more will come; no proof that it arrived
    )
    SPREAD = "spread"  # expanded: the address stands for several, and nothing is said of any of them


class Found(StrEnum):
    ADDRESS = "address"  # it was sent to the address of that delivery
    QUOTED = "quoted"  # it quotes the Message-ID or the return path of that delivery
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Fate:
    """What is said of one recipient. `status`: RFC 3463 as `5.1.1`, or nothing. `said`: what a server said, one line of
    at most 300 letters, harmless to the eye, addresses without what stands before their "@". `domain`: of the
    recipient."""

    kind: Kind
    status: str = ""
    said: str = ""
    domain: str = ""
    reach: Reach | None = None

    @property
    def code(self) -> int:
        """What the server answered (RFC 5321 4.2), where `said` begins with it."""
        found = _ANSWER.match(self.said)
        return int(found[1]) if found else 0

    @property
    def told(self) -> str:
        """What it said, without that code, after the status."""
        said = _ANSWER.sub("", self.said, count=1)
        return said if said.startswith(self.status) else f"{self.status} {said}".strip()


_SILENCE = Fate(Kind.UNKNOWN)
_WORST = [Kind.COMPLAINED, Kind.BOUNCED, Kind.DELAYED, Kind.DELIVERED, Kind.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Returned:
    """A message that came back. `row` of the delivery ledger, or None: then it moves nothing. `also`: further rows it
    names truly. `fates`: of each recipient it speaks of, the worst first, for that is what a sender must act on.
    `reporter`: the host that says so. `cut`: it was longer than what is read."""

    kind: Kind
    row: int | None
    found: Found
    also: tuple[int, ...] = ()
    reporter: str = ""
    fates: tuple[Fate, ...] = ()
    cut: bool = False

    @property
    def fate(self) -> Fate:
        return self.fates[0] if self.fates else _SILENCE

    @property
    def permanent(self) -> bool:
        """Given up for good. A `bounced` of 4.x.x was given up after long trying, and may be tried anew."""
        return self.kind is Kind.BOUNCED and not self.fate.status.startswith("4")


def read(raw: bytes, key: Key, *, envelope: Iterable[str] = ()) -> Returned:
    """What `raw`, a whole message, says. `envelope`: the addresses it was delivered to, if the transport knows them."""
    kept = _bounded(raw[:MOST_READ])
    message, parts, text = _taken_apart(kept)
    addressed = list(rows_in([*islice(envelope, _MOST_VALUES), *_values(message, _ADDRESSED)], key))
    rows = list(dict.fromkeys([*addressed, *rows_in(_quotes(message, parts, text), key)]))
    fates, reporter = _fates(message, parts, text)
    return Returned(
        kind=fates[0].kind if fates else _without_report(message),
        row=rows[0] if rows else None,
        found=Found.ADDRESS if addressed else Found.QUOTED if rows else Found.NOTHING,
        also=tuple(rows[1 : MOST_ALSO + 1]),
        reporter=reporter or _host(parseaddr(header(message, "From"))[1].rpartition("@")[2]),
        fates=fates,
        cut=len(raw) > MOST_READ,
    )


def _bounded(raw: bytes) -> bytes:
    """No line, and no header with its folds, longer than 8 KiB: the work of parsers grows with the square of some."""
    kept, run = [], 0
    for line in raw.splitlines(keepends=True):
        folded = line[:1] in (b" ", b"\t")
        run = run + len(line) if folded else len(line)
        if run <= _LONGEST_LINE:
            kept.append(line)
        elif not folded:
            kept.append(line[:_LONGEST_LINE] + b"\n")
    return b"".join(kept)


def _taken_apart(raw: bytes) -> tuple[Message, list[Message], str]:
    """The message, its parts (what was returned stays whole), its words; only its headers when it is a trap."""
    try:
        if len(_NESTING.findall(raw)) > _MOST_NESTED or raw.count(b"\n--") > _MOST_BORDERS:
            raise ValueError("a trap: its parts alone would take seconds")
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        return message, list(_parts(message)), "\n".join(letter.read(raw).text.splitlines())
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, MessageError):
        message = BytesParser(policy=policy.compat32).parsebytes(raw, headersonly=True)
        return message, [], ""


def _parts(message: Message) -> Iterator[Message]:
    waiting, seen = [message], 0
    while waiting and seen < _MOST_PARTS:
        one = waiting.pop()
        seen += 1
        inner = one.get_payload()
        if isinstance(inner, list) and one.get_content_maintype() == "multipart":
            waiting += [part for part in reversed(inner) if isinstance(part, Message)]
        else:
            yield one


def _values(message: Message, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from (str(value) for value in message.get_all(name, [])[:_MOST_VALUES])


def _quotes(message: Message, parts: list[Message], text: str) -> Iterator[str]:
    """Where the delivery is named, the surest first: the report, what was returned, what is answered, the words."""
    for kinds in (_STATUS, _FEEDBACK | _DISPOSITION, _RETURNED):
        for part in parts:
            if part.get_content_type() in kinds:
                for block in islice(_blocks(part), 1 if kinds is _RETURNED else _MOST_BLOCKS):
                    yield from _values(block, _QUOTED)
    yield from _values(message, ("In-Reply-To",))
    for line in _values(message, ("References",)):
        yield from reversed(line.split())  # the last is the one that is answered (RFC 5322 3.6.4)
    yield text


def _blocks(part: Message) -> Iterator[Message]:
    """The groups of fields in a part, whether the parser took it for a message, for a list of them, or for text."""
    inner = part.get_payload()
    parser = HeaderParser(policy=policy.compat32)
    for one in inner[:_MOST_BLOCKS] if isinstance(inner, list) else [part]:
        if not isinstance(one, Message):
            continue
        if one is not part and one.keys():
            yield one
        body = one.get_payload(decode=True)
        if isinstance(body, bytes):
            text = _unwrapped(body, "" if one is part else header(part, "Content-Transfer-Encoding").lower())
            for piece in re.split(r"\r?\n[ \t]*\r?\n", text.strip("\r\n"))[:_MOST_BLOCKS]:
                yield parser.parsestr(piece.lstrip("\r\n"))


def _unwrapped(body: bytes, how: str) -> str:
    """Reports must not be encoded (RFC 3464 2); some gateways do it all the same."""
    if how == "base64":
        with suppress(binascii.Error):
            body = base64.b64decode(body)
    elif how == "quoted-printable":
        body = quopri.decodestring(body)
    return body.decode("utf-8", "replace")


def _fates(message: Message, parts: list[Message], text: str) -> tuple[tuple[Fate, ...], str]:
    """What a report says, the worst first, and the host that made it; nothing where there is no report."""
    found: list[Fate] = []
    reporter = ""
    for part in parts:
        kind = part.get_content_type()
        if kind not in _STATUS | _FEEDBACK | _DISPOSITION:
            continue
        for block in islice(_blocks(part), _MOST_BLOCKS):
            reporter = reporter or _host(_after_type(header(block, "Reporting-MTA")))
            fate = _of_recipient(block) if kind in _STATUS else _of_reader(block)
            if fate and len(found) < MOST_FATES:
                found.append(fate)
    found = found or _pressed(parts) or _guessed(message, text)
    return tuple(sorted(found, key=lambda fate: _WORST.index(fate.kind))), reporter


def _of_recipient(block: Message) -> Fate | None:
    """One group of a delivery status (RFC 3464 2.3). What contradicts itself says nothing."""
    actions = {str(value).strip().lower()[:4] for value in block.get_all("Action", [])[:_MOST_VALUES]}
    match = _STATUS_CODE.match(header(block, "Status"))
    status = match.group(1) if match else ""
    names = [_after_type(header(block, name)) for name in ("Final-Recipient", "Original-Recipient")]
    if not actions and not status and not any(names):
        return None
    kind, reach = _ACTIONS.get(min(actions), (Kind.UNKNOWN, None)) if len(actions) == 1 else (Kind.UNKNOWN, None)
    if not actions:
        kind = {"5": Kind.BOUNCED, "4": Kind.DELAYED}.get(status[:1], Kind.UNKNOWN)
    good = kind is Kind.DELIVERED
    if (good and status[:1] in ("4", "5")) or (kind in (Kind.BOUNCED, Kind.DELAYED) and status[:1] == "2"):
        kind, reach = Kind.UNKNOWN, None
    said = whole(header(block, "Diagnostic-Code"))
    told = _LOOSELY.search(said)
    if told and (not status or (status.endswith(".0.0") and told.group("status")[0] == status[0])):
        status = told.group("status")  # the server said it more exactly than its reporter
    return Fate(kind, status, harmless(_after_type(said), names), _domain(names), reach)


_ACTIONS: dict[str, tuple[Kind, Reach | None]] = {
    "fail": (Kind.BOUNCED, None),
    "dela": (Kind.DELAYED, None),
    "deli": (Kind.DELIVERED, Reach.MAILBOX),
    "rela": (Kind.DELIVERED, Reach.HANDED_ON),
    "expa": (Kind.DELIVERED, Reach.SPREAD),
}


def _of_reader(block: Message) -> Fate | None:
    """A complaint (RFC 5965) or a receipt of a mail program (RFC 8098)."""
    names = [header(block, name) for name in ("Original-Rcpt-To", "Removal-Recipient")]
    names += [_after_type(header(block, name)) for name in ("Final-Recipient", "Original-Recipient")]
    feedback = header(block, "Feedback-Type").lower()
    if feedback:
        kind = Kind.COMPLAINED if feedback in _COMPLAINTS else Kind.UNKNOWN
        return Fate(kind, said=harmless(feedback, names), domain=_domain(names))
    done = re.split(r"[/,\s]", header(block, "Disposition").lower().rpartition(";")[2].strip())[0]
    reach = {"displayed": Reach.OPENED, "deleted": Reach.MAILBOX}.get(done)
    if not done:
        return None
    return Fate(
        Kind.DELIVERED if reach else Kind.UNKNOWN, said=harmless(done, names), domain=_domain(names), reach=reach
    )


def _pressed(parts: list[Message]) -> list[Fate]:
    """Of a button in Outlook.com, where the report has no form: the letter, with the header of its programme (JMRP)."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            for block in islice(_blocks(part), 1):
                if pressed := header(block, "X-HmXmrOriginalRecipient"):
                    return [Fate(Kind.COMPLAINED, domain=_domain([pressed]))]
    return []


def _guessed(message: Message, text: str) -> list[Fate]:
    """Of a server that writes to people, not to programs: by what flufl.bounce knows of such letters, and by codes."""
    if not _of_a_daemon(message):
        return []
    words = text[: found.start()] if (found := _COPY.search(text)) else text
    failed, tried = _recognised(message, text)
    status, said = _in_words(words)
    kind = Kind.BOUNCED if failed else Kind.DELAYED if tried else _by_class(status)
    if kind is Kind.UNKNOWN:
        return []
    names = sorted(failed or tried) or [header(message, "X-Failed-Recipients")]
    said = said or next((one for one in re.split(r"\n\s*\n", words) if any(name in one for name in names if name)), "")
    return [Fate(kind, status if "." in status else "", harmless(said, names), _domain(names))]


def _of_a_daemon(message: Message) -> bool:
    sender = parseaddr(header(message, "From"))[1].partition("@")[0].lower()
    if sender in _DAEMONS or sender.startswith("microsoftexchange"):
        return True
    if any(message.get(name) is not None for name in _DAEMON_HEADERS):
        return True
    # Absences, too, are sent from nowhere (RFC 3834 3.3); those say what they are.
    return header(message, "Return-Path") == "<>" and not _away(message)


def _recognised(message: Message, text: str) -> tuple[set[str], set[str]]:
    """The addresses flufl.bounce finds, failed and still tried. It is given words and three headers of a bounded size:
    it was written for servers that are clumsy, not for criminals."""
    probe = Message()
    sender = parseaddr(header(message, "From"))[1]
    probe["From"] = sender if sender.isascii() and "@" in sender else "nobody@invalid.invalid"  # one asks for some
    for name in ("Subject", "X-Failed-Recipients"):
        if value := header(message, name).encode("ascii", "ignore").decode():
            probe[name] = value
    probe["Content-Type"] = "text/plain"
    lines = (line[:_GUESS_WIDTH] for line in islice(text.splitlines(), _GUESS_LINES))
    probe.set_payload("\n".join(lines).encode("ascii", "replace").decode())
    try:
        tried, failed = all_failures(probe)
    except Exception:  # whatever a heuristic trips over: then it knows nothing of this letter
        return set(), set()
    return {one.decode("ascii", "replace") for one in failed}, {one.decode("ascii", "replace") for one in tried}


def _in_words(text: str) -> tuple[str, str]:
    """A code in a text (`5.1.1`, or its class alone), and the paragraph it stands in."""
    for pattern in (*_IN_WORDS, _REPLY):
        if match := pattern.search(text):
            start = max(text.rfind("\n\n", 0, match.start()), 0)
            end = text.find("\n\n", match.end())
            return match.group("status"), text[start : end if end >= 0 else None]
    return "", ""


def _by_class(status: str) -> Kind:
    return {"5": Kind.BOUNCED, "4": Kind.DELAYED}.get(status[:1], Kind.UNKNOWN)


def _without_report(message: Message) -> Kind:
    if _away(message):
        return Kind.AUTO_REPLY
    if message.get_content_type() == "multipart/report" or header(message, "Return-Path") == "<>":
        return Kind.UNKNOWN
    if message.get("List-Id") or message.get("List-Unsubscribe") or header(message, "Precedence").lower() == "list":
        return Kind.UNKNOWN
    return Kind.ANSWER


def _away(message: Message) -> bool:
    """A machine answers for a person (RFC 3834 5, RFC 5230, and the older signs)."""
    said = header(message, "Auto-Submitted").lower()
    if said:
        return re.split(r"[;\s(]", said)[0] != "no"
    if any(message.get(name) is not None for name in _AWAY_HEADERS):
        return True
    if header(message, "Precedence").lower() in ("auto_reply", "bulk", "junk"):
        return not (message.get("List-Id") or message.get("List-Unsubscribe"))
    return bool(_AWAY.match(header(message, "Subject")))


def _after_type(value: str) -> str:
    """Without the `dns;`, `rfc822;`, `smtp;` before a value of a report."""
    before, mark, after = value.partition(";")
    return after.strip() if mark and re.fullmatch(r"\s*[A-Za-z0-9-]{1,20}\s*", before) else value.strip()


def _domain(names: Iterable[str]) -> str:
    for name in names:
        parts = re.split(r"@|[%=+]40", name)
        host = _host(re.split(r"[>\s]", parts[-1])[0]) if len(parts) > 1 else ""
        if host:
            return host
    return ""


def _host(value: str) -> str:
    """A host or a domain in lower case, or nothing: what is none is not kept."""
    value = value.strip().rstrip(".").lower()
    return value if len(value) <= 253 and value.isprintable() and _HOST.fullmatch(value) else ""
