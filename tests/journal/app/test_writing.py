"""The journal in PostgreSQL: with its deed or not at all, without gaps, never changed, and the same tree."""

import json
import subprocess
import sys
import threading
from typing import Any

import pytest

from breachdesk.journal.note import Signer
from breachdesk.journal.shapes import BadEntry, JournalError
from breachdesk.journal.tree import Tree, leaf_hash

WRITER = """
import sys
from datetime import UTC, datetime
import django; django.setup()
from django.db import transaction
from breachdesk.journal.app.actions import Hand, write
from breachdesk.journal.shapes import Actor, Via
hand = Hand(Actor("ada@bakery.example", "lead"), Via.WEB, datetime(2026, 11, 20, 18, 5, tzinfo=UTC))
for number in range(int(sys.argv[2])):
    with transaction.atomic():
        write("case.note.added", by=hand, case=sys.argv[1], payload={"number": number})
    print(number, flush=True)
"""


def _write(ada: Any, case: str = "a", **more: Any) -> Any:
    from django.db import transaction

    from breachdesk.journal.app.actions import write

    with transaction.atomic():
        return write("case.note.added", by=ada, case=case, **more)


def _whole() -> tuple[int, bytes]:
    """Size and root of the log, rebuilt from the envelopes; counts are without gaps and what the rows say."""
    from breachdesk.journal.app.models import CaseCount, Line

    tree, cases = Tree(), dict[str, int]()
    for line in Line.objects.order_by("seq"):
        envelope = json.loads(bytes(line.envelope))
        tree.add(leaf_hash(bytes(line.envelope)))
        cases[line.case] = cases.get(line.case, 0) + 1
        assert (envelope["seq"], envelope["case"], envelope["case_seq"]) == (line.seq, line.case, line.case_seq)
        assert (line.seq, line.case_seq) == (tree.size, cases[line.case])
    assert dict(CaseCount.objects.values_list("case", "count")) == cases
    return tree.size, tree.root()


def _head() -> tuple[int, bytes]:
    from breachdesk.journal.app.actions import Log

    log = Log()
    root: bytes = log.fetch(lambda one: one.root())
    return log.size, root


def test_entries_count_over_the_log_and_within_their_case(desk: str, ada: Any) -> None:
    written = [_write(ada, case) for case in ("a", "b", "a", "a", "b")]
    assert [(one.seq, one.case, one.case_seq) for one in written] == [
        (1, "a", 1), (2, "b", 1), (3, "a", 2), (4, "a", 3), (5, "b", 2),
    ]  # fmt: skip
    assert _whole() == _head()


def test_an_entry_whose_deed_is_undone_never_was(desk: str, ada: Any) -> None:
    from django.db import transaction

    from breachdesk.journal.app.actions import write

    _write(ada)

    def deed() -> None:
        with transaction.atomic():
            write("case.note.added", by=ada, case="a")
            raise RuntimeError("the deed failed after its entry")

    with pytest.raises(RuntimeError):
        deed()
    assert _write(ada).case_seq == 2
    assert _whole() == _head()


def test_outside_of_a_transaction_nothing_is_written(desk: str, ada: Any) -> None:
    from breachdesk.journal.app.actions import write

    with pytest.raises(JournalError, match="transaction of the deed"):
        write("case.note.added", by=ada)
    assert _head()[0] == 0


@pytest.mark.parametrize("wrong", [{"payload": {"value": object()}}, {"payload": {"A": 1}}, {"refs": {"x": {"y": 1}}}])
def test_what_no_verifier_could_read_is_refused_and_leaves_no_gap(desk: str, ada: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadEntry):
        _write(ada, **wrong)
    assert _write(ada).seq == 1


