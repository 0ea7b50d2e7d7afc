"""The journal in PostgreSQL with a million entries in it: what one more costs, and a proof of any of them."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import psycopg

from bench.figures import Figure
from breachdesk.ground.canonical import canonical
from breachdesk.journal import entry as entries
from breachdesk.journal.shapes import Actor, Via
from breachdesk.journal.tree import Frontier, leaf_hash
from tests import database as postgres

_NAME = "journal_bench"
_APPENDS = 2_000
_SECONDS = 60  # no loop here runs longer
_AT = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
_ADA = Actor("ada@bakery.example", "lead")


def database(scale: float) -> Sequence[Figure]:
    """The peer is the same row put into a bare table, a transaction each: what durability alone costs here."""
    server = postgres.server(lasting=True)
    url = postgres.make(server, _NAME)
    try:
        _run("migrate", url)
        filled = max(1_000, int(1_000_000 * scale))
        _fill(url, filled)
        told = json.loads(_run("measure", url))
    finally:
        postgres.drop(server, _NAME)
        server.cleanup()
    what = f"at {filled:,} entries"
    ms = "ms"
    return [
        Figure("database", f"one entry with its deed, p99, {what}", told["append"][1], ms, ceiling=10.0,
               peer="bare insert, p99", peer_value=told["bare"][1]),
        Figure("database", f"one entry with its deed, median, {what}", told["append"][0], ms,
               peer="bare insert, median", peer_value=told["bare"][0]),
        Figure("database", f"a proof of any entry, p99, {what}", told["proof"][1], ms, ceiling=50.0),
    ]  # fmt: skip


def _run(what: str, url: str) -> str:
    """In a process of its own: Django is set up once in each."""
    environment = {**os.environ, "BREACHDESK_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "breachdesk.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "bench.database", what], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _fill(url: str, wanted: int) -> None:
    """Entries as `write` makes them, laid down by COPY: only their number matters here."""
    frontier, nodes = Frontier(), list[tuple[int, int, bytes]]()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        columns = 'seq, "case", case_seq, at, type, actor, envelope, payload, salt, names, privileged'
        with cursor.copy(f"COPY journal_line ({columns}) FROM STDIN") as copy:
            for envelope, payload, salt in _made(wanted):
                nodes += frontier.add(leaf_hash(envelope))
                seq = frontier.size
                copy.write_row(
                    (seq, "bench", seq, _AT, "case.note.added", _ADA.name, envelope, payload, salt, b"[]", False)
                )
        with cursor.copy('COPY journal_node (level, "index", hash) FROM STDIN') as copy:
            for node in nodes:
                copy.write_row(node)
        cursor.execute("UPDATE journal_head SET size = %s, edge = %s", (frontier.size, b"".join(frontier.edge)))
        cursor.execute("INSERT INTO journal_casecount VALUES ('bench', %s)", (frontier.size,))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _made(wanted: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    for number in range(1, wanted + 1):
        salt, payload = hashlib.sha256(str(number).encode()).digest(), {"number": number}
        envelope = entries.envelope(
            "case.note.added", seq=number, case="bench", case_seq=number, at=_AT, actor=_ADA, via=Via.WEB, refs={},
            payload=payload, attachments=(), salt=salt,
        )  # fmt: skip
        yield canonical(envelope), canonical(payload), salt


def _measure() -> None:
    import django

    django.setup()
    from django.db import connection, transaction

    from breachdesk.journal.app.actions import Hand, proof, write
    from breachdesk.journal.app.models import Head

    hand = Hand(_ADA, Via.WEB, _AT)
    size = Head.objects.get(id=1).size
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, envelope bytea, payload bytea, salt bytea)")

    def append(number: int) -> None:
        with transaction.atomic():
            write("case.note.added", by=hand, case="bench", payload={"number": number})

    def bare(number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bare (envelope, payload, salt) VALUES (%s, %s, %s)", [b"x" * 450, b"y" * 40, b"z" * 32]
            )

    def prove(number: int) -> None:
        proof(1 + number * 7_919 % size, size)

    print(json.dumps({"append": _timed(append), "bare": _timed(bare), "proof": _timed(prove)}))


def _timed(deed: Callable[[int], None]) -> tuple[float, float]:
    """Median and p99 in milliseconds."""
    spent, begun = list[float](), time.perf_counter()
    for number in range(_APPENDS):
        start = time.perf_counter()
        deed(number)
        spent.append((time.perf_counter() - start) * 1000)
        if time.perf_counter() - begun > _SECONDS:
            break
    spent.sort()
    return round(spent[len(spent) // 2], 3), round(spent[len(spent) * 99 // 100], 3)


if __name__ == "__main__":
    if sys.argv[1] == "measure":
        _measure()
    else:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
