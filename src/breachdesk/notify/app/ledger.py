"""The delivery ledger: who is handed out to be written to, what was told of each, and how many stand how.

SMTP gives no "exactly once" (RFC 1047), so a row is in hand before anything is sent, and what was in the hands of a
carrier that is no more is in doubt until somebody looks it up. Rows only go forward (states.py). Everything here is a
few statements for a whole batch; none of them counts rows.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Sum

from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.tree import Tree, leaf_hash
from breachdesk.notify.app.models import Batch, Event, Piece, Sending, Tally
from breachdesk.notify.recipients import Place
from breachdesk.notify.states import FAILED, TOLD, WAITING, Channel, State, steps

_BITS = 4
MOST_ADDRESSES = 15  # of one channel
_ORDER = (Channel.EMAIL, Channel.SMS, Channel.LETTER, Channel.PHONE)


def ways(counts: Mapping[Channel, int]) -> int:
    """How many addresses of each channel somebody has, as the ledger keeps it: at most 15 of each."""
    return sum(min(counts.get(one, 0), MOST_ADDRESSES) << (_BITS * place) for place, one in enumerate(_ORDER))


def has(kept: int, channel: Channel) -> int:
    """How many addresses of a channel `ways` counted."""
    return (kept >> (_BITS * _ORDER.index(channel))) & MOST_ADDRESSES if channel in _ORDER else 0


class Row(NamedTuple):
    """A delivery that is to be. `person`: -2**63 <= person < 2**63."""

    person: int
    channel: Channel
    state: State
    letter: int
    zone: str
    domain: str
    place: Place
    ways: int


_COLUMNS = (
    "sending_id", "person", "channel", "attempt", "state", "last", "letter", "zone", "domain", '"offset"', "length",
    "ways", "tries", "at", "code", "told",
)  # fmt: skip


def enroll(sending: Sending, rows: Iterable[Row], at: datetime) -> int:
    """Put everybody into the ledger, in the transaction that runs; returns how many."""
    counts: Counter[tuple[str, str]] = Counter()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY notify_delivery ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for row in rows:
            counts[row.channel, row.state] += 1
            copy.write_row(
                (
                    sending.id, row.person, row.channel, 0, row.state, True, row.letter, row.zone, row.domain,
                    row.place.offset, row.place.length, row.ways, 0, at, 0, "",
                )
            )  # fmt: skip
    _tally(sending.id, at, counts)
    transaction.on_commit(_look_over, robust=True)  # everybody is in by then, whatever becomes of this
    return sum(counts.values())


def _look_over() -> None:
    """So that the database knows what lies there before carriers come: by its own clock it looks a minute later, and
    until then it sorts all that waits to hand out the next few."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notify_delivery")


def strike(sending: Sending) -> None:
    """Take everybody out again, of a sending that never went."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM notify_delivery WHERE sending_id = %s", [sending.id])
        cursor.execute("DELETE FROM notify_tally WHERE sending_id = %s", [sending.id])


def _tally(sending: int, at: datetime, counts: Mapping[tuple[str, str], int]) -> None:
    rows = [(channel, state, n) for (channel, state), n in sorted(counts.items()) if n]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO notify_tally (sending_id, at, channel, state, n)
               SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::bigint[])""",
            [sending, at, *(list(map(str, column)) for column in zip(*rows, strict=True))],
        )


class Word(NamedTuple):
    """What was told of a delivery. `again`: when to try again, of one that was put off. `content`: SHA-256 of what
    went. `outside`: by what number whoever told it knows it, so that it counts once. `refs`: by which numbers a gateway
    knows the message, one for each part."""

    id: int
    state: State
    code: int = 0
    told: str = ""
    again: datetime | None = None
    content: bytes | None = None
    outside: str = ""
    refs: tuple[str, ...] = ()


class Moved(NamedTuple):
    """A delivery that stands otherwise now."""

    id: int
    before: State
    after: State
    channel: Channel
    attempt: int
    person: int
    domain: str
    ways: int


@transaction.atomic
def tell(sending: Sending, words: Sequence[Word], *, source: str, by: Hand, other_way: bool = True) -> list[Moved]:
    """Write down what was told of deliveries of one sending. What cannot follow how a row stands changes nothing, and
    is kept all the same; whom it did not reach is told the next way, unless no `other_way` is to be tried. One entry of
    the journal for all of it. Returns what stands otherwise now."""
    words = _fresh(words)
    if not words:
        return []
    ordered = sorted(words, key=lambda one: one.id)
    batch = Batch.objects.create(sending=sending, at=by.at, count=len(ordered), root=tree_of(ordered).root())
    moved = _moved(sending, batch, ordered, source, by.at)
    _keep_pieces(words)
    counts: Counter[tuple[str, str]] = Counter()
    for one in moved:
        counts[one.channel, _counted(one.before)] -= 1
        counts[one.channel, _counted(one.after)] += 1
    failed = [one for one in moved if one.after in FAILED] if other_way else []
    fallen = fall_back(sending, failed, by.at, counts)
    _tally(sending.id, by.at, counts)
    told = Counter(one.state.value for one in words)
    entry = write(
        "notify.deliveries.told",
        by=by,
        case=sending.case.number,
        refs={"sending": sending.number, "batch": batch.id},
        payload={
            "source": source,
            "deliveries": len(words),
            "moved": len(moved),
            "other_way": fallen,
            "states": [f"{name} {n}" for name, n in sorted(told.items())],
            "root": bytes(batch.root).hex(),
        },
    )
    Batch.objects.filter(id=batch.id).update(entry=entry.seq)
    return moved


