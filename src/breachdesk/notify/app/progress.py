"""How a sending stands, for a page: who is told, what waits, how fast it goes, whether the deadline will be met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count

from breachdesk.notify.app import ledger
from breachdesk.notify.app.ledger import Counts, Stands
from breachdesk.notify.app.models import Delivery, Sending, Standing, words_of
from breachdesk.notify.states import FAILED, TOLD, WAITING, Channel, State

_WINDOW = timedelta(minutes=10)
_LEAST = timedelta(seconds=30)
_DOMAINS = 12
GROUPS = (("told", TOLD), ("waiting", WAITING), ("failed", FAILED), ("cancelled", frozenset((State.CANCELLED,))))


class Bar(NamedTuple):
    """People of one group; where it begins and how wide it is, of 100."""

    group: str
    people: int
    x: str
    width: str


class Lane(NamedTuple):
    """A channel of the river: people by how they stand."""

    channel: Channel
    drawn: Sequence[Bar]
    states: Sequence[tuple[str, State, int]]  # group, state, people
    people: int

    @property
    def words(self) -> str:
        """What its states are called."""
        return words_of(self.channel)


class Domain(NamedTuple):
    """Where it did not arrive."""

    domain: str
    state: State
    n: int
    told: str
    channel: Channel

    @property
    def words(self) -> str:
        """What its state is called."""
        return words_of(self.channel)


@dataclass(frozen=True, slots=True)
class Progress:
    """`counts`: whom it reached is told by a notice, and warned by an early warning. `per_second`: over the last ten
    minutes; `done_at`: when everybody who waits will be reached at that rate; `late`: that this is after the deadline,
    or the deadline has passed."""

    counts: Counts
    lanes: Sequence[Lane]
    per_second: float
    done_at: datetime | None
    late: bool
    early: bool

    @property
    def told(self) -> int:
        return 0 if self.early else self.counts.told

    @property
    def warned(self) -> int:
        return self.counts.told if self.early else 0

    @property
    def percent(self) -> int:
        """People reached, of all; 100 only when it is all of them."""
        return 100 * self.counts.told // self.counts.people if self.counts.people else 0


def progress(sending: Sending, at: datetime, stands: Stands | None = None) -> Progress:
    """Two queries, whatever the number of people; one less when how it `stands` is known."""
    stands = ledger.standing(sending) if stands is None else stands
    counts = ledger.counts(stands)
    rate = _rate(sending, at)
    machines = (Channel.EMAIL, Channel.SMS)
    left = sum(n for (way, state), n in stands.items() if way in machines and state in WAITING - {State.HELD})
    done_at = at + timedelta(seconds=left / rate) if rate and left else None
    late = bool(sending.due and counts.unresolved and (at > sending.due or (done_at and done_at > sending.due)))
    return Progress(counts, _lanes(stands, counts.people), rate, done_at, late, sending.early)


def _rate(sending: Sending, at: datetime) -> float:
    if sending.begun_at is None or sending.standing != Standing.GOING:
        return 0.0
    since = max(sending.begun_at, at - _WINDOW)
    if at - since < _LEAST:
        since = at - _LEAST
    return ledger.told_since(sending, since) / (at - since).total_seconds()


def _lanes(stands: Stands, people: int) -> list[Lane]:
    lanes = []
    for channel in Channel:
        own = {state: n for (one, state), n in stands.items() if one is channel}
        states = [(name, state, own[state]) for name, group in GROUPS for state in State if state in group & set(own)]
        if own:
            lanes.append(Lane(channel, bars(own, people), states, sum(own.values())))
    return lanes


def bars(own: Mapping[State, int], people: int) -> list[Bar]:
    """Told, waiting, not reached, called off, one after the other, of so many people."""
    drawn, x = [], 0.0
    for name, group in GROUPS:
        if count := sum(n for state, n in own.items() if state in group):
            width = 100 * count / people
            drawn.append(Bar(name, count, f"{x:.3f}", f"{width:.3f}"))
            x += width
    return drawn


def domains(sending: Sending) -> list[Domain]:
    """Where most of what did not arrive was going, with what one of them said."""
    states = [State.REFUSED.value, State.BOUNCED.value, State.COMPLAINED.value, State.DEFERRED.value]
    rows = (
        Delivery.objects.filter(sending=sending, state__in=states)
        .exclude(channel=Channel.LETTER)  # these stand with their batches
        .values("channel", "domain", "state")
        .annotate(n=Count("id"))
        .order_by("-n", "domain")[:_DOMAINS]
    )
    found = []
    for row in rows:
        channel, state = Channel(row["channel"]), State(row["state"])
        found.append(Domain(row["domain"], state, row["n"], _said(sending, row), channel))
    return found


def _said(sending: Sending, row: Mapping[str, Any]) -> str:
    found = Delivery.objects.filter(
        sending=sending, channel=row["channel"], domain=row["domain"], state=row["state"]
    ).exclude(told="")
    one = found.values("code", "told").first()
    return f"{one['code'] or ''} {one['told']}".strip() if one else ""
