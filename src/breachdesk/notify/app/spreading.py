"""Where, in which languages and by which ways people have been told. Counted over the ledger once a minute, as a
million rows take longer to count than a page may take; a page says as of when."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Max

from breachdesk.notify.app.models import Delivery, Sending, Tally
from breachdesk.notify.app.progress import GROUPS, Bar, bars
from breachdesk.notify.mould import Mould
from breachdesk.notify.states import State

#: A carrier's word may be written down this much later than it says.
_SETTLED = timedelta(minutes=10)


class Share(NamedTuple):
    """The people of one place, or of one language. `drawn`: as in Lane; `groups`: (group, people)."""

    name: str
    people: int
    told: int
    drawn: Sequence[Bar]
    groups: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Spread:
    """Most people first."""

    places: Sequence[Share]
    languages: Sequence[Share]
    at: datetime


class Home(NamedTuple):
    """The letters to people who live in one place, with their numbers in the wording. `people`: 0 while nothing is
    counted."""

    residence: str
    people: int
    letters: tuple[tuple[int, Mould, int], ...]


def homes(sending: Sending, letters: Sequence[Mould]) -> list[Home]:
    """Most people first, the places and the letters of each."""
    people: Counter[int] = Counter()
    for letter, _, _, n in sending.spread:
        people[letter] += n
    found: dict[str, list[tuple[int, Mould, int]]] = defaultdict(list)
    for number, one in enumerate(letters):
        found[one.residence].append((number, one, people[number]))
    made = [
        Home(residence, sum(n for *_, n in there), tuple(sorted(there, key=lambda one: (-one[2], one[0]))))
        for residence, there in found.items()
    ]
    return sorted(made, key=lambda one: (-one.people, one.residence))


def count(sending: Sending, at: datetime) -> bool:
    """Count anew, while anything moves; whether it was counted."""
    moved = Tally.objects.filter(sending=sending).aggregate(at=Max("at"))["at"]
    if moved is None or (sending.spread_at is not None and moved < sending.spread_at - _SETTLED):
        return False
    rows = Delivery.objects.filter(sending=sending, last=True).values_list("letter", "state", "channel").order_by()
    sending.spread = sorted(map(list, rows.annotate(n=Count("id"))))
    sending.spread_at = at
    sending.save(update_fields=["spread", "spread_at"])
    return True


def spread(sending: Sending, letters: Sequence[Mould]) -> Spread | None:
    """None: not counted yet, or nothing is known of its letters (any more)."""
    rows = [(letters[letter], State(state), n) for letter, state, _, n in sending.spread if letter < len(letters)]
    if sending.spread_at is None or not rows:
        return None
    places = _shares((one.residence, state, n) for one, state, n in rows)
    languages = _shares((one.language, state, n) for one, state, n in rows)
    return Spread(places, languages, sending.spread_at)


def _shares(rows: Iterable[tuple[str, State, int]]) -> list[Share]:
    found: dict[str, Counter[State]] = defaultdict(Counter)
    for name, state, n in rows:
        found[name][state] += n
    most = max((sum(own.values()) for own in found.values()), default=1)
    shares = []
    for name, own in found.items():
        groups = [(group, sum(own[state] for state in states)) for group, states in GROUPS]
        shares.append(
            Share(name, sum(own.values()), groups[0][1], bars(own, most), [(group, n) for group, n in groups if n])
        )
    return sorted(shares, key=lambda one: (-one.people, one.name))