def _keep_pieces(words: Iterable[Word]) -> None:
    """By which numbers a receipt will name them: in the transaction that says that they were taken."""
    pieces = [Piece(delivery_id=one.id, ref=ref, parts=len(one.refs)) for one in words for ref in one.refs]
    if pieces:
        Piece.objects.bulk_create(pieces, ignore_conflicts=True)


def leaf(word: Word) -> bytes:
    """What the tree of a batch is made of: one delivery and what was told of it, and nothing of the person."""
    content = word.content.hex() if word.content else ""
    # Canonical JSON (RFC 8785), by hand: numbers, and words of ours that need no escape.
    return f'{{"code":{word.code},"content_sha256":"{content}","delivery":{word.id},"state":"{word.state}"}}'.encode()


def tree_of(words: Iterable[Word]) -> Tree:
    """Over what was told, in the order of the deliveries."""
    tree = Tree()
    for word in words:
        tree.add(leaf_hash(leaf(word)))
    return tree


def _counted(state: State) -> State:
    """Being in hand for a moment is no way to stand."""
    return State.QUEUED if state in (State.SENDING, State.DEFERRED) else state


def _fresh(words: Sequence[Word]) -> list[Word]:
    """Without what was told before by the same number."""
    numbers = [one.outside for one in words if one.outside]
    if not numbers:
        return list(words)
    known = set(Event.objects.filter(outside__in=numbers).values_list("outside", flat=True))
    fresh = []
    for one in words:
        if one.outside in known:
            continue
        if one.outside:
            known.add(one.outside)
        fresh.append(one)
    return fresh


