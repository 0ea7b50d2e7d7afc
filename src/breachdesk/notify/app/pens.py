"""Writes what a sending says to each: cast from what was approved, for whom it was approved."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from breachdesk.ground import clock
from breachdesk.ground.keys import Key, KeyRing
from breachdesk.journal.app.actions import Hand
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.notify import marks
from breachdesk.notify.app.models import Sending
from breachdesk.notify.message import Frame, Writer, writer
from breachdesk.notify.mould import Mould, Unfilled
from breachdesk.notify.recipients import Recipient, Recipients
from breachdesk.notify.smtp import Mail
from breachdesk.notify.texts import Text
from breachdesk.notify.values import Person
from breachdesk.notify.wording import Wording, read_wording
from breachdesk.vault.app import keys

_KEY = "deliveries"


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


def person_of(letter: Mould, recipient: Recipient) -> Person:
    samples = dict(zip(letter.elements, recipient.samples, strict=False))
    return Person(recipient.name, samples=samples, code=recipient.code)


@dataclass(slots=True)
class Pen:
    """Of one sending."""

    wording: Wording
    key: Key
    _writers: dict[int, Writer] = field(default_factory=dict)

    def write(self, row: int, attempt: int, recipient: Recipient, at: datetime, known: str = "") -> Mail:
        """`known`: the mark of the row, where it is known. Raises Unfilled, BadMessage."""
        sender = self.wording.sender
        person = person_of(self.wording.letters[recipient.letter], recipient)
        token = known or marks.mark(row, self.key)
        to = recipient.emails[attempt]
        content = self._writer(recipient.letter).write(
            person, at.date(), to=to, message_id=marks.message_id(token, sender.return_domain), at=at
        )
        back = marks.return_path(token, sender.return_local, sender.return_domain)
        return Mail(row, back, to, content, dotless=True)

    def text(self, row: int, attempt: int, recipient: Recipient, back: str = "") -> Text:
        """`back`: where the gateway may tell of it. Raises Unfilled."""
        short = self.wording.letters[recipient.letter].short
        if not short:
            raise Unfilled("the wording has no text message")
        return Text(row, self.wording.sender.texts, recipient.phones[attempt], short, back)

    def _writer(self, letter: int) -> Writer:
        found = self._writers.get(letter)
        if found is None:
            one, sender = self.wording.letters[letter], self.wording.sender
            frame = Frame(sender.address, sender.names[one.language], one.title, one.language, sender.reply_to)
            found = writer(frame, one)
            self._writers[letter] = found
        return found
