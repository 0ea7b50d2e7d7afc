"""Writing the journal in the database: in the very transaction of the deed it tells of.

Every action calls `write` last: from then on until its transaction ends it holds the head of the log, so entries have
no gaps and their order is that of their commits.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction

from breachdesk.ground.canonical import canonical
from breachdesk.journal import entry as entries
from breachdesk.journal.app.models import Checkpoint, Head, Line
from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import Actor, Attachment, BadEntry, Entry, JournalError, Value, Via
from breachdesk.journal.tree import Frontier, Proofs, leaf_hash

T = TypeVar("T")
HOUSE_CASE = "desk"  # what concerns no case: accounts, settings, checkpoints
Listener = Callable[[Entry, "Hand"], None]
_listeners: list[Listener] = []


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand does it, by which door, when. Every action takes one as `by`."""

    actor: Actor
    via: Via
    at: datetime


def listen(listener: Listener) -> None:
    """`listener` hears every entry within its transaction (flow.py); what it raises undoes the deed."""
    if listener not in _listeners:
        _listeners.append(listener)


def write(
    type: str,
    *,
    by: Hand,
    case: str = HOUSE_CASE,
    refs: Mapping[str, Value] | None = None,
    payload: Mapping[str, Value] | None = None,
    attachments: Sequence[Attachment] = (),
    privileged: bool = False,
) -> Entry:
    """One entry, there when the transaction commits and never without it. Must run inside one.

    Raises BadEntry for what may not be written.
    """
    if not connection.in_atomic_block:
        raise JournalError("the journal is written inside the transaction of the deed; open one with atomic()")
    entries.check_type(type)
    content = entries.plain(payload or {}, "payload")
    salt = secrets.token_bytes(entries.SALT_BYTES)
    names = [item.name for item in attachments]
    head = locked_head()
    case_seq = _next_of(case)
    envelope = entries.envelope(
        type,
        seq=head.size + 1,
        case=case,
        case_seq=case_seq,
        at=by.at,
        actor=by.actor,
        via=by.via,
        refs=refs or {},
        payload=content,
        attachments=attachments,
        salt=salt,
    )
    entries.line(envelope, content, salt, names)  # refuses what no verifier could read
    inside = canonical(envelope)
    frontier = _frontier(head)
    made = frontier.add(leaf_hash(inside))
    levels, indexes, hashes = zip(*made, strict=True)
    with connection.cursor() as cursor:  # one statement: whoever writes a million notices waits for it 5,000 times
        cursor.execute(
            """
            WITH line AS (
                INSERT INTO journal_line
                    (seq, "case", case_seq, at, type, actor, envelope, payload, salt, names, privileged)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)),
            nodes AS (
                INSERT INTO journal_node (level, index, hash)
                SELECT * FROM unnest(%s::int[], %s::bigint[], %s::bytea[]))
            UPDATE journal_head SET size = %s, edge = %s WHERE id = 1
            """,
            [
                frontier.size, case, case_seq, by.at, type, by.actor.name, inside, canonical(content), salt,
                canonical(names), privileged, list(levels), list(indexes), list(hashes), frontier.size,
                b"".join(frontier.edge),
            ],
        )  # fmt: skip
    entry = entries.read({"envelope": envelope, "payload": content, "names": names})
    for listener in _listeners:
        listener(entry, by)
    return entry


def locked_head() -> Head:
    """The head of the log, nobody else's until the transaction ends. Whoever locks anything else of the journal locks
    this first."""
    return Head.objects.select_for_update().get(id=1)


def _next_of(case: str) -> int:
    """The case's next number, under the lock of the head."""
    entries.check_case(case)
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO journal_casecount AS had ("case", count) VALUES (%s, 1)
               ON CONFLICT ("case") DO UPDATE SET count = had.count + 1 RETURNING count""",
            [case],
        )
        return int(cursor.fetchone()[0])


def _frontier(head: Head) -> Frontier:
    edge = bytes(head.edge)
    return Frontier(head.size, [edge[at : at + 32] for at in range(0, len(edge), 32)])


@transaction.atomic
def erase_contents(seq: int, *, reason: str, by: Hand, refs: Mapping[str, Value] | None = None) -> Entry:
    """Take the contents of one entry away for ever; the entry stays, and stays provable. Its case tells of it, with
    further `refs`.

    Raises BadEntry."""
    line = Line.objects.filter(seq=seq).only("case").first()
    if line is None:
        raise BadEntry(f"there is no entry {seq}")
    Line.objects.filter(seq=seq).update(payload=None, salt=None, names=None)
    return write(
        "journal.content.erased",
        by=by,
        case=line.case,
        refs={"seq": seq, **(refs or {})},
        payload={"reason": reason},
    )


@transaction.atomic
def checkpoint(signer: Signer, at: datetime) -> Checkpoint | None:
    """Sign the state as it stands; None while nothing has been written. The same state is not signed twice."""
    return sign(signer, at) if locked_head().size else None


def sign(signer: Signer, at: datetime) -> Checkpoint:
    """The checkpoint of now. Must run inside a transaction: the head stays locked until it ends."""
    head = locked_head()
    note = signer.checkpoint(head.size, _frontier(head).root())
    made, _ = Checkpoint.objects.get_or_create(size=head.size, defaults={"note": note, "made_at": at})
    return made


class Log(Proofs):
    """The tree as it is kept in the database. `fetch` reads what a proof needs in one query."""

    def __init__(self, size: int | None = None) -> None:
        self._leaves = Head.objects.get(id=1).size if size is None else size
        self._nodes: dict[tuple[int, int], bytes] | None = None
        self._wanted: list[tuple[int, int]] = []

    @property
    def size(self) -> int:
        return self._leaves

    def node(self, level: int, index: int) -> bytes:
        if self._nodes is None:
            self._wanted.append((level, index))
            return b""
        return self._nodes[level, index]

    def fetch(self, ask: Callable[["Log"], T]) -> T:
        """What `ask` answers: run once to learn which hashes it needs, and again with them."""
        self._nodes, self._wanted = None, []
        ask(self)
        self._nodes = _nodes(self._wanted)
        try:
            return ask(self)
        except KeyError as error:
            raise JournalError(f"the hash of subtree {error} is missing in the database; restore a backup") from None


def _nodes(wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.level, n.index, n.hash FROM journal_node n JOIN unnest(%s::int[], %s::bigint[]) AS w(l, i)"
            " ON n.level = w.l AND n.index = w.i",
            [[level for level, _ in wanted], [index for _, index in wanted]],
        )
        return {(level, index): bytes(hash_) for level, index, hash_ in cursor.fetchall()}


def proof(seq: int, size: int | None = None) -> list[bytes]:
    """RFC 6962 2.1.1: the path from entry `seq` (from 1) to the root over `size` entries."""
    return Log(size).fetch(lambda log: log.inclusion(seq - 1))


def consistency(older: int, size: int | None = None) -> list[bytes]:
    """RFC 6962 2.1.2: that the log of `older` entries is the beginning of the log of `size`."""
    return Log(size).fetch(lambda log: log.consistency(older))
