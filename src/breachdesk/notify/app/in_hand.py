"""What carriers have in hand: rows of the ledger that are taken before anything is sent, and what becomes of them when
a carrier ends, or is no more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q

from breachdesk.journal.app.actions import Hand
from breachdesk.notify.app import ledger
from breachdesk.notify.app.ledger import Word
from breachdesk.notify.app.models import Carrier, Delivery, Sending
from breachdesk.notify.recipients import Place
from breachdesk.notify.states import Channel, State

#: The first half of the advisory locks of carriers.
_LOCKS = 0x6E6F7469


class Held(NamedTuple):
    """A delivery in the hands of a carrier."""

    id: int
    place: Place
    letter: int
    domain: str
    attempt: int
    tries: int


#: No try is put off so long (backoff): a clock that was ahead has been put back since.
_NEVER_SO_LATE = timedelta(hours=5)
_AGAIN = "(next_at <= %(at)s OR next_at > %(at)s + interval '5 hours')"


@transaction.atomic
def claim(
    carrier: Carrier,
    channel: Channel,
    *,
    most: int,
    at: datetime,
    zone: str | None = None,
    after: int = 0,
    without: Sequence[str] = (),
) -> list[Held]:
    """Take up to `most` in hand, in their order: what is due again first, then what was never tried, beyond row
    `after`. `zone`: only people of that country. `without`: receiving domains that are to wait. No other carrier gets
    the same; it is in hand when the transaction has committed."""
    found = _taken(carrier, channel, State.DEFERRED, _AGAIN, most, at, zone, 0, without)
    if len(found) < most:
        found += _taken(carrier, channel, State.QUEUED, "TRUE", most - len(found), at, zone, after, without)
    return found


def give_back(rows: Sequence[int]) -> None:
    """They were taken in hand, and nobody tried: they are as they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE notify_delivery SET state = 'queued', tries = tries - 1, carrier_id = NULL
               WHERE id = ANY(%s::bigint[]) AND state = 'sending'""",
            [list(rows)],
        )


def _taken(
    carrier: Carrier,
    channel: Channel,
    state: State,
    due: str,
    most: int,
    at: datetime,
    zone: str | None,
    after: int,
    without: Sequence[str],
) -> list[Held]:
    said: dict[str, Any] = {
        "sending": carrier.sending_id, "channel": channel, "state": state, "at": at, "zone": zone, "after": after,
        "without": list(without), "most": most, "carrier": carrier.id,
    }  # fmt: skip
    only = " AND zone = %(zone)s" if zone is not None else ""
    only += " AND NOT domain = ANY(%(without)s)" if without else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH picked AS (
                SELECT id FROM notify_delivery
                WHERE sending_id = %(sending)s AND channel = %(channel)s AND state = '{state.value}' AND {due}
                  AND id > %(after)s{only}
                ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
            UPDATE notify_delivery d
            SET state = 'sending', carrier_id = %(carrier)s, tries = tries + 1, at = %(at)s, sent_at = %(at)s
            FROM picked WHERE d.id = picked.id
            RETURNING d.id, d."offset", d.length, d.letter, d.domain, d.attempt, d.tries
            """,  # noqa: S608 - only words of ours  # nosec B608
            said,
        )
        rows = cursor.fetchall()
    return sorted(Held(id, Place(begin, length), *rest) for id, begin, length, *rest in rows)


def ready(sending: Sending, at: datetime, channels: Sequence[Channel]) -> bool:
    """Whether anything could be taken in hand by one of these now."""
    return (
        Delivery.objects.filter(sending=sending, channel__in=channels)
        .filter(
            Q(state=State.QUEUED)
            | Q(state=State.DEFERRED, next_at__lte=at)
            | Q(state=State.DEFERRED, next_at__gt=at + _NEVER_SO_LATE)
        )
        .exists()
    )


def backoff(tries: int) -> timedelta:
    """How long to wait after so many vain tries: five minutes, doubled each time, at most four hours; a greylist lets
    one in after some minutes (RFC 6647), an MTA tries for days (RFC 5321 4.5.4.1)."""
    return min(timedelta(minutes=5 * float(2 ** max(0, min(tries, 12) - 1))), timedelta(hours=4))


def begin(sending: Sending, where: str, at: datetime, *, log: str = "") -> Carrier:
    """A carrier of this process. It is alive while this connection lives. `log`: where the log of the relay ends."""
    carrier = Carrier.objects.create(sending=sending, where=where[:120], begun_at=at, log=log)
    alive(carrier)
    return carrier


@transaction.atomic
def trouble(sending: int, channel: Channel, said: str) -> None:
    """Why nothing goes by this channel now; nothing: it goes. What other channels say is left."""
    held = Sending.objects.select_for_update().only("troubles").get(id=sending)
    others = {name: one for name, one in held.troubles.items() if name != channel}
    troubles = {**others, channel.value: said[:300]} if said else others
    if troubles != held.troubles:
        Sending.objects.filter(id=sending).update(troubles=troubles)


def alive(carrier: Carrier) -> None:
    """Say so again, after the connection was lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [_LOCKS, carrier.id])


def give_back_unheard(carrier: Carrier) -> int:
    """Of a carrier that has told of all it tried. What is still written down as in its hands it never got: the database
    went away between taking it in hand and saying so. Returns how many."""
    left = Delivery.objects.filter(carrier=carrier, state=State.SENDING)
    return left.update(state=State.QUEUED.value, tries=F("tries") - 1, carrier=None)


@transaction.atomic
def end(carrier: Carrier, at: datetime) -> None:
    """It has told of all it tried, and says so."""
    give_back_unheard(carrier)
    Carrier.objects.filter(id=carrier.id).update(ended_at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCKS, carrier.id])


def bury(sending: Sending, *, by: Hand) -> int:
    """What is in the hands of carriers that are no more, whatever they said last, is in doubt from now on; returns how
    many rows."""
    doubtful = 0
    busy = Delivery.objects.filter(carrier=OuterRef("id"), state=State.SENDING)
    for carrier in Carrier.objects.filter(Exists(busy), sending=sending):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCKS, carrier.id])
                if not cursor.fetchone()[0]:
                    continue
            Carrier.objects.filter(id=carrier.id, ended_at=None).update(ended_at=by.at)
            left = Delivery.objects.filter(carrier=carrier, state=State.SENDING.value).values_list("id", flat=True)
            words = [Word(id, State.DOUBT) for id in left]
            ledger.tell(sending, words, source="carrier", by=by)
            doubtful += len(words)
    return doubtful
