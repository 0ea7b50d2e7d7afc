"""The law engine on many people: ten million in five thousand cohorts, every duty on the shelf."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.figures import Figure
from breachdesk.ground.elements import vocabulary
from breachdesk.law import engine, facts, sheet, shelf
from breachdesk.scope.shapes import Cohort
from tests.breaches.standing.facts import SHEET

_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_PLACES = (
    "US-CA", "US-NY", "US-TX", "US-MA", "US-FL", "US-WA", "US-IL", "US-CO", "US-OR", "US-GA", "US-AZ", "DE", "FR",
    "ES", "IT", "NL", "PL", "AT", "BE", "SE", "FI", "DK", "IE", "PT", "GR", "CZ", "HU", "RO",
    "GB", "RU", "BR", "SG", "AU", "CA-ON", "CA-QC", "IN", "JP", "unknown",
)  # fmt: skip


def duties(scale: float) -> Sequence[Figure]:
    """The worst of three; the shelf is loaded beforehand and shown apart."""
    people, cohorts = max(5_000, int(10_000_000 * scale)), 5_000
    start = time.perf_counter()
    law = shelf.load()
    case = facts.read(SHEET)
    loading = time.perf_counter() - start
    made = _cohorts(people, cohorts)
    took = []
    for _ in range(3):
        start = time.perf_counter()
        found = engine.evaluate(sheet.with_people(case, made), law, _AT)
        took.append(time.perf_counter() - start)
    counted = sum(duty.people == people for duty in found.duties)
    told = (
        f"{len(found.duties)} duties, {counted} of them about all {people:,} people; {len(found.questions)} questions"
    )
    what = f"duties for {people:,} people in {cohorts:,} cohorts"
    return [
        Figure("duties", what, max(took), "s", ceiling=2, note=f"{told}; runs {', '.join(f'{t:.2f}' for t in took)} s"),
        Figure("duties", "reading law and facts", loading, "s"),
    ]


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
