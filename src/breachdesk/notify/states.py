"""How a delivery stands, and which way it may go: forward only, whatever comes late, twice or out of order."""

from collections.abc import Mapping
from enum import StrEnum


class Channel(StrEnum):
    """`NONE`: there is no address of any kind; the row says that this person waits for a substitute."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"
    PHONE = "phone"
    NONE = "none"


class State(StrEnum):
    HELD = "held"  # waits for a day or a word: a police hold
    QUEUED = "queued"
    SENDING = "sending"  # in the hands of a carrier
    DEFERRED = "deferred"  # not now, said the other side; it certainly was not taken
    DOUBT = "doubt"  # handed over, and nobody knows whether it was taken
    ACCEPTED = "accepted"  # the other side has it: a relay, a print house
    DELIVERED = "delivered"
    REFUSED = "refused"  # it never will be taken
    BOUNCED = "bounced"
    COMPLAINED = "complained"  # it came, and was called spam
    RETURNED = "returned"  # a letter that came back
    UNREACHABLE = "unreachable"
    SUBSTITUTED = "substituted"  # told as the law lets it be told when there is no other way
    CANCELLED = "cancelled"  # stopped before it went


_HANDED = (
    State.ACCEPTED,
    State.REFUSED,
    State.DELIVERED,
    State.BOUNCED,
    State.COMPLAINED,
    State.RETURNED,
)
_OPEN = (State.UNREACHABLE, State.CANCELLED)
#: What may follow what. Whatever is not here changes nothing.
FORWARD: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset((State.QUEUED, *_OPEN)),
    State.QUEUED: frozenset((State.SENDING, *_HANDED, *_OPEN)),
    State.SENDING: frozenset((State.DEFERRED, State.DOUBT, *_HANDED)),
    State.DEFERRED: frozenset((State.SENDING, *_HANDED, *_OPEN)),
    State.DOUBT: frozenset((State.DEFERRED, *_HANDED)),
    State.ACCEPTED: frozenset((State.DELIVERED, State.BOUNCED, State.COMPLAINED, State.RETURNED)),
    State.DELIVERED: frozenset((State.BOUNCED, State.COMPLAINED, State.RETURNED)),
    State.REFUSED: frozenset((State.SUBSTITUTED,)),
    State.BOUNCED: frozenset((State.SUBSTITUTED,)),
    State.RETURNED: frozenset((State.SUBSTITUTED, State.CANCELLED)),  # called off: they have died
    State.UNREACHABLE: frozenset((State.SUBSTITUTED,)),
    State.COMPLAINED: frozenset(),
    State.SUBSTITUTED: frozenset(),
    State.CANCELLED: frozenset(),
}
#: The person has been told, as far as anybody knows.
TOLD = frozenset((State.ACCEPTED, State.DELIVERED, State.COMPLAINED, State.SUBSTITUTED))
#: It did not reach them: another way is tried, or they are still to be told.
FAILED = frozenset((State.REFUSED, State.BOUNCED, State.RETURNED, State.UNREACHABLE))
#: It is still on its way, or has not begun.
WAITING = frozenset((State.HELD, State.QUEUED, State.SENDING, State.DEFERRED, State.DOUBT))
#: What a carrier may take.
READY = (State.QUEUED, State.DEFERRED)


def may_follow(before: State, after: State) -> bool:
    return after in FORWARD[before]


def steps() -> list[str]:
    """FORWARD, each as `before after`."""
    return [f"{before} {after}" for before, then in FORWARD.items() for after in sorted(then)]