def _moved(sending: Sending, batch: Batch, words: Sequence[Word], source: str, at: datetime) -> list[Moved]:
    """Write all of it down, in one statement. It goes there as one JSON text: the database takes it apart in no time,
    while lists would be made ready here one value at a time."""
    said = json.dumps(
        [
            (
                one.id, one.state, one.code, one.told, one.again.isoformat() if one.again else None,
                one.content.hex() if one.content else None, one.outside,
            )
            for one in words
        ]
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH words AS MATERIALIZED (
                SELECT n, (v->>0)::bigint AS id, v->>1 AS state, (v->>2)::int AS code, v->>3 AS told,
                    (v->>4)::timestamptz AS again, decode(v->>5, 'hex') AS content, v->>6 AS outside
                FROM json_array_elements(%(said)s::json) WITH ORDINALITY AS t(v, n)),
            last AS (SELECT DISTINCT ON (id) * FROM words ORDER BY id, n DESC),
            held AS (
                SELECT d.id, d.state FROM notify_delivery d
                WHERE d.id = ANY(ARRAY(SELECT id FROM last)) AND d.sending_id = %(sending)s ORDER BY d.id FOR UPDATE),
            moved AS (
                UPDATE notify_delivery d
                SET state = last.state, code = last.code, told = last.told, next_at = last.again, at = %(at)s,
                    carrier_id = CASE last.state WHEN 'doubt' THEN d.carrier_id END
                FROM last JOIN held ON held.id = last.id
                WHERE d.id = last.id AND d.last AND held.state || ' ' || last.state = ANY(%(forward)s::text[])
                RETURNING d.id, held.state AS was, d.state, d.channel, d.attempt, d.person, d.domain, d.ways),
            kept AS (
                INSERT INTO notify_event
                    (delivery_id, batch_id, at, state, code, told, source, moved, content, outside)
                SELECT id, %(batch)s, %(at)s, state, code, told, %(source)s, id IN (SELECT id FROM moved), content,
                    outside
                FROM words ORDER BY n)
            SELECT * FROM moved
            """,
            {
                "said": said, "sending": sending.id, "batch": batch.id, "source": source, "at": at,
                "forward": steps(),
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    return [Moved(id, State(was), State(now), Channel(channel), *rest) for id, was, now, channel, *rest in rows]


def fall_back(sending: Sending, failed: Sequence[Moved], at: datetime, counts: Counter[tuple[str, str]]) -> int:
    """The next way for whoever was not reached: the next address of the same channel, else the first of the next one
    of the sending. Who has none is left as it is, and stays to be told. Returns how many get another way."""
    fresh = [(one, way) for one in failed if (way := next_way(sending, one)) is not None]
    if not fresh:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notify_delivery SET last = FALSE WHERE id = ANY(%s::bigint[])", [[one.id for one, _ in fresh]]
        )
        cursor.execute(
            """
            INSERT INTO notify_delivery (sending_id, person, channel, attempt, state, last, letter, zone, domain,
                "offset", length, ways, tries, at, code, told)
            SELECT d.sending_id, d.person, t.channel, t.attempt, 'queued', TRUE, d.letter, d.zone, '', d."offset",
                d.length, d.ways, 0, %s, 0, ''
            FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS t(id, channel, attempt)
            JOIN notify_delivery d ON d.id = t.id
            """,
            [
                at,
                [one.id for one, _ in fresh],
                [channel.value for _, (channel, _) in fresh],
                [attempt for _, (_, attempt) in fresh],
            ],
        )
    for one, (channel, _) in fresh:
        counts[one.channel, _counted(one.after)] -= 1
        counts[channel, State.QUEUED] += 1
    return len(fresh)


def next_way(sending: Sending, one: Moved) -> tuple[Channel, int] | None:
    """(channel, which of its addresses) to try after this one; None when there is no other."""
    order = [Channel(name) for name in sending.channels]
    if one.attempt + 1 < has(one.ways, one.channel):
        return one.channel, one.attempt + 1
    later = order[order.index(one.channel) + 1 :] if one.channel in order else order
    return next(((channel, 0) for channel in later if has(one.ways, channel)), None)


@transaction.atomic
def cancel(sending: Sending, at: datetime) -> None:
    """Nobody who waits is written to any more. What is in hand or in doubt is not touched: it may have gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS MATERIALIZED (
                SELECT id, channel, state FROM notify_delivery
                WHERE sending_id = %(sending)s AND state IN ('held', 'queued', 'deferred') AND last FOR UPDATE),
            gone AS (
                UPDATE notify_delivery d SET state = 'cancelled', at = %(at)s FROM held WHERE d.id = held.id),
            told AS (
                INSERT INTO notify_event (delivery_id, at, state, code, told, source, moved, outside)
                SELECT id, %(at)s, 'cancelled', 0, '', 'hand', TRUE, '' FROM held)
            INSERT INTO notify_tally (sending_id, at, channel, state, n)
            SELECT %(sending)s, %(at)s, channel, state, n FROM (
                SELECT channel, CASE state WHEN 'held' THEN 'held' ELSE 'queued' END AS state, -count(*) AS n
                FROM held GROUP BY 1, 2
                UNION ALL SELECT channel, 'cancelled', count(*) FROM held GROUP BY 1) sums
            """,
            {"sending": sending.id, "at": at},
        )


# --- how it stands


Stands = dict[tuple[Channel, State], int]


class Counts(NamedTuple):
    """People by how they stand: `told`, `waiting`, of these in `doubt` and `held`; `failed`: nothing reached them, and
    no way is left."""

    told: int
    waiting: int
    doubt: int
    held: int
    failed: int
    cancelled: int

    @property
    def people(self) -> int:
        return self.told + self.waiting + self.failed + self.cancelled

    @property
    def unresolved(self) -> int:
        return self.waiting + self.failed


def standing(sending: Sending) -> Stands:
    """(channel, state) -> people, of the last way tried for each."""
    return standings([sending]).get(sending.id, {})


def standings(sendings: Sequence[Sending]) -> dict[int, Stands]:
    """The same for several, by their ids; one query."""
    sums = Tally.objects.filter(sending__in=sendings).values("sending", "channel", "state").annotate(sum=Sum("n"))
    found: dict[int, Stands] = {}
    for row in sums.order_by():
        if row["sum"]:
            found.setdefault(row["sending"], {})[Channel(row["channel"]), State(row["state"])] = row["sum"]
    return found


def counts(standing: Stands) -> Counts:
    by_state: Counter[State] = Counter()
    for (_, state), n in standing.items():
        by_state[state] += n

    def of(states: Iterable[State]) -> int:
        return sum(by_state[one] for one in states)

    return Counts(
        of(TOLD), of(WAITING), by_state[State.DOUBT], by_state[State.HELD], of(FAILED), by_state[State.CANCELLED]
    )


def told_since(sending: Sending, since: datetime) -> int:
    """How many were told from then on: what the rate is reckoned from."""
    states = [one.value for one in TOLD]
    found: dict[str, Any] = Tally.objects.filter(sending=sending, at__gte=since, state__in=states, n__gt=0).aggregate(
        sum=Sum("n")
    )
    return int(found["sum"] or 0)


def chunks(words: Sequence[Word], size: int) -> Iterator[Sequence[Word]]:
    for at in range(0, len(words), size):
        yield words[at : at + size]
