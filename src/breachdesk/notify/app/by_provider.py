"""Mail by a provider (django-anymail): one request for each person, over a few connections, and never a second one
for what may have been taken."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import requests
from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailMessage
from django.core.mail import get_connection

from breachdesk.notify import marks
from breachdesk.notify.app.in_hand import Held
from breachdesk.notify.app.pens import Pen, person_of
from breachdesk.notify.outcomes import End, Outcome, Told, Unusable
from breachdesk.notify.recipients import Recipient
from breachdesk.notify.said import harmless
from breachdesk.notify.states import Channel

#: What a message carries to be known again by.
MARK = "mark"
_CONNECTIONS = 8
_TAKEN = ("sent", "queued")
_WORDS = ("Message", "message", "ErrorMessage", "error", "detail", "title")  # where providers say why
#: Nobody's fault but the account's, or of the moment: whoever was in hand is as before.
_NOT_NOW = (401, 402, 403, 404, 405, 407, 408, 429, 503)


@dataclass(frozen=True, slots=True)
class Post:
    """`content`: the letter as a relay would get it, for its hash and its proof; the provider writes its own."""

    key: int
    content: bytes
    to: str
    sender: str
    reply_to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    token: str


@dataclass(frozen=True, slots=True)
class ByProvider:
    """`name`: as Anymail calls it."""

    name: str
    channel: ClassVar[Channel] = Channel.EMAIL
    source: ClassVar[str] = "provider"
    batch: ClassVar[int] = 100  # what is in doubt waits for the provider to tell

    @property
    def rate(self) -> tuple[str, float | None]:
        return "provider", None

    def write(self, pen: Pen, held: Held, recipient: Recipient, at: datetime, token: str) -> Post:
        mail = pen.write(held.id, held.attempt, recipient, at, token)
        letter, sender = pen.wording.letters[recipient.letter], pen.wording.sender
        cast = letter.cast(person_of(letter, recipient), at.date())
        name = sender.names[letter.language].replace('"', "'")
        headers = {"Content-Language": letter.language, "Auto-Submitted": "auto-generated"}
        headers["Message-ID"] = marks.message_id(token, sender.return_domain)
        return Post(
            held.id, mail.content, mail.recipient, f'"{name}" <{sender.address}>', sender.reply_to, letter.title,
            cast.text, cast.html, headers, token,
        )  # fmt: skip

    def send(self, items: Iterator[Post], told: Told) -> int:
        shared = _Shared(items, told)
        threads = [threading.Thread(target=_work, args=(self.name, shared), daemon=True) for _ in range(_CONNECTIONS)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        if shared.broken is not None:
            raise shared.broken
        if shared.trouble:
            raise Unusable(shared.trouble)
        return shared.taken


def wants(name: str) -> str:
    """What it lacks to be used, in words; nothing when it has all. Nobody is asked."""
    try:
        get_connection(f"anymail.backends.{name}.EmailBackend")
    except (AnymailError, AnymailConfigurationError, ImportError) as error:
        return harmless(str(error))
    return ""


class _Shared:
    """Where all connections take from and tell to."""

    def __init__(self, items: Iterator[Post], told: Told) -> None:
        self._items, self._told, self._lock = items, told, threading.Lock()
        self.taken, self.good, self.bad = 0, 0, 0
        self.trouble = ""
        self.broken: BaseException | None = None

    def next(self) -> Post | None:
        with self._lock:
            item = None if self.trouble or self.broken else next(self._items, None)
            self.taken += item is not None
            return item

    def tell(self, item: Post, outcome: Outcome) -> None:
        """One that is sent back again and again may be at fault itself; when all are, the account is."""
        with self._lock:
            self.good += outcome.end is End.ACCEPTED
            self.bad += outcome.end is End.LATER
            if outcome.end in (End.BACK, End.DOUBT) or (self.bad >= _CONNECTIONS and not self.good):
                self.trouble = self.trouble or outcome.told or f"the provider answers {outcome.code}"
        self._told(item.key, outcome)


def _work(name: str, shared: _Shared) -> None:
    try:
        backend: Any = get_connection(f"anymail.backends.{name}.EmailBackend", fail_silently=False)
        backend.open()
        try:
            while (item := shared.next()) is not None:
                shared.tell(item, _posted(backend, item))
        finally:
            backend.close()
    except (AnymailError, AnymailConfigurationError) as error:  # a setting is missing
        shared.trouble = shared.trouble or harmless(str(error))
    except BaseException as error:  # raised where it is waited for
        shared.broken = error


def _posted(backend: Any, item: Post) -> Outcome:
    """Send one; what is not certain is in doubt."""
    message = AnymailMessage(item.subject, item.text, item.sender, [item.to], headers=item.headers)
    message.attach_alternative(item.html, "text/html")
    message.reply_to = [item.reply_to] if item.reply_to else []
    message.metadata = {MARK: item.token}
    if backend.esp_name in _ASKED_NOT_TO_TRACK:
        message.track_clicks = message.track_opens = False  # nobody's reading is watched
    try:
        backend.send_messages([message])
    except AnymailRecipientsRefused as error:
        return Outcome(End.REFUSED, 0, harmless(f"refused: {_states(error.email_message)}", (item.to,)))
    except AnymailAPIError as error:
        return _refused(error, item)
    except AnymailError as error:
        return Outcome(End.LATER, 0, harmless(str(error), (item.to,)))
    states = _states(message)
    if states and set(states) <= set(_TAKEN):
        return Outcome(End.ACCEPTED, 0, ", ".join(sorted(states)))
    return Outcome(End.DOUBT, 0, f"the provider answers {', '.join(sorted(states)) or 'nothing'}")


#: Who can be asked so for each message; with the others the account has to be set so.
_ASKED_NOT_TO_TRACK = (
    "MailerSend", "Mailgun", "Mailjet", "Mandrill", "Postmark", "SendGrid", "SparkPost", "Unisender Go",
)  # fmt: skip


def _states(message: Any) -> set[str]:
    return {one for one in (message.anymail_status.status or ()) if one}


def _refused(error: AnymailAPIError, item: Post) -> Outcome:
    code = error.status_code or 0
    said = harmless(f"{code or ''} {_said(error)}".strip(), (item.to,))
    if not code:
        began = not isinstance(error, requests.ConnectTimeout) and not _unreached(error)
        return Outcome(End.DOUBT if began else End.BACK, 0, said)
    if code in _NOT_NOW:
        return Outcome(End.BACK, code, said)
    return Outcome(End.LATER if 400 <= code < 500 else End.DOUBT, code, said)


def _unreached(error: BaseException) -> bool:
    """Whether no connection came about, so that nothing can have been taken."""
    from urllib3.exceptions import NewConnectionError

    cause: Any = error.__cause__
    reason = getattr(cause.args[0], "reason", None) if cause is not None and cause.args else None
    return isinstance(reason, NewConnectionError)


def _said(error: AnymailAPIError) -> str:
    """What the provider answered, in its own words, without what we sent."""
    if error.response is None:
        return f"{type(error.__cause__).__name__ if error.__cause__ else error.args[0]}"
    text = str(error.response.text)[:2000]
    with suppress(ValueError):
        found = json.loads(text)
        words = [found.get(one) for one in _WORDS] if isinstance(found, dict) else []
        text = next((one for one in words if isinstance(one, str) and one), text)
    return " ".join(text[:300].split())
