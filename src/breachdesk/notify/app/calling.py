"""Telling people by telephone: one call at a time is taken in hand, with the number, the name and what to say.

What came of it goes into the ledger: whoever did not answer is called again, a wrong number leads to the next way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q, QuerySet

from breachdesk.case.app.actions import still_open
from breachdesk.ground.refused import Refused
from breachdesk.ground.sealing import SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.notify.app import ledger, pens, quiet
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Delivery, Sending
from breachdesk.notify.recipients import Place
from breachdesk.notify.states import Channel, State
from breachdesk.notify.values import Person
from breachdesk.vault.store import BadVault

#: A call that was taken and not told of is anybody's again after that time.
FREE_AFTER = timedelta(minutes=30)
AGAIN_AFTER = timedelta(hours=4)
_IN_HAND = "call of "


class Outcome(StrEnum):
    REACHED = "reached"  # the person was told
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"  # they would not listen: another way is tried


_STATES: Mapping[Outcome, State] = {
    Outcome.REACHED: State.DELIVERED,
    Outcome.NO_ANSWER: State.DEFERRED,
    Outcome.WRONG_NUMBER: State.REFUSED,
    Outcome.REFUSED: State.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Call:
    """`row`: of the ledger; `text`: the letter they would have got, to read from."""

    row: int
    name: str
    number: str
    language: str
    text: str
    tries: int


def left(sending: Sending) -> int:
    """How many are to be called, or called again."""
    stands = ledger.standing(sending)
    return stands.get((Channel.PHONE, State.QUEUED), 0)


@transaction.atomic
def take(sending: Sending, *, by: Hand) -> Call | None:
    """The next one, for whoever asks; the one they have in hand still, if they have one. None when nobody is to be
    called now. That whole values were seen is in the journal. Raises Refused."""
    still_open(sending.case)
    if not sending.live:
        raise Refused("sendings.refused.not_now")
    row = in_hand(sending, by.actor.name) or _next(sending, by)
    if row is None:
        return None
    mine = _mark(by.actor.name)
    if row.state != State.SENDING or row.told != mine:
        row.state, row.at, row.sent_at = State.SENDING.value, by.at, by.at
        row.told, row.tries = mine, row.tries + 1
        row.save(update_fields=["state", "at", "sent_at", "told", "tries"])
        write(
            "notify.call.taken",
            by=by,
            case=sending.case.number,
            refs={"sending": sending.number, "delivery": row.id},
            payload={"unmasked": True},
        )
    return call_of(sending, row)


def in_hand(sending: Sending, who: str) -> Delivery | None:
    """The call this account (by its address) has taken and not told of."""
    return _calls(sending).filter(state=State.SENDING, told=_mark(who)).first()


def _calls(sending: Sending) -> "QuerySet[Delivery]":
    return Delivery.objects.filter(sending=sending, channel=Channel.PHONE.value)


def _next(sending: Sending, by: Hand) -> Delivery | None:
    ready = Q(state=State.QUEUED.value) | Q(state=State.DEFERRED.value, next_at__lte=by.at)
    ready |= Q(state=State.SENDING.value, at__lt=by.at - FREE_AFTER)
    found = _calls(sending).filter(ready).select_for_update(skip_locked=True).order_by("id")
    zones = quiet.zones(sending, by.at)
    if zones != [None]:
        found = found.filter(zone__in=[one for one in zones if one is not None])
    return found.first()


def _mark(who: str) -> str:
    return f"{_IN_HAND}{who}"[:300]


def call_of(sending: Sending, row: Delivery) -> Call:
    """Raises Refused when the list is gone."""
    try:
        with pens.recipients_of(sending) as people:
            one = people.at([Place(row.offset, row.length)])[0]
        letter = pens.wording_of(sending).letters[one.letter]
    except (BadVault, SealError, FileNotFoundError):
        raise Refused("sendings.refused.gone") from None
    samples = dict(zip(letter.elements, one.samples, strict=False))
    person = Person(one.name, samples=samples, code=one.code)
    return Call(
        row.id, one.name, one.phones[row.attempt], letter.language, letter.cast(person, row.at.date()).text, row.tries
    )


@transaction.atomic
def tell(sending: Sending, row: int, outcome: Outcome, *, note: str, by: Hand) -> None:
    """What came of the call this person has in hand. `note`: nothing of the person, kept with the delivery. Raises
    Refused for another call."""
    held = in_hand(sending, by.actor.name)
    if held is None or held.id != row:
        raise Refused("sendings.refused.not_your_call")
    again: datetime | None = by.at + AGAIN_AFTER if outcome is Outcome.NO_ANSWER else None
    said = f"{outcome.value} {note.strip()}".strip()[:300]
    ledger.tell(sending, [Word(row, _STATES[outcome], told=said, again=again)], source="hand", by=by)
