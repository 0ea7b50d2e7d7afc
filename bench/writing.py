"""What is written many times: journal entries, each durable, and letters as tagged PDF."""

import shutil
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from ruamel.yaml import YAML

from bench.figures import Figure
from bench.runs import BUILD
from breachdesk.ground.keys import KeyRing
from breachdesk.ground.shelf import our_shelf
from breachdesk.journal import verify
from breachdesk.journal.journal import Journal
from breachdesk.journal.shapes import HOUSE, Via
from breachdesk.notify import library
from breachdesk.notify.brief import Brief
from breachdesk.notify.cohorts import merge
from breachdesk.notify.compose import compose
from breachdesk.notify.draw import Press
from breachdesk.notify.organisation import read_organisation
from breachdesk.scope.shapes import Cohort
from breachdesk.standing.facts import SHEET

_SECONDS = 60  # no loop here runs longer


def journal(scale: float) -> Sequence[Figure]:
    """Entries written one by one, as a run writes them, and the whole journal verified."""
    folder, wanted = BUILD / "journal", max(100, int(5_000 * scale))
    shutil.rmtree(folder, ignore_errors=True)
    ring = KeyRing(BUILD / "home" / "journal-keys")
    with Journal.open(folder, case="bench", keyring=ring, clock=lambda: datetime.now(UTC)) as log:
        start, done = time.perf_counter(), 0
        while done < wanted and time.perf_counter() - start < _SECONDS:
            log.write("scope.source.read", actor=HOUSE, via=Via.CLI, payload={"records": done, "kind": "csv"})
            done += 1
        appended = done / (time.perf_counter() - start)
        log.checkpoint()
        key = log.vkey
    start = time.perf_counter()
    report = verify.verify(str(folder), key)
    checked = done / (time.perf_counter() - start)
    note = "the journal is broken" if report.faults else ""  # it stands in no pack, so nothing lists it
    return [
        Figure("journal", f"entries appended, each on disk before the next ({done:,})", appended, "/s", note=note),
        Figure("journal", "entries verified", checked, "/s"),
    ]


def letters(scale: float) -> Sequence[Figure]:
    """One letter composed, checked and drawn as PDF/UA-1 again and again, in English and in Russian."""
    shelf = library.load(our_shelf())
    facts = YAML(typ="safe", pure=True).load(SHEET)
    brief, press = Brief(shelf, read_organisation(facts), facts), Press(words=shelf.phrases)
    lost = frozenset({"name", "email", "address", "login.password_hash", "card.number"})
    cohorts = merge([Cohort(place, lost, "en", "no", 10) for place in ("US-CA", "DE", "RU")], shelf.vocabulary)
    wanted, done, size = max(6, int(120 * scale)), 0, 0
    start = time.perf_counter()
    while done < wanted and time.perf_counter() - start < _SECONDS:
        cohort, language = cohorts[done % len(cohorts)], ("en", "ru")[done % 2]
        notice = compose(cohort, language, brief)
        size += len(press.pdf(notice, sender="Bakery North").content)
        done += 1
    rate = done / (time.perf_counter() - start)
    return [
        Figure(
            "letters",
            f"letters composed, checked, drawn as PDF/UA-1 ({done})",
            rate,
            "/s",
            note=f"{size // done:,} bytes each",
        )
    ]
