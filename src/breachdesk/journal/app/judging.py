"""Whether the journal in the database holds: every entry hashed again, its tree, its counts, its checkpoints.

The public verifier's own functions judge; what is added are the things only a database has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from breachdesk.journal import verify
from breachdesk.journal.app import reading
from breachdesk.journal.app.models import CaseCount, Checkpoint, Head, Node
from breachdesk.journal.tree import Frontier

Fault = tuple[str, Mapping[str, Any]]
_BATCH = 2_000
_MOST_FAULTS = 20


@dataclass(slots=True)
class Judged:
    """`faults`: what does not hold, as keys of doctor.faults in packs/messages/cli with their values."""

    entries: int = 0
    checkpoints: int = 0
    root: str = ""
    faults: list[Fault] = field(default_factory=list)


class _Nodes:
    """Compares the hashes that are kept for proofs with those that follow from the entries."""

    def __init__(self) -> None:
        self.tree = Frontier()
        self.missing = self.count = 0
        self._made: list[tuple[int, int, bytes]] = []

    def take(self, leaf: bytes) -> None:
        self._made += self.tree.add(leaf)
        if len(self._made) >= _BATCH:
            self.compare()

    def compare(self) -> None:
        made, self._made = self._made, []
        self.count += len(made)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM journal_node n JOIN unnest(%s::int[], %s::bigint[], %s::bytea[]) AS w(l, i, h)"
                " ON n.level = w.l AND n.index = w.i AND n.hash = w.h",
                [[one[0] for one in made], [one[1] for one in made], [one[2] for one in made]],
            )
            self.missing += len(made) - cursor.fetchone()[0]


@transaction.atomic
def judge_journal() -> Judged:
    """Read the whole journal, a few hundred entries in memory at a time, as it stood at one moment."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    head = Head.objects.get(id=1)
    checkpoints = list(Checkpoint.objects.order_by("size"))
    report, nodes = verify.Report(), _Nodes()
    entries = verify.Entries({one.size for one in checkpoints}, report, nodes.take)
    for line in reading.lines():
        entries.take(line)
    nodes.compare()
    judged = Judged(entries.tree.size, len(checkpoints), nodes.tree.root().hex())
    faults = judged.faults
    faults += [(f"entry.{kind.removeprefix('entry_')}", values) for kind, values in report.faults[:_MOST_FAULTS]]
    if head.size != entries.tree.size or bytes(head.edge) != b"".join(nodes.tree.edge):
        faults.append(("head", {"said": head.size, "found": entries.tree.size}))
    if nodes.missing or Node.objects.count() != nodes.count:
        faults.append(("nodes", {"n": nodes.missing or abs(Node.objects.count() - nodes.count)}))
    if dict(CaseCount.objects.values_list("case", "count")) != entries.cases:
        faults.append(("counts", {}))
    for one in checkpoints:
        _, size, root = verify.read_checkpoint(verify.read_note(bytes(one.note))[0])
        if size != one.size or entries.roots.get(one.size) != root:
            faults.append(("checkpoint", {"size": one.size}))
    return judged
