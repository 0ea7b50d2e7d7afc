"""The law engine on many people: ten million in five thousand cohorts, every duty on the shelf."""

import gc
import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from bench.figures import Figure
from breachdesk.ground.elements import vocabulary
from breachdesk.law import engine, facts, search, sheet, shelf
from breachdesk.scope.shapes import Cohort
from breachdesk.standing.facts import SHEET

_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_PLACES = (
    "US-CA", "US-NY", "US-TX", "US-MA", "US-FL", "US-WA", "US-IL", "US-CO", "US-OR", "US-GA", "US-AZ", "DE", "FR",
    "ES", "IT", "NL", "PL", "AT", "BE", "SE", "FI", "DK", "IE", "PT", "GR", "CZ", "HU", "RO",
    "GB", "RU", "BR", "SG", "AU", "CA-ON", "CA-QC", "IN", "JP", "KR", "CN", "NZ", "CH", "TR", "IL", "AE", "SA", "ZA",
    "NG", "KE", "EG", "MX", "AR", "CL", "CO", "KZ", "UA", "NO", "US-NJ", "US-PA", "US-OH", "unknown",
)  # fmt: skip


_CHANGES = (("data.encrypted", True), ("risk.gdpr", "high"), ("breach.exfiltration", "no"), ("time.aware", None))


def duties(scale: float) -> Sequence[Figure]:
    """On one core, the worst of three; the shelf is loaded beforehand and shown apart, as is each changed fact."""
    people, cohorts = max(5_000, int(10_000_000 * scale)), 5_000
    with _one_core():
        shelf.load()  # what was parsed once is kept
        start = time.perf_counter()
        law = shelf.load()
        loading = time.perf_counter() - start
        case = facts.read(SHEET)
        made = _cohorts(people, cohorts)
        gc.collect()
        gc.freeze()  # as the program does with what it is made of
        took = []
        for _ in range(3):
            start = time.perf_counter()
            found = engine.evaluate(sheet.with_people(case, made), law, _AT)
            took.append(time.perf_counter() - start)
        again = _again(sheet.with_people(case, made), law)
        gc.unfreeze()
    counted = sum(duty.people == people for duty in found.duties)
    told = (
        f"{len(found.duties)} duties of {len(law.orders)} legal orders, {counted} of them about all {people:,} people; "
        f"{len(found.questions)} questions"
    )
    what = f"duties for {people:,} people in {cohorts:,} cohorts"
    each = ", ".join(f"{name} {seconds * 1000:.0f}" for name, seconds in again.items())
    return [
        Figure("duties", what, max(took), "s", ceiling=1, note=f"{told}; runs {', '.join(f'{t:.2f}' for t in took)} s"),
        Figure("duties", "after one changed fact", max(again.values()) * 1000, "ms", ceiling=50, note=f"{each} ms"),
        Figure("duties", "loading every pack of law", loading, "s", ceiling=1),
        Figure("duties", "a search of the law, its index made anew", _searched(law), "s", ceiling=1),
    ]


def _searched(law: shelf.LawShelf) -> float:
    start = time.perf_counter()
    search.index(law).find("notification of the authority within hours")
    return time.perf_counter() - start


@contextmanager
def _one_core() -> Iterator[None]:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _again(case: sheet.Sheet, law: shelf.LawShelf) -> dict[str, float]:
    """Seconds by the fact that was changed, each alone: the case is as it was before the next."""
    session = engine.Session(law, _AT)
    took = {}
    for name, value in _CHANGES:
        session.evaluate(case)
        start = time.perf_counter()
        session.evaluate(case.but(name, value))
        took[name] = time.perf_counter() - start
    return took


def _cohorts(people: int, count: int) -> tuple[Cohort, ...]:
    """All different, together exactly so many people."""
    rng = random.Random(2026)
    elements = sorted(vocabulary().elements)
    kinds: dict[tuple[str, frozenset[str], str], None] = {}
    while len(kinds) < count:
        lost = frozenset(rng.sample(elements, rng.randrange(2, 12))) | {"name"}
        kinds.setdefault((rng.choice(_PLACES), lost, rng.choice(("no", "no", "no", "yes", "unknown"))))
    each, spare = divmod(people, count)
    return tuple(
        Cohort(place, lost, "en", minor, each + (spare if at == 0 else 0))
        for at, (place, lost, minor) in enumerate(kinds)
    )