def test_a_listener_that_fails_undoes_the_deed(desk: str, ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from breachdesk.journal.app import actions

    heard = []

    def hear(entry: Any, by: Any) -> None:
        heard.append((entry.type, by.actor.name))
        if len(heard) > 1:
            raise RuntimeError("what follows cannot be done")

    monkeypatch.setattr(actions, "_listeners", [])
    actions.listen(hear)
    actions.listen(hear)  # once is enough
    _write(ada)
    with pytest.raises(RuntimeError):
        _write(ada)
    assert heard == [("case.note.added", "ada@bakery.example")] * 2
    assert _head()[0] == 1


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE journal_line SET actor = 'nobody' WHERE seq = 1",
        "UPDATE journal_line SET envelope = 'x' WHERE seq = 1",
        "UPDATE journal_line SET payload = 'x' WHERE seq = 1",
        "UPDATE journal_line SET seq = 9 WHERE seq = 1",
        "UPDATE journal_line SET salt = NULL WHERE seq = 1",
        "UPDATE journal_line SET privileged = false WHERE seq = 1",
        "UPDATE journal_head SET size = 1",
        "UPDATE journal_head SET edge = 'x'",
        "UPDATE journal_casecount SET count = 1",
        "UPDATE journal_casecount SET \"case\" = 'b', count = 9",
        "DELETE FROM journal_head",
        "DELETE FROM journal_casecount",
        "TRUNCATE journal_head",
        "TRUNCATE journal_node",
        "TRUNCATE journal_checkpoint",
        "UPDATE journal_checkpoint SET token = 'other'",
        "DELETE FROM journal_line WHERE seq = 2",
        "TRUNCATE journal_line",
        "UPDATE journal_node SET hash = 'x'",
        "DELETE FROM journal_node",
        "UPDATE journal_checkpoint SET note = 'x'",
        "DELETE FROM journal_checkpoint",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written(
    desk: str, ada: Any, signer: Signer, forgery: str
) -> None:
    from django.db import DatabaseError, connection, transaction

    from breachdesk.journal.app.actions import checkpoint

    _write(ada, payload={"text": "a"}, privileged=True)
    _write(ada)
    checkpoint(signer, ada.at)
    with (
        connection.cursor() as cursor
    ):  # what may happen: a date for a checkpoint, once; an entry that becomes privileged
        cursor.execute("UPDATE journal_checkpoint SET token = 'dated', token_from = 'somebody'")
        cursor.execute("UPDATE journal_line SET privileged = true WHERE seq = 2")
    before = _whole()
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(forgery)
    assert _whole() == before == _head()


def test_contents_can_be_erased_and_the_entry_stays_provable(desk: str, ada: Any) -> None:
    from breachdesk.journal.app.actions import erase_contents, proof
    from breachdesk.journal.app.models import Line
    from breachdesk.journal.verify import node_hash

    _write(ada, payload={"text": "to be forgotten"})
    _write(ada)
    erase_contents(1, reason="asked by the person", by=ada)
    line = Line.objects.get(seq=1)
    assert (line.payload, line.salt, line.names) == (None, None, None)
    node = leaf_hash(bytes(line.envelope))
    for sibling in proof(1):  # the first entry stands left of all
        node = node_hash(node, sibling)
    assert node == _whole()[1] == _head()[1]
    assert Line.objects.get(seq=3).case == line.case  # whoever is given the case reads why
    with pytest.raises(BadEntry):
        erase_contents(99, reason="there is none", by=ada)


def test_proofs_are_those_of_the_whole_tree(desk: str, ada: Any) -> None:
    from breachdesk.journal.app.actions import consistency, proof
    from breachdesk.journal.app.models import Line

    tree = Tree()
    for number in range(21):
        _write(ada, case="ab"[number % 2])
    for line in Line.objects.order_by("seq"):
        tree.add(leaf_hash(bytes(line.envelope)))
    for size in (1, 2, 7, 8, 20, 21):
        for seq in range(1, size + 1):
            assert proof(seq, size) == tree.inclusion(seq - 1, size)
            assert consistency(seq, size) == tree.consistency(seq, size)


def test_a_missing_hash_is_named_and_not_guessed(desk: str, ada: Any) -> None:
    from django.db import connection

    from breachdesk.journal.app.actions import proof

    _write(ada)
    _write(ada)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_node DISABLE TRIGGER ALL; DELETE FROM journal_node WHERE index = 1")
    with pytest.raises(JournalError, match="missing in the database"):
        proof(1)


def _writers(desk: str, many: int, each: int) -> list[subprocess.Popen[str]]:
    import os

    return [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, f"case{number % 2}", str(each)],
            env={**os.environ, "BREACHDESK_DATABASE_URL": desk, "DJANGO_SETTINGS_MODULE": "breachdesk.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(many)
    ]


def test_writers_at_once_leave_no_gap(desk: str) -> None:
    writers = _writers(desk, 3, 40)
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    for writer in writers:
        assert writer.stdout is not None
        writer.stdout.close()
    size, root = _whole()
    assert size == 120
    assert _head() == (size, root)


def test_killed_thirty_times_no_acknowledged_entry_is_lost(desk: str) -> None:
    """Three rounds of ten writers each, killed at ten different moments while they write."""
    acknowledged = 0
    for round_ in range(3):
        writers = _writers(desk, 10, 10_000)
        acknowledged += _killed(writers, round_)
    size, root = _whole()
    assert acknowledged > 30
    assert size >= acknowledged
    assert size - acknowledged <= 30  # of each at most the one it had committed and not yet said
    assert _head() == (size, root)


def _killed(writers: list[subprocess.Popen[str]], round_: int) -> int:
    """Kill each once it has said so many lines; how many all of them had said."""
    said = [0] * len(writers)

    def follow(place: int, writer: subprocess.Popen[str]) -> None:
        assert writer.stdout is not None
        for _ in writer.stdout:
            said[place] += 1
            if said[place] == 1 + (place + round_) % 7:
                writer.kill()

    threads = [threading.Thread(target=follow, args=pair) for pair in enumerate(writers)]
    for thread in threads:
        thread.start()
    for thread, writer in zip(threads, writers, strict=True):
        thread.join(120)
        assert writer.wait(30) == -9
        assert writer.stdout is not None
        writer.stdout.close()
    return sum(said)
