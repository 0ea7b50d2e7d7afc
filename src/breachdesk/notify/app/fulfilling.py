"""A duty to tell people is met when every one of them is told, or lawfully told otherwise; and not a moment before.

Reckoned from the ledger, never ticked off by hand. When somebody turns out not to be told (a bounce days later, people
found later), the duty stands open again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from breachdesk.case.app.models import Case
from breachdesk.ground.sealing import SealError
from breachdesk.journal.app.actions import Hand, write
from breachdesk.law.shapes import Verdict
from breachdesk.notify.app import pens
from breachdesk.notify.app.models import Met, Reckoned, Sending, Stage, Standing
from breachdesk.notify.app.writing import Letters
from breachdesk.notify.states import TOLD
from breachdesk.scope.app import actions as scope
from breachdesk.scope.app.models import Run
from breachdesk.vault.store import BadVault

_SENT = (Standing.GOING, Standing.PAUSED, Standing.STOPPED, Standing.ENDED)
_ASKED = (Verdict.OWED, Verdict.HELD)


@dataclass(frozen=True, slots=True)
class Stands:
    """Of the people of one letter: how many are told in full, how many are not, and when the last was."""

    told: int
    left: int
    at: datetime | None


def changed() -> Iterator[tuple[Case, int, int]]:
    """Open cases in whose ledger or list something happened since it was reckoned last, with the last of both."""
    batches = dict(
        Sending.objects.filter(case__state="open", standing__in=_SENT)
        .exclude(stage=Stage.EARLY)
        .values_list("case")
        .annotate(batch=Max("batches__id"))
    )
    runs = dict(Run.objects.filter(case__in=batches).values_list("case").annotate(run=Max("id")))
    known = {one.case_id: (one.batch, one.run) for one in Reckoned.objects.filter(case__in=batches)}
    for case in Case.objects.filter(id__in=batches):
        now = batches[case.id] or 0, runs.get(case.id) or 0
        if known.get(case.id) != now:
            yield case, *now


def look(case: Case, batch: int, run: int, *, by: Hand) -> None:
    """Reckon it anew, and remember up to where that was."""
    with transaction.atomic():
        reckon(case, by=by)
        Reckoned.objects.update_or_create(case=case, defaults={"batch": batch, "run": run})


def reckon(case: Case, *, by: Hand) -> bool:
    """Write down which duties are met now and which are not any more; whether anything changed. One query over the
    ledger of the case, some tenths of a second for a million people."""
    reached = _reached(case)
    if reached is None:
        return False
    met = {duty: stands for duty, stands in reached.items() if not stands.left}
    with transaction.atomic():
        Case.objects.select_for_update().get(id=case.id)
        before = {one.duty: one for one in Met.objects.filter(case=case)}
        for duty in sorted(set(met) - set(before)):
            stands = met[duty]
            at = stands.at or by.at
            Met.objects.create(case=case, duty=duty, at=at, people=stands.told)
            write(
                "notify.duty.met",
                by=by,
                case=case.number,
                refs={"duty": duty},
                payload={"people": stands.told, "at": at},
            )
        gone = sorted(set(before) & {duty for duty, stands in reached.items() if stands.left})
        for duty in gone:
            before[duty].delete()
            write(
                "notify.duty.reopened", by=by, case=case.number, refs={"duty": duty},
                payload={"people": reached[duty].left},
            )  # fmt: skip
    return bool(set(met) - set(before)) or bool(gone)


def _reached(case: Case) -> Mapping[str, Stands] | None:
    """Each duty to tell people that a sending to the people of the last list reaches; None when there is none."""
    run = scope.last(case)
    sendings = list(
        Sending.objects.filter(case=case, standing__in=_SENT).exclude(stage=Stage.EARLY).select_related("case")
    )
    if run is None or not sendings:
        return None
    try:
        slugs = {one.id: [letter.slug for letter in pens.wording_of(one).letters] for one in sendings}
    except (BadVault, SealError, FileNotFoundError):
        return None  # the case is erased
    stands = _stands(slugs)
    covered = {slug for one in sendings if one.run_id == run.id for slug in slugs[one.id]}
    letters = Letters(case)
    covered |= {one.slug for one in letters.cohorts if stands.get(one.slug, _NOBODY).told >= one.count}
    by_duty: dict[str, list[str]] = defaultdict(list)
    for cohort in letters.cohorts:
        for duty in letters.duties(cohort):
            if duty.verdict in _ASKED:
                by_duty[duty.id].append(cohort.slug)
    return {
        duty: _summed([stands.get(slug, _NOBODY) for slug in some], set(some) <= covered)
        for duty, some in by_duty.items()
        if set(some) & set(stands)
    }


_NOBODY = Stands(0, 0, None)  # all of them are left out, for a reason that stands in the sending


def _summed(some: list[Stands], covered: bool) -> Stands:
    left = sum(one.left for one in some) or int(not covered)  # nobody wrote yet to some of them
    return Stands(sum(one.told for one in some), left, max((one.at for one in some if one.at), default=None))


def _stands(slugs: Mapping[int, list[str]]) -> dict[str, Stands]:
    """By letter: a person counts once, and is told when any of the sendings told them."""
    letters = [(sending, place, slug) for sending, some in slugs.items() for place, slug in enumerate(some)]
    over = [one.value for one in TOLD]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH letters AS (SELECT * FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS t(sending_id, letter, slug)),
            people AS (
                SELECT l.slug, d.person, bool_or(d.state = ANY(%s::text[])) AS told,
                    min(coalesce(d.sent_at, d.at)) FILTER (WHERE d.state = ANY(%s::text[])) AS at
                FROM notify_delivery d JOIN letters l ON l.sending_id = d.sending_id AND l.letter = d.letter
                WHERE d.last GROUP BY 1, 2)
            SELECT slug, count(*) FILTER (WHERE told), count(*) FILTER (WHERE NOT told), max(at)
            FROM people GROUP BY 1
            """,
            [*map(list, zip(*letters, strict=True)), over, over],
        )
        return {slug: Stands(told, left, at) for slug, told, left, at in cursor.fetchall()}
