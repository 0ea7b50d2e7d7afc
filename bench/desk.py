"""Every page of the desk, with a thousand cases in it and a million people in one of them: server time and queries."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.figures import Figure
from tests import database as postgres

_NAME = "desk_bench"
_TIMES = 30
_PLACES = (
    "DE",
    "FR",
    "IT",
    "ES",
    "PL",
    "NL",
    "BE",
    "AT",
    "SE",
    "IE",
    "CZ",
    "GB",
    "CH",
    "US",
    "CA",
    "BR",
    "JP",
    "IN",
    "RU",
    "UA",
)
_SECONDS = 180  # no loop here runs longer


def desk(scale: float) -> Sequence[Figure]:
    """The peer is the page that only asks the database whether it is there: what Django and the frame cost here."""
    server = postgres.server(lasting=True)
    url = postgres.make(server, _NAME)
    try:
        with tempfile.TemporaryDirectory() as folder:
            told = json.loads(_run(url, Path(folder), max(10, int(1_000 * scale)), max(100, int(1_000_000 * scale))))
    finally:
        postgres.drop(server, _NAME)
        server.cleanup()
    pages = told["pages"]
    slowest = max(pages, key=lambda name: pages[name][1])
    asking = max(pages, key=lambda name: pages[name][2])
    p95 = sorted(pages[name][1] for name in pages)[-1]
    what = f"{len(pages)} pages, {told['cases']:,} cases, {told['people']:,} people"
    return [
        Figure("desk", f"slowest page at p95 ({slowest}), {what}", p95, "ms", ceiling=150.0,
               peer="/healthy, p95", peer_value=told["healthy"]),
        Figure("desk", "pages over 150 ms at p95", sum(one[1] > 150 for one in pages.values()), "", ceiling=0,
               note=", ".join(f"{name} {pages[name][1]:.0f} ms" for name in pages if pages[name][1] > 150)),
        Figure("desk", "median page at p95", statistics.median(pages[name][1] for name in pages), "ms",
               peer="/healthy, p95", peer_value=told["healthy"]),
        Figure("desk", f"most queries of a page ({asking})", pages[asking][2], "", ceiling=30),
    ]  # fmt: skip


def _run(url: str, folder: Path, cases: int, people: int) -> str:
    environment = {
        **os.environ,
        "BREACHDESK_DATABASE_URL": url,
        "BREACHDESK_DATA": str(folder / "desk"),
        "DJANGO_SETTINGS_MODULE": "breachdesk.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.desk", str(cases), str(people)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.splitlines()[-1]  # the engine says there how far it is


def _customers(people: int) -> bytes:
    """A table of so many people in twenty places, nobody twice."""
    rows = ["id,name,email,phone,date_of_birth,city,country"]
    for number in range(people):
        place = _PLACES[number % len(_PLACES)]
        day = f"{1950 + number % 55}-{1 + number % 12:02}-{1 + number % 28:02}"
        rows.append(f"{number},Person {number:07},p{number:07}@bakery.example,,{day},Town {number % 997},{place}")
    return "\n".join(rows).encode()


def _measure(cases: int, people: int) -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from breachdesk.case.app import actions
    from tests.cast import browser, hand
    from tests.scope.app.filling import read as listed
    from tests.scope.app.filling import take
    from tests.web.filled import Filled, value
    from tests.web.routes import routes

    filled = Filled()
    lead = filled.accounts["lead"]
    type(lead).objects.filter(id=lead.id).update(administrator=True, triage=True)
    for number in range(cases - 2):
        actions.open_case(f"Case {number}", lead=lead, by=hand(lead))
    take(filled.own, lead, _customers(people), "million.csv")
    read = listed(filled.own, lead)
    with connection.cursor() as cursor:  # what the server does by itself in the minutes after so much was written
        cursor.execute("VACUUM (ANALYZE)")
    client, ends = browser(lead), time.monotonic() + _SECONDS
    pages: dict[str, tuple[float, float, int]] = {}
    for route in routes():
        address = route.address({name: value(route.name, name, filled.own) for name in route.names})
        if route.door.kind != "public" and client.get(address).status_code == 200 and time.monotonic() < ends:
            pages[route.name] = _timed(client, address)
    return {"pages": pages, "cases": cases, "people": read.people, "healthy": _timed(client, "/healthy")[1]}


def _timed(client: Any, address: str) -> tuple[float, float, int]:
    """Median and 95th percentile in ms, and how many queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    queries = len(asked)
    took = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        client.get(address)
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return statistics.median(took), took[int(0.95 * len(took))], queries


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]), int(sys.argv[2]))))
